"""Every call that a request makes to AWS fails once: throttled, unanswered, answered too late.

Whatever happens, the status is a documented one, nothing is half-written, and the same request sent
again has one effect in all. All operations of the API's description are tried: a new one fails here
until it is written down.
"""

import importlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from arxos.entrypoints.api_description import document
from functions.deletions import delete_tree
from tests.functions.fault_world import ACTOR, Shape, World, faulty_world
from tests.functions.faults import EFFECTS, READING, Faulty, faults_of
from tests.gateway_events import LambdaContext, api_event, sqs_event

GOOD = frozenset({200, 201, 202, 303})
# What the contract lets a request that meets a fault be answered with: 503, or 409 where another
# attempt seems to be under way.
ORDERED, GONE, CONFLICT, UNAVAILABLE = 202, 404, 409, 503
# Effects outside of the table, which some attempt must have had.
ELSEWHERE = ("Send", "Admin", "Put")


@dataclass(frozen=True)
class Asked:
    """A request that succeeds. `path` and ids in the body name ids of the world.

    `gone`: a repetition may find that there is nothing left. `steps`: it takes several
    transactions, each whole, and goes on when it is repeated.
    """

    body: Any = None
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    gone: bool = False
    steps: bool = False


ADDRESS = {"street": "1 Main St", "city": "X", "state": "Y", "postal_code": "1"}
PLAIN = Asked()
RELEASED = Asked({"fields": ["name"]})
RENAMED = Asked({"name": "South"})
NO_STATUS = Asked({"status": "under_construction"})
LAMP = {"room_id": "room_id", "name": "Lamp", "device_type": "Lamp"}

