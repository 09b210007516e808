"""What every registry must do, whatever stores it."""

from dataclasses import replace

import pytest

from arxos.domain.building import Building
from arxos.domain.errors import Conflict, Duplicate, NotFound
from arxos.domain.floor import Floor
from arxos.domain.room import Room
from arxos.ports.lists import BuildingFilter, DeviceFilter, FloorFilter, Page, RoomFilter
from arxos.ports.registry import UnitOfWork
from tests.make import (
    LATER,
    make_building,
    make_device,
    make_floor,
    make_import,
    make_room,
)


def plain(record: object) -> object:
    """A record without its events and counters, to compare what was given with what is stored."""
    return replace(record, events=(), **_zero(record))  # type: ignore[type-var]


def _zero(record: object) -> dict[str, int]:
    counters = ("floors_count", "rooms_count", "devices_count")
    return {name: 0 for name in counters if hasattr(record, name)}


def test_every_kind_of_record_comes_back_as_it_was_given(uow: UnitOfWork) -> None:
    building = make_building(
        name="Größe 会議室 O'Hare",
        description="two\nlines",
        metadata={"a": {"b": [1, 2.5, None, "x"]}},
        tags=("new", "old"),
        external_ids={"ifc": "2O2Fr$t4X7Zf8NOew3FLOH"},
    )
    floor = make_floor(building, elevation_m=-3.25, floor_number=-1)
    room = make_room(floor, volume_m3=30.125)
    second = make_room(floor, room_number="102", footprint=None)
    device = make_device(floor, room, second)
    with uow:
        uow.buildings.add(building)
        uow.floors.add(floor)
        uow.rooms.add(room)
        uow.rooms.add(second)
        uow.devices.add(device)

    assert plain(uow.buildings.get(building.id)) == plain(building)
    assert plain(uow.floors.get(building.id, floor.id)) == plain(floor)
    assert plain(uow.rooms.get(building.id, room.id)) == plain(room)
    assert plain(uow.devices.get(building.id, device.id)) == plain(device)


def test_nothing_is_written_when_the_block_raises(uow: UnitOfWork) -> None:
    building = make_building()

    with pytest.raises(RuntimeError), uow:
        uow.buildings.add(building)
        raise RuntimeError

    with pytest.raises(NotFound):
        uow.buildings.get(building.id)


def test_adding_a_record_twice_is_refused_and_counts_once(
    uow: UnitOfWork, building: Building, floor: Floor
) -> None:
    again = replace(floor, floor_number=7)

    with pytest.raises(Conflict), uow:
        uow.floors.add(again)

    assert uow.buildings.get(building.id).floors_count == 1
    assert uow.floors.get(building.id, floor.id).floor_number == 1


def test_a_stale_update_is_refused_and_changes_nothing(uow: UnitOfWork, building: Building) -> None:
    stale = uow.buildings.get(building.id)
    with uow:
        uow.buildings.update(stale.changed(at=LATER, by="usr_ada", name="South Tower"))

    with pytest.raises(Conflict), uow:
        uow.buildings.update(stale.changed(at=LATER, by="usr_ada", name="East Tower"))

    stored = uow.buildings.get(building.id)
    assert (stored.name, stored.version) == ("South Tower", 2)


def test_an_update_keeps_the_counters_that_others_moved_meanwhile(
    uow: UnitOfWork, building: Building
) -> None:
    loaded = uow.buildings.get(building.id)
    with uow:
        uow.floors.add(make_floor(building))

    with uow:
        uow.buildings.update(loaded.changed(at=LATER, by=None, name="South Tower"))

    stored = uow.buildings.get(building.id)
    assert (stored.name, stored.floors_count) == ("South Tower", 1)


def test_the_counters_of_all_parents_are_exact(
    uow: UnitOfWork, building: Building, floor: Floor
) -> None:
    first, second = make_room(floor), make_room(floor, room_number="102")
    with uow:
        uow.rooms.add(first)
        uow.rooms.add(second)
        uow.devices.add(make_device(floor, first))
        uow.devices.add(make_device(floor, first, second))
        uow.devices.add(make_device(floor))

    counted = uow.buildings.get(building.id)
    assert (counted.floors_count, counted.rooms_count, counted.devices_count) == (1, 2, 3)
    on_floor = uow.floors.get(building.id, floor.id)
    assert (on_floor.rooms_count, on_floor.devices_count) == (2, 3)
    assert uow.rooms.get(building.id, first.id).devices_count == 2
    assert uow.rooms.get(building.id, second.id).devices_count == 1


