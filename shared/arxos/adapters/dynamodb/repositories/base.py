"""What the repositories share: one organisation, one transaction, one journal."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from arxos.adapters.dynamodb import keys, mapping
from arxos.adapters.dynamodb.availability import reading
from arxos.adapters.dynamodb.journal import Journal
from arxos.adapters.dynamodb.query import Collection
from arxos.adapters.dynamodb.table import BuildingItem, DeviceItem, GroupItem, MemberItem, TableItem
from arxos.adapters.dynamodb.transaction import Transaction
from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.errors import NotFound
from arxos.domain.floor import Floor
from arxos.domain.group import Group
from arxos.domain.identifiers import is_id, shard_names, shard_of
from arxos.domain.record import Record
from arxos.domain.room import Room
from arxos.domain.summary import (
    COUNTED_FIELDS,
    DEVICES,
    MANUFACTURERS,
    ROOMS,
    Tally,
    difference,
    tally_of,
)
from arxos.domain.user import User
from arxos.ports.lists import Slice

I_co = TypeVar("I_co", bound=TableItem)
P = TypeVar("P", Room, Device)

_WRITTEN = {"%": "%25", "[": "%5B", "]": "%5D"}
TALLY_GROUPS = {"rooms": ROOMS, "devices": DEVICES, "manufacturers": MANUFACTURERS}


def group_of(facet: str) -> str:
    """The item that keeps a facet's numbers."""
    return next(group for group, facets in TALLY_GROUPS.items() if facet in facets)


def tally_name(facet: str, value: str) -> str:
    """The attribute that keeps a number; PynamoDB would read brackets as an index into a list."""
    for character, written in _WRITTEN.items():
        value = value.replace(character, written)
    return f"{facet}:{value}"


def tally_of_name(name: str) -> tuple[str, str]:
    """The facet and the value of a number."""
    facet, _, value = name.partition(":")
    for character, written in reversed(_WRITTEN.items()):
        value = value.replace(written, character)
    return facet, value


def get_item(type_: type[I_co], key: keys.Key, kind: str, *, only: list[str] | None = None) -> I_co:
    """One consistent GetItem, of all attributes or these; NotFound when there is none."""
    with reading():
        try:
            return type_.get(key.pk, key.sk, consistent_read=True, attributes_to_get=only)
        except type_.DoesNotExist:
            raise NotFound(kind) from None


def before(record: Record | User, field: str) -> Any:
    """The value a field had when the record was loaded."""
    for event in record.events:
        if field in event.changes:
            return event.changes[field][0]
    return getattr(record, field)


