from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from arxos.domain import (
    Address,
    Building,
    BuildingStatus,
    Coordinates,
    InvalidBuildingError,
    InvalidDeviceError,
    InvalidFloorError,
    InvalidRoomError,
)
from arxos.domain.events import BuildingCreated, BuildingStatusChanged, DeviceMoved
from tests.make import LATER, NOON, make_address, make_building, make_device, make_floor, make_room


def test_a_new_building_is_planned_and_needs_only_name_address_and_creator() -> None:
    building = Building(name="North Tower", address=make_address(), created_by="usr_ada")

    assert building.status is BuildingStatus.PLANNED
    assert (building.floors_count, building.rooms_count, building.devices_count) == (0, 0, 0)


@pytest.mark.parametrize("name", ["", "   ", "\u3000"])
def test_a_building_name_cannot_be_empty(name: str) -> None:
    with pytest.raises(InvalidBuildingError, match=r"^Building name cannot be empty$") as refused:
        Building(name=name, address=make_address(), created_by="usr_ada")

    assert refused.value.field_errors == {"name": "Building name cannot be empty"}


@pytest.mark.parametrize("field", ["street", "city", "state", "postal_code"])
def test_an_address_needs_each_of_its_parts(field: str) -> None:
    with pytest.raises(InvalidBuildingError) as refused:
        make_address(**{field: " "})

    assert list(refused.value.field_errors) == [f"address.{field}"]


def test_an_address_may_lack_its_country() -> None:
    assert Address("1 Main St", "Springfield", "IL", "62701").country is None


@pytest.mark.parametrize(("latitude", "longitude"), [(91, 0), (0, -181), (float("nan"), 0)])
def test_coordinates_lie_on_the_globe(latitude: float, longitude: float) -> None:
    with pytest.raises(InvalidBuildingError):
        Coordinates(latitude, longitude)


def test_a_record_is_never_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        make_building().name = "x"  # type: ignore[misc]


def test_creating_tells_every_field_that_was_given() -> None:
    building = make_building(name="North Tower")

    (event,) = building.events
    assert isinstance(event, BuildingCreated)
    assert event.changes["name"] == (None, "North Tower")
    assert event.at == NOON
    assert "version" not in event.changes


def test_a_change_tells_before_and_after_and_who() -> None:
    building = replace(make_building(name="North Tower"), events=())

    renamed = building.changed(at=LATER, by="usr_bob", name="South Tower", description=None)

    (event,) = renamed.events
    assert event.changes == {"name": ("North Tower", "South Tower")}
    assert (event.name, event.by, event.at) == ("BuildingUpdated", "usr_bob", LATER)
    assert (renamed.updated_at, renamed.updated_by) == (LATER, "usr_bob")
    assert building.name == "North Tower"


def test_a_change_that_changes_nothing_is_none() -> None:
    building = replace(make_building(), events=())

    assert building.changed(at=LATER, by="usr_bob", name=building.name) is building


def test_a_change_must_leave_the_record_valid() -> None:
    with pytest.raises(InvalidBuildingError):
        make_building().changed(at=LATER, by=None, name="")


def test_a_status_change_is_an_event_of_its_own() -> None:
    building = replace(make_building(), events=())

    (event,) = building.change_status("under_construction", at=LATER, by="usr_bob").events

    assert isinstance(event, BuildingStatusChanged)
    assert event.changes == {"status": ("planned", "under_construction")}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"description": "x" * 1001}, "description"),
        ({"metadata": {"a": "x" * 17_000}}, "metadata"),
        ({"metadata": {"a": object()}}, "metadata"),
        ({"metadata": ["a"]}, "metadata"),
        ({"tags": ("",)}, "tags"),
        ({"tags": ("x",) * 51}, "tags"),
        ({"tags": ("<b>x</b>",)}, "tags"),
        ({"name": "x" * 201}, "name"),
    ],
)
def test_every_record_keeps_its_limits(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidBuildingError) as refused:
        make_building(**changes)

    assert list(refused.value.field_errors) == [field]


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InvalidBuildingError) as refused:
        make_building(name="", description="x" * 1001, tags=("",))

    assert set(refused.value.field_errors) == {"name", "description", "tags"}


@pytest.mark.parametrize("number", [-201, 1000])
def test_a_floor_number_is_within_reason(number: int) -> None:
    with pytest.raises(InvalidFloorError):
        make_floor(make_building(), floor_number=number)


def test_a_floor_is_called_by_its_name_or_its_number() -> None:
    building = make_building()

    assert make_floor(building, name="Lobby").label == "Lobby"
    assert make_floor(building, name=None, floor_number=-1).label == "Floor -1"


@pytest.mark.parametrize(
    "changes",
    [
        {"room_number": ""},
        {"room_number": "x" * 101},
        {"area_m2": -1.0},
        {"volume_m3": float("nan")},
        {"footprint": ((0.0, 0.0), (1.0, 1.0))},
        {"name": "<script>alert(1)</script>"},
    ],
)
def test_a_room_refuses(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidRoomError) as refused:
        make_room(make_floor(make_building()), **changes)

    assert list(refused.value.field_errors) == list(changes)


def test_a_room_is_called_by_number_and_name() -> None:
    floor = make_floor(make_building())

    assert make_room(floor).label == "101 Office"
    assert make_room(floor, name=None).label == "101"


@pytest.mark.parametrize("changes", [{"name": " "}, {"device_type": ""}, {"model": "a\x00b"}])
def test_a_device_refuses(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidDeviceError) as refused:
        make_device(make_floor(make_building()), **changes)

    assert list(refused.value.field_errors) == list(changes)


def test_a_devices_first_room_is_its_room() -> None:
    floor = make_floor(make_building())
    room = make_room(floor)

    with pytest.raises(InvalidDeviceError, match="first of a device's rooms"):
        make_device(floor, room, room_id="rm_another")


def test_moving_a_device_is_an_event_of_its_own() -> None:
    floor = make_floor(make_building())
    room, next_door = make_room(floor), make_room(floor)
    device = replace(make_device(floor, room), events=())

    moved = device.move(floor_id=floor.id, room_ids=(next_door.id,), at=LATER, by="usr_bob")

    (event,) = moved.events
    assert isinstance(event, DeviceMoved)
    assert event.changes["room_id"] == (room.id, next_door.id)
    assert moved.move(floor_id=floor.id, room_ids=(), at=LATER, by=None).room_id is None
