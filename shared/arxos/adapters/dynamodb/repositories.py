"""The registry's repositories on DynamoDB; the ids in the docstrings are those of the rows in
docs/access-patterns.md.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from arxos.adapters.dynamodb import keys, mapping
from arxos.adapters.dynamodb.availability import reading
from arxos.adapters.dynamodb.journal import Journal
from arxos.adapters.dynamodb.query import Collection, bad_cursor, read_all, read_slice
from arxos.adapters.dynamodb.table import (
    GSI1,
    GSI2,
    BuildingItem,
    DeviceItem,
    FloorItem,
    FurtherRoomItem,
    HolderItem,
    IdentityItem,
    ImportItem,
    OrganizationItem,
    RoomItem,
    TableItem,
    UserItem,
)
from arxos.adapters.dynamodb.transaction import Transaction, changed_meanwhile
from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.errors import ArxosError, Conflict, Duplicate, NotFound
from arxos.domain.floor import Floor
from arxos.domain.identifiers import is_id, shard_names, shard_of
from arxos.domain.import_job import ImportJob
from arxos.domain.record import Record
from arxos.domain.room import Room
from arxos.domain.text_rules import folded
from arxos.domain.timestamps import from_iso, to_iso
from arxos.domain.user import Organization, User
from arxos.ports.registry import BuildingFilter, DeviceFilter, Page, RoomFilter, Slice

I_co = TypeVar("I_co", bound=TableItem)
P = TypeVar("P", Room, Device)


def get_item(type_: type[I_co], key: keys.Key, kind: str) -> I_co:
    """One consistent GetItem; NotFound when there is none."""
    with reading():
        try:
            return type_.get(key.pk, key.sk, consistent_read=True)
        except type_.DoesNotExist:
            raise NotFound(kind) from None


def _before(record: Record, field: str) -> Any:
    """The value a field had when the record was loaded."""
    for event in record.events:
        if field in event.changes:
            return event.changes[field][0]
    return getattr(record, field)


class _Repository:
    def __init__(self, org: str, transaction: Transaction, journal: Journal) -> None:
        self._org = org
        self._transaction = transaction
        self._journal = journal

    def _set(self, item: Any, record: Record) -> None:
        item.version = record.version + 1
        self._transaction.set(
            item,
            except_for=mapping.COUNTERS,
            condition=type(item).version == record.version,
        )
        self._journal.write(record.events, getattr(record, "building_id", record.id))


class DynamoBuildings(_Repository):
    """Access patterns B1-B6."""

    def get(self, building_id: str) -> Building:
        """B1."""
        if not is_id(building_id, "building"):
            raise NotFound("building")
        key = keys.building(self._org, building_id)
        return mapping.building(get_item(BuildingItem, key, "building"))

    def list(self, where: BuildingFilter, page: Page) -> Slice[Building]:
        """B2 (by time of creation: the ids are ULIDs), B3 (by name)."""
        partition = keys.buildings(self._org)
        forward = not where.sort.startswith("-")
        if where.sort.lstrip("-") == "name":
            collection = Collection(
                (partition,), "", index=GSI1, home=lambda _: partition, forward=forward
            )
        else:
            collection = Collection((partition,), "BLD#", forward=forward)
        condition: Any = None
        if where.status is not None:
            condition = BuildingItem.status == where.status
        if where.q is not None:
            contains = BuildingItem.name_folded.contains(folded(where.q))
            condition = contains if condition is None else condition & contains
        return read_slice(collection, page, mapping.building, where=condition)

    def add(self, building: Building) -> None:
        """B4."""
        self._transaction.put_new(mapping.building_item(self._org, building))
        self._journal.write(building.events, building.id)

    def update(self, building: Building) -> None:
        """B5."""
        self._set(mapping.building_item(self._org, building), building)

    def spread(self, building: Building, shards: int) -> None:
        """B6. Only ever upwards, so that no list forgets a shard."""
        key = keys.building(self._org, building.id)
        if shards > building.shards:
            self._transaction.change(
                BuildingItem(key.pk, key.sk),
                [BuildingItem.shards.set(shards)],
                condition=BuildingItem.shards == building.shards,
                error=changed_meanwhile,
            )


class DynamoFloors(_Repository):
    """Access patterns F1-F4."""

    def get(self, building_id: str, floor_id: str) -> Floor:
        """F1."""
        if not is_id(floor_id, "floor"):
            raise NotFound("floor")
        key = keys.floor(self._org, building_id, floor_id)
        return mapping.floor(get_item(FloorItem, key, "floor"))

    def list(self, building_id: str, page: Page) -> Slice[Floor]:
        """F2. A building has at most some hundred floors: one Query, ordered here."""
        floors = sorted(self.all(building_id), key=lambda f: f.floor_number)
        if page.position is not None:
            try:
                after = int(json.loads(page.position))
            except (ValueError, TypeError):
                raise bad_cursor() from None
            floors = [f for f in floors if f.floor_number > after]
        items = tuple(floors[: page.limit])
        more = len(floors) > page.limit
        return Slice(items, json.dumps(items[-1].floor_number) if more else None)

    def all(self, building_id: str) -> Iterator[Floor]:
        """F2."""
        partition = keys.in_building(self._org, building_id)
        for item in read_all(Collection((partition,), keys.FLOOR)):
            yield mapping.floor(item)

    def add(self, floor: Floor) -> None:
        """F3."""
        self._transaction.put_new(mapping.floor_item(self._org, floor))
        self._hold_number(floor)
        self._transaction.count(
            BuildingItem,
            keys.building(self._org, floor.building_id),
            "floors_count",
            1,
            kind="building",
        )
        self._journal.write(floor.events, floor.building_id)

    def update(self, floor: Floor) -> None:
        """F4."""
        number = _before(floor, "floor_number")
        if number != floor.floor_number:
            key = keys.floor_number(self._org, floor.building_id, number)
            self._transaction.delete(
                HolderItem(key.pk, key.sk), condition=HolderItem.holder_id == floor.id
            )
            self._hold_number(floor)
        self._set(mapping.floor_item(self._org, floor), floor)

    def _hold_number(self, floor: Floor) -> None:
        key = keys.floor_number(self._org, floor.building_id, floor.floor_number)

        def taken() -> ArxosError:
            return Duplicate(
                "floor_number", f"This building has a floor number {floor.floor_number} already."
            )

        self._transaction.put_new(HolderItem(key.pk, key.sk, holder_id=floor.id), error=taken)


class DynamoRooms(_Repository):
    """Access patterns R1-R5."""

    def get(self, building_id: str, room_id: str) -> Room:
        """R1."""
        if not is_id(room_id, "room"):
            raise NotFound("room")
        key = keys.room(self._org, building_id, room_id)
        return mapping.room(get_item(RoomItem, key, "room"))

    def list(self, building: Building, where: RoomFilter, page: Page) -> Slice[Room]:
        """R2 (a building's), R3 (a floor's)."""
        if where.floor_id is not None:
            collection = Collection(
                (keys.on_floor(self._org, where.floor_id),),
                keys.ROOM,
                index=GSI1,
                home=_home(self._org, building.id),
            )
        else:
            collection = _in_building(self._org, building, keys.ROOM)
        condition = _all_of(
            RoomItem.room_type == where.room_type if where.room_type is not None else None,
            RoomItem.status == where.status if where.status is not None else None,
        )
        return _of_building(building, read_slice(collection, page, mapping.room, where=condition))

    def all(self, building: Building) -> Iterator[Room]:
        """R2, to its end."""
        for item in read_all(_in_building(self._org, building, keys.ROOM)):
            yield mapping.room(item)

    def add(self, room: Room) -> None:
        """R4."""
        self._transaction.put_new(mapping.room_item(self._org, room))
        if not room.number_shared:
            self._hold_number(room)
        self._transaction.count(
            BuildingItem,
            keys.building(self._org, room.building_id),
            "rooms_count",
            1,
            kind="building",
        )
        self._count_on_floor(room, room.floor_id, 1)
        self._journal.write(room.events, room.building_id)

    def update(self, room: Room) -> None:
        """R5."""
        floor_id, number = _before(room, "floor_id"), _before(room, "room_number")
        shared = _before(room, "number_shared")
        held = None if shared else (floor_id, folded(number))
        holds = None if room.number_shared else (room.floor_id, folded(room.room_number))
        if held != holds:
            if held is not None:
                key = keys.room_number(self._org, floor_id, number)
                self._transaction.delete(
                    HolderItem(key.pk, key.sk), condition=HolderItem.holder_id == room.id
                )
            if holds is not None:
                self._hold_number(room)
        if floor_id != room.floor_id:
            self._count_on_floor(room, floor_id, -1)
            self._count_on_floor(room, room.floor_id, 1)
        self._set(mapping.room_item(self._org, room), room)

    def _count_on_floor(self, room: Room, floor_id: str, by: int) -> None:
        key = keys.floor(self._org, room.building_id, floor_id)
        self._transaction.count(FloorItem, key, "rooms_count", by, kind="floor")

    def _hold_number(self, room: Room) -> None:
        key = keys.room_number(self._org, room.floor_id, room.room_number)

        def taken() -> ArxosError:
            return Duplicate(
                "room_number", f"This floor has a room number '{room.room_number}' already."
            )

        self._transaction.put_new(HolderItem(key.pk, key.sk, holder_id=room.id), error=taken)


class DynamoDevices(_Repository):
    """Access patterns D1-D6."""

    def get(self, building_id: str, device_id: str) -> Device:
        """D1."""
        if not is_id(device_id, "device"):
            raise NotFound("device")
        key = keys.device(self._org, building_id, device_id)
        return mapping.device(get_item(DeviceItem, key, "device"))

    def list(self, building: Building, where: DeviceFilter, page: Page) -> Slice[Device]:
        """D2 (a building's), D3 (a room's), D4 (a floor's)."""
        home = _home(self._org, building.id)
        of_floor = where.floor_id
        if where.room_id is not None:
            collection = Collection(
                (keys.in_room(self._org, where.room_id),), keys.DEVICE, index=GSI1, home=home
            )
        elif where.floor_id is not None:
            of_floor = None
            collection = Collection(
                tuple(
                    keys.on_floor_shard(self._org, where.floor_id, shard)
                    for shard in shard_names(building.shards)
                ),
                keys.DEVICE,
                index=GSI2,
                home=home,
            )
        else:
            collection = _in_building(self._org, building, keys.DEVICE)
        condition = _all_of(
            DeviceItem.floor_id == of_floor if of_floor is not None else None,
            DeviceItem.device_type == where.device_type if where.device_type is not None else None,
            DeviceItem.status == where.status if where.status is not None else None,
        )
        found = read_slice(collection, page, lambda item: item, where=condition)
        devices = Slice(self._devices(building.id, found.items), found.position)
        return _of_building(building, devices)

    def _devices(self, building_id: str, items: Sequence[TableItem]) -> tuple[Device, ...]:
        """Items as devices; those of a further room are fetched in one BatchGetItem (D3)."""
        wanted = [
            keys.device(self._org, building_id, item.device_id)
            for item in items
            if isinstance(item, FurtherRoomItem)
        ]
        with reading():
            fetched = {item.id: item for item in DeviceItem.batch_get(wanted)} if wanted else {}
        devices = []
        for item in items:
            if isinstance(item, DeviceItem):
                devices.append(mapping.device(item))
            elif isinstance(item, FurtherRoomItem) and item.device_id in fetched:
                devices.append(mapping.device(fetched[item.device_id]))
        return tuple(devices)

    def all(self, building: Building) -> Iterator[Device]:
        """D2, to its end."""
        for item in read_all(_in_building(self._org, building, keys.DEVICE)):
            yield mapping.device(item)

    def add(self, device: Device) -> None:
        """D5."""
        self._transaction.put_new(mapping.device_item(self._org, device))
        for room_id in device.room_ids[1:]:
            self._transaction.put(mapping.further_room_item(self._org, device, room_id))
        self._transaction.count(
            BuildingItem,
            keys.building(self._org, device.building_id),
            "devices_count",
            1,
            kind="building",
        )
        self._count(device, device.floor_id, device.room_ids, 1)
        self._journal.write(device.events, device.building_id)

    def update(self, device: Device) -> None:
        """D6."""
        floor_id, room_ids = _before(device, "floor_id"), _before(device, "room_ids")
        if (floor_id, room_ids) != (device.floor_id, device.room_ids):
            self._count(device, floor_id, room_ids, -1)
            self._count(device, device.floor_id, device.room_ids, 1)
        for room_id in set(room_ids[1:]) - set(device.room_ids[1:]):
            self._transaction.delete(mapping.further_room_item(self._org, device, room_id))
        for room_id in device.room_ids[1:]:
            self._transaction.put(mapping.further_room_item(self._org, device, room_id))
        self._set(mapping.device_item(self._org, device), device)

    def _count(self, device: Device, floor_id: str, room_ids: Sequence[str], by: int) -> None:
        key = keys.floor(self._org, device.building_id, floor_id)
        self._transaction.count(FloorItem, key, "devices_count", by, kind="floor")
        for room_id in room_ids:
            key = keys.room(self._org, device.building_id, room_id)
            self._transaction.count(RoomItem, key, "devices_count", by, kind="room")


class DynamoImports(_Repository):
    """Access patterns I1-I4."""

    def get(self, building_id: str, import_id: str) -> ImportJob:
        """I1."""
        if not is_id(import_id, "import"):
            raise NotFound("import")
        key = keys.import_job(self._org, building_id, import_id)
        return mapping.import_job(get_item(ImportItem, key, "import"))

    def list(self, building_id: str, page: Page) -> Slice[ImportJob]:
        """I2."""
        partition = keys.in_building(self._org, building_id)
        collection = Collection((partition,), keys.IMPORT, forward=False)
        return read_slice(collection, page, mapping.import_job)

    def add(self, job: ImportJob) -> None:
        """I3."""
        self._transaction.put_new(mapping.import_item(self._org, job))
        self._journal.write(job.events, job.building_id)

    def save(self, job: ImportJob) -> None:
        """I4."""
        self._transaction.set(
            mapping.import_item(self._org, job),
            except_for=frozenset(),
            condition=ImportItem.attempt == job.attempt,
            error=lambda: Conflict("Another invocation has taken over this import."),
        )
        self._journal.write(job.events, job.building_id)


class DynamoUsers(_Repository):
    """Access patterns U1-U3."""

    def get(self, user_id: str) -> User:
        """U1."""
        if not is_id(user_id, "user"):
            raise NotFound("user")
        return mapping.user(get_item(UserItem, keys.user(self._org, user_id), "user"))

    def add(self, user: User) -> None:
        """U2."""
        identity = keys.identity(user.subject)
        self._transaction.put_new(mapping.user_item(user))
        self._transaction.put_new(
            IdentityItem(
                identity.pk, identity.sk, organization_id=user.organization_id, user_id=user.id
            ),
            error=lambda: Duplicate("user", "This sign-in belongs to a user already."),
        )
        self._journal.write(user.events, None)


class DynamoOrganizations(_Repository):
    """Access patterns O1-O2."""

    def get(self) -> Organization:
        """O1."""
        item = get_item(OrganizationItem, keys.organization(self._org), "organization")
        return Organization(id=item.id, name=item.name, created_at=from_iso(item.created_at))

    def add(self, organization: Organization) -> None:
        """O2."""
        key = keys.organization(self._org)
        self._transaction.put_new(
            OrganizationItem(
                key.pk,
                key.sk,
                id=organization.id,
                name=organization.name,
                created_at=to_iso(organization.created_at),
            )
        )


def _in_building(org: str, building: Building, prefix: str) -> Collection:
    shards = shard_names(building.shards)
    return Collection(tuple(keys.in_shard(org, building.id, shard) for shard in shards), prefix)


def _of_building(building: Building, found: Slice[P]) -> Slice[P]:
    """Nothing, when the floor or room asked for is another building's."""
    if any(record.building_id != building.id for record in found.items):
        return Slice((), None)
    return found


def _home(org: str, building_id: str) -> Any:
    """The table's partition of a room, a device, or a pointer to one, from its sort key."""

    def home(sk: str) -> str:
        record_id = sk.partition("#")[2].partition("#")[0]
        return keys.in_shard(org, building_id, shard_of(record_id))

    return home


def _all_of(*conditions: Any) -> Any:
    held = [c for c in conditions if c is not None]
    combined = held[0] if held else None
    for condition in held[1:]:
        combined = combined & condition
    return combined