REQUESTS: dict[str, list[Asked]] = {
    "create_building": [Asked({"name": "South", "address": ADDRESS})],
    "update_building": [RENAMED],
    "delete_building": [Asked(path={"building_id": "bare_id"}, gone=True)],
    "change_building_status": [NO_STATUS],
    "release_building_fields": [RELEASED],
    "create_floor": [Asked({"floor_number": 7})],
    "update_floor": [Asked({"floor_number": 8})],
    "delete_floor": [
        Asked(path={"floor_id": "unused_id"}, gone=True),
        Asked(path={"floor_id": "upper_id"}, query={"cascade": "true"}, gone=True, steps=True),
    ],
    "change_floor_status": [NO_STATUS],
    "release_floor_fields": [RELEASED],
    "create_room": [
        Asked({"floor_id": "floor_id", "room_number": "7", "sensitive": {"door_code": "1"}})
    ],
    "update_room": [Asked({"room_number": "800"})],
    "delete_room": [Asked(path={"room_id": "empty_id"}, gone=True)],
    "change_room_status": [NO_STATUS],
    "release_room_fields": [RELEASED],
    "batch_rooms": [
        Asked(
            {
                "operations": [
                    {"op": "create", "values": {"floor_id": "floor_id", "room_number": "9"}},
                    {"op": "status", "id": "room_id", "values": NO_STATUS.body},
                    {"op": "delete", "id": "empty_id", "version": 1},
                ]
            },
            query=query,
        )
        for query in ({}, {"atomic": "true"})
    ],
    "create_device": [Asked(LAMP)],
    "update_device": [Asked({"serial_number": "S-1"})],
    "delete_device": [Asked(gone=True)],
    "change_device_status": [Asked({"status": "operational"})],
    "move_device": [Asked({"room_id": "empty_id"})],
    "release_device_fields": [RELEASED],
    "batch_devices": [
        Asked(
            {
                "operations": [
                    {"op": "create", "values": LAMP},
                    {"op": "status", "id": "device_id", "values": {"status": "operational"}},
                ]
            },
            query=query,
        )
        for query in ({}, {"atomic": "true"})
    ],
    "create_group": [Asked({"name": "North", "kind": "zone"})],
    "update_group": [RENAMED],
    "delete_group": [Asked(gone=True, steps=True)],
    "replace_group_members": [Asked({"device_ids": [], "room_ids": ["empty_id"]})],
    "start_import": [Asked({"filename": "model.ifc"})],
    "order_apply": [Asked({"remove": False})],
    "order_undo": [Asked(path={"import_id": "applied_id"})],
    "cancel_import": [Asked(path={"import_id": "waiting_id"})],
    "start_check": [Asked({"filename": "a.xlsx"}), Asked({"source": "registry"})],
    "start_export": [Asked({"format": "json"})],
    "invite_user": [
        Asked({"email": "n@x.org", "first_name": "A", "last_name": "B", "role": "engineer"})
    ],
    "update_user": [Asked({"first_name": "Augusta"})],
    "deactivate_user": [PLAIN],
    "reactivate_user": [Asked(path={"user_id": "away_id"})],
}
XLSX = Asked(query={"format": "xlsx"})
READS: dict[str, list[Asked]] = {
    "get_me": [PLAIN],
    "search_records": [Asked(query={"q": "office"})],
    "list_buildings": [PLAIN, Asked(query={"sort": "updated"})],
    "get_building": [PLAIN],
    "get_building_tree": [Asked(query={"devices": "true"})],
    "get_building_summary": [PLAIN],
    "list_building_changes": [PLAIN],
    "list_floors": [PLAIN],
    "get_floor": [PLAIN],
    "list_floor_changes": [PLAIN],
    "list_rooms": [PLAIN, Asked(query={"sort": "name"})],
    "get_room": [PLAIN, Asked(query={"as_of": "2099-01-01T00:00:00Z"})],
    "list_room_changes": [PLAIN],
    "list_devices": [PLAIN, Asked(query={"sort": "name"}), Asked(query={"group_id": "group_id"})],
    "get_device": [PLAIN],
    "list_device_changes": [PLAIN],
    "list_group_changes": [PLAIN],
    "list_groups": [PLAIN],
    "get_group": [PLAIN],
    "list_group_members": [PLAIN],
    "list_imports": [PLAIN],
    "get_import": [PLAIN],
    "get_import_plan": [PLAIN, XLSX],
    "list_import_problems": [PLAIN, XLSX, Asked(query={"format": "csv"})],
    "get_import_workbook": [PLAIN],
    "list_checks": [PLAIN],
    "get_check": [PLAIN],
    "list_check_findings": [PLAIN],
    "get_check_workbook": [PLAIN],
    "list_exports": [PLAIN],
    "get_export": [PLAIN],
    "get_deletion": [PLAIN],
    "list_users": [PLAIN],
    "get_user": [PLAIN],
    "list_user_changes": [PLAIN],
    "explain_user_rights": [Asked(query={"path": "/api/v1/buildings", "verb": "GET"})],
    "get_import_template": [Asked(path={"kind": "rooms"})],
    "get_openapi": [PLAIN],
    "get_docs": [PLAIN],
}
# They tell of faults, and are tested where they are (test_self_observation.py).
TELLS_OF_FAULTS = {"check_health", "get_metrics"}
DESCRIBED = {
    operation["operationId"]: (verb.upper(), path, operation["tags"][0])
    for path, item in document()["paths"].items()
    for verb, operation in item.items()
}


def each(requests: dict[str, list[Asked]]) -> list[Any]:
    return [
        pytest.param(name, asked, id=f"{name} {asked.query or ''}".strip())
        for name, ones in requests.items()
        for asked in ones
    ]


@pytest.fixture(scope="module")
def world(moto: Any) -> Iterator[World]:
    with faulty_world(moto) as world:
        yield world


def send(name: str, asked: Asked, world: World, key: str, faulty: Faulty) -> tuple[int, Any]:
    """The status and the data of the answer."""
    method, resource, folder = DESCRIBED[name]
    path = {**world.ids, **{n: world.ids.get(of, of) for n, of in asked.path.items()}}

    def meant(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: meant(one) for name, one in value.items()}
        if isinstance(value, list):
            return [meant(one) for one in value]
        return world.ids.get(value, value) if isinstance(value, str) else value

    event = api_event(
        method,
        resource,
        path=path,
        query=meant(asked.query),
        body=meant(asked.body),
        headers={"Idempotency-Key": key} if method == "POST" else {},
        actor=ACTOR,
    )
    handler = importlib.import_module(f"functions.{folder}.{name}").handler
    with faulty.at_work():
        answer = handler(event, LambdaContext())
    is_json = answer["headers"].get("Content-Type", "").startswith("application/json")
    return answer["statusCode"], json.loads(answer["body"]).get("data") if is_json else None


