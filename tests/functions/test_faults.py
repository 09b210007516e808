"""Every call that a request makes to AWS fails once: throttled, unanswered, answered too late.

Whatever happens, the status is a documented one, nothing is half-written, and the same request sent
again has one effect in all.
"""

import importlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from uuid import uuid4

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.endpoint import Endpoint
from botocore.exceptions import ReadTimeoutError

from arxos import bootstrap
from arxos.domain.record import Record
from tests.dynamodb_table import create_table
from tests.functions.conftest import deployment
from tests.gateway_events import LambdaContext, api_event
from tests.make import (
    make_actor,
    make_building,
    make_device,
    make_floor,
    make_group,
    make_organization,
    make_room,
)

# What the contract lets a request that meets a fault be answered with: 503, or 409 where another
# attempt seems to be under way.
CONFLICT = 409
DOCUMENTED = {200, 201, 202, CONFLICT, 503}
AT, ACTOR = "/api/v1/buildings", make_actor()
ADDRESS = {"street": "1 Main St", "city": "X", "state": "Y", "postal_code": "1"}
# Items that are there for a while only, and no part of the registry.
PASSING = ("#ANSWERS",)


class Fault(Enum):
    """How a call fails, at every attempt of its client."""

    THROTTLED = "ThrottlingException"
    NOT_SENT = "timeout before the effect"
    NOT_HEARD = "timeout after the effect"
    CONFLICT = "another transaction has the item"


@dataclass
class World:
    """One building with a floor, rooms, devices and a zone; and the table to put it back into."""

    client: Any
    table: str
    ids: dict[str, str] = field(default_factory=dict)
    before: dict[Any, Any] = field(default_factory=dict)

    def items(self) -> dict[Any, Any]:
        found = self.client.scan(TableName=self.table, ConsistentRead=True)["Items"]
        return {
            (item["PK"]["S"], item["SK"]["S"]): item
            for item in found
            if not item["PK"]["S"].endswith(PASSING)
        }

    def shape(self) -> Counter[Any]:
        """What there is, apart from ids and times: kinds of items, counts, versions and states."""
        told = ("version", "status", "name", "floors_count", "rooms_count", "devices_count")
        return Counter(
            (item["kind"]["S"], *(str(item.get(name)) for name in told))
            for item in self.items().values()
        )

    def let_time_pass(self) -> None:
        """As much as the longest request may take."""
        for item in self.client.scan(TableName=self.table, ConsistentRead=True)["Items"]:
            if "in_progress_expiration" in item:
                item["in_progress_expiration"] = {"N": "0"}
                self.client.put_item(TableName=self.table, Item=item)

    def put_back(self) -> None:
        for item in self.client.scan(TableName=self.table, ConsistentRead=True)["Items"]:
            if (item["PK"]["S"], item["SK"]["S"]) not in self.before:
                key = {"PK": item["PK"], "SK": item["SK"]}
                self.client.delete_item(TableName=self.table, Key=key)
        found = self.items()
        for key, item in self.before.items():
            if found.get(key) != item:
                self.client.put_item(TableName=self.table, Item=item)


@pytest.fixture(scope="module")
def world(moto: Any) -> Iterator[World]:
    table = f"arxos-{uuid4().hex[:8]}"
    create_table(moto, table)
    with pytest.MonkeyPatch.context() as patch, deployment(table, patch):
        # Waiting is not what is tested.
        patch.setattr("tenacity.nap.time.sleep", lambda _: None)
        yield build(World(moto, table))
    moto.delete_table(TableName=table)


def build(world: World) -> World:
    building = make_building()
    floor = make_floor(building)
    room, empty = make_room(floor), make_room(floor, room_number="102")
    records: dict[str, list[Any]] = {
        "organizations": [make_organization()],
        "buildings": [building],
        "floors": [floor],
        "rooms": [room, empty],
        "devices": [device := make_device(floor, room)],
        "groups": [group := make_group(building)],
    }
    for kind, ones in records.items():
        for one in ones:
            with bootstrap.unit_of_work(ACTOR) as uow:
                getattr(uow, kind).add(one)
    world.ids = {
        "building_id": building.id,
        "floor_id": floor.id,
        "room_id": room.id,
        "empty_id": empty.id,
        "device_id": device.id,
        "group_id": group.id,
    }
    world.before = world.items()
    return world


@dataclass(frozen=True)
class Asked:
    """A request that succeeds. `path` and ids in the body name ids of the world."""

    handler: str
    method: str
    body: Any = None
    path: dict[str, str] = field(default_factory=dict)
    # What a repetition may find that comes after its own effect.
    again: frozenset[int] = frozenset({200, 201, 202})


