"""Every function has a sample event, and what tests/events keeps does its work, on moto."""

import importlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from arxos import bootstrap
from arxos.domain.check_job import CheckStatus
from arxos.domain.deletion import Deletion, Target
from arxos.domain.errors import NotFound
from arxos.domain.export_job import ExportStatus
from arxos.domain.floor import Floor
from arxos.domain.import_job import ImportStatus
from arxos.ports.imports import upload_location
from arxos.ports.registry import UnitOfWork
from scripts.example_records import ACTOR, put_example_records
from scripts.make_sample_building import make_sample_building
from scripts.openapi.examples import (
    AT,
    BUILDING,
    CHECK,
    DELETION,
    EXPORT,
    FLOOR,
    IDS,
    IMPORT,
)
from scripts.openapi.routes import routes
from scripts.sample_event import EVENTS, Event, Unknown, functions, made_event, sample_event
from tests.functions.conftest import BUCKET
from tests.functions.import_queue import ImportQueue
from tests.functions.open_lanes import open_lane
from tests.gateway_events import LambdaContext
from tests.make import make_device

KEPT = {file.stem for file in EVENTS.glob("*.json")}
DROPPED = f"drop/{ACTOR.organization_id}/{BUILDING.id}/cmms/rooms.csv"


@pytest.fixture
def registry(deployed: Any) -> UnitOfWork:
    put_example_records(bootstrap.unit_of_work(ACTOR))
    return bootstrap.unit_of_work(ACTOR)


def call(module: str, event: Event | None = None) -> Any:
    """The handler with its sample event."""
    event = event or sample_event(module.rpartition(".")[2])
    return importlib.import_module(f"functions.{module}").handler(event, LambdaContext())


def test_every_function_has_an_event() -> None:
    for use_case in functions():
        assert sample_event(use_case), use_case


def test_every_kept_event_is_of_a_function() -> None:
    assert set(functions()) >= KEPT


def test_only_events_that_no_route_has_are_kept_and_a_read_and_a_write() -> None:
    of_routes = KEPT & {route.handler for route in routes()}
    assert of_routes == {"get_building", "create_building"}
    for use_case in of_routes:
        assert sample_event(use_case) == made_event(use_case)


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.handler)
def test_every_handler_understands_the_event_that_is_made_for_it(route: Any, deployed: Any) -> None:
    """In an empty registry, without queues and user pool: nothing else is wrong."""
    answer = call(route.module.removeprefix("functions."))

    missing = {404, 409, 503} | ({500} if route.handler == "invite_user" else set())
    assert answer["statusCode"] < 300 or answer["statusCode"] in missing, answer["body"]


def test_a_read_and_a_write(registry: UnitOfWork) -> None:
    shown = json.loads(call("buildings.get_building")["body"])["data"]
    made = json.loads(call("buildings.create_building")["body"])["data"]

    assert shown["id"] == BUILDING.id
    assert made["building_id"] != BUILDING.id
    assert registry.buildings.get(made["building_id"]).name == BUILDING.name


def test_ids_are_replaced_wherever_they_stand(registry: UnitOfWork) -> None:
    event = sample_event("get_building", building_id="bld_0none", organization_id="org_0none")

    assert event["path"] == "/api/v1/buildings/bld_0none"
    assert event["requestContext"]["authorizer"]["organization_id"] == "org_0none"
    assert call("buildings.get_building", event)["statusCode"] == 404
    with pytest.raises(Unknown, match="building"):
        sample_event("get_building", building="bld_0none")