def send_again(name: str, asked: Asked, world: World, key: str, faulty: Faulty) -> tuple[int, Any]:
    status, data = send(name, asked, world, key, faulty)
    if status == CONFLICT and DESCRIBED[name][0] == "POST":
        # The first attempt is taken for one that still runs, until its time is over.
        world.let_time_pass()
        return send(name, asked, world, key, faulty)
    return status, data


def without_history(shape: Shape) -> Shape:
    """By how many chunks records went, and so how many items tell it, is told by no answer."""
    return Shape({told: n for told, n in shape.items() if told[0] not in ("change", "gone")})


def go_on_with(deletion_id: str) -> None:
    order = {"organization_id": ACTOR.organization_id, "deletion_id": deletion_id}
    delete_tree.handler(sqs_event(json.dumps(order)), LambdaContext())


def effects_elsewhere(*attempts: Faulty) -> set[str]:
    done = set().union(*(attempt.done.keys() for attempt in attempts))
    return {name for name in done if name.startswith(ELSEWHERE)}


@pytest.mark.parametrize(("name", "asked"), each(REQUESTS))
def test_a_request_that_meets_a_fault_has_one_effect_or_none(
    name: str, asked: Asked, world: World
) -> None:
    before = world.shape()
    undisturbed = Faulty()
    good, data = send(name, asked, world, uuid4().hex, undisturbed)
    assert good in GOOD, data
    after, sign_ins = world.shape(), world.sign_ins()
    assert after != before
    world.put_back()

    wrong: list[tuple[Any, ...]] = []
    for number, operation in enumerate(undisturbed.operations):
        for fault in faults_of(number, operation):
            key, faulty, again = uuid4().hex, Faulty(number, fault), Faulty()
            what = (number, operation, fault.value)
            status, _ = send(name, asked, world, key, faulty)
            found = world.shape()
            whole = asked.steps or found in (before, after)
            if status not in {good, CONFLICT, UNAVAILABLE} or not whole:
                wrong.append((*what, status, found - after, after - found))
            status, told = send_again(name, asked, world, key, again)
            if status == ORDERED and "deletion_id" in told:
                go_on_with(told["deletion_id"])
                status = good
            left = world.shape()
            if asked.steps:  # what has how many entries in the history depends on them
                left, after = without_history(left), without_history(after)
            fine = {good, GONE} if asked.gone else {good}
            if status not in fine or left != after:
                wrong.append((*what, "again", status, left - after, after - left))
            if world.sign_ins() != sign_ins:
                wrong.append((*what, "sign-ins", world.sign_ins(), sign_ins))
            if missed := effects_elsewhere(undisturbed) - effects_elsewhere(faulty, again):
                wrong.append((*what, "never done", missed))
            world.put_back()
    world.forget_new_objects()

    assert not wrong, "\n".join(str(one) for one in wrong)


@pytest.mark.parametrize(("name", "asked"), each(READS))
def test_a_read_that_meets_a_fault_says_so(name: str, asked: Asked, world: World) -> None:
    undisturbed = Faulty()
    good, data = send(name, asked, world, "", undisturbed)
    assert good in GOOD, data
    world.forget_new_objects()

    wrong: list[tuple[Any, ...]] = []
    for number, operation in enumerate(undisturbed.operations):
        for fault in {*READING, *faults_of(number, operation)}:
            status, _ = send(name, asked, world, "", Faulty(number, fault))
            if status != UNAVAILABLE:
                wrong.append((number, operation, fault.value, status))
            if operation.startswith(EFFECTS):
                world.forget_new_objects()

    assert not wrong, "\n".join(str(one) for one in wrong)


def test_every_operation_is_written_down_here() -> None:
    told = [*REQUESTS, *READS, *TELLS_OF_FAULTS]
    assert set(told) == set(DESCRIBED)
    assert {name for name, (verb, *_) in DESCRIBED.items() if verb != "GET"} == set(REQUESTS)
