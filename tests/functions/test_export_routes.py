"""Exports by the handlers and the worker, with real events, on moto."""

import importlib
import json
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest

from arxos import bootstrap
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from arxos.domain.source import KeptSheet
from arxos.domain.stored_sheets import StoredHead
from arxos.ports.imports import UploadedFile
from functions.exports import build_export
from tests.dynamodb_table import REGION
from tests.functions.conftest import BUCKET
from tests.gateway_events import LambdaContext, api_event, sqs_event
from tests.make import (
    ORG,
    make_actor,
    make_building,
    make_device,
    make_floor,
    make_group,
    make_room,
)

EXPORTS = "/api/v1/buildings/{building_id}/exports"
SHEET = KeptSheet(name="Job", columns=("Name", "Status"), rows=(("Check boiler", "open"),))


@pytest.fixture
def queue_url(deployed: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    client = boto3.client("sqs", region_name=REGION)
    url = client.create_queue(QueueName="exports")["QueueUrl"]
    monkeypatch.setenv("EXPORT_QUEUE_URL", url)
    bootstrap._settings.cache_clear()
    bootstrap._sqs.cache_clear()
    yield url
    client.delete_queue(QueueUrl=url)


class World:
    """Two floors with a room and a device each, and a stored sheet."""

    def __init__(self, s3: Any, queue_url: str) -> None:
        self.s3, self.queue_url = s3, queue_url
        self.building = make_building()
        self.floors = [make_floor(self.building, floor_number=n) for n in (1, 2)]
        rooms = [make_room(floor, room_number=f"{floor.floor_number}01") for floor in self.floors]
        devices = [
            make_device(floor, room, name=f"Lamp {room.room_number}", serial_number=None)
            for floor, room in zip(self.floors, rooms, strict=True)
        ]
        group = make_group(self.building)
        with bootstrap.unit_of_work(make_actor()) as uow:
            uow.buildings.add(self.building)
            for floor in self.floors:
                uow.floors.add(floor)
            for room in rooms:
                uow.rooms.add(room)
            for device in devices:
                uow.devices.add(device)
            uow.groups.add(group)
        file = UploadedFile(
            organization_id=ORG,
            building_id=self.building.id,
            import_id="imp_1",
            filename="a.xlsx",
            location="",
        )
        bootstrap.uploads().save_kept(file, "cobie", (SHEET,))
        self.file = file

    def call(self, function: str, method: str = "GET", **event: Any) -> tuple[int, Any]:
        handler = importlib.import_module(f"functions.exports.{function}").handler
        path = {"building_id": self.building.id, **event.pop("path", {})}
        answer = handler(api_event(method, EXPORTS, path=path, **event), LambdaContext())
        return answer["statusCode"], json.loads(answer["body"])

    def work(self) -> Any:
        """The worker does what is in the queue."""
        sqs = boto3.client("sqs", region_name=REGION)
        (message,) = sqs.receive_message(QueueUrl=self.queue_url)["Messages"]
        answer = build_export.handler(sqs_event(message["Body"]), LambdaContext())
        if not answer["batchItemFailures"]:
            sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
        return answer

    def text_of(self, url: str) -> str:
        key = urllib.parse.unquote(urllib.parse.urlparse(url).path).split("exports/", 1)[1]
        body: bytes = self.s3.get_object(Bucket=BUCKET, Key=f"exports/{key}")["Body"].read()
        return body.decode()


@pytest.fixture
def world(deployed: Any, queue_url: str) -> World:
    return World(deployed, queue_url)


def test_an_export_is_ordered_built_and_downloaded(world: World) -> None:
    status, answer = world.call("start_export", "POST", body={"format": "json"})
    path = {"export_id": answer["data"]["export_id"]}
    assert (status, answer["data"]["export"]["status"]) == (201, "building")
    assert world.call("get_export", path=path)[1]["data"]["download_url"] is None

    world.work()

    _, answer = world.call("get_export", path=path)
    export = answer["data"]
    assert (export["status"], export["progress"]) == ("ready", 1.0)
    assert export["counts"] == {"floors": 2, "groups": 1, "rooms": 2, "devices": 2}
    query = urllib.parse.parse_qs(urllib.parse.urlparse(export["download_url"]).query)
    assert query["X-Amz-Expires"] == ["900"]
    lines = [json.loads(line) for line in world.text_of(export["download_url"]).splitlines()]
    assert [line["kind"] for line in lines[:3]] == ["export", "kept_sheet", "kept_row"]
    assert lines[2]["values"] == ["Check boiler", "open"]
    assert world.call("list_exports")[1]["data"]["items"][0]["id"] == path["export_id"]


def test_whoever_sees_one_floor_exports_that_floor(world: World) -> None:
    mine, other = world.floors
    grant = Grant(role=Role.ENGINEER, building_id=world.building.id, floor_id=mine.id)
    actor = make_actor(role=Role.ENGINEER, grants=(grant,))
    _, whole = world.call("start_export", "POST", body={"format": "json"})
    world.work()

    _, answer = world.call("start_export", "POST", body={"format": "json"}, actor=actor)
    world.work()

    path = {"export_id": answer["data"]["export_id"]}
    export = world.call("get_export", path=path, actor=actor)[1]["data"]
    text = world.text_of(export["download_url"])
    assert mine.id in text
    for hidden in (other.id, "Lamp 201", "Supply air 1", "Check boiler"):
        assert hidden not in text
    hidden_path = {"export_id": whole["data"]["export_id"]}
    assert world.call("get_export", path=hidden_path, actor=actor)[0] == 404
    items = world.call("list_exports", actor=actor)[1]["data"]["items"]
    assert [item["id"] for item in items] == [path["export_id"]]
    body = {"format": "json", "floor_id": other.id}
    assert world.call("start_export", "POST", body=body, actor=actor)[0] == 404


def test_a_right_that_is_lost_hides_the_export(world: World) -> None:
    _, answer = world.call("start_export", "POST", body={"format": "json"})
    world.work()
    path = {"export_id": answer["data"]["export_id"]}
    grant = Grant(role=Role.ENGINEER, building_id=world.building.id, floor_id=world.floors[0].id)

    less = make_actor(role=Role.ENGINEER, grants=(grant,))

    assert world.call("get_export", path=path, actor=less)[0] == 404


def test_what_cannot_be_exported_says_why(world: World) -> None:
    status, answer = world.call("start_export", "POST", body={"format": "pdf", "x": 1})
    assert (status, set(answer["error"]["details"]["field_errors"])) == (422, {"format", "x"})
    body = {"format": "cobie", "kind": "rooms"}
    status, answer = world.call("start_export", "POST", body=body)
    assert (status, set(answer["error"]["details"]["field_errors"])) == (422, {"kind"})


def test_the_files_of_a_building_go_with_it(world: World) -> None:
    world.call("start_export", "POST", body={"format": "json"})
    world.work()

    bootstrap.uploads().forget_building(ORG, world.building.id)

    assert "Contents" not in world.s3.list_objects_v2(Bucket=BUCKET)
    assert list(bootstrap.exports().kept_sheets(ORG, world.building.id)) == []


def test_an_undone_import_takes_its_stored_sheets_along(world: World) -> None:
    bootstrap.uploads().forget_kept(world.file)

    assert list(bootstrap.exports().kept_sheets(ORG, world.building.id)) == []


def test_of_each_stored_sheet_the_newest_version_counts(world: World) -> None:
    newer = replace(world.file, import_id="imp_2")
    other = KeptSheet(name="Spare", columns=("Name",), rows=(("Bulb",), ("Fuse",)))
    empty = KeptSheet(name="Job", columns=("Name",))
    bootstrap.uploads().save_kept(newer, "cobie", (empty, other))
    own = replace(world.file, import_id="imp_3")
    bootstrap.uploads().save_kept(own, "arxos", (replace(other, document="cobie"),))

    assert list(bootstrap.uploads().kept(own)) == [
        StoredHead(name="Job", document="cobie", rows=1),
        StoredHead(name="Spare", document="cobie", rows=2),
    ]
    lines = bootstrap.exports().kept_sheets(ORG, world.building.id)
    assert [line.get("name") or line["values"] for line in lines] == [
        "Job",
        ["Check boiler", "open"],
        "Spare",
        ["Bulb"],
        ["Fuse"],
    ]


def test_an_export_of_what_is_found_keeps_its_conditions(world: World) -> None:
    body = {"format": "json", "q": "lamp 2", "group_id": None, "status": "installed"}
    status, answer = world.call("start_export", "POST", body=body)
    world.work()

    assert (status, answer["data"]["export"]["scope"]) == (
        201,
        {"q": "lamp 2", "status": "installed"},
    )
    path = {"export_id": answer["data"]["export_id"]}
    export = world.call("get_export", path=path)[1]["data"]
    assert export["counts"]["devices"] == 1
    assert "Lamp 201" in world.text_of(export["download_url"])
    status, answer = world.call("start_export", "POST", body={**body, "status": "banana"})
    assert (status, set(answer["error"]["details"]["field_errors"])) == (422, {"status"})
