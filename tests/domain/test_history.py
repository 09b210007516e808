from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from arxos.domain.building import Building
from arxos.domain.device import Device, Position
from arxos.domain.history import Change, as_it_was
from arxos.domain.plain_values import plain
from arxos.domain.status import DeviceStatus
from tests.make import NOON, make_address, make_building, make_device, make_floor, make_room


def minute(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


def stored(record: Any, history: list[Change]) -> Any:
    """The record as its store hands it out again; its events go into the history."""
    is_new = any(isinstance(event, record.created_event) for event in record.events)
    version = record.version if is_new else record.version + 1
    for event in record.events:
        change = Change(
            id=f"chg_{len(history)}",
            at=event.at,
            event=event.name,
            record_kind=record.kind,
            record_id=record.id,
            record_label=record.label,
            user_id=event.by,
            user_name="Ada Lovelace",
            request_id="req-1",
            version=version,
            changes={k: (plain(a), plain(b)) for k, (a, b) in event.changes.items()},
        )
        history.insert(0, change)
    return replace(record, version=version, events=())


def test_each_state_of_a_device_comes_back_whole() -> None:
    floor = make_floor(make_building())
    room, next_door = make_room(floor), make_room(floor, room_number="102")
    history: list[Change] = []
    states: list[Device] = [stored(make_device(floor, room), history)]

    def then(change: Any) -> None:
        states.append(stored(change(states[-1], minute(len(states))), history))

    then(lambda d, at: d.edited(at=at, by="usr_bob", name="Lamp 2", tags=("a",), metadata={"x": 1}))
    then(lambda d, at: d.move(floor_id="flr_2", room_ids=(next_door.id, room.id), at=at, by=None))
    then(lambda d, at: d.change_status("operational", at=at, by="usr_ada"))
    then(
        lambda d, at: d.edited(
            at=at,
            by="usr_ada",
            installed_on=None,
            warranty_until=date(2030, 1, 2),
            position=Position(0.0, 0.0, 1.5),
            tags=(),
            metadata={},
            serial_number=None,
            external_ids={"ifc": "x"},
        )
    )
    then(lambda d, at: d.move(floor_id=floor.id, room_ids=(), at=at, by="usr_ada"))

    for number, state in enumerate(states):
        assert as_it_was(states[-1], history, minute(number)) == state
        assert as_it_was(states[-1], history, minute(number + 0.5)) == state
    assert states[3].status is DeviceStatus.OPERATIONAL
    assert states[1].updated_by == "usr_bob"
    assert as_it_was(states[-1], history, minute(-1)) is None


def test_a_buildings_address_and_a_rooms_footprint_come_back() -> None:
    history: list[Change] = []
    building: Building = stored(make_building(), history)
    moved = stored(
        building.edited(at=minute(1), by=None, address=make_address(city="Shelbyville")), history
    )
    was = as_it_was(moved, history, minute(0))
    assert was is not None
    assert was.address == building.address

    history = []
    room = stored(make_room(make_floor(building)), history)
    bare = stored(room.edited(at=minute(1), by=None, footprint=None, area_m2=None), history)
    assert as_it_was(bare, history, minute(0)) == room


def test_a_change_after_the_record_was_read_is_not_taken_back() -> None:
    history: list[Change] = []
    read = stored(make_room(make_floor(make_building())), history)
    stored(read.edited(at=minute(1), by=None, name="Later"), history)

    assert as_it_was(read, history, minute(0)) == read


def test_two_changes_of_one_commit_are_one_version() -> None:
    history: list[Change] = []
    floor = make_floor(make_building())
    device = stored(make_device(floor), history)
    both = device.move(floor_id="flr_2", room_ids=(), at=minute(1), by=None).changed(
        at=minute(1), by=None, name="Moved"
    )
    now = stored(both, history)

    assert now.version == 2
    was = as_it_was(now, history, minute(0))
    assert was is not None
    assert (was.version, was.name, was.floor_id) == (1, "Lamp", floor.id)


@pytest.mark.parametrize("at", [minute(0), minute(9)])
def test_a_record_without_history_is_as_it_is(at: datetime) -> None:
    room = make_room(make_floor(make_building()))

    assert as_it_was(room, [], at) == room
