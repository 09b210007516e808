"""Every order of every list, both ways: page by page, filtered, while others write."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from arxos.domain.building import Building
from arxos.domain.errors import InvalidInput
from arxos.domain.floor import Floor
from arxos.domain.room import Room
from arxos.ports.lists import (
    BuildingFilter,
    DeviceFilter,
    FloorFilter,
    NumberedSort,
    Page,
    RoomFilter,
    Slice,
    Sort,
)
from arxos.ports.registry import UnitOfWork
from tests.make import LATER, NOON, make_building, make_device, make_floor, make_room

Read = Callable[[Page], Slice[Any]]

# Names in their order, and for each the minutes after noon at which it was made and changed.
TIMES = {"äpfel": (5, 90), "Bolt": (1, 80), "bolt": (4, 70), "Cable": (2, 99), "Zoll": (3, 60)}
IN_ORDER = {
    "name": ["äpfel", "Bolt", "bolt", "Cable", "Zoll"],
    "created": ["Bolt", "Cable", "Zoll", "bolt", "äpfel"],
    "updated": ["Zoll", "bolt", "Bolt", "äpfel", "Cable"],
}
NUMBERS = dict(zip(TIMES, ("10", "2", "1", "B.2", "B.10"), strict=True))
IN_ORDER_OF_NUMBERS = ["bolt", "Bolt", "äpfel", "Cable", "Zoll"]


def timed(record: Any) -> Any:
    created, updated = TIMES[record.name]
    times = {"created": created, "updated": updated}
    return replace(record, **{f"{k}_at": NOON + timedelta(minutes=m) for k, m in times.items()})


def expected(sort: str) -> list[str]:
    by = sort.removeprefix("-")
    names = IN_ORDER_OF_NUMBERS if by == "number" else IN_ORDER[by]
    return names[::-1] if sort.startswith("-") else names


def walked(read: Read, between: Callable[[int], None] = lambda _: None) -> list[str]:
    """All names, two a page; `between` runs after each of the first three."""
    names: list[str] = []
    position = None
    for number in range(50):
        found = read(Page(2, position))
        names += [record.name for record in found.items]
        if found.position is None:
            return names
        position = found.position
        if number < 3:
            between(number)
    raise AssertionError("The list does not end")


@pytest.mark.parametrize("sort", Sort)
def test_buildings_in_every_order_while_others_write(uow: UnitOfWork, sort: Sort) -> None:
    for name in sorted(TIMES, key=lambda name: TIMES[name]):  # ids tell when they were made
        with uow:
            uow.buildings.add(timed(make_building(name=name)))

    def add(number: int) -> None:
        with uow:
            uow.buildings.add(make_building(name=f"AA new {number}"))
            uow.buildings.add(make_building(name=f"ZZ new {number}"))

    names = walked(lambda page: uow.buildings.list(BuildingFilter(sort=sort), page), add)

    assert [name for name in names if name in TIMES] == expected(sort)
    assert len(names) == len(set(names))
    some = BuildingFilter(sort=sort, q="bolt")
    assert walked(lambda page: uow.buildings.list(some, page)) == [
        name for name in expected(sort) if name.casefold() == "bolt"
    ]


@pytest.mark.parametrize("sort", Sort)
def test_buildings_of_somebody_with_grants_on_some(uow: UnitOfWork, sort: Sort) -> None:
    buildings = [timed(make_building(name=name)) for name in TIMES]
    with uow:
        for building in buildings:
            uow.buildings.add(building)
    ids = frozenset(b.id for b in buildings if b.name != "Bolt")

    seen = walked(
        lambda page: uow.buildings.list(BuildingFilter(sort=sort, building_ids=ids), page)
    )

    assert seen == [name for name in expected(sort) if name != "Bolt"]


@pytest.mark.parametrize("sort", NumberedSort)
def test_floors_in_every_order_while_others_write(
    uow: UnitOfWork, building: Building, sort: NumberedSort
) -> None:
    numbers = {name: index for index, name in enumerate(IN_ORDER_OF_NUMBERS, -2)}
    with uow:
        for name in TIMES:  # ids decide between bolt and Bolt
            uow.floors.add(timed(make_floor(building, name=name, floor_number=numbers[name])))

    def add(number: int) -> None:
        with uow:
            uow.floors.add(make_floor(building, name=f"AA {number}", floor_number=-20 - number))
            uow.floors.add(make_floor(building, name=f"ZZ {number}", floor_number=20 + number))

    names = walked(lambda page: uow.floors.list(building.id, FloorFilter(sort=sort), page), add)

    assert [name for name in names if name in TIMES] == expected(sort)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("sort", NumberedSort)
@pytest.mark.parametrize("of_floor", [False, True])
def test_rooms_in_every_order_while_others_write(
    uow: UnitOfWork, building: Building, floor: Floor, sort: NumberedSort, *, of_floor: bool
) -> None:
    upstairs = make_floor(building, floor_number=2)
    with uow:
        uow.floors.add(upstairs)
        uow.rooms.add(make_room(upstairs, name="elsewhere", room_type="Attic"))
        for name, number in NUMBERS.items():
            room = make_room(floor, name=name, room_number=number, room_type=name.casefold())
            uow.rooms.add(timed(room))

    def add(number: int) -> None:
        with uow:
            uow.rooms.add(make_room(floor, name=f"AA {number}", room_number=f"0{number}"))
            uow.rooms.add(make_room(floor, name=f"ZZ {number}", room_number=f"Z{number}"))

    where = RoomFilter(sort=sort, floor_id=floor.id if of_floor else None)
    names = walked(lambda page: uow.rooms.list(building, where, page), add)

    assert [name for name in names if name in TIMES] == expected(sort)
    assert len(names) == len(set(names))
    assert ("elsewhere" in names) is not of_floor
    some = replace(where, room_type="bolt")
    assert walked(lambda page: uow.rooms.list(building, some, page)) == [
        name for name in expected(sort) if name.casefold() == "bolt"
    ]


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("part", ["building", "floor", "room", "further room"])
def test_devices_in_every_order_while_others_write(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room, sort: Sort, part: str
) -> None:
    upstairs = make_floor(building, floor_number=2)
    main = make_room(floor, room_number="102")
    with uow:
        uow.floors.add(upstairs)
        uow.rooms.add(main)
        uow.devices.add(make_device(upstairs, name="elsewhere"))
        for name in TIMES:
            rooms = (room,) if part != "further room" or name == "Bolt" else (main, room)
            uow.devices.add(
                timed(make_device(floor, *rooms, name=name, device_type=name.casefold()))
            )

    def add(number: int) -> None:
        with uow:
            uow.devices.add(make_device(floor, room, name=f"AA {number}"))
            uow.devices.add(make_device(floor, room, name=f"ZZ {number}"))

    where = DeviceFilter(
        sort=sort,
        floor_id=floor.id if part == "floor" else None,
        room_id=room.id if "room" in part else None,
    )
    names = walked(lambda page: uow.devices.list(building, where, page), add)

    assert [name for name in names if name in TIMES] == expected(sort)
    assert len(names) == len(set(names))
    assert ("elsewhere" in names) is (part == "building")
    for some in (
        replace(where, device_type="bolt"),
        replace(where, device_type="bolt", floor_ids=frozenset({floor.id})),
    ):
        assert walked(lambda page, some=some: uow.devices.list(building, some, page)) == [  # type: ignore[misc]
            name for name in expected(sort) if name.casefold() == "bolt"
        ]
    hidden = replace(where, floor_ids=frozenset({upstairs.id}))
    seen = walked(lambda page: uow.devices.list(building, hidden, page))
    assert seen == (["elsewhere"] if part == "building" else [])


@pytest.mark.parametrize("sort", ["name", "-updated"])
def test_a_sorted_list_shows_nothing_of_another_building(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room, sort: str
) -> None:
    other = make_building()
    with uow:
        uow.buildings.add(other)
        for _ in range(3):
            uow.devices.add(make_device(floor, room))

    for where in (
        DeviceFilter(sort=sort, floor_id=floor.id),
        DeviceFilter(sort=sort, room_id=room.id),
    ):
        found = uow.devices.list(other, where, Page(2))
        assert (found.items, found.position) == ((), None)
    rooms = uow.rooms.list(other, RoomFilter(sort=sort, floor_id=floor.id), Page(2))
    assert (rooms.items, rooms.position) == ((), None)


def test_a_record_that_goes_or_changes_between_pages_shifts_no_other(
    uow: UnitOfWork, building: Building, floor: Floor
) -> None:
    devices = {name: timed(make_device(floor, name=name)) for name in TIMES}
    with uow:
        for device in devices.values():
            uow.devices.add(device)

    def shuffle(number: int) -> None:
        if number == 0:
            with uow:  # the last one seen goes, and one seen comes back at the end
                uow.devices.remove(uow.devices.get(building.id, devices["bolt"].id))
                zoll = uow.devices.get(building.id, devices["Zoll"].id)
                uow.devices.update(zoll.changed(at=LATER + timedelta(days=1), by=None, model="x"))

    where = DeviceFilter(sort=Sort.UPDATED)
    names = walked(lambda page: uow.devices.list(building, where, page), shuffle)

    assert names == ["Zoll", "bolt", "Bolt", "äpfel", "Cable", "Zoll"]


@pytest.mark.parametrize("position", ["", "7", "[]", "[1, 2]", '["a", "b", "c"]', "[null, null]"])
def test_a_position_that_no_list_handed_out_is_refused(
    uow: UnitOfWork, building: Building, floor: Floor, position: str
) -> None:
    with uow:
        uow.devices.add(make_device(floor))
    for read in (
        lambda page: uow.floors.list(building.id, FloorFilter(), page),
        lambda page: uow.devices.list(building, DeviceFilter(sort="updated"), page),
    ):
        with pytest.raises(InvalidInput) as refused:
            read(Page(2, position))
        assert list(refused.value.field_errors) == ["cursor"]
