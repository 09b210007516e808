"""Buildings, floors, rooms, devices and groups in memory."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.errors import (
    ChangedMeanwhile,
    Duplicate,
)
from arxos.domain.floor import Floor
from arxos.domain.group import MAX_GROUPS_OF_A_RECORD, Group, kind_of_member
from arxos.domain.room import Room
from arxos.domain.summary import COUNTED_FIELDS, Tally, tally_of
from arxos.domain.text_rules import folded
from arxos.ports.lists import (
    BuildingFilter,
    DeviceFilter,
    FloorFilter,
    GroupFilter,
    Page,
    RoomFilter,
    Slice,
)
from tests.fakes.store import Key, Repository, conflict, page_of, sorted_page


class FakeBuildings(Repository):
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
        return sorted_page(found, where.sort, page)

    def add(self, building: Building) -> None:
        self._draft.put_new(
            (self._org, "building", building.id), replace(building, events=()), conflict
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


class FakeFloors(Repository):
    def get(self, building_id: str, floor_id: str) -> Floor:
        return self._get("floor", building_id, floor_id)  # type: ignore[no-any-return]

    def list(self, building_id: str, where: FloorFilter, page: Page) -> Slice[Floor]:
        found = [
            f
            for f in self.all(building_id)
            if (where.floor_ids is None or f.id in where.floor_ids)
            and where.status in (None, f.status)
        ]
        return sorted_page(found, where.sort, page)

    def all(self, building_id: str) -> Iterator[Floor]:
        yield from self._of("floor", building_id)

    def get_some(self, building_id: str, floor_ids: Iterable[str]) -> dict[str, Floor]:
        return self._get_some("floor", building_id, floor_ids)

    def add(self, floor: Floor) -> None:
        self._draft.put_new(
            (self._org, "floor", floor.building_id, floor.id), replace(floor, events=()), conflict
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


class FakeRooms(Repository):
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
            return sorted_page(found, where.sort or "number", page)
        return page_of(found, page)

    def all(self, building: Building) -> Iterator[Room]:
        yield from self._of("room", building.id)

    def get_some(self, building_id: str, room_ids: Iterable[str]) -> dict[str, Room]:
        return self._get_some("room", building_id, room_ids)

    def holders(self, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        held = {p: self._table.items.get((self._org, "room number", *p)) for p in places}
        return {place: room_id for place, room_id in held.items() if room_id is not None}

    def add(self, room: Room) -> None:
        self._draft.put_new(
            (self._org, "room", room.building_id, room.id), replace(room, events=()), conflict
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


class FakeDevices(Repository):
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
            return sorted_page(found, where.sort or "name", page)
        return page_of(found, page)

    def all(self, building: Building) -> Iterator[Device]:
        yield from self._of("device", building.id)

    def get_some(self, building_id: str, device_ids: Iterable[str]) -> dict[str, Device]:
        return self._get_some("device", building_id, device_ids)

    def add(self, device: Device) -> None:
        self._draft.put_new(
            (self._org, "device", device.building_id, device.id),
            replace(device, events=()),
            conflict,
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


class FakeGroups(Repository):
    def get(self, building_id: str, group_id: str) -> Group:
        return self._get("group", building_id, group_id)  # type: ignore[no-any-return]

    def list(self, building_id: str, where: GroupFilter, page: Page) -> Slice[Group]:
        found = [g for g in self.all(building_id) if where.kind in (None, g.group_kind.value)]
        return page_of(found, page)

    def all(self, building_id: str) -> Iterator[Group]:
        yield from self._of("group", building_id)

    def add(self, group: Group) -> None:
        key = (self._org, "group", group.building_id, group.id)
        self._draft.put_new(key, replace(group, events=()), conflict)
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
        return page_of(self._of("member", group.id), page)

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