GONE = frozenset({200, 404})
MOVED_ON = frozenset({200, 409})
REQUESTS = [
    Asked("buildings.create_building", "POST", {"name": "South", "address": ADDRESS}),
    Asked("buildings.update_building", "PATCH", {"name": "South"}),
    Asked(
        "buildings.change_building_status",
        "POST",
        {"status": "under_construction"},
        again=MOVED_ON,
    ),
    Asked("floors.create_floor", "POST", {"floor_number": 7}),
    Asked("floors.update_floor", "PATCH", {"floor_number": 8}),
    Asked("rooms.create_room", "POST", {"floor_id": "floor_id", "room_number": "700"}),
    Asked(
        "rooms.create_room",
        "POST",
        {"floor_id": "floor_id", "room_number": "701", "sensitive": {"door_code": "1234"}},
    ),
    Asked("rooms.update_room", "PATCH", {"room_number": "800"}),
    Asked("rooms.delete_room", "DELETE", path={"room_id": "empty_id"}, again=GONE),
    Asked(
        "devices.create_device",
        "POST",
        {"room_id": "room_id", "name": "Lamp", "device_type": "Lamp"},
    ),
    Asked("devices.update_device", "PATCH", {"serial_number": "S-1"}),
    Asked("devices.move_device", "POST", {"room_id": "empty_id"}),
    Asked("devices.delete_device", "DELETE", again=GONE),
    Asked("groups.create_group", "POST", {"name": "North", "kind": "zone"}),
    Asked("groups.replace_group_members", "PUT", {"device_ids": ["device_id"]}),
    Asked("groups.delete_group", "DELETE", again=GONE),
    Asked("imports.start_import", "POST", {"filename": "model.ifc"}),
]


def send(asked: Asked, world: World, key: str) -> int:
    named = {**world.ids, **{name: world.ids[of] for name, of in asked.path.items()}}

    def meant(value: Any) -> Any:
        if isinstance(value, list):
            return [meant(one) for one in value]
        return world.ids.get(value, value) if isinstance(value, str) else value

    body = {name: meant(value) for name, value in asked.body.items()} if asked.body else None
    headers = {"Idempotency-Key": key} if asked.method == "POST" else {}
    event = api_event(asked.method, AT, path=named, body=body, headers=headers, actor=ACTOR)
    handler = importlib.import_module(f"functions.{asked.handler}").handler
    status: int = handler(event, LambdaContext())["statusCode"]
    return status


class Faulty:
    """Counts the calls that go to AWS, and makes the one of that number fail."""

    def __init__(self, number: int | None = None, fault: Fault | None = None) -> None:
        self.operations: list[str] = []
        self._number, self._fault = number, fault

    def request(self, endpoint: Endpoint, model: Any, sent: Any) -> Any:
        self.operations.append(model.name)
        if len(self.operations) - 1 != self._number:
            return REAL(endpoint, model, sent)
        if self._fault is Fault.NOT_HEARD:
            REAL(endpoint, model, sent)
        if self._fault in (Fault.NOT_SENT, Fault.NOT_HEARD):
            raise ReadTimeoutError(endpoint_url=endpoint.host)
        if self._fault is Fault.CONFLICT and model.name == "TransactWriteItems":
            reasons = [{"Code": "TransactionConflict"}]
            return self._refused("TransactionCanceledException", CancellationReasons=reasons)
        return self._refused("ThrottlingException")

    def _refused(self, code: str, **more: Any) -> Any:
        parsed = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {}, **more}
        return AWSResponse("https://x", 400, HTTPHeaders(), None), parsed


def faults_of(operation: str) -> tuple[Fault, ...]:
    """A read has no effect to come before or after; only transactions conflict."""
    if operation.startswith(("Get", "BatchGet", "Query")):
        return (Fault.NOT_SENT,)
    if operation == "TransactWriteItems":
        return (Fault.THROTTLED, Fault.NOT_HEARD, Fault.CONFLICT)
    return (Fault.THROTTLED, Fault.NOT_HEARD)


REAL: Callable[..., Any] = Endpoint.make_request


def attempt(asked: Asked, world: World, key: str, faulty: Faulty) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Endpoint, "make_request", lambda *sent: faulty.request(*sent))
        return send(asked, world, key)


@pytest.mark.parametrize("asked", REQUESTS, ids=lambda asked: asked.handler)
def test_a_request_that_meets_a_fault_has_one_effect_or_none(asked: Asked, world: World) -> None:
    before = world.shape()
    undisturbed = Faulty()
    assert attempt(asked, world, uuid4().hex, undisturbed) in {200, 201, 202}
    after = world.shape()
    assert after != before
    world.put_back()

    wrong: list[tuple[Any, ...]] = []
    for number, operation in enumerate(undisturbed.operations):
        for fault in faults_of(operation):
            key = uuid4().hex
            status = attempt(asked, world, key, Faulty(number, fault))
            found = world.shape()
            if status not in DOCUMENTED or found not in (before, after):
                wrong.append((number, operation, fault.value, status, found - after))
            again = send(asked, world, key)
            if again == CONFLICT and asked.method == "POST":
                # The first attempt is taken for one that still runs, until its time is over.
                world.let_time_pass()
                again = send(asked, world, key)
            if again not in asked.again or world.shape() != after:
                left = world.shape()
                wrong.append((operation, fault.value, "again", again, left - after, after - left))
            world.put_back()

    assert wrong == []


def test_the_requests_are_about_all_kinds_of_records() -> None:
    kinds = {asked.handler.partition(".")[0] for asked in REQUESTS}
    assert {f"{kind.__name__.lower()}s" for kind in Record.__subclasses__()} <= kinds