def test_a_file_is_read_and_applied(
    registry: UnitOfWork, deployed: Any, import_queue: ImportQueue, tmp_path: Path
) -> None:
    file = tmp_path / "north-tower.ifc"
    make_sample_building().write(str(file))
    key = upload_location(ACTOR.organization_id, IMPORT)
    deployed.upload_file(str(file), BUCKET, key)

    call("imports.read_building_file")
    assert registry.imports.get(BUILDING.id, IMPORT.id).status is ImportStatus.APPLYING
    assert call("imports.apply_import") == {"batchItemFailures": []}

    assert registry.imports.get(BUILDING.id, IMPORT.id).status is ImportStatus.APPLIED
    assert registry.buildings.get(BUILDING.id).rooms_count == 30


def test_a_lane_is_written(registry: UnitOfWork) -> None:
    with registry:
        registry.floors.add(FLOOR)
    devices = [make_device(FLOOR, name=f"Lamp {number}") for number in range(3)]
    lane = open_lane(ACTOR, BUILDING.id, IMPORT.id, devices[:2], devices[2:])

    assert call("imports.write_lane") == {"batchItemFailures": []}

    now = registry.lanes.get(BUILDING.id, IMPORT.id, lane.first_chunk)
    assert (now.status, now.created) == ("written", 3)
    assert len(registry.devices.get_some(BUILDING.id, [device.id for device in devices])) == 3


def test_a_drop_is_taken(registry: UnitOfWork, deployed: Any) -> None:
    content = b"floor,room_number\n1,101\n"
    put = deployed.put_object(Bucket=BUCKET, Key=DROPPED, Body=content)
    event = sample_event("take_drop")
    told = event["Records"][0]["s3"]["object"]
    assert told["key"] == DROPPED
    told |= {"eTag": put["ETag"].strip('"'), "size": len(content)}

    call("imports.take_drop", event)

    listed = deployed.list_objects_v2(Bucket=BUCKET, Prefix="uploads/")["Contents"]
    assert [one["Key"].rpartition("/")[2] for one in listed] == ["rooms.csv"]


def test_a_check_is_done(registry: UnitOfWork, deployed: Any) -> None:
    event = sample_event("run_check")
    key = event["Records"][0]["s3"]["object"]["key"]
    deployed.put_object(Bucket=BUCKET, Key=key, Body=b"not a workbook")

    call("checks.run_check", event)

    done = registry.checks.get(BUILDING.id, CHECK.id)
    assert done.status is CheckStatus.FAILED
    assert done.error_message


def test_an_export_is_built(registry: UnitOfWork, deployed: Any) -> None:
    assert call("exports.build_export") == {"batchItemFailures": []}

    assert registry.exports.get(BUILDING.id, EXPORT.id).status is ExportStatus.READY


def test_a_floor_is_deleted(registry: UnitOfWork) -> None:
    floor: Floor = replace(FLOOR, rooms_count=0, devices_count=0)
    with registry as uow:
        uow.floors.add(floor)
    asked = Deletion(
        id=DELETION.id,
        target=Target.of(floor),
        total=0,
        started_by=ACTOR.user_id,
        started_by_name=ACTOR.name,
        created_at=AT,
        updated_at=AT,
    )
    with registry as uow:
        uow.deletions.begin(asked.started(), floor)

    assert call("deletions.delete_tree") == {"batchItemFailures": []}

    with pytest.raises(NotFound):
        registry.floors.get(BUILDING.id, FLOOR.id)


def test_changes_are_indexed(registry: UnitOfWork) -> None:
    event = sample_event("index_records")
    assert [one["eventName"] for one in event["Records"]] == ["INSERT", "MODIFY", "REMOVE"]

    assert call("search.index_records", event) == {"batchItemFailures": []}
    event["Records"] = event["Records"][:1]
    assert call("search.index_records", event) == {"batchItemFailures": []}

    query = sample_event("search_records")
    query["queryStringParameters"] = {"q": "north"}
    hits = json.loads(call("search.search_records", query)["body"])["data"]["items"]
    assert [hit["id"] for hit in hits] == [IDS["building_id"]]


def test_a_migration_goes_on(registry: UnitOfWork) -> None:
    assert call("system.migrate_items") == {"batchItemFailures": []}
