"""The ports in memory. The contract tests hold them to the same answers as DynamoDB."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from arxos.adapters.device_lines import chunk_of, line_of
from arxos.adapters.dynamodb.mapping import COUNTERS
from arxos.domain.building import Building
from arxos.domain.check_job import CheckJob
from arxos.domain.deletion import Deletion
from arxos.domain.device import Device
from arxos.domain.errors import (
    BeingDeleted,
    ChangedMeanwhile,
    Conflict,
    DoneBefore,
    Duplicate,
    InvalidInput,
    LastAdmin,
    NotFound,
    ServiceUnavailable,
    Unauthenticated,
)
from arxos.domain.events import DomainEvent
from arxos.domain.export_job import ExportJob, ExportStatus
from arxos.domain.floor import Floor
from arxos.domain.group import MAX_GROUPS_OF_A_RECORD, Group, kind_of_member
from arxos.domain.history import Change
from arxos.domain.identifiers import NewId
from arxos.domain.import_job import CANCELLABLE, CLAIMED_FROM, ImportJob, ImportStatus
from arxos.domain.import_lane import ImportLane
from arxos.domain.ordering import order_of
from arxos.domain.own_exports import Line
from arxos.domain.permissions import Role
from arxos.domain.plain_values import plain
from arxos.domain.plan_entries import PlanEntry
from arxos.domain.record import Record
from arxos.domain.room import Room
from arxos.domain.search_words import KINDS, Drawer, Kind, WordEntry
from arxos.domain.sensitive import Sealed, Secret
from arxos.domain.source import KeptSheet, Problem, SourceModel
from arxos.domain.stored_sheets import (
    StoredHead,
    head_of,
    lines_of_sheet,
    stored_parts,
    stored_that_count,
)
from arxos.domain.summary import COUNTED_FIELDS, Tally, tally_of
from arxos.domain.text_rules import folded
from arxos.domain.user import Actor, Organization, User, email_taken
from arxos.ports.deletions import DeletionOrder
from arxos.ports.drops import Drop
from arxos.ports.exports import ExportOrder
from arxos.ports.history import ChangeFilter
from arxos.ports.import_lanes import LaneOrder
from arxos.ports.imports import ImportOrder, Upload, UploadedFile
from arxos.ports.lists import (
    BuildingFilter,
    DeviceFilter,
    FloorFilter,
    GroupFilter,
    Page,
    RoomFilter,
    Slice,
)
from arxos.ports.orders import Order
from arxos.ports.search import Span, Window
from arxos.ports.sign_in import SignIn
from arxos.ports.vault import BrokenSeal
from tests.fake_lanes import FakeLanes
from tests.make import ORG, make_id

T = TypeVar("T")
OrderT = TypeVar("OrderT", bound=Order)
Key = tuple[str, ...]


@dataclass
class FakeTable:
    """What is stored, of all organisations, and the history."""

    items: dict[Key, Any] = field(default_factory=dict)
    changes: list[tuple[Actor, DomainEvent]] = field(default_factory=list)
    history: list["Recorded"] = field(default_factory=list)


class _Draft:
    """The writes of one unit of work, tried on a copy and kept only if all succeed."""

    def __init__(self) -> None:
        self.steps: list[Callable[[dict[Key, Any]], None]] = []
        self.keys: set[Key] = set()
        self.events: list[DomainEvent] = []
        self.grown: Counter[Key] = Counter()
        # Of a chunk in a lane: what it owes buildings and floors (tests/fake_lanes.py).
        self.is_in_lane = False
        self.owed: Counter[tuple[Key, str]] = Counter()

    def check_marks(self, items: dict[Key, Any]) -> None:
        """Nothing is added below what is being deleted; what leaves may leave."""
        for (*key, _), by in self.grown.items():
            if by > 0 and getattr(items.get(tuple(key)), "deletion_id", None) is not None:
                raise BeingDeleted(key[1])

    def put_new(self, key: Key, value: Any, error: Callable[[], Exception]) -> None:
        def step(items: dict[Key, Any]) -> None:
            if key in items:
                raise error()
            items[key] = value

        self._add(key, step)

    def remove(self, key: Key) -> None:
        # First of all: two records may swap a number in one transaction, in any order.
        self.keys.add(key)
        self.steps.insert(0, lambda items: items.pop(key))

    def delete(self, key: Key, record: Any) -> None:
        def step(items: dict[Key, Any]) -> None:
            stored = items.get(key)
            held = ("floors_count", "rooms_count", "devices_count", "groups_count", "members_count")
            if (
                stored is None
                or stored.version != record.version
                or getattr(stored, "group_ids", ()) != getattr(record, "group_ids", ())
                or getattr(stored, "deletion_id", None) != getattr(record, "deletion_id", None)
                or any(getattr(stored, name, 0) for name in held)
            ):
                raise ChangedMeanwhile
            del items[key]

        self._add(key, step)

    def update(self, key: Key, record: Any) -> None:
        def step(items: dict[Key, Any]) -> None:
            stored = items.get(key)
            if getattr(stored, "deletion_id", None) is not None:
                raise BeingDeleted(record.kind)
            if stored is None or stored.version != record.version:
                raise ChangedMeanwhile
            counters = {name: getattr(stored, name) for name in COUNTERS if hasattr(stored, name)}
            items[key] = replace(record, version=record.version + 1, events=(), **counters)

        self._add(key, step)

    def count(self, key: Key, counter: str, by: int, kind: str) -> None:
        if self.is_in_lane and kind in ("building", "floor"):
            self.owed[key, counter] += by
            return
        if counter != "shards":
            self.grown[*key, counter] += by

        def step(items: dict[Key, Any]) -> None:
            if key not in items:
                raise NotFound(kind)
            stored = items[key]
            items[key] = replace(stored, **{counter: getattr(stored, counter) + by})

        self._add(key, step)

    def _add(self, key: Key, step: Callable[[dict[Key, Any]], None]) -> None:
        self.keys.add(key)
        self.steps.append(step)


def _conflict() -> Exception:
    return Conflict("It exists already.")


def _page(items: list[T], page: Page) -> Slice[T]:
    try:
        start = int(json.loads(page.position)) if page.position is not None else 0
    except (ValueError, TypeError):
        raise InvalidInput("The cursor does not belong to this list", {"cursor": "…"}) from None
    end = start + page.limit
    return Slice(tuple(items[start:end]), str(end) if end < len(items) else None)


def _sorted_page(items: list[Any], sort: str, page: Page) -> Slice[Any]:
    ordered = sorted(((order_of(i, sort), i) for i in items), key=lambda pair: pair[0])
    if sort.startswith("-"):
        ordered.reverse()
    if page.position is not None:
        try:
            value, record_id = json.loads(page.position)
            assert isinstance(value, (str, int))
            assert isinstance(record_id, str)
        except (ValueError, TypeError, AssertionError):
            raise InvalidInput("The cursor does not belong", {"cursor": "…"}) from None
        after = (value, record_id)
        ordered = [
            (order, i)
            for order, i in ordered
            if (order < after if sort.startswith("-") else order > after)
        ]
    position = json.dumps(ordered[page.limit - 1][0]) if len(ordered) > page.limit else None
    return Slice(tuple(i for _, i in ordered[: page.limit]), position)


class _Repository:
    def __init__(self, org: str, table: FakeTable, draft: _Draft) -> None:
        self._org, self._table, self._draft = org, table, draft

    def _get(self, kind: str, *rest: str) -> Any:
        try:
            return self._table.items[(self._org, kind, *rest)]
        except KeyError:
            raise NotFound(kind) from None

    def _get_some(self, kind: str, building_id: str, ids: Iterable[str]) -> dict[str, Any]:
        found = {i: self._table.items.get((self._org, kind, building_id, i)) for i in ids}
        return {i: record for i, record in found.items() if record is not None}

    def _leave_groups(self, record: Room | Device) -> None:
        for group_id in record.group_ids:
            member = (self._org, "member", group_id, record.id)
            self._draft._add(member, _drop(member))
            group = (self._org, "group", record.building_id, group_id)
            self._draft.count(group, "members_count", -1, "group")

    def _of(self, *start: str) -> list[Any]:
        prefix = (self._org, *start)
        found = [(k, v) for k, v in self._table.items.items() if k[: len(prefix)] == prefix]
        return [value for _, value in sorted(found, key=lambda pair: pair[0])]


class FakeBuildings(_Repository):
    def get(self, building_id: str) -> Building:
        return self._get("building", building_id)  # type: ignore[no-any-return]

    def list(self, where: BuildingFilter, page: Page) -> Slice[Building]:
        found = [
            b
            for b in self._of("building")
            if (where.building_ids is None or b.id in where.building_ids)
            and where.status in (None, b.status)
            and (where.q is None or folded(where.q) in folded(b.name))
        ]
        return _sorted_page(found, where.sort, page)

    def add(self, building: Building) -> None:
        self._draft.put_new(
            (self._org, "building", building.id), replace(building, events=()), _conflict
        )
        self._draft.events += building.events

    def remove(self, building: Building) -> None:
        self._draft.delete((self._org, "building", building.id), building)
        self._draft.events += building.events

    def tallies(self, building_id: str) -> Tally:
        tally: Tally = Counter()
        for kind in ("room", "device"):
            for record in self._of(kind, building_id):
                values = {name: getattr(record, name) for name in COUNTED_FIELDS[kind]}
                tally.update(tally_of(kind, values))
        return tally

    def update(self, building: Building) -> None:
        self._draft.update((self._org, "building", building.id), building)
        self._draft.events += building.events

    def spread(self, building: Building, shards: int) -> None:
        key = (self._org, "building", building.id)
        self._draft.count(key, "shards", max(0, shards - building.shards), "building")


class FakeFloors(_Repository):
    def get(self, building_id: str, floor_id: str) -> Floor:
        return self._get("floor", building_id, floor_id)  # type: ignore[no-any-return]

    def list(self, building_id: str, where: FloorFilter, page: Page) -> Slice[Floor]:
        found = [
            f
            for f in self.all(building_id)
            if (where.floor_ids is None or f.id in where.floor_ids)
            and where.status in (None, f.status)
        ]
        return _sorted_page(found, where.sort, page)

    def all(self, building_id: str) -> Iterator[Floor]:
        yield from self._of("floor", building_id)

    def get_some(self, building_id: str, floor_ids: Iterable[str]) -> dict[str, Floor]:
        return self._get_some("floor", building_id, floor_ids)

    def add(self, floor: Floor) -> None:
        self._draft.put_new(
            (self._org, "floor", floor.building_id, floor.id), replace(floor, events=()), _conflict
        )
        self._hold(floor)
        key = (self._org, "building", floor.building_id)
        self._draft.count(key, "floors_count", 1, "building")
        self._draft.events += floor.events

    def update(self, floor: Floor) -> None:
        before = self.get(floor.building_id, floor.id).floor_number
        if before != floor.floor_number:
            self._draft.remove((self._org, "floor number", floor.building_id, str(before)))
            self._hold(floor)
        self._draft.update((self._org, "floor", floor.building_id, floor.id), floor)
        self._draft.events += floor.events

    def remove(self, floor: Floor) -> None:
        self._draft.delete((self._org, "floor", floor.building_id, floor.id), floor)
        self._draft.remove((self._org, "floor number", floor.building_id, str(floor.floor_number)))
        key = (self._org, "building", floor.building_id)
        self._draft.count(key, "floors_count", -1, "building")
        self._draft.events += floor.events

    def _hold(self, floor: Floor) -> None:
        key = (self._org, "floor number", floor.building_id, str(floor.floor_number))
        self._draft.put_new(key, floor.id, lambda: Duplicate("floor_number", "taken"))


class FakeRooms(_Repository):
    def get(self, building_id: str, room_id: str) -> Room:
        return self._get("room", building_id, room_id)  # type: ignore[no-any-return]

    def list(self, building: Building, where: RoomFilter, page: Page) -> Slice[Room]:
        found = [
            r
            for r in self.all(building)
            if where.floor_id in (None, r.floor_id)
            and (where.floor_ids is None or r.floor_id in where.floor_ids)
            and where.room_type in (None, r.room_type)
            and where.status in (None, r.status)
        ]
        if where.sort is not None or where.floor_id is not None:
            return _sorted_page(found, where.sort or "number", page)
        return _page(found, page)

    def all(self, building: Building) -> Iterator[Room]:
        yield from self._of("room", building.id)

    def get_some(self, building_id: str, room_ids: Iterable[str]) -> dict[str, Room]:
        return self._get_some("room", building_id, room_ids)

    def holders(self, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        held = {p: self._table.items.get((self._org, "room number", *p)) for p in places}
        return {place: room_id for place, room_id in held.items() if room_id is not None}

    def add(self, room: Room) -> None:
        self._draft.put_new(
            (self._org, "room", room.building_id, room.id), replace(room, events=()), _conflict
        )
        if not room.number_shared:
            self._hold(room)
        building = (self._org, "building", room.building_id)
        self._draft.count(building, "rooms_count", 1, "building")
        self._count(room, room.floor_id, 1)
        self._draft.events += room.events

    def update(self, room: Room) -> None:
        before = self.get(room.building_id, room.id)
        held = None if before.number_shared else (before.floor_id, folded(before.room_number))
        holds = None if room.number_shared else (room.floor_id, folded(room.room_number))
        if held != holds:
            if held is not None:
                self._draft.remove((self._org, "room number", *held))
            if holds is not None:
                self._hold(room)
        if before.floor_id != room.floor_id:
            self._count(room, before.floor_id, -1)
            self._count(room, room.floor_id, 1)
        self._draft.update((self._org, "room", room.building_id, room.id), room)
        self._draft.events += room.events

    def remove(self, room: Room) -> None:
        self._draft.delete((self._org, "room", room.building_id, room.id), room)
        self._leave_groups(room)
        if not room.number_shared:
            self._draft.remove((self._org, "room number", room.floor_id, folded(room.room_number)))
        self._draft.count((self._org, "building", room.building_id), "rooms_count", -1, "building")
        self._count(room, room.floor_id, -1)
        self._draft.events += room.events

    def _count(self, room: Room, floor_id: str, by: int) -> None:
        self._draft.count(
            (self._org, "floor", room.building_id, floor_id), "rooms_count", by, "floor"
        )

    def _hold(self, room: Room) -> None:
        key = (self._org, "room number", room.floor_id, folded(room.room_number))
        self._draft.put_new(key, room.id, lambda: Duplicate("room_number", "taken"))


class FakeDevices(_Repository):
    def get(self, building_id: str, device_id: str) -> Device:
        return self._get("device", building_id, device_id)  # type: ignore[no-any-return]

    def list(self, building: Building, where: DeviceFilter, page: Page) -> Slice[Device]:
        found = [
            d
            for d in self.all(building)
            if (where.room_id is None or where.room_id in d.room_ids)
            and where.floor_id in (None, d.floor_id)
            and (where.group_id is None or where.group_id in d.group_ids)
            and (where.floor_ids is None or d.floor_id in where.floor_ids)
            and where.device_type in (None, d.device_type)
            and where.status in (None, d.status)
        ]
        if where.sort is not None or where.room_id is not None or where.floor_id is not None:
            return _sorted_page(found, where.sort or "name", page)
        return _page(found, page)

    def all(self, building: Building) -> Iterator[Device]:
        yield from self._of("device", building.id)

    def get_some(self, building_id: str, device_ids: Iterable[str]) -> dict[str, Device]:
        return self._get_some("device", building_id, device_ids)

    def add(self, device: Device) -> None:
        self._draft.put_new(
            (self._org, "device", device.building_id, device.id),
            replace(device, events=()),
            _conflict,
        )
        building = (self._org, "building", device.building_id)
        self._draft.count(building, "devices_count", 1, "building")
        self._count(device, 1)
        self._draft.events += device.events

    def update(self, device: Device) -> None:
        before = self.get(device.building_id, device.id)
        if (before.floor_id, before.room_ids) != (device.floor_id, device.room_ids):
            self._count(before, -1)
            self._count(device, 1)
        self._draft.update((self._org, "device", device.building_id, device.id), device)
        self._draft.events += device.events

    def remove(self, device: Device) -> None:
        self._draft.delete((self._org, "device", device.building_id, device.id), device)
        self._leave_groups(device)
        building = (self._org, "building", device.building_id)
        self._draft.count(building, "devices_count", -1, "building")
        self._count(device, -1)
        self._draft.events += device.events

    def _count(self, device: Device, by: int) -> None:
        building_id = device.building_id
        floor = (self._org, "floor", building_id, device.floor_id)
        self._draft.count(floor, "devices_count", by, "floor")
        for room_id in device.room_ids:
            room = (self._org, "room", building_id, room_id)
            self._draft.count(room, "devices_count", by, "room")


class FakeGroups(_Repository):
    def get(self, building_id: str, group_id: str) -> Group:
        return self._get("group", building_id, group_id)  # type: ignore[no-any-return]

    def list(self, building_id: str, where: GroupFilter, page: Page) -> Slice[Group]:
        found = [g for g in self.all(building_id) if where.kind in (None, g.group_kind.value)]
        return _page(found, page)

    def all(self, building_id: str) -> Iterator[Group]:
        yield from self._of("group", building_id)

    def add(self, group: Group) -> None:
        key = (self._org, "group", group.building_id, group.id)
        self._draft.put_new(key, replace(group, events=()), _conflict)
        self._count(group, 1)
        self._draft.events += group.events

    def update(self, group: Group) -> None:
        self._draft.update((self._org, "group", group.building_id, group.id), group)
        self._draft.events += group.events

    def remove(self, group: Group) -> None:
        self._draft.delete((self._org, "group", group.building_id, group.id), group)
        self._count(group, -1)
        self._draft.events += group.events

    def members(self, group: Group, page: Page) -> Slice[str]:
        return _page(self._of("member", group.id), page)

    def all_members(self, group: Group) -> Iterator[str]:
        yield from self._of("member", group.id)

    def change_members(self, group: Group, *, added: Sequence[str], removed: Sequence[str]) -> None:
        for record_id in (*added, *removed):
            member = (self._org, "member", group.id, record_id)
            record = (self._org, kind_of_member(record_id), group.building_id, record_id)
            step = _enter if record_id in added else _leave
            self._draft._add(member, step(member, record))
        key = (self._org, "group", group.building_id, group.id)
        self._draft.count(key, "members_count", len(added) - len(removed), "group")
        self.update(group)

    def _count(self, group: Group, by: int) -> None:
        key = (self._org, "building", group.building_id)
        self._draft.count(key, "groups_count", by, "building")


def _drop(member: Key) -> Callable[[dict[Key, Any]], None]:
    def step(items: dict[Key, Any]) -> None:
        if items.pop(member, None) is None:
            raise ChangedMeanwhile

    return step


def _enter(member: Key, record: Key) -> Callable[[dict[Key, Any]], None]:
    def step(items: dict[Key, Any]) -> None:
        held = items.get(record)
        if held is None or member in items or len(held.group_ids) >= MAX_GROUPS_OF_A_RECORD:
            raise ChangedMeanwhile
        items[member] = member[-1]
        items[record] = replace(held, group_ids=tuple(sorted({*held.group_ids, member[2]})))

    return step


def _leave(member: Key, record: Key) -> Callable[[dict[Key, Any]], None]:
    def step(items: dict[Key, Any]) -> None:
        held = items.get(record)
        if held is None or items.pop(member, None) is None:
            raise ChangedMeanwhile
        items[record] = replace(held, group_ids=tuple(g for g in held.group_ids if g != member[2]))

    return step


class FakeImports(_Repository):
    def get(self, building_id: str, import_id: str) -> ImportJob:
        return self._get("import", building_id, import_id)  # type: ignore[no-any-return]

    def list(self, building_id: str, page: Page) -> Slice[ImportJob]:
        return _page(self._of("import", building_id)[::-1], page)

    def add(self, job: ImportJob) -> None:
        key = (self._org, "import", job.building_id, job.id)
        self._draft.grown[self._org, "building", job.building_id, "imports"] += 1
        self._draft.put_new(key, replace(job, events=()), _conflict)
        self._draft.events += job.events

    def save(self, job: ImportJob) -> None:
        key = (self._org, "import", job.building_id, job.id)

        def step(items: dict[Key, Any]) -> None:
            if key not in items or items[key].attempt != job.attempt:
                raise Conflict("Another invocation has taken over this import.")
            items[key] = replace(job, events=())

        self._draft._add(key, step)
        self._draft.events += job.events

    def hand_over(self, job: ImportJob) -> None:
        self.save(job)

        def step(items: dict[Key, Any]) -> None:
            items[self._org, "turn", job.building_id] = job.id

        self._draft._add((self._org, "building", job.building_id), step)

    def cancel(self, job: ImportJob) -> None:
        key = (self._org, "import", job.building_id, job.id)

        def step(items: dict[Key, Any]) -> None:
            stored = items.get(key)
            if (
                stored is None
                or stored.status not in CANCELLABLE
                or stored.apply_begun != job.apply_begun
            ):
                raise Conflict("The import has gone on meanwhile; try again.")
            items[key] = replace(
                stored,
                counts=stored.counts if stored.apply_begun else job.counts,
                status=job.status,
                attempt=job.attempt,
                errors=job.errors,
                errors_count=job.errors_count,
                updated_at=job.updated_at,
                lease_until=None,
            )

        self._draft._add(key, step)
        self._draft.events += job.events


class FakeExports(_Repository):
    def get(self, building_id: str, export_id: str) -> ExportJob:
        return self._get("export", building_id, export_id)  # type: ignore[no-any-return]

    def list(self, building_id: str, page: Page) -> Slice[ExportJob]:
        return _page(self._of("export", building_id)[::-1], page)

    def add(self, job: ExportJob) -> None:
        key = (self._org, "export", job.building_id, job.id)
        self._draft.grown[self._org, "building", job.building_id, "exports"] += 1
        self._draft.put_new(key, replace(job, events=()), _conflict)
        self._draft.events += job.events

    def save(self, job: ExportJob) -> None:
        key = (self._org, "export", job.building_id, job.id)

        def step(items: dict[Key, Any]) -> None:
            if key not in items or items[key].attempt != job.attempt:
                raise Conflict("Another invocation has taken over this export.")
            items[key] = replace(job, events=())

        self._draft._add(key, step)


class FakeChecks(_Repository):
    def get(self, building_id: str, check_id: str) -> CheckJob:
        return self._get("check", building_id, check_id)  # type: ignore[no-any-return]

    def list(self, building_id: str, page: Page) -> Slice[CheckJob]:
        return _page(self._of("check", building_id)[::-1], page)

    def add(self, job: CheckJob) -> None:
        key = (self._org, "check", job.building_id, job.id)
        self._draft.grown[self._org, "building", job.building_id, "checks"] += 1
        self._draft.put_new(key, replace(job, events=()), _conflict)
        self._draft.events += job.events

    def save(self, job: CheckJob) -> None:
        key = (self._org, "check", job.building_id, job.id)

        def step(items: dict[Key, Any]) -> None:
            if key not in items or items[key].attempt != job.attempt:
                raise Conflict("Another invocation has taken over this check.")
            items[key] = replace(job, events=())

        self._draft._add(key, step)


class FakeDeletions(_Repository):
    def get(self, deletion_id: str) -> Deletion:
        return self._get("deletion", deletion_id)  # type: ignore[no-any-return]

    def begin(self, deletion: Deletion, target: Building | Floor | Room) -> None:
        within = () if isinstance(target, Building) else (target.building_id,)
        key = (self._org, target.kind, *within, target.id)

        def mark(items: dict[Key, Any]) -> None:
            stored = items.get(key)
            if stored is None or (stored.version, stored.deletion_id) != (target.version, None):
                raise ChangedMeanwhile
            items[key] = replace(stored, deletion_id=deletion.id)

        self._draft._add(key, mark)
        stored = replace(deletion, events=())
        self._draft.put_new((self._org, "deletion", deletion.id), stored, _conflict)
        self._draft.events += deletion.events

    def save(self, deletion: Deletion) -> None:
        key = (self._org, "deletion", deletion.id)

        def step(items: dict[Key, Any]) -> None:
            if key not in items or items[key].version != deletion.version:
                raise ChangedMeanwhile
            items[key] = deletion.stored()

        self._draft._add(key, step)

    def clear_remains(self, building_id: str, most: int) -> int:
        start = (self._org, "import", building_id)
        keys = [key for key in self._table.items if key[:3] == start][:most]
        for key in keys:
            self._draft._add(key, _drop(key))
        return len(keys)


class FakeUsers(_Repository):
    def get(self, user_id: str) -> User:
        return self._get("user", user_id)  # type: ignore[no-any-return]

    def list(self, page: Page) -> Slice[User]:
        return _page(self._of("user"), page)

    def has_email(self, email: str) -> bool:
        return (self._org, "email", folded(email)) in self._table.items

    def add(self, user: User) -> None:
        self._draft.put_new((self._org, "user", user.id), replace(user, events=()), _conflict)
        self._draft.put_new(("identity", user.subject), user.id, email_taken)
        self._draft.put_new((self._org, "email", folded(user.email)), user.id, email_taken)
        self._count_admins(int(user.is_organization_admin))
        self._draft.events += user.events

    def update(self, user: User) -> None:
        key = (self._org, "user", user.id)
        self._draft.update(key, user)
        was: User = self._table.items[key]
        self._count_admins(user.is_organization_admin - was.is_organization_admin)
        self._draft.events += user.events

    def _count_admins(self, by: int) -> None:
        key = (self._org, "organization")

        def step(items: dict[Key, Any]) -> None:
            if items[key].admins_count + by < 1:
                raise LastAdmin
            items[key] = replace(items[key], admins_count=items[key].admins_count + by)

        if by < 0:
            self._draft.steps.append(step)
        elif by > 0:
            self._draft.count(key, "admins_count", by, "organization")


class FakeOrganizations(_Repository):
    def get(self) -> Organization:
        return self._get("organization")  # type: ignore[no-any-return]

    def add(self, organization: Organization) -> None:
        self._draft.put_new((self._org, "organization"), organization, _conflict)


class FakeUnitOfWork:
    def __init__(
        self,
        table: FakeTable,
        actor: Actor,
        new_id: NewId = make_id,
        before_commit: Callable[[], None] = lambda: None,
        import_id: str | None = None,
        is_in_lane: bool = False,
    ) -> None:
        self._table, self._actor, self._before_commit = table, actor, before_commit
        self._import_id, self._is_in_lane = import_id, is_in_lane
        self._open()

    def _open(self) -> None:
        self._draft = _Draft()
        self._draft.is_in_lane = self._is_in_lane
        bound = (self._actor.organization_id, self._table, self._draft)
        self.buildings = FakeBuildings(*bound)
        self.floors = FakeFloors(*bound)
        self.rooms = FakeRooms(*bound)
        self.devices = FakeDevices(*bound)
        self.groups = FakeGroups(*bound)
        self.imports = FakeImports(*bound)
        self.lanes = FakeLanes(*bound)
        self.exports = FakeExports(*bound)
        self.checks = FakeChecks(*bound)
        self.deletions = FakeDeletions(*bound)
        self.users = FakeUsers(*bound)
        self.organizations = FakeOrganizations(*bound)

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc_type is not None:
            return
        self._before_commit()
        items = dict(self._table.items)
        self._draft.check_marks(items)
        for step in self._draft.steps:
            step(items)
        for event in self._draft.events:
            self._record(event, items.get, self._table.items.get)
        self._table.items = items
        self._table.changes += [(self._actor, event) for event in self._draft.events]

    def prepared(self) -> Callable[[], None]:
        return lambda: self.__exit__(None, None, None)

    def only_once(self, record_id: str) -> None:
        if self._actor.once is None:
            return
        key = (self._actor.organization_id, "once", self._actor.once)
        self._draft.put_new(key, {0: record_id}, lambda: DoneBefore(self._table.items[key][0]))

    def rows_only_once(self, rows: Mapping[int, str]) -> None:
        if self._actor.once is None or not rows:
            return
        first = min(rows)
        key = (self._actor.organization_id, "once", self._actor.once, f"{first:03d}")
        self._draft.put_new(key, dict(rows), lambda: DoneBefore(self._table.items[key][first]))

    def done_before(self) -> dict[int, str]:
        if self._actor.once is None:
            return {}
        start = (self._actor.organization_id, "once", self._actor.once)
        notes = [value for key, value in self._table.items.items() if key[:3] == start]
        return {row: record_id for rows in notes for row, record_id in rows.items()}

    @property
    def writes(self) -> int:
        return len(self._draft.keys) + 1

    def _record(self, event: DomainEvent, *stored: Callable[[Key], Any]) -> None:
        """Keep the event for `FakeHistory`, with the version that the record has from it on."""
        start = (self._actor.organization_id, event.record_kind)
        keys = (k for k in self._draft.keys if k[:2] == start and k[-1] == event.record_id)
        key = next(keys, start)
        is_import = event.record_kind == "import"
        now, before = (get(key) for get in stored)
        change = Change(
            id=f"chg_{len(self._table.history)}",
            at=event.at,
            event=event.name,
            record_kind=event.record_kind,
            record_id=event.record_id,
            record_label=event.record_label,
            user_id=self._actor.user_id,
            user_name=self._actor.name,
            request_id=self._actor.request_id,
            import_id=event.record_id if is_import else self._import_id,
            version=getattr(now, "version", None) or getattr(before, "version", 0) + 1,
            changes={k: (plain(a), plain(b)) for k, (a, b) in event.changes.items()},
            kept=plain(event.kept),
        )
        building_id = key[2] if key is not start and len(key) > 2 else None
        self._table.history.append(Recorded(start[0], building_id, change))


@dataclass(frozen=True)
class Recorded:
    """A change as `FakeHistory` finds it."""

    organization_id: str
    building_id: str | None
    change: Change


class FakeChangeFiles:
    """The change files of chunks, both ends."""

    def __init__(self) -> None:
        self.files: dict[str, list[str]] = {}

    def save(self, location: str, lines: list[str]) -> None:
        self.files[location] = lines

    def lines(self, location: str) -> list[str]:
        return self.files[location]

    def forget_building(self, organization_id: str, building_id: str) -> None:
        """Change files stay: the history outlives the building."""


class FakeHistory:
    def __init__(self, table: FakeTable, org: str) -> None:
        self._table, self._org = table, org

    def of_record(self, kind: str, building_id: str, record_id: str, page: Page) -> Slice[Change]:
        return _page([r.change for r in self._newest() if r.change.record_id == record_id], page)

    def of_building(self, building_id: str, where: ChangeFilter, page: Page) -> Slice[Change]:
        return self._where(where, page, [r for r in self._newest() if r.building_id == building_id])

    def of_user(self, user_id: str, where: ChangeFilter, page: Page) -> Slice[Change]:
        return self._where(where, page, [r for r in self._newest() if r.change.user_id == user_id])

    def _newest(self) -> list[Recorded]:
        return [r for r in reversed(self._table.history) if r.organization_id == self._org]

    def _where(self, where: ChangeFilter, page: Page, recorded: list[Recorded]) -> Slice[Change]:
        found = [
            r.change
            for r in recorded
            if where.kind in (None, r.change.record_kind)
            and where.user_id in (None, r.change.user_id)
            and where.import_id in (None, r.change.import_id)
        ]
        return _page(sorted(found, key=lambda c: str(c.at), reverse=True), page)


class FakeImportDesk:
    """`before_commit` runs before each commit of a chunk; tests let it raise, or write."""

    def __init__(self, table: FakeTable) -> None:
        self._table = table
        self.before_commit: Callable[[], None] = lambda: None

    def find(self, which: ImportOrder | LaneOrder | UploadedFile) -> ImportJob:
        try:
            key = (which.organization_id, "import", which.building_id, which.import_id)
            job: ImportJob = self._table.items[key]
        except KeyError:
            raise NotFound("import") from None
        return job

    def claim(
        self,
        file: UploadedFile,
        *,
        attempt: str,
        now: datetime,
        until: datetime,
        status: ImportStatus = ImportStatus.READING,
    ) -> ImportJob | None:
        key = (file.organization_id, "import", file.building_id, file.import_id)
        job: ImportJob | None = self._table.items.get(key)
        if job is None or job.status not in CLAIMED_FROM[status]:
            return None
        is_free = job.attempt == attempt or job.lease_until is None or job.lease_until < now
        if not is_free:
            return None
        claimed = replace(
            job,
            attempt=attempt,
            attempts=job.attempts + 1,
            lease_until=until,
            status=status,
            updated_at=now,
        )
        self._table.items[key] = claimed
        return claimed

    def whose_turn(self, order: ImportOrder) -> ImportJob | None:
        import_id = self._table.items.get((order.organization_id, "turn", order.building_id))
        return None if import_id is None else self.find(replace(order, import_id=import_id))

    def changes(self, file: UploadedFile, job: ImportJob) -> Iterator[Change]:
        for recorded in reversed(self._table.history):
            if recorded.change.import_id == job.id:
                yield recorded.change

    def lane_chunk(
        self, file: UploadedFile, job: ImportJob, lane: ImportLane, *, attempt: str
    ) -> FakeUnitOfWork:
        held = replace(job, attempt=attempt)
        return self.chunk(file, held, lane.first_chunk + lane.done, is_in_lane=True)

    def chunk(
        self, file: UploadedFile, job: ImportJob, number: int, *, is_in_lane: bool = False
    ) -> FakeUnitOfWork:
        actor = Actor(
            organization_id=file.organization_id,
            user_id=job.started_by or "",
            name=job.started_by_name or "",
            role=Role.ADMIN,
            request_id=job.attempt or "",
        )
        return FakeUnitOfWork(
            self._table,
            actor,
            before_commit=lambda: self.before_commit(),
            import_id=job.id,
            is_in_lane=is_in_lane,
        )


class FakeExportDesk:
    """`before_commit` runs before each save of a worker; tests let it raise."""

    def __init__(self, table: FakeTable) -> None:
        self._table = table
        self.before_commit: Callable[[], None] = lambda: None

    def claim(self, order: ExportOrder, *, attempt: str, now: datetime) -> ExportJob | None:
        key = (order.organization_id, "export", order.building_id, order.export_id)
        job: ExportJob | None = self._table.items.get(key)
        if job is None or job.status is not ExportStatus.BUILDING:
            return None
        claimed = replace(job, attempt=attempt, updated_at=now)
        self._table.items[key] = claimed
        return claimed

    def registry(self, order: ExportOrder, job: ExportJob) -> FakeUnitOfWork:
        actor = Actor(
            organization_id=order.organization_id,
            user_id=job.started_by or "",
            name=job.started_by_name or "",
            role=Role.ADMIN,
            request_id=job.attempt or "",
        )
        return FakeUnitOfWork(self._table, actor, before_commit=lambda: self.before_commit())


class FakeExportStore:
    """Finished files by export, and the sheets that imports have stored (in `FakeUploads`)."""

    def __init__(self, uploads: "FakeUploads | None" = None) -> None:
        self.files: dict[str, bytes] = {}
        self._uploads = uploads

    def put(self, organization_id: str, job: ExportJob, path: Path) -> None:
        self.files[job.id] = path.read_bytes()

    def download_url(self, organization_id: str, job: ExportJob) -> str:
        return f"https://exports.example/{organization_id}/{job.id}/{job.filename}"

    def kept_sheets(self, organization_id: str, building_id: str) -> Iterator[Line]:
        if self._uploads is not None:
            for sheet in self._uploads.kept_of(building_id):
                yield from lines_of_sheet(sheet)


class FakeDeletionDesk:
    """`before_commit` runs before each commit of a chunk; tests let it raise, or write."""

    def __init__(self, table: FakeTable) -> None:
        self._table = table
        self.before_commit: Callable[[], None] = lambda: None
        self.cleared: list[str] = []

    def clear_files(self, order: DeletionOrder, deletion: Deletion) -> None:
        self.cleared.append(deletion.target.building_id)

    def find(self, order: DeletionOrder) -> Deletion:
        key = (order.organization_id, "deletion", order.deletion_id)
        deletion: Deletion | None = self._table.items.get(key)
        if deletion is None:
            raise NotFound("deletion")
        return deletion

    def chunk(self, order: DeletionOrder, deletion: Deletion) -> FakeUnitOfWork:
        actor = Actor(
            organization_id=order.organization_id,
            user_id=deletion.started_by or "",
            name=deletion.started_by_name or "",
            role=Role.ADMIN,
            request_id="",
        )
        return FakeUnitOfWork(self._table, actor, before_commit=lambda: self.before_commit())

    def last(self, order: DeletionOrder, deletion: Deletion) -> FakeUnitOfWork:
        return self.chunk(order, deletion)


class FakeOrders(Generic[OrderT]):
    def __init__(self) -> None:
        self.orders: list[OrderT] = []
        self.is_there = True

    def send(self, order: OrderT) -> None:
        if not self.is_there:
            raise ServiceUnavailable("no queue")
        self.orders.append(order)


class FakeSearchWords:
    """The words of all organisations, in the order of their sort keys."""

    def __init__(self) -> None:
        self.entries: dict[Key, WordEntry] = {}

    def write(self, put: Sequence[WordEntry], removed: Sequence[WordEntry]) -> None:
        for entry in removed:
            self.entries.pop(self._key(entry), None)
        for entry in put:
            self.entries[self._key(entry)] = entry

    def _key(self, entry: WordEntry) -> Key:
        order = f"{int(not entry.whole)}{KINDS.index(Kind(entry.kind))}"
        partition = (entry.organization_id, Drawer.of(entry.kind), entry.text[:2])
        return (*partition, f"{entry.text}#{order}#{entry.record_id}")


class FakeSearchIndex:
    def __init__(self, table: FakeTable, words: FakeSearchWords, org: str) -> None:
        self._table, self._words, self._org = table, words, org
        self.words_per_window = 400

    def window(self, drawer: Drawer, beginning: str, span: Span) -> Window:
        positions = [p for p in (span.after, span.until) if p is not None]
        if not all(p.startswith(beginning) for p in positions):
            raise InvalidInput("The cursor does not belong to this list", {"cursor": "…"})
        found = [
            (key[3], entry)
            for key, entry in sorted(self._words.entries.items())
            if key[:3] == (self._org, drawer, beginning[:2])
            and key[3].startswith(beginning)
            and (span.after is None or key[3] > span.after)
        ]
        if span.until is not None:
            shown = [entry for sk, entry in found if sk <= span.until]
            return Window(tuple(shown), span.until)
        kept = found[: self.words_per_window]
        more = len(found) > len(kept)
        return Window(tuple(entry for _, entry in kept), kept[-1][0] if more else None)

    def records(self, entries: Sequence[WordEntry]) -> dict[str, Record]:
        wanted = {e.record_id for e in entries} | {e.building_id for e in entries}
        records = (v for key, v in self._table.items.items() if key[0] == self._org)
        return {r.id: r for r in records if isinstance(r, Record) and r.id in wanted}


class FakeUploads:
    def __init__(self) -> None:
        self.reports: dict[str, tuple[Problem, ...]] = {}
        self.models: dict[str, SourceModel] = {}
        self.plans: dict[str, list[PlanEntry]] = {}
        self.adopted: dict[str, str] = {}
        self.lanes: dict[str, list[str]] = {}
        self.replaced: set[str] = set()
        # By building, import and document.
        self.kept_sheets: dict[tuple[str, str, str], KeptSheet] = {}

    def presign(self, organization_id: str, job: ImportJob) -> Upload:
        return Upload(
            url="https://uploads.example/",
            fields={"key": f"uploads/{organization_id}/{job.building_id}/{job.id}/{job.filename}"},
            max_bytes=1000,
            expires_in_seconds=3600,
        )

    @contextmanager
    def fetch(self, file: UploadedFile) -> Iterator[Path]:
        yield Path(file.filename)

    def adopt(self, drop: Drop, file: UploadedFile) -> bool:
        if drop.etag in self.replaced:
            return False
        self.adopted[file.location] = drop.location
        return True

    def save_model(self, file: UploadedFile, model: SourceModel) -> None:
        self.models[file.import_id] = model

    def model(self, file: UploadedFile) -> SourceModel:
        return self.models[file.import_id]

    def save_plan(self, file: UploadedFile, entries: Iterable[PlanEntry]) -> None:
        self.plans[file.import_id] = list(entries)

    def plan(self, file: UploadedFile, *, start: int = 0, size: int) -> Iterator[PlanEntry]:
        yield from self.plans.get(file.import_id, [])[start:size]

    def save_lane(self, file: UploadedFile, name: str, chunks: Iterable[Sequence[Device]]) -> str:
        location = f"{file.import_id}/{name}"
        self.lanes[location] = [line_of(chunk) for chunk in chunks]
        return location

    def lane(self, location: str, *, start: int) -> Iterator[list[Device]]:
        return map(chunk_of, self.lanes[location][start:])

    def problems(self, file: UploadedFile) -> Iterator[Problem]:
        yield from self.reports.get(file.import_id, ())

    def save_kept(self, file: UploadedFile, document: str, sheets: Sequence[KeptSheet]) -> None:
        for part, sheet in stored_parts(document, sheets):
            self.kept_sheets[file.building_id, file.import_id, part] = sheet

    def kept(self, file: UploadedFile) -> Iterator[StoredHead]:
        for sheet in self.kept_of(file.building_id):
            head = head_of(next(lines_of_sheet(sheet)))
            if head is not None:
                yield head

    def kept_of(self, building_id: str) -> Iterator[KeptSheet]:
        stored = ((i, part) for b, i, part in self.kept_sheets if b == building_id)
        for import_id, part in stored_that_count(stored):
            yield self.kept_sheets[building_id, import_id, part]

    def forget_kept(self, file: UploadedFile) -> None:
        self.kept_sheets = {k: s for k, s in self.kept_sheets.items() if k[1] != file.import_id}

    def save_report(self, file: UploadedFile, problems: tuple[Problem, ...]) -> None:
        self.reports[file.import_id] = problems


class FakeReader:
    """Says `model`, or raises it."""

    def __init__(self, model: SourceModel | Exception) -> None:
        self.model = model

    def read(self, path: Path, *, profile: str) -> SourceModel:
        if isinstance(self.model, Exception):
            raise self.model
        return self.model


class FakeTokens:
    """Knows the tokens it was given, by their subject."""

    def __init__(self, **subjects: str) -> None:
        self.subjects = subjects
        self.keys_are_there = True

    def claims(self, token: str) -> dict[str, Any]:
        if not self.keys_are_there:
            raise ServiceUnavailable("no keys")
        if token not in self.subjects:
            raise Unauthenticated("bad token")
        return {"sub": self.subjects[token]}


class FakeVault:
    """Gives a number for a text, and the text for its number in its own place only."""

    def __init__(self, organization_id: str = ORG) -> None:
        self._organization_id = organization_id
        self._sealed: dict[str, tuple[tuple[str, str, str], str]] = {}

    def seal(self, secret: Secret, *, record_id: str, name: str) -> Sealed:
        number = f"sealed-{len(self._sealed)}"
        self._sealed[number] = ((self._organization_id, record_id, name), secret.text)
        return Sealed(number)

    def open(self, sealed: Sealed, *, record_id: str, name: str) -> Secret:
        place, text = self._sealed[sealed.ciphertext]
        if place != (self._organization_id, record_id, name):
            raise BrokenSeal
        return Secret(text)

    def of(self, organization_id: str) -> Self:
        """The vault of another organisation, behind the same key."""
        other = type(self)(organization_id)
        other._sealed = self._sealed
        return other


class FakeSignIns:
    """The sign-ins by address. `mails` are the invitations, in the order they were sent."""

    def __init__(self) -> None:
        self.subjects: dict[str, str] = {}
        self.disabled: set[str] = set()
        self.mails: list[str] = []
        self.is_there = True

    def create(self, email: str) -> SignIn:
        self._ask()
        if (known := self.subjects.get(email.lower())) is not None:
            return SignIn(known, is_new=False)
        self.mails.append(email)
        subject = self.subjects[email.lower()] = f"subject-of-{email.lower()}"
        return SignIn(subject, is_new=True)

    def invite_again(self, email: str) -> None:
        self._ask()
        self.mails.append(email)

    def disable(self, subject: str) -> None:
        self._ask()
        self.disabled.add(subject)

    def enable(self, subject: str) -> None:
        self._ask()
        self.disabled.discard(subject)

    def _ask(self) -> None:
        if not self.is_there:
            raise ServiceUnavailable("no answer")


class FakeDirectory:
    def __init__(self, *users: User) -> None:
        self.users = {user.subject: user for user in users}

    def user_of(self, subject: str) -> User | None:
        return self.users.get(subject)
