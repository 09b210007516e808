"""Deleting trees by the handlers and the worker, with real events, on moto."""

import gzip
import importlib
import json
import random
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import boto3
import pytest

from arxos import bootstrap
from arxos.adapters.dynamodb.transaction import Transaction
from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.errors import ChangedMeanwhile
from arxos.domain.floor import Floor
from arxos.domain.identifiers import derived_id
from arxos.domain.permissions import Role
from arxos.domain.room import Room
from arxos.domain.user import Actor
from arxos.ports.lists import Page, RoomFilter
from arxos.ports.orders import MAX_DELIVERIES
from functions.deletions import delete_tree
from tests.dynamodb_table import REGION
from tests.functions.conftest import BUCKET
from tests.gateway_events import LambdaContext, api_event, sqs_event
from tests.make import make_actor, make_building, make_device, make_floor, make_id, make_room

# moto copies its whole table for each item of a transaction; hundreds of devices are removed on
# DynamoDB Local, in tests/adapters/dynamodb/test_delete_tree.py.
ROOMS, DEVICES_PER_ROOM = 4, 8


class Killed(BaseException):
    """What a kill is to the code."""


@pytest.fixture
def queue_url(deployed: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    client = boto3.client("sqs", region_name=REGION)
    url = client.create_queue(QueueName="deletions")["QueueUrl"]
    monkeypatch.setenv("DELETION_QUEUE_URL", url)
    monkeypatch.setattr("arxos.use_cases.deletions.SMALL_TREE", DEVICES_PER_ROOM)
    bootstrap._settings.cache_clear()
    bootstrap._sqs.cache_clear()
    yield url
    client.delete_queue(QueueUrl=url)


def orders(queue_url: str) -> list[str]:
    """The bodies of the messages that wait; they are taken."""
    client = boto3.client("sqs", region_name=REGION)
    bodies = []
    while received := client.receive_message(QueueUrl=queue_url).get("Messages"):
        for message in received:
            bodies.append(message["Body"])
            client.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return bodies


class Tower:
    """A building over two shards with two floors full of devices."""

    def __init__(self) -> None:
        self.building: Building = make_building()
        self.floors: list[Floor] = [make_floor(self.building, floor_number=n) for n in (1, 2)]
        with bootstrap.unit_of_work(make_actor()) as uow:
            uow.buildings.add(self.building)
            for floor in self.floors:
                uow.floors.add(floor)
        with bootstrap.unit_of_work(make_actor()) as uow:
            uow.buildings.spread(uow.buildings.get(self.building.id), 2)
        for floor in self.floors:
            self._fill(floor)

    def _fill(self, floor: Floor) -> None:
        for number in range(ROOMS):
            room_id = derived_id("room", floor.id, str(number), shards=2)
            room = make_room(floor, id=room_id, room_number=str(number), room_type=f"T{number % 3}")
            with bootstrap.unit_of_work(make_actor()) as uow:
                uow.rooms.add(room)
                for n in range(DEVICES_PER_ROOM):
                    uow.devices.add(self._device(floor, room, n))

    def _device(self, floor: Floor, room: Room, n: int) -> Device:
        device_id = derived_id("device", room.id, str(n), shards=2)
        return make_device(floor, room, id=device_id, name=f"Lamp {n}", manufacturer=f"M{n % 4}")

    def assert_exact(self) -> None:
        """That all counters and kept numbers say what is there."""
        uow = bootstrap.unit_of_work(make_actor())
        building = uow.buildings.get(self.building.id)
        rooms, devices = list(uow.rooms.all(building)), list(uow.devices.all(building))
        floors = list(uow.floors.all(building.id))
        assert (building.floors_count, building.rooms_count, building.devices_count) == (
            len(floors),
            len(rooms),
            len(devices),
        )
        for floor in floors:
            assert floor.rooms_count == sum(r.floor_id == floor.id for r in rooms)
            assert floor.devices_count == sum(d.floor_id == floor.id for d in devices)
            by_index = uow.rooms.list(building, RoomFilter(floor_id=floor.id), Page(200)).items
            assert len(by_index) == floor.rooms_count
        in_rooms = Counter(room_id for d in devices for room_id in d.room_ids)
        assert {r.id: r.devices_count for r in rooms} == {r.id: in_rooms[r.id] for r in rooms}
        tallies = uow.buildings.tallies(building.id)
        for facet, expected in (
            ("rooms_by_type", Counter(r.room_type for r in rooms)),
            ("devices_by_manufacturer", Counter(d.manufacturer for d in devices)),
        ):
            assert {v: n for (f, v), n in tallies.items() if f == facet} == expected


def delete(
    kind: str, ids: dict[str, str], *, cascade: str = "true", actor: Actor | None = None
) -> Any:
    event = api_event("DELETE", path=ids, query={"cascade": cascade}, actor=actor)
    handler = importlib.import_module(f"functions.{kind}s.delete_{kind}").handler
    answer = handler(event, LambdaContext())
    return answer["statusCode"], answer["headers"], json.loads(answer["body"])


def see(deletion_id: str, actor: Actor | None = None) -> tuple[int, Any]:
    event = api_event(path={"deletion_id": deletion_id}, actor=actor)
    handler = importlib.import_module("functions.deletions.get_deletion").handler
    answer = handler(event, LambdaContext())
    return answer["statusCode"], json.loads(answer["body"])


def deliver(body: str, *, count: int = 1, remaining_ms: int = 60_000) -> list[str]:
    """The messages that the worker could not deal with."""
    context = LambdaContext(aws_request_id=make_id("change"), remaining_ms=remaining_ms)
    failed = delete_tree.handler(sqs_event(body, receive_count=count), context)
    return [one["itemIdentifier"] for one in failed["batchItemFailures"]]


def test_a_floor_goes_exactly_with_kills_anywhere(
    deployed: Any, queue_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tower, chance = Tower(), random.Random(4711)  # noqa: S311
    floor = tower.floors[0]
    ids = {"building_id": tower.building.id, "floor_id": floor.id}

    status, headers, body = delete("floor", ids)

    data = body["data"]
    assert status == HTTPStatus.ACCEPTED
    assert headers["Location"] == f"/api/v1/deletions/{data['deletion_id']}"
    assert (data["floor_id"], data["deleted"]) == (floor.id, False)
    assert data["deletion"]["total"] == ROOMS * (DEVICES_PER_ROOM + 1)
    (order,) = orders(queue_url)
    commit = Transaction.commit

    def commit_or_die(transaction: Transaction) -> None:
        if chance.random() < 0.3:
            raise Killed  # before the commit
        commit(transaction)
        if chance.random() < 0.3:
            raise Killed  # after it, before anything else

    kills = 0
    monkeypatch.setattr(Transaction, "commit", commit_or_die)
    monkeypatch.setattr("arxos.use_cases.tree_removal.MOST_WRITES", 20)
    for _ in range(100):
        try:
            assert deliver(order) == []
            break
        except Killed:
            kills += 1
            tower.assert_exact()
    monkeypatch.undo()

    assert kills > 1
    shown = see(data["deletion_id"])[1]["data"]
    assert (shown["status"], shown["progress"]) == ("done", 1.0)
    assert shown["removed"] == {
        "floors": 0,
        "rooms": ROOMS,
        "devices": ROOMS * DEVICES_PER_ROOM,
    }
    tower.assert_exact()
    counted = bootstrap.unit_of_work(make_actor()).buildings.get(tower.building.id)
    assert (counted.floors_count, counted.devices_count) == (1, ROOMS * DEVICES_PER_ROOM)
    assert delete("floor", ids)[0] == HTTPStatus.NOT_FOUND
    # What went stands in the change files, each record once in those that an entry names.
    assert removed_in_history(deployed, tower.building.id) == Counter(
        {"RoomRemoved": ROOMS, "DeviceRemoved": ROOMS * DEVICES_PER_ROOM, "FloorRemoved": 1}
    )


def removed_in_history(s3: Any, building_id: str) -> Counter[str]:
    from arxos.adapters.dynamodb import keys
    from arxos.adapters.dynamodb.query import Collection, read_all
    from arxos.adapters.dynamodb.table import GSI1

    partition = keys.changes_of_building(make_actor().organization_id, building_id)
    removed: Counter[str] = Counter()
    seen: set[str] = set()
    for entry in read_all(Collection((partition,), "", GSI1)):
        if entry.file is None:
            removed[entry.event] += entry.event.endswith("Removed")
            continue
        stored = s3.get_object(Bucket=BUCKET, Key=entry.file)["Body"].read()
        for line in map(json.loads, gzip.decompress(stored).splitlines()):
            assert line["record_id"] not in seen
            seen.add(line["record_id"])
            removed[line["event"]] += 1
    return +removed


def test_a_building_goes_with_its_partitions(deployed: Any, queue_url: str) -> None:
    tower = Tower()

    _, _, body = delete("building", {"building_id": tower.building.id})
    (order,) = orders(queue_url)
    assert deliver(order) == []

    assert see(body["data"]["deletion_id"])[1]["data"]["status"] == "done"
    assert delete("building", {"building_id": tower.building.id})[0] == HTTPStatus.NOT_FOUND
    table = boto3.client("dynamodb", region_name=REGION)
    kinds = {
        item["kind"]["S"]
        for page in table.get_paginator("scan").paginate(TableName=bootstrap._settings().table_name)
        for item in page["Items"]
    }
    assert kinds == {"change", "deletion", "gone"}, "only what happened"


def test_without_time_left_the_worker_orders_the_rest(deployed: Any, queue_url: str) -> None:
    tower = Tower()
    delete("floor", {"building_id": tower.building.id, "floor_id": tower.floors[0].id})
    (order,) = orders(queue_url)

    assert deliver(order, remaining_ms=9_000) == []

    assert orders(queue_url) == [order]


def test_small_trees_are_gone_when_the_answer_comes(deployed: Any, queue_url: str) -> None:
    tower = Tower()
    uow = bootstrap.unit_of_work(make_actor())
    room = next(iter(uow.rooms.all(uow.buildings.get(tower.building.id))))
    ids = {"building_id": tower.building.id, "room_id": room.id}

    refused = delete("room", ids, cascade="false")
    status, _, body = delete("room", ids)

    assert (refused[0], refused[2]["error"]["code"]) == (HTTPStatus.CONFLICT, "CONFLICT")
    assert (status, body["data"]) == (200, {"room_id": room.id, "deleted": True})
    assert orders(queue_url) == []
    tower.assert_exact()


def test_a_queue_that_cannot_be_reached_is_503_and_the_same_request_settles_it(
    deployed: Any, queue_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tower = Tower()
    ids = {"building_id": tower.building.id, "floor_id": tower.floors[0].id}
    monkeypatch.setenv("DELETION_QUEUE_URL", queue_url + "-gone")
    bootstrap._settings.cache_clear()

    status, _, body = delete("floor", ids)

    assert (status, body["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert "again" in body["error"]["message"]
    monkeypatch.setenv("DELETION_QUEUE_URL", queue_url)
    bootstrap._settings.cache_clear()
    assert delete("floor", ids)[0] == HTTPStatus.ACCEPTED
    (order,) = orders(queue_url)
    assert deliver(order) == []
    assert delete("floor", ids)[0] == HTTPStatus.NOT_FOUND


def test_what_the_worker_cannot_do_is_named_and_at_last_recorded(
    deployed: Any, queue_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tower = Tower()
    floor_id = tower.floors[0].id
    _, _, body = delete("floor", {"building_id": tower.building.id, "floor_id": floor_id})
    (order,) = orders(queue_url)
    monkeypatch.setattr("arxos.adapters.s3_uploads.S3Uploads.save", lambda *_: 1 / 0)

    assert deliver(order) == ["message-1"]
    assert see(body["data"]["deletion_id"])[1]["data"]["status"] == "queued"
    assert deliver(order, count=MAX_DELIVERIES) == ["message-1"]
    assert see(body["data"]["deletion_id"])[1]["data"]["status"] == "failed"
    assert deliver("{}") == ["message-1"]


@pytest.mark.parametrize("cascade", ["yes", "", "1"])
def test_cascade_is_true_or_false(cascade: str, deployed: Any) -> None:
    status, _, body = delete("building", {"building_id": "bld_1"}, cascade=cascade)

    assert (status, list(body["error"]["details"]["field_errors"])) == (422, ["cascade"])


def test_strangers_and_viewers_delete_nothing(deployed: Any, queue_url: str) -> None:
    tower = Tower()
    ids = {"building_id": tower.building.id, "floor_id": tower.floors[0].id}
    stranger = make_actor(organization_id="org_second")

    assert delete("floor", ids, actor=stranger)[0] == HTTPStatus.NOT_FOUND
    assert delete("floor", ids, actor=make_actor(role=Role.ENGINEER))[0] == HTTPStatus.FORBIDDEN
    deletion_id = delete("floor", ids)[2]["data"]["deletion_id"]
    assert see(deletion_id, stranger)[0] == HTTPStatus.NOT_FOUND
    assert see(deletion_id, make_actor(role=Role.VIEWER))[0] == HTTPStatus.OK


KINDS = ("building", "floor", "room")


def small_tree() -> dict[str, dict[str, str]]:
    """The ids that lead to a building, a floor and a room of it, with a device in two rooms."""
    building = make_building()
    floor = make_floor(building)
    room, other = make_room(floor), make_room(floor, room_number="102")
    device = make_device(floor, room, room_ids=(room.id, other.id))
    records = ("buildings", building), ("floors", floor), ("rooms", room), ("rooms", other)
    for repository, record in (*records, ("devices", device)):
        with bootstrap.unit_of_work(make_actor()) as uow:
            getattr(uow, repository).add(record)
    at = {"building_id": building.id}
    return {
        "building": at,
        "floor": at | {"floor_id": floor.id},
        "room": at | {"room_id": other.id},
    }


def lose_a_race(monkeypatch: pytest.MonkeyPatch) -> list[Transaction]:
    """The first transaction that touches a device finds that another writer came first."""
    commit = Transaction.commit
    lost: list[Transaction] = []

    def commit_or_lose(transaction: Transaction) -> None:
        keys = (*transaction._deletes, *transaction._updates)
        if not lost and any(key.sk.startswith("DEV#") for key in keys):
            lost.append(transaction)
            raise ChangedMeanwhile
        commit(transaction)

    monkeypatch.setattr(Transaction, "commit", commit_or_lose)
    return lost


@pytest.mark.parametrize("kind", KINDS)
def test_what_changes_while_a_small_tree_goes_is_read_again_and_goes(
    kind: str, deployed: Any, queue_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = small_tree()[kind]
    lost = lose_a_race(monkeypatch)

    status, _, body = delete(kind, ids)

    assert (status, body["data"]["deleted"], len(lost)) == (HTTPStatus.OK, True, 1)
    assert delete(kind, ids)[0] == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("kind", KINDS)
def test_what_changes_while_the_worker_removes_a_tree_is_read_again_and_goes(
    kind: str, deployed: Any, queue_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arxos.use_cases.deletions.SMALL_TREE", 0)
    ids = small_tree()[kind]
    assert delete(kind, ids)[0] == HTTPStatus.ACCEPTED
    (order,) = orders(queue_url)
    lost = lose_a_race(monkeypatch)

    assert deliver(order) == []

    assert len(lost) == 1
    assert delete(kind, ids)[0] == HTTPStatus.NOT_FOUND


def test_a_buildings_files_go_with_it_and_no_others(deployed: Any, queue_url: str) -> None:
    ids = small_tree()["building"]
    org, building_id = make_actor().organization_id, ids["building_id"]
    for folder in ("checks", "exports", "kept"):
        for of in (building_id, "bld_other"):
            deployed.put_object(Bucket=BUCKET, Key=f"{folder}/{org}/{of}/1/a.csv", Body=b"1")

    assert delete("building", ids)[0] == HTTPStatus.OK
    (order,) = orders(queue_url)
    assert deliver(order) == []

    left = [one["Key"] for one in deployed.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert [key for key in left if building_id in key and not key.startswith("changes/")] == []
    assert sum("bld_other" in key for key in left) == 3
