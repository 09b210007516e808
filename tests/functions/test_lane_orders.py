"""Lanes by the handlers, with real events, on moto."""

import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from arxos import bootstrap
from arxos.domain import import_lane
from arxos.domain.import_lane import ImportLane
from arxos.ports.import_lanes import LaneOrder
from arxos.use_cases import lane_work
from functions.imports import write_lane
from tests.functions.import_queue import ImportQueue
from tests.functions.open_lanes import open_lane
from tests.functions.test_import_orders import Imports
from tests.gateway_events import LambdaContext, sqs_event
from tests.make import LATER, make_actor, make_device, make_floor, make_import, make_room

ROOMS = "id,floor,room_number\n" + "".join(f"R{n},{n // 4},{n}\n" for n in range(8))
DEVICES = "id,floor,room,name,device_type\n" + "".join(
    f"D{n},{n // 20},{n // 5},Lamp {n},Light\n" for n in range(40)
)


@pytest.fixture
def imports(deployed: Any, import_queue: ImportQueue, monkeypatch: pytest.MonkeyPatch) -> Imports:
    monkeypatch.setattr(lane_work, "IN_LANES_FROM", 10)
    monkeypatch.setattr(import_lane, "CHUNKS_IN_A_LANE", 2)
    monkeypatch.setattr(import_lane, "MOST_ITEMS", 12)
    return Imports(deployed, import_queue)


def order_of(lane: ImportLane) -> str:
    return json.dumps(
        asdict(
            LaneOrder(
                organization_id=make_actor().organization_id,
                building_id=lane.building_id,
                import_id=lane.import_id,
                first_chunk=lane.first_chunk,
            )
        )
    )


def test_many_devices_are_imported_in_lanes_and_again_with_no_change(imports: Imports) -> None:
    imports.upload(ROOMS, "apply", filename="rooms.csv")
    imports.deliver()
    first = imports.upload(DEVICES, "apply", filename="devices.csv")
    imports.deliver()

    assert imports.queue.lanes_written == 2
    job = imports.job(first)
    assert (job["status"], job["counts"]["created"]) == ("applied", 40)
    building = bootstrap.unit_of_work(make_actor()).buildings.get(imports.building.id)
    assert (building.rooms_count, building.devices_count) == (8, 40)

    again = imports.upload(DEVICES, filename="devices.csv")
    assert imports.job(again)["counts"]["unchanged"] == 42

    changed = imports.upload(DEVICES.replace("Light", "Lamp"), "apply", filename="devices.csv")
    imports.deliver()

    assert imports.queue.lanes_written == 4
    assert imports.job(changed)["counts"]["updated"] == 40
    tally = bootstrap.unit_of_work(make_actor()).buildings.tallies(imports.building.id)
    assert tally["devices_by_type", "Lamp"] == 40


def test_a_device_leaves_further_rooms_in_a_lane(imports: Imports) -> None:
    """Of what a lane's writer may do, deleting is for the pointers from further rooms alone."""
    floor = make_floor(imports.building)
    rooms = [make_room(floor, room_number=str(number)) for number in range(2)]
    door = make_device(floor, *rooms, name="Door")
    job = make_import(imports.building)
    records: dict[str, list[Any]] = {
        "floors": [floor],
        "rooms": rooms,
        "devices": [door],
        "imports": [job],
    }
    for kind, ones in records.items():
        for one in ones:
            with bootstrap.unit_of_work(make_actor()) as uow:
                getattr(uow, kind).add(one)
    moved = replace(door, events=()).move(
        floor_id=floor.id, room_ids=(rooms[0].id,), at=LATER, by=None
    )
    lane = open_lane(make_actor(), imports.building.id, job.id, [moved])

    for _ in range(2):
        answer = write_lane.handler(sqs_event(order_of(lane)), LambdaContext())
        assert answer == {"batchItemFailures": []}

    uow = bootstrap.unit_of_work(make_actor())
    assert uow.devices.get(imports.building.id, door.id).room_ids == (rooms[0].id,)
    counts = [uow.rooms.get(imports.building.id, room.id).devices_count for room in rooms]
    assert counts == [1, 0]


def test_what_time_is_too_short_for_is_ordered_again(imports: Imports) -> None:
    floor, job = make_floor(imports.building), make_import(imports.building)
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.floors.add(floor)
        uow.imports.add(job)
    lane = open_lane(make_actor(), imports.building.id, job.id, [make_device(floor)])

    soon = LambdaContext(remaining_ms=1_000)
    assert write_lane.handler(sqs_event(order_of(lane)), soon) == {"batchItemFailures": []}
    assert bootstrap.unit_of_work(make_actor()).lanes.all(imports.building.id) == [lane]
    imports.queue.write_lanes()

    (written,) = bootstrap.unit_of_work(make_actor()).lanes.all(imports.building.id)
    assert written.status == "written"