def test_a_floor_number_is_unique_in_its_building(
    uow: UnitOfWork, building: Building, floor: Floor
) -> None:
    with pytest.raises(Duplicate) as refused, uow:
        uow.floors.add(make_floor(building, name="Another"))

    assert refused.value.field == "floor_number"
    assert uow.buildings.get(building.id).floors_count == 1


def test_a_floor_number_can_be_given_up_and_taken_again(
    uow: UnitOfWork, building: Building, floor: Floor
) -> None:
    with uow:
        uow.floors.update(
            uow.floors.get(building.id, floor.id).changed(at=LATER, by=None, floor_number=5)
        )

    with uow:
        uow.floors.add(make_floor(building))

    numbers = [f.floor_number for f in uow.floors.list(building.id, FloorFilter(), Page()).items]
    assert numbers == [1, 5]


def test_floors_may_swap_their_numbers_in_one_transaction(
    uow: UnitOfWork, building: Building, floor: Floor
) -> None:
    other = make_floor(building, floor_number=2)
    with uow:
        uow.floors.add(other)

    with uow:
        for floor_id, number in ((floor.id, 2), (other.id, 1)):
            loaded = uow.floors.get(building.id, floor_id)
            uow.floors.update(loaded.changed(at=LATER, by=None, floor_number=number))

    listed = [f.id for f in uow.floors.list(building.id, FloorFilter(), Page()).items]
    assert listed == [other.id, floor.id]
    for number in (1, 2):
        with pytest.raises(Duplicate), uow:
            uow.floors.add(make_floor(building, floor_number=number))


def test_a_new_room_may_take_the_number_that_another_gives_up_in_its_transaction(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room
) -> None:
    new = make_room(floor, room_number="101")

    with uow:
        loaded = uow.rooms.get(building.id, room.id)
        uow.rooms.update(loaded.changed(at=LATER, by=None, room_number="102"))
        uow.rooms.add(new)

    for number in ("101", "102"):
        with pytest.raises(Duplicate), uow:
            uow.rooms.add(make_room(floor, room_number=number))
    assert uow.floors.get(building.id, floor.id).rooms_count == 2


@pytest.mark.parametrize("number", ["101", " 101", "１０１"])
def test_a_room_number_is_unique_on_its_floor(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room, number: str
) -> None:
    with pytest.raises(Duplicate), uow:
        uow.rooms.add(make_room(floor, room_number=number))

    other = make_floor(building, floor_number=2)
    with uow:
        uow.floors.add(other)
        uow.rooms.add(make_room(other, room_number=number))
    assert uow.buildings.get(building.id).rooms_count == 2


def test_an_import_may_keep_two_rooms_of_one_number(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room
) -> None:
    with uow:
        uow.rooms.add(make_room(floor, number_shared=True))

    assert uow.floors.get(building.id, floor.id).rooms_count == 2


def test_a_renumbered_room_frees_its_old_number(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room
) -> None:
    with uow:
        uow.rooms.update(
            uow.rooms.get(building.id, room.id).changed(at=LATER, by=None, room_number="110")
        )
    with uow:
        uow.rooms.add(make_room(floor, room_number="101"))

    with pytest.raises(Duplicate), uow:
        uow.rooms.add(make_room(floor, room_number="110"))


def test_a_room_moved_to_another_floor_is_counted_there(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room
) -> None:
    upstairs = make_floor(building, floor_number=2)
    with uow:
        uow.floors.add(upstairs)

    with uow:
        uow.rooms.update(
            uow.rooms.get(building.id, room.id).changed(at=LATER, by=None, floor_id=upstairs.id)
        )

    assert uow.floors.get(building.id, floor.id).rooms_count == 0
    assert uow.floors.get(building.id, upstairs.id).rooms_count == 1
    assert uow.buildings.get(building.id).rooms_count == 1
    listed = uow.rooms.list(building, RoomFilter(floor_id=upstairs.id), Page()).items
    assert [r.id for r in listed] == [room.id]


