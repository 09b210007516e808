"""Devices on DynamoDB (docs/access-patterns.md, D)."""

from collections.abc import Iterator, Sequence

from arxos.adapters.dynamodb import keys, mapping
from arxos.adapters.dynamodb.availability import reading
from arxos.adapters.dynamodb.query import Collection, read_all, read_slice
from arxos.adapters.dynamodb.repositories.base import (
    Repository,
    all_of,
    before,
    floors_wanted,
    get_item,
    home_in,
    in_building,
    of_building,
)
from arxos.adapters.dynamodb.table import (
    GSI1,
    GSI2,
    BuildingItem,
    DeviceItem,
    FloorItem,
    FurtherRoomItem,
    RoomItem,
    TableItem,
)
from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.errors import NotFound
from arxos.domain.identifiers import is_id, shard_names
from arxos.ports.registry import DeviceFilter, Page, Slice


class DynamoDevices(Repository):
    """Access patterns D1-D7."""

    def get(self, building_id: str, device_id: str) -> Device:
        """D1."""
        if not is_id(device_id, "device"):
            raise NotFound("device")
        key = keys.device(self._org, building_id, device_id)
        return mapping.device(get_item(DeviceItem, key, "device"))

    def list(self, building: Building, where: DeviceFilter, page: Page) -> Slice[Device]:
        """D2 (a building's), D3 (a room's), D4 (a floor's)."""
        home = home_in(self._org, building.id)
        on_floors: Sequence[str] | None = None
        floor_ids = floors_wanted(where.floor_id, where.floor_ids)
        if where.room_id is not None:
            collection = Collection(
                (keys.in_room(self._org, where.room_id),), keys.DEVICE, index=GSI1, home=home
            )
            on_floors = floor_ids
        elif floor_ids is not None:
            collection = Collection(
                tuple(
                    keys.on_floor_shard(self._org, floor_id, shard)
                    for floor_id in floor_ids
                    for shard in shard_names(building.shards)
                ),
                keys.DEVICE,
                index=GSI2,
                home=home,
            )
        else:
            collection = in_building(self._org, building, keys.DEVICE)
        condition = all_of(
            DeviceItem.device_type == where.device_type if where.device_type is not None else None,
            DeviceItem.status == where.status if where.status is not None else None,
        )
        found = read_slice(collection, page, lambda item: item, where=condition)
        devices = Slice(
            tuple(
                device
                for device in self._devices(building.id, found.items)
                if on_floors is None or device.floor_id in on_floors
            ),
            found.position,
        )
        return of_building(building, devices)

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
        for item in read_all(in_building(self._org, building, keys.DEVICE)):
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
        self._tally(device, 1)
        self._journal.write(device.events, device.building_id)

    def update(self, device: Device) -> None:
        """D6."""
        floor_id, room_ids = before(device, "floor_id"), before(device, "room_ids")
        if (floor_id, room_ids) != (device.floor_id, device.room_ids):
            self._count(device, floor_id, room_ids, -1)
            self._count(device, device.floor_id, device.room_ids, 1)
        for room_id in set(room_ids[1:]) - set(device.room_ids[1:]):
            self._transaction.delete(mapping.further_room_item(self._org, device, room_id))
        for room_id in device.room_ids[1:]:
            self._transaction.put(mapping.further_room_item(self._org, device, room_id))
        self._tally_changes(device)
        self._set(mapping.device_item(self._org, device), device)

    def remove(self, device: Device) -> None:
        """D7."""
        self._delete(mapping.device_item(self._org, device), device, ())
        for room_id in device.room_ids[1:]:
            self._transaction.delete(mapping.further_room_item(self._org, device, room_id))
        self._transaction.count(
            BuildingItem,
            keys.building(self._org, device.building_id),
            "devices_count",
            -1,
            kind="building",
        )
        self._count(device, device.floor_id, device.room_ids, -1)
        self._tally(device, -1)

    def _count(self, device: Device, floor_id: str, room_ids: Sequence[str], by: int) -> None:
        key = keys.floor(self._org, device.building_id, floor_id)
        self._transaction.count(FloorItem, key, "devices_count", by, kind="floor")
        for room_id in room_ids:
            key = keys.room(self._org, device.building_id, room_id)
            self._transaction.count(RoomItem, key, "devices_count", by, kind="room")
