"""How every registry lists: page by page, filtered, in order."""

from typing import Any

import pytest

from arxos.domain.building import Building
from arxos.domain.floor import Floor
from arxos.domain.room import Room
from arxos.domain.status import BuildingStatus
from arxos.ports.lists import BuildingFilter, DeviceFilter, FloorFilter, Page, RoomFilter
from arxos.ports.registry import UnitOfWork
from tests.make import LATER, make_building, make_device, make_floor, make_import, make_room


@pytest.mark.parametrize("limit", [1, 3, 7, 200])
def test_pages_hold_every_record_once_and_the_last_has_no_next(
    uow: UnitOfWork, building: Building, floor: Floor, limit: int
) -> None:
    rooms = [make_room(floor, room_number=str(n)) for n in range(7)]
    with uow:
        for room in rooms:
            uow.rooms.add(room)

    for where in (RoomFilter(), RoomFilter(floor_id=floor.id)):
        seen: list[str] = []
        page = Page(limit)
        while True:
            found = uow.rooms.list(building, where, page)
            seen += [r.id for r in found.items]
            if found.position is None:
                break
            assert len(found.items) == limit
            page = Page(limit, found.position)
        assert sorted(seen) == sorted(r.id for r in rooms)


def test_floors_are_listed_from_the_lowest_up(uow: UnitOfWork, building: Building) -> None:
    with uow:
        for number in (3, -2, 0, 11):
            uow.floors.add(make_floor(building, floor_number=number))

    first = uow.floors.list(building.id, FloorFilter(), Page(3))
    rest = uow.floors.list(building.id, FloorFilter(), Page(3, first.position))

    assert [f.floor_number for f in first.items] == [-2, 0, 3]
    assert [f.floor_number for f in rest.items] == [11]
    assert rest.position is None


def test_rooms_of_a_floor_are_listed_by_number(
    uow: UnitOfWork, building: Building, floor: Floor
) -> None:
    with uow:
        for number in ("B.1", "2", "10", "1"):
            uow.rooms.add(make_room(floor, room_number=number))

    listed = uow.rooms.list(building, RoomFilter(floor_id=floor.id), Page()).items

    assert [r.room_number for r in listed] == ["1", "2", "10", "B.1"]


def test_filters_combine(uow: UnitOfWork, building: Building, floor: Floor, room: Room) -> None:
    lamp = make_device(floor, room)
    chair = make_device(floor, room, device_type="Furniture")
    elsewhere = make_device(floor)
    with uow:
        for device in (lamp, chair, elsewhere):
            uow.devices.add(device)

    def ids(**where: Any) -> set[str]:
        return {d.id for d in uow.devices.list(building, DeviceFilter(**where), Page()).items}

    assert ids(device_type="LightFixture") == {lamp.id, elsewhere.id}
    assert ids(device_type="LightFixture", room_id=room.id) == {lamp.id}
    assert ids(floor_id=floor.id) == {lamp.id, chair.id, elsewhere.id}
    assert ids(floor_id=floor.id, status="operational") == set()
    assert ids(room_id=room.id, floor_id=floor.id, device_type="Furniture") == {chair.id}


def test_buildings_are_found_by_status_and_part_of_the_name(uow: UnitOfWork) -> None:
    tower = make_building(name="Größe Tower")
    works = make_building(name="Water Works").change_status("under_construction", at=LATER)
    with uow:
        uow.buildings.add(tower)
        uow.buildings.add(works)

    def names(**where: Any) -> list[str]:
        return [b.name for b in uow.buildings.list(BuildingFilter(**where), Page()).items]

    assert names(q="GROSSE tow") == ["Größe Tower"]
    assert names(status=BuildingStatus.UNDER_CONSTRUCTION) == ["Water Works"]
    assert names(sort="-name") == ["Water Works", "Größe Tower"]
    assert names(sort="name", q="w") == ["Größe Tower", "Water Works"]
    assert names(sort="-created") == ["Water Works", "Größe Tower"]


def test_imports_are_listed_newest_first(uow: UnitOfWork, building: Building) -> None:
    jobs = [make_import(building) for _ in range(3)]
    with uow:
        for job in jobs:
            uow.imports.add(job)

    first = uow.imports.list(building.id, Page(2))
    rest = uow.imports.list(building.id, Page(2, first.position))

    assert [j.id for j in first.items + rest.items] == [j.id for j in reversed(jobs)]


def test_a_wider_spread_building_lists_all_its_shards(uow: UnitOfWork, building: Building) -> None:
    with uow:
        uow.buildings.spread(building, 4)
    wide = uow.buildings.get(building.id)
    floor = make_floor(building)
    devices = [
        make_device(floor, id=f"dev_{shard}{number:026d}")
        for shard in "0123"
        for number in range(3)
    ]
    with uow:
        uow.floors.add(floor)
        for device in devices:
            uow.devices.add(device)

    assert wide.shards == 4
    for where in (DeviceFilter(), DeviceFilter(floor_id=floor.id)):
        seen: list[str] = []
        position = None
        while True:
            found = uow.devices.list(wide, where, Page(5, position))
            seen += [d.id for d in found.items]
            position = found.position
            if position is None:
                break
        assert sorted(seen) == sorted(d.id for d in devices)
