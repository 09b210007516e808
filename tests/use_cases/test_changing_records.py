"""Changing, moving and removing records by hand: versions, rights, what must hold."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.errors import (
    ChangedMeanwhile,
    Duplicate,
    Forbidden,
    HasChildren,
    InvalidDeviceError,
    InvalidRoomError,
    InvalidStatusTransitionError,
    NotFound,
    PreconditionFailed,
)
from arxos.domain.floor import Floor
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from arxos.domain.room import Room
from arxos.use_cases import buildings, devices, floors, records, rooms
from tests.fakes import FakeTable, FakeUnitOfWork
from tests.make import (
    LATER,
    NOON,
    make_actor,
    make_building,
    make_device,
    make_floor,
    make_id,
    make_room,
)

ADA = make_actor()


class World:
    """A building of two floors; on the first two rooms, in one of them a lamp."""

    def __init__(self) -> None:
        self.table = FakeTable()
        self.building: Building = make_building()
        self.floor: Floor = make_floor(self.building)
        self.upstairs: Floor = make_floor(self.building, floor_number=2)
        self.room: Room = make_room(self.floor, external_ids={"ifc": "2O2Fr"})
        self.empty: Room = make_room(self.floor, room_number="102")
        self.lamp: Device = make_device(self.floor, self.room)
        with (uow := self.uow()):
            uow.buildings.add(self.building)
            uow.floors.add(self.floor)
            uow.floors.add(self.upstairs)
            uow.rooms.add(self.room)
            uow.rooms.add(self.empty)
            uow.devices.add(self.lamp)

    def uow(self, before_commit: Callable[[], None] = lambda: None) -> FakeUnitOfWork:
        return FakeUnitOfWork(self.table, ADA, before_commit=before_commit)

    def rename(self, name: str, **options: Any) -> Room:
        given = {"uow": self.uow(), "actor": ADA, "versions": None, "now": LATER, **options}
        return rooms.update_room(self.building.id, self.room.id, {"name": name}, **given)

    def stored(self) -> Room:
        return self.uow().rooms.get(self.building.id, self.room.id)


@pytest.fixture
def world() -> World:
    return World()


def test_a_change_is_stored_with_its_next_version_and_its_history(world: World) -> None:
    changed = world.rename("Archive")

    assert (changed.name, changed.version, changed.updated_at) == ("Archive", 2, LATER)
    assert changed == world.stored()
    assert world.table.changes[-1][1].changes == {"name": ("Office", "Archive")}


def test_a_change_that_changes_nothing_writes_nothing(world: World) -> None:
    assert world.rename("Office").version == 1
    assert world.table.changes[-1][1].name != "RoomUpdated"


def test_if_match_refuses_what_the_caller_has_not_seen(world: World) -> None:
    assert world.rename("Archive", versions=frozenset({1})).version == 2
    with pytest.raises(PreconditionFailed):
        world.rename("Store", versions=frozenset({1}))
    assert world.stored().name == "Archive"


def test_a_lost_race_is_refused_with_if_match_and_made_again_without(world: World) -> None:
    def other_comes_first() -> None:
        if world.stored().version == 1:
            rooms.update_room(
                world.building.id,
                world.room.id,
                {"room_type": "Office"},
                uow=world.uow(),
                actor=ADA,
                versions=None,
                now=NOON,
            )

    with pytest.raises(PreconditionFailed):
        world.rename("Store", uow=world.uow(other_comes_first), versions=frozenset({1}))
    assert (world.stored().name, world.stored().version) == ("Office", 2)

    world = World()
    other_first = world.uow(partial(_rename_once, world, []))
    assert world.rename("Store", uow=other_first).version == 3
    assert (world.stored().name, world.stored().room_type) == ("Store", "Lab")


def _rename_once(world: World, done: list[bool]) -> None:
    if not done:
        done.append(True)
        rooms.update_room(
            world.building.id,
            world.room.id,
            {"room_type": "Lab"},
            uow=world.uow(),
            actor=ADA,
            versions=None,
            now=NOON,
        )


def test_who_never_wins_is_told_so(world: World) -> None:
    def always_first() -> None:
        with (uow := world.uow()):
            uow.rooms.update(world.stored().changed(at=LATER, by=None, area_m2=_next_area()))

    areas = iter(range(1, 100))

    def _next_area() -> float:
        return float(next(areas))

    with pytest.raises(ChangedMeanwhile):
        world.rename("Store", uow=world.uow(always_first))


def test_a_status_moves_on_only_as_it_may(world: World) -> None:
    change = partial(
        records.change_status,
        "building",
        world.building.id,
        world.building.id,
        uow=world.uow(),
        actor=ADA,
        versions=None,
        now=LATER,
    )
    assert change("under_construction").status == "under_construction"
    with pytest.raises(InvalidStatusTransitionError):
        change("decommissioned")


def test_a_taken_number_is_refused(world: World) -> None:
    options: dict[str, Any] = {"uow": world.uow(), "actor": ADA, "versions": None, "now": LATER}
    with pytest.raises(Duplicate):
        rooms.update_room(world.building.id, world.empty.id, {"room_number": "101"}, **options)
    with pytest.raises(Duplicate):
        floors.update_floor(world.building.id, world.floor.id, {"floor_number": 2}, **options)


def test_an_area_set_by_hand_says_so(world: World) -> None:
    options: dict[str, Any] = {"uow": world.uow(), "actor": ADA, "versions": None, "now": LATER}
    changed = rooms.update_room(world.building.id, world.room.id, {"area_m2": 20.0}, **options)
    assert changed.area_source == "set by hand"
    assert set(changed.hand_edits) == {"area_m2", "area_source"}
    released = records.release_fields(
        "room", world.building.id, world.room.id, ["area_m2", "area_source"], **options
    )
    assert (released.area_m2, released.area_source) == (12.5, "footprint")


def test_a_room_moves_to_another_floor_only_while_it_is_empty(world: World) -> None:
    options: dict[str, Any] = {"uow": world.uow(), "actor": ADA, "versions": None, "now": LATER}
    to_upstairs = {"floor_id": world.upstairs.id}
    with pytest.raises(InvalidRoomError):
        rooms.update_room(world.building.id, world.room.id, to_upstairs, **options)
    with pytest.raises(InvalidRoomError):
        rooms.update_room(world.building.id, world.empty.id, {"floor_id": "flr_x"}, **options)
    rooms.update_room(world.building.id, world.empty.id, to_upstairs, **options)
    counts = [
        world.uow().floors.get(world.building.id, f.id).rooms_count
        for f in (world.floor, world.upstairs)
    ]
    assert counts == [1, 1]


def test_a_device_moves_within_and_between_floors_with_exact_counters(world: World) -> None:
    options: dict[str, Any] = {"uow": world.uow(), "actor": ADA, "versions": None, "now": LATER}
    move: Any = partial(devices.move_device, world.building.id, world.lamp.id, **options)

    def counts() -> list[int]:
        uow = world.uow()
        return [
            uow.rooms.get(world.building.id, world.room.id).devices_count,
            uow.rooms.get(world.building.id, world.empty.id).devices_count,
            uow.floors.get(world.building.id, world.floor.id).devices_count,
            uow.floors.get(world.building.id, world.upstairs.id).devices_count,
            uow.buildings.get(world.building.id).devices_count,
        ]

    move({"room_id": world.empty.id})
    assert counts() == [0, 1, 1, 0, 1]
    move({"room_ids": [world.room.id, world.empty.id]})
    assert counts() == [1, 1, 1, 0, 1]
    moved = move({"floor_id": world.upstairs.id})
    assert counts() == [0, 0, 0, 1, 1]
    assert (moved.room_id, moved.room_ids) == (None, ())
    assert world.table.changes[-1][1].name == "DeviceMoved"


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({}, "room_id"),
        ({"room_id": "rm_x"}, "room_id"),
        ({"floor_id": "flr_x"}, "floor_id"),
        ({"room_id": "room", "floor_id": "upstairs"}, "floor_id"),
        ({"room_ids": ["room", "rm_x"]}, "room_ids.1"),
    ],
)
def test_a_place_that_is_none_is_named(world: World, wanted: dict[str, Any], field: str) -> None:
    names = {"room": world.room.id, "upstairs": world.upstairs.id}
    real = {
        k: [names.get(i, i) for i in v] if isinstance(v, list) else names.get(v, v)
        for k, v in wanted.items()
    }
    with pytest.raises(InvalidDeviceError) as refused:
        devices.move_device(
            world.building.id,
            world.lamp.id,
            real,
            uow=world.uow(),
            actor=ADA,
            versions=None,
            now=LATER,
        )
    assert set(refused.value.field_errors) == {field}


def test_what_holds_something_is_not_removed(world: World) -> None:
    options: dict[str, Any] = {"uow": world.uow(), "actor": ADA, "versions": None, "now": LATER}
    for remove in (
        partial(records.remove_empty, "building", world.building.id, world.building.id),
        partial(records.remove_empty, "floor", world.building.id, world.floor.id),
        partial(records.remove_empty, "room", world.building.id, world.room.id),
    ):
        with pytest.raises(HasChildren):
            remove(**options)


def test_from_the_leaves_up_everything_can_be_removed(world: World) -> None:
    options: dict[str, Any] = {"uow": world.uow(), "actor": ADA, "versions": None, "now": LATER}
    building_id = world.building.id
    records.remove_empty("device", building_id, world.lamp.id, **options)
    for room in (world.room, world.empty):
        records.remove_empty("room", building_id, room.id, **options)
    for floor in (world.floor, world.upstairs):
        records.remove_empty("floor", building_id, floor.id, **options)
    assert world.uow().buildings.get(building_id).floors_count == 0
    records.remove_empty("building", building_id, building_id, **options)
    with pytest.raises(NotFound):
        world.uow().buildings.get(building_id)
    assert not [key for key in world.table.items if key[1] != "organization"]
    assert world.table.changes[-1][1].name == "BuildingRemoved"


def test_a_new_record_needs_the_right_at_its_place(world: World) -> None:
    here = make_actor(
        grants=(
            Grant(role=Role.VIEWER, building_id=world.building.id),
            Grant(
                role=Role.FACILITY_MANAGER,
                building_id=world.building.id,
                floor_id=world.upstairs.id,
            ),
        )
    )
    create: Any = partial(
        rooms.create_room,
        world.building.id,
        uow=world.uow(),
        actor=here,
        new_id=make_id,
        now=LATER,
    )
    made = create({"floor_id": world.upstairs.id, "room_number": "201"})
    assert made.floor_id == world.upstairs.id
    with pytest.raises(Forbidden):
        create({"floor_id": world.floor.id, "room_number": "103"})
    with pytest.raises(InvalidRoomError):
        create({"floor_id": "flr_x", "room_number": "103"}, actor=ADA)
    with pytest.raises(Forbidden):
        floors.create_floor(
            world.building.id,
            {"floor_number": 9},
            uow=world.uow(),
            actor=here,
            new_id=make_id,
            now=LATER,
        )


def test_who_sees_one_floor_sees_nothing_of_the_others(world: World) -> None:
    from arxos.ports.lists import DeviceFilter, FloorFilter, Page, RoomFilter

    guest = make_actor(
        role=Role.VIEWER,
        grants=(
            Grant(role=Role.VIEWER, building_id=world.building.id, floor_id=world.upstairs.id),
        ),
    )
    given: dict[str, Any] = {"uow": world.uow(), "actor": guest}
    building_id = world.building.id
    assert buildings.get_building(building_id, **given).id == building_id
    shown = floors.list_floors(building_id, FloorFilter(), Page(), **given).items
    assert [f.id for f in shown] == [world.upstairs.id]
    assert rooms.list_rooms(building_id, RoomFilter(), Page(), **given).items == ()
    assert devices.list_devices(building_id, DeviceFilter(), Page(), **given).items == ()
    by_room = DeviceFilter(room_id=world.room.id)
    assert devices.list_devices(building_id, by_room, Page(), **given).items == ()
    for read in (
        partial(floors.get_floor, building_id, world.floor.id),
        partial(rooms.get_room, building_id, world.room.id),
        partial(devices.get_device, building_id, world.lamp.id),
    ):
        with pytest.raises(NotFound):
            read(**given)