class Repository:
    def __init__(self, org: str, transaction: Transaction, journal: Journal) -> None:
        self._org = org
        self._transaction = transaction
        self._journal = journal

    def _get(
        self,
        type_: type[I_co],
        key_of: Callable[[str, str, str], keys.Key],
        building_id: str,
        record_id: str,
        kind: str,
    ) -> I_co:
        """One of a building, by its id: one GetItem, or none for what cannot be an id."""
        if not is_id(record_id, kind):
            raise NotFound(kind)
        return get_item(type_, key_of(self._org, building_id, record_id), kind)

    def _put_new(self, item: Any, record: Record) -> None:
        """Queue a new record with its history."""
        item.change_files = self._chunks(record, record.version)
        self._transaction.put_new(item)
        self._write(record, record.version)

    def _write(self, record: Record, version: int) -> None:
        building_id = getattr(record, "building_id", record.id)
        self._journal.write(record.events, building_id, version)

    def _chunks(self, record: Record, version: int) -> set[str] | None:
        """What leads from a record to the chunk that changes it now; None: its own entries do."""
        chunk_id = self._journal.chunk_id
        return {f"{version}#{chunk_id}"} if chunk_id is not None and record.events else None

    def _count_in_building(self, record: Floor | Room | Device | Group, by: int) -> None:
        """One more or less of its kind."""
        key = keys.building(self._org, record.building_id)
        counter = f"{record.kind}s_count"
        self._transaction.count(BuildingItem, key, counter, by, kind="building")

    def _tally(self, record: Record, by: int) -> None:
        """Count a new room or device in its building's numbers, or a removed one out."""
        values = {name: getattr(record, name) for name in COUNTED_FIELDS[record.kind]}
        after = tally_of(record.kind, values)
        self._add_tally(record, after if by > 0 else difference(after, Counter()))

    def _tally_changes(self, record: Record) -> None:
        names = COUNTED_FIELDS[record.kind]
        was = tally_of(record.kind, {name: before(record, name) for name in names})
        now = tally_of(record.kind, {name: getattr(record, name) for name in names})
        self._add_tally(record, difference(was, now))

    def _add_tally(self, record: Any, tally: Tally) -> None:
        for (facet, value), amount in tally.items():
            key = keys.tallies(self._org, record.building_id, group_of(facet))
            self._transaction.tally(key, tally_name(facet, value), amount)

    def _delete(
        self, item: Any, record: Record, counters: tuple[str, ...], *, holder: Any = None
    ) -> None:
        """Remove a record in the version it was read in, and marked or not as it was then, if it
        holds nothing.
        """
        type_ = type(item)
        condition = type_.version == record.version
        for counter in counters:
            condition &= getattr(type_, counter) == 0
        if isinstance(record, (Building, Floor, Room)):
            mark = type_.deletion_id
            condition &= (
                mark.does_not_exist() if record.deletion_id is None else mark == record.deletion_id
            )
        if isinstance(record, (Room, Device)):
            condition &= self._leave_groups(type_, record)
        self._transaction.delete(item, condition=condition)
        if holder is not None:
            self._transaction.delete(holder, condition=type(holder).holder_id == record.id)
        building_id = getattr(record, "building_id", record.id)
        self._journal.write(record.events, building_id, record.version + 1, removed=record)

    def _leave_groups(self, type_: Any, record: Room | Device) -> Any:
        """Two items for each group, and the condition that the record is in no other."""
        for group_id in record.group_ids:
            self._transaction.delete(
                mapping.member_item(self._org, record.building_id, group_id, record.id),
                condition=MemberItem.pk.exists(),
            )
            key = keys.group(self._org, record.building_id, group_id)
            self._transaction.count(GroupItem, key, "members_count", -1, kind="group")
        held = type_.group_ids
        return held == set(record.group_ids) if record.group_ids else held.does_not_exist()

    def _get_some(
        self, type_: type[I_co], building_id: str, record_ids: Iterable[str]
    ) -> Iterator[I_co]:
        """Those of these devices or rooms that are in the building, 100 in one BatchGetItem."""
        key_of, kind = (
            (keys.device, "device") if issubclass(type_, DeviceItem) else (keys.room, "room")
        )
        wanted = {key_of(self._org, building_id, i) for i in record_ids if is_id(i, kind)}
        if wanted:
            with reading():
                yield from type_.batch_get(sorted(wanted), consistent_read=True)

    def _set(self, item: Any, record: Record) -> None:
        item.version = record.version + 1
        chunks = self._chunks(record, item.version)
        self._transaction.set(
            item,
            except_for=mapping.COUNTERS,
            condition=type(item).version == record.version,
            members={"change_files": chunks} if chunks else None,
            unless_marked=isinstance(record, (Building, Floor, Room)),
        )
        self._write(record, item.version)


def in_building(org: str, building: Building, prefix: str) -> Collection:
    shards = shard_names(building.shards)
    return Collection(tuple(keys.in_shard(org, building.id, shard) for shard in shards), prefix)


def of_building(building: Building, found: Slice[P]) -> Slice[P]:
    """Nothing, when the floor or room asked for is another building's."""
    if any(record.building_id != building.id for record in found.items):
        return Slice((), None)
    return found


def home_in(org: str, building_id: str) -> Any:
    """The table's partition of a room, a device, or a pointer to one, from its sort key."""

    def home(sk: str) -> str:
        record_id = sk.partition("#")[2].partition("#")[0]
        return keys.in_shard(org, building_id, shard_of(record_id))

    return home


def floors_wanted(floor_id: str | None, floor_ids: frozenset[str] | None) -> Sequence[str] | None:
    """The floors that a list is limited to: the one asked for, if it may be seen; None: all."""
    if floor_id is None:
        return None if floor_ids is None else sorted(floor_ids)
    return [floor_id] if floor_ids is None or floor_id in floor_ids else []


def equal_to(*wanted: tuple[Any, Any]) -> Any:
    """The condition that each of these attributes has its value; None asks for none."""
    return all_of(*(attribute == value for attribute, value in wanted if value is not None))


def all_of(*conditions: Any) -> Any:
    held = [c for c in conditions if c is not None]
    combined = held[0] if held else None
    for condition in held[1:]:
        combined = combined & condition
    return combined
