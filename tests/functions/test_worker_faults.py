"""Every call that work in the background makes to AWS fails once: throttled, unanswered, too late.

Its event comes again, as AWS sees to. Then all is as if nothing had happened.
"""

import importlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from arxos import bootstrap
from functions.imports import read_building_file
from tests.functions.conftest import BUCKET
from tests.functions.fault_world import ACTOR, World, faulty_world
from tests.functions.faults import Fault, Faulty, faults_of
from tests.functions.open_lanes import open_lane
from tests.gateway_events import LambdaContext, api_event, s3_event, sqs_event, stream_event
from tests.make import NOON, make_device

TABLE = b"floor,room_number,name\n1,500,Store\n9,900,Attic\n"
# Of messages; S3's events and streams are tried as often at least.
DELIVERIES = 5
Event = dict[str, Any]


@pytest.fixture(scope="module")
def world(moto: Any) -> Iterator[World]:
    with faulty_world(moto) as world:
        world.events = dict(events_of(world, moto))
        world.keep()
        yield world


def asked(world: World, handler: str, body: Any) -> Any:
    event = api_event("POST", path=world.ids, body=body, actor=ACTOR)
    answer = importlib.import_module(f"functions.{handler}").handler(event, LambdaContext())
    return json.loads(answer["body"])["data"]


def upload(world: World, mode: str) -> tuple[str, str]:
    told = asked(world, "imports.start_import", {"filename": "rooms.csv", "mode": mode})
    key: str = told["upload"]["fields"]["key"]
    world.s3.put_object(Bucket=BUCKET, Key=key, Body=TABLE)
    return key, told["import_id"]


def events_of(world: World, moto: Any) -> Iterator[tuple[str, Event]]:
    """What each worker is to do, with what it takes in its place."""
    where = {"organization_id": ACTOR.organization_id, "building_id": world.ids["building_id"]}
    key, _ = upload(world, "plan")
    yield "imports.read_building_file", s3_event(key)
    key, import_id = upload(world, "apply")
    read_building_file.handler(s3_event(key), LambdaContext(aws_request_id="read"))
    order = {**where, "import_id": import_id, "action": "apply"}
    yield "imports.apply_import", sqs_event(json.dumps(order))
    floor = bootstrap.unit_of_work(ACTOR).floors.get(where["building_id"], world.ids["floor_id"])
    devices = [make_device(floor, name=f"Lamp {number}") for number in range(2)]
    other = world.ids["import_id"]
    lane = open_lane(ACTOR, where["building_id"], other, devices[:1], devices[1:])
    lane_order = {**where, "import_id": other, "first_chunk": lane.first_chunk}
    yield "imports.write_lane", sqs_event(json.dumps(lane_order))
    exported = asked(world, "exports.start_export", {"format": "json"})["export_id"]
    yield "exports.build_export", sqs_event(json.dumps({**where, "export_id": exported}))
    check = asked(world, "checks.start_check", {"source": "registry"})["check_id"]
    place = f"{ACTOR.organization_id}/{where['building_id']}"
    yield "checks.run_check", s3_event(f"checks/{place}/{check}/registry")
    order = {"organization_id": ACTOR.organization_id, "deletion_id": world.ids["deletion_id"]}
    yield "deletions.delete_tree", sqs_event(json.dumps(order))
    yield "imports.take_drop", dropped(world, f"drop/{place}/rooms.csv")
    found = moto.scan(TableName=world.table)["Items"]
    rooms = [item for item in found if item["kind"]["S"] == "room"]
    yield "search.index_records", stream_event(*((None, room) for room in rooms))


def dropped(world: World, key: str) -> Event:
    asked_for = api_event("PATCH", path=world.ids, body={"drop_mode": "plan"}, actor=ACTOR)
    importlib.import_module("functions.buildings.update_building").handler(
        asked_for, LambdaContext()
    )
    done = world.s3.put_object(Bucket=BUCKET, Key=key, Body=TABLE)
    event = s3_event(key)
    told = {"eTag": done["ETag"].strip('"'), "size": len(TABLE), "sequencer": "1"}
    event["Records"][0]["s3"]["object"] |= told
    event["Records"][0]["eventTime"] = NOON.isoformat()
    return event


def deliver(name: str, event: Event, faulty: Faulty, *, count: int = 1) -> bool:
    """Whether the worker has taken it; what it raises goes to AWS, which tries it again."""
    for record in event["Records"]:
        if "attributes" in record:
            record["attributes"]["ApproximateReceiveCount"] = str(count)
    handler = importlib.import_module(f"functions.{name}").handler
    with faulty.at_work():
        try:
            answer = handler(event, LambdaContext())
        except Exception:
            return False
    return not (answer or {}).get("batchItemFailures")


def left(world: World) -> tuple[Any, set[str]]:
    """Change files are named by their attempts; those that nothing leads to are only waste."""
    keys = {key for key in world.object_keys() if not key.startswith("changes/")}
    return world.shape(), keys


def some_faults_of(number: int, operation: str) -> set[Fault]:
    """That an answer is lost after the effect, which is the worst; and one of the others in turn:
    a piece of work takes longer than a request.
    """
    faults = faults_of(number, operation)
    return {faults[number % len(faults)], Fault.NOT_HEARD} & set(faults)


WORKERS = (
    *("imports.read_building_file", "imports.apply_import", "imports.take_drop"),
    "imports.write_lane",
    *("exports.build_export", "checks.run_check", "deletions.delete_tree"),
    "search.index_records",
)


@pytest.mark.parametrize("name", WORKERS)
def test_work_that_meets_a_fault_is_done_when_it_comes_again(name: str, world: World) -> None:
    event, before = world.events[name], world.shape()
    undisturbed = Faulty()
    assert deliver(name, event, undisturbed)
    after = left(world)
    assert after[0] != before
    world.put_back()
    world.forget_new_objects()

    wrong: list[tuple[Any, ...]] = []
    for number, operation in enumerate(undisturbed.operations):
        for fault in some_faults_of(number, operation):
            taken, count = deliver(name, event, Faulty(number, fault)), 1
            while not taken and count < DELIVERIES - 1:
                world.let_time_pass()
                count += 1
                taken = deliver(name, event, Faulty(), count=count)
            found = left(world)
            if not taken or found != after:
                shape, keys = found[0], found[1] ^ after[1]
                wrong.append((number, operation, fault.value, taken, shape - after[0],
                              after[0] - shape, keys))  # fmt: skip
            world.put_back()
            world.forget_new_objects()

    assert not wrong, "\n".join(str(one) for one in wrong)