def test_a_moved_device_leaves_its_room_and_counts_in_the_next(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room
) -> None:
    upstairs = make_floor(building, floor_number=2)
    there = make_room(upstairs)
    further = make_room(upstairs, room_number="102")
    device = make_device(floor, room)
    with uow:
        uow.floors.add(upstairs)
        uow.rooms.add(there)
        uow.rooms.add(further)
        uow.devices.add(device)

    with uow:
        loaded = uow.devices.get(building.id, device.id)
        uow.devices.update(
            loaded.move(
                floor_id=upstairs.id, room_ids=(there.id, further.id), at=LATER, by="usr_ada"
            )
        )

    counts = [uow.rooms.get(building.id, r.id).devices_count for r in (room, there, further)]
    assert counts == [0, 1, 1]
    on_floors = [uow.floors.get(building.id, f.id).devices_count for f in (floor, upstairs)]
    assert on_floors == [0, 1]
    for place in (there, further):
        listed = uow.devices.list(building, DeviceFilter(room_id=place.id), Page()).items
        assert [d.id for d in listed] == [device.id]
    assert uow.devices.list(building, DeviceFilter(room_id=room.id), Page()).items == ()


def test_a_device_cannot_enter_a_room_that_is_not_there(
    uow: UnitOfWork, building: Building, floor: Floor
) -> None:
    nowhere = make_room(floor)

    with pytest.raises(NotFound), uow:
        uow.devices.add(make_device(floor, nowhere))

    assert uow.buildings.get(building.id).devices_count == 0


def test_no_organisation_reads_or_lists_anothers_records(
    uow: UnitOfWork, other_organization: UnitOfWork, building: Building, floor: Floor, room: Room
) -> None:
    device = make_device(floor, room)
    job = make_import(building)
    with uow:
        uow.devices.add(device)
        uow.imports.add(job)

    other = other_organization
    for read in (
        lambda: other.buildings.get(building.id),
        lambda: other.floors.get(building.id, floor.id),
        lambda: other.rooms.get(building.id, room.id),
        lambda: other.devices.get(building.id, device.id),
        lambda: other.imports.get(building.id, job.id),
    ):
        with pytest.raises(NotFound):
            read()
    assert other.buildings.list(BuildingFilter(), Page()).items == ()
    assert other.floors.list(building.id, FloorFilter(), Page()).items == ()
    assert other.rooms.list(building, RoomFilter(floor_id=floor.id), Page()).items == ()
    assert other.devices.list(building, DeviceFilter(room_id=room.id), Page()).items == ()
    with pytest.raises(NotFound), other:
        other.floors.add(make_floor(building, floor_number=9))


def test_a_floor_of_another_building_lists_nothing_here(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room
) -> None:
    elsewhere = make_building()
    with uow:
        uow.buildings.add(elsewhere)
        uow.devices.add(make_device(floor, room))

    assert uow.rooms.list(elsewhere, RoomFilter(floor_id=floor.id), Page()).items == ()
    assert uow.devices.list(elsewhere, DeviceFilter(floor_id=floor.id), Page()).items == ()
    assert uow.devices.list(elsewhere, DeviceFilter(room_id=room.id), Page()).items == ()


@pytest.mark.parametrize("made_up", ["", "x", "bld_", "rm_0#", "../../x", "dev_0" + "Z" * 26])
def test_an_id_that_is_none_is_not_found(uow: UnitOfWork, building: Building, made_up: str) -> None:
    for read in (
        lambda: uow.buildings.get(made_up),
        lambda: uow.floors.get(building.id, made_up),
        lambda: uow.rooms.get(building.id, made_up),
        lambda: uow.devices.get(building.id, made_up),
        lambda: uow.imports.get(building.id, made_up),
    ):
        with pytest.raises(NotFound):
            read()


def test_an_import_is_saved_only_by_the_attempt_that_holds_it(
    uow: UnitOfWork, building: Building
) -> None:
    job = make_import(building, attempt="mine")
    with uow:
        uow.imports.add(job)

    with pytest.raises(Conflict), uow:
        uow.imports.save(replace(job, attempt="theirs", progress=0.5))
    with uow:
        uow.imports.save(replace(job, progress=0.75))

    assert uow.imports.get(building.id, job.id).progress == 0.75
