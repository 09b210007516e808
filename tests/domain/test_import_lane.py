"""Devices cut into lanes: every chunk fits, and nothing depends on where one begins to cut."""

from dataclasses import replace
from itertools import chain

import pytest

from arxos.domain import import_lane
from arxos.domain.device import Device
from arxos.domain.errors import BeingDeleted, ChangedMeanwhile
from arxos.domain.floor import Floor
from arxos.domain.import_lane import (
    CHUNKS_IN_A_LANE,
    MOVED,
    ImportLane,
    arriving,
    being_deleted,
    fault_error,
    floors_of,
    lanes_of,
)
from arxos.domain.room import Room
from tests.make import LATER, make_building, make_device, make_floor, make_room

BUILDING = make_building()
FLOORS = [make_floor(BUILDING, floor_number=number) for number in range(130)]


def devices_in(floor: Floor, rooms: int, in_each: int, **changes: object) -> list[Device]:
    made: list[Room] = [make_room(floor) for _ in range(rooms)]
    return [make_device(floor, room, **changes) for room in made for _ in range(in_each)]


def items_of(chunk: list[Device]) -> int:
    """What its transaction holds beside the lane and the history."""
    rooms = {room for device in chunk for room in device.room_ids}
    return len(chunk) + len(rooms) + sum(len(device.room_ids[1:]) for device in chunk)


def test_a_chunk_is_as_full_as_a_transaction_allows() -> None:
    lanes = list(lanes_of(devices_in(FLOORS[0], rooms=200, in_each=10)))

    chunks = list(chain.from_iterable(lanes))
    assert all(84 <= len(chunk) <= 88 for chunk in chunks[:-1])
    assert max(map(items_of, chunks)) <= 96
    assert [len(lane) for lane in lanes] == [CHUNKS_IN_A_LANE, len(chunks) - CHUNKS_IN_A_LANE]


def test_devices_in_many_rooms_take_more_of_a_transaction() -> None:
    rooms = [make_room(FLOORS[0]) for _ in range(21)]
    (lane,) = lanes_of([make_device(FLOORS[0], *rooms) for _ in range(10)])

    assert sum(map(len, lane)) == 10
    assert max(map(items_of, lane)) <= 96
    assert [len(chunk) for chunk in lane] == [3, 3, 3, 1]


def test_cutting_what_is_left_gives_the_lanes_that_were_left() -> None:
    devices = devices_in(FLOORS[0], rooms=250, in_each=20)
    lanes = list(lanes_of(devices))
    written = sum(len(chunk) for chunk in lanes[0])

    assert list(lanes_of(devices[written:])) == lanes[1:]
    assert list(chain.from_iterable(chain.from_iterable(lanes))) == devices


def test_a_lane_is_opened_in_one_transaction_so_it_reaches_few_floors() -> None:
    lanes = list(lanes_of(list(chain.from_iterable(devices_in(f, 1, 10) for f in FLOORS))))

    assert len(lanes) == 3
    assert all(len({d.floor_id for chunk in lane for d in chunk}) <= 60 for lane in lanes)


def test_a_chunk_owes_no_more_numbers_than_an_expression_holds() -> None:
    devices = [
        make_device(FLOORS[0], manufacturer=f"M{n}", device_type=f"T{n}") for n in range(200)
    ]
    changed = [
        replace(d, events=()).changed(
            at=LATER, by=None, manufacturer=f"N{d.manufacturer}", device_type=f"N{d.device_type}"
        )
        for d in devices
    ]

    ((*chunks, _),) = lanes_of(changed)

    assert {len(chunk) for chunk in chunks} == {62}  # four numbers each


def test_what_is_new_and_what_comes_to_a_floor_is_announced() -> None:
    new = make_device(FLOORS[0])
    there = replace(make_device(FLOORS[0]), events=())
    moved = there.move(floor_id=FLOORS[1].id, room_ids=(), at=LATER, by=None)
    renamed = there.changed(at=LATER, by=None, name="X")

    count, on_floors = arriving([new, moved, renamed])

    assert (count, dict(on_floors)) == (1, {FLOORS[0].id: 1, FLOORS[1].id: 1})
    assert floors_of([moved]) == {FLOORS[0].id, FLOORS[1].id}


def test_a_lane_counts_what_its_chunks_create_and_change() -> None:
    there = replace(make_device(FLOORS[0]), events=())
    lane = ImportLane(
        building_id=BUILDING.id,
        import_id="imp_1",
        first_chunk=0,
        location="x",
        chunks=1,
        floor_ids=frozenset(),
    )

    advanced = lane.advanced(
        [make_device(FLOORS[0]), there, there.changed(at=LATER, by=None, name="X")]
    )

    assert (advanced.created, advanced.updated, advanced.written) == (1, 1, 3)
    assert (lane.status, advanced.status, replace(lane, fault=MOVED).status) == (
        "open",
        "written",
        MOVED,
    )


@pytest.mark.parametrize("kind", ["building", "floor", "room"])
def test_the_fault_of_a_lane_is_an_error_of_its_import(kind: str) -> None:
    error = fault_error(being_deleted(kind))

    assert isinstance(error, BeingDeleted)
    assert f"This {kind} is being deleted" in error.message
    assert isinstance(fault_error(MOVED), ChangedMeanwhile)
    assert import_lane.CLOSED != MOVED
