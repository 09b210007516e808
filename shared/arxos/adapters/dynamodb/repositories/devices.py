"""Devices on DynamoDB (docs/access-patterns.md, D)."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from arxos.adapters.dynamodb import keys, mapping
from arxos.adapters.dynamodb.availability import reading
from arxos.adapters.dynamodb.query import CALLS_PER_PAGE, Collection, read_all, read_slice
from arxos.adapters.dynamodb.repositories.base import (
    Repository,
    before,
    equal_to,
    floors_wanted,
    home_in,
    in_building,
    of_building,
)
from arxos.adapters.dynamodb.sorted_lists import best_of, in_order, read_orders
from arxos.adapters.dynamodb.table import (
    GSI1,
    GSI2,
    DeviceItem,
    FloorItem,
    FurtherRoomItem,
    RoomItem,
    TableItem,
)
from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.identifiers import PREFIXES, is_id, shard_names
from arxos.domain.ordering import Order, order_of
from arxos.ports.lists import DeviceFilter, Page, Slice, Sort


def _matches(device: Device, where: DeviceFilter) -> bool:
    """Whether all conditions but that of the group hold."""
    return (
        (where.floor_ids is None or device.floor_id in where.floor_ids)
        and where.floor_id in (None, device.floor_id)
        and (where.room_id is None or where.room_id in device.room_ids)
        and where.device_type in (None, device.device_type)
        and where.status in (None, device.status)
    )


class DynamoDevices(Repository):
    """Access patterns D1-D7, L3, M2."""

    def get(self, building_id: str, device_id: str) -> Device:
        """D1."""
        item = self._get(DeviceItem, keys.device, building_id, device_id, "device")
        return mapping.device(item)

    def list(self, building: Building, where: DeviceFilter, page: Page) -> Slice[Device]:
        """D2 (a building's), D3 (a room's), D4 (a floor's), L3 (sorted), G8 (a group's)."""
        if where.group_id is not None:
            return self._list_of_group(building, where.group_id, where, page)
        home = home_in(self._org, building.id)
        floor_ids = floors_wanted(where.floor_id, where.floor_ids)
        if where.room_id is not None:
            collection = Collection(
                (keys.in_room(self._org, where.room_id),),
                keys.DEVICE,
                index=GSI1,
                home=home,
                forward=where.sort != Sort.NAME_DESCENDING,
            )
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
        condition = equal_to(
            (DeviceItem.device_type, where.device_type), (DeviceItem.status, where.status)
        )
        if where.room_id is not None and condition is not None:
            # What leads to a device from a further room says nothing of it but its name.
            condition = condition | FurtherRoomItem.device_id.exists()
        by_name = (Sort.NAME, Sort.NAME_DESCENDING)
        if where.sort is None or (where.room_id is not None and where.sort in by_name):
            found = read_slice(collection, page, lambda item: item, where=condition)
            devices = self._devices(building.id, found.items)
            listed = tuple(device for device in devices if _matches(device, where))
            return of_building(building, Slice(listed, found.position))
        orders = self._orders(building, collection, where.sort, condition, where)
        return best_of(orders, where.sort, page, partial(self.get_some, building.id))

    def _orders(
        self,
        building: Building,
        collection: Collection,
        sort: str,
        condition: Any,
        where: DeviceFilter,
    ) -> Iterator[tuple[Order, str]]:
        """Each device's id with what it is sorted by, last those of a further room."""
        floor_ids = where.floor_ids
        pointed: list[str] = []
        orders = read_orders(collection, sort, where=condition, also=("floor_id", "device_id"))
        for order, raw in orders:
            if order is None:
                pointed.append(raw["device_id"]["S"])
            elif (
                raw["PK"]["S"] == keys.device(self._org, building.id, order[1]).pk
                and where.floor_id in (None, raw["floor_id"]["S"])
                and (floor_ids is None or raw["floor_id"]["S"] in floor_ids)
            ):
                yield order, order[1]
        for device in self.get_some(building.id, pointed).values():
            if _matches(device, where):
                yield order_of(device, sort), device.id

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

    def get_some(self, building_id: str, device_ids: Iterable[str]) -> dict[str, Device]:
        """L3, M2, G5, G6, G8."""
        items = self._get_some(DeviceItem, building_id, device_ids)
        return {item.id: mapping.device(item) for item in items}

    def _list_of_group(
        self, building: Building, group_id: str, where: DeviceFilter, page: Page
    ) -> Slice[Device]:
        """G8. Members are read in the order of their ids; what the filter leaves out costs reads,
        of which a page makes a bounded number.
        """
        if not is_id(group_id, "group"):
            return Slice((), None)
        members = Collection((keys.members(self._org, group_id),), keys.MEMBER + PREFIXES["device"])
        if where.sort is not None:
            every = self.get_some(building.id, (item.record_id for item in read_all(members)))
            return in_order((d for d in every.values() if _matches(d, where)), where.sort, page)
        devices: list[Device] = []
        position = page.position
        for _ in range(CALLS_PER_PAGE):
            wanted = Page(page.limit - len(devices), position)
            found = read_slice(members, wanted, lambda item: item.record_id)
            held = self.get_some(building.id, found.items)
            devices += [
                device
                for device_id in found.items
                if (device := held.get(device_id)) is not None and _matches(device, where)
            ]
            position = found.position
            if position is None or len(devices) == page.limit:
                break
        return Slice(tuple(devices), position)

    def add(self, device: Device) -> None:
        """D5."""
        self._put_new(mapping.device_item(self._org, device), device)
        for room_id in device.room_ids[1:]:
            self._transaction.put(mapping.further_room_item(self._org, device, room_id))
        self._count_in_building(device, 1)
        self._count(device, device.floor_id, device.room_ids, 1)
        self._tally(device, 1)

    def update(self, device: Device) -> None:
        """D6."""
        floor_id, room_ids = before(device, "floor_id"), before(device, "room_ids")
        if (floor_id, room_ids) != (device.floor_id, device.room_ids):
            self._count(device, floor_id, room_ids, -1)
            self._count(device, device.floor_id, device.room_ids, 1)
        for room_id in set(room_ids[1:]) - set(device.room_ids[1:]):
            self._transaction.delete(mapping.further_room_item(self._org, device, room_id))
        renamed = before(device, "name") != device.name
        for room_id in device.room_ids[1:]:
            # It holds only what its room's list is sorted by.
            if renamed or room_id not in room_ids[1:]:
                self._transaction.put(mapping.further_room_item(self._org, device, room_id))
        self._tally_changes(device)
        self._set(mapping.device_item(self._org, device), device)

    def remove(self, device: Device) -> None:
        """D7."""
        self._delete(mapping.device_item(self._org, device), device, ())
        for room_id in device.room_ids[1:]:
            self._transaction.delete(mapping.further_room_item(self._org, device, room_id))
        self._count_in_building(device, -1)
        self._count(device, device.floor_id, device.room_ids, -1)
        self._tally(device, -1)

    def _count(self, device: Device, floor_id: str, room_ids: Sequence[str], by: int) -> None:
        key = keys.floor(self._org, device.building_id, floor_id)
        self._transaction.count(FloorItem, key, "devices_count", by, kind="floor")
        for room_id in room_ids:
            key = keys.room(self._org, device.building_id, room_id)
            self._transaction.count(RoomItem, key, "devices_count", by, kind="room")
