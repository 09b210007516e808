"""What invocations leave behind: log lines, metrics, traces; and what none of them may hold."""

import importlib
import json
import logging
import os
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from arxos import bootstrap
from arxos.domain.errors import ServiceUnavailable
from arxos.entrypoints import observation
from arxos.entrypoints.observation import observed
from arxos.entrypoints.streams import stream_handler
from arxos.ports.imports import upload_location
from tests.gateway_events import LambdaContext, api_event, s3_event, token_event
from tests.make import (
    ORG,
    make_actor,
    make_address,
    make_building,
    make_check,
    make_device,
    make_export,
    make_floor,
    make_group,
    make_import,
    make_organization,
    make_room,
    make_user,
)

ROOT = Path(__file__).parents[2]
CONTEXT = LambdaContext()
MARKER = "Zq7marker"
HANDLERS = sorted(
    f"functions.{file.parent.name}.{file.stem}"
    for file in (ROOT / "functions").glob("*/*.py")
    if file.stem != "__init__"
)


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """Everything that is logged: by Arxos as JSON, by libraries at their most talkative."""
    stream = StringIO()
    (handler,) = observation.logger.handlers
    before = handler.stream  # type: ignore[attr-defined]
    handler.setStream(stream)  # type: ignore[attr-defined]
    root, others = logging.getLogger(), logging.StreamHandler(stream)
    level = root.level
    root.addHandler(others)
    root.setLevel(logging.DEBUG)
    yield stream
    root.setLevel(level)
    root.removeHandler(others)
    handler.setStream(before)  # type: ignore[attr-defined]


def lines(stream: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines() if line.startswith("{")]


def metrics(captured: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(text) for text in captured.readouterr().out.splitlines() if "_aws" in text]


def names(metric: dict[str, Any]) -> set[str]:
    (directive,) = metric["_aws"]["CloudWatchMetrics"]
    return {m["Name"] for m in directive["Metrics"]}


def dimensions(metric: dict[str, Any]) -> set[str]:
    (directive,) = metric["_aws"]["CloudWatchMetrics"]
    (dimension_set,) = directive["Dimensions"]
    return set(dimension_set)


def call(function: str, event: dict[str, Any]) -> Any:
    return importlib.import_module(f"functions.{function}").handler(event, CONTEXT)


# ---- What they say --------------------------------------------------------------------------


@pytest.mark.usefixtures("deployed")
def test_a_request_tells_its_calls_and_units(
    logged: StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    building = make_building()
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.buildings.add(building)

    call("buildings.get_building", api_event(path={"building_id": building.id}))

    (line,) = lines(logged)
    assert line["message"] == "request"
    assert (line["use_case"], line["organization_id"]) == ("get_building", ORG)
    assert (line["code"], line["status"], line["dynamodb_calls"]) == ("OK", 200, 1)
    assert line["read_units"] > 0
    assert line["write_units"] == 0
    (metric,) = metrics(capsys)
    assert dimensions(metric) == {"service", "use_case"}
    # No WriteUnits: CloudWatch charges for each metric it hears of.
    assert names(metric) == {"Requests", "Latency", "Errors", "DynamoDBCalls", "ReadUnits"}
    assert metric["DynamoDBCalls"] == [1.0]


@pytest.mark.usefixtures("deployed")
def test_errors_are_counted_by_code_under_dimensions_of_their_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call("buildings.get_building", api_event(path={"building_id": "bld_none"}))

    of_use_case, by_code = metrics(capsys)
    assert of_use_case["Errors"] == [0.0]  # the client's, not ours
    assert names(by_code) == {"ErrorsByCode"}
    assert dimensions(by_code) == {"service", "use_case", "code"}
    assert (by_code["use_case"], by_code["code"]) == ("get_building", "NOT_FOUND")


def test_what_a_stream_brought_is_told_by_organization_in_the_log_and_summed_in_the_metrics(
    logged: StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    def handler(_: Any) -> int:
        return 0

    by_organization = {ORG: Counter(devices_created=2), "org_2": Counter(devices_created=3)}
    counting = stream_handler(reads=lambda *images: images, counts=lambda _: by_organization)

    counting(handler)({"Records": []}, CONTEXT)

    of_acme, of_other, _ = lines(logged)
    assert (of_acme["message"], of_acme["organization_id"]) == ("records", ORG)
    assert (of_acme["devices_created"], of_other["devices_created"]) == (2, 3)
    (metric,) = metrics(capsys)
    assert metric["DevicesCreated"] == [5.0]
    assert dimensions(metric) == {"service", "use_case"}


def test_an_error_that_leaves_is_told_without_its_words_and_goes_on(
    logged: StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        pytest.raises(ServiceUnavailable) as raised,
        observed("replay", "r-1", message="queue") as seen,
    ):
        seen.counted["RecordsWritten"] = 3
        observation.consumption.add(calls=2, write_units=7)
        try:
            int(MARKER)
        except ValueError as cause:
            raise ServiceUnavailable(MARKER) from cause

    assert raised.value.message == MARKER
    failed, line = lines(logged)
    assert [error["type"] for error in failed["errors"]] == ["ServiceUnavailable", "ValueError"]
    assert "test_observation.py" in failed["errors"][1]["at"][-1]
    assert (line["message"], line["code"], line["write_units"]) == (
        "queue",
        "SERVICE_UNAVAILABLE",
        7,
    )
    assert MARKER not in logged.getvalue()
    of_use_case, by_code, fault = metrics(capsys)
    assert (of_use_case["Errors"], of_use_case["RecordsWritten"]) == ([1.0], [3.0])
    assert by_code["code"] == "SERVICE_UNAVAILABLE"
    assert (names(fault), dimensions(fault)) == ({"Faults"}, {"service"})  # what the alarm watches


def test_what_an_invocation_consumed_is_not_told_of_the_next(logged: StringIO) -> None:
    observation.consumption.add(calls=9, read_units=9)
    with observed("first", "r-1"):
        observation.consumption.add(calls=1)
    with observed("second", "r-2"):
        pass

    assert [line["dynamodb_calls"] for line in lines(logged)] == [1, 0]


# ---- Traces -----------------------------------------------------------------------------------

INVOCATION = """
import sys
from functions.users import get_me
from tests.gateway_events import LambdaContext, api_event
get_me.handler(api_event(signed_in=False), LambdaContext())
print("aws_xray_sdk" in sys.modules)
"""


def invoke(**environment: str) -> str:
    """A function that needs nothing of AWS, in a Lambda environment of its own."""
    return subprocess.run(
        [sys.executable, "-c", INVOCATION],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "shared")]),
            "AWS_REGION": "eu-central-1",
            "LAMBDA_TASK_ROOT": "/var/task",
            "AWS_LAMBDA_FUNCTION_NAME": "get_me",
            "POWERTOOLS_SERVICE_NAME": "arxos",
            "POWERTOOLS_METRICS_NAMESPACE": "Arxos",
            **environment,
        },
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()[-1]


def test_a_sampled_invocation_is_a_subsegment_of_its_trace() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(10)
        invoke(
            AWS_XRAY_DAEMON_ADDRESS=f"127.0.0.1:{daemon.getsockname()[1]}",
            _X_AMZN_TRACE_ID=(
                "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
            ),
        )
        datagram = daemon.recv(65_536).decode()

    subsegment = json.loads(datagram.partition("\n")[2])
    assert subsegment["name"] == "get_me"
    assert subsegment["trace_id"] == "1-5759e988-bd862e3fe1be46a994272793"
    assert subsegment["annotations"] == {"use_case": "get_me", "code": "UNAUTHENTICATED"}


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0"},
        {"_X_AMZN_TRACE_ID": "Root=1-1-1;Sampled=1", "POWERTOOLS_TRACE_DISABLED": "true"},
    ],
)
def test_nobody_pays_for_a_trace_that_nobody_keeps(environment: dict[str, str]) -> None:
    assert invoke(**environment) == "False"


# ---- What they never say ----------------------------------------------------------------------


class World:
    """Records full of the marker, and paths that lead to them."""

    def __init__(self) -> None:
        who = make_actor(name=MARKER, user_id="usr_ada")
        building = make_building(
            name=MARKER, address=make_address(street=MARKER), description=MARKER, tags=(MARKER,)
        )
        floor = make_floor(building, name=MARKER)
        room = make_room(floor, name=MARKER, room_number=MARKER, metadata={"door_code": MARKER})
        device = make_device(floor, room, name=MARKER, serial_number=MARKER)
        group = make_group(building, name=MARKER)
        job = make_import(building, filename=f"{MARKER}.ifc", started_by_name=MARKER)
        check = make_check(building, filename=f"{MARKER}.xlsx", started_by_name=MARKER)
        export = make_export(building, filename=f"{MARKER}.jsonl", started_by_name=MARKER)
        user = make_user(
            id="usr_ada", email=f"{MARKER}@example.com", first_name=MARKER, last_name=MARKER
        )
        with bootstrap.unit_of_work(who) as uow:
            uow.organizations.add(make_organization(name=MARKER))
            uow.users.add(user)
            uow.buildings.add(building)
            uow.floors.add(floor)
            uow.rooms.add(room)
            uow.devices.add(device)
            uow.groups.add(group)
            uow.imports.add(job)
            uow.exports.add(export)
            uow.checks.add(check)
        self.actor = who
        self.upload = upload_location(ORG, job)
        self.path = {
            "building_id": building.id,
            "floor_id": floor.id,
            "room_id": room.id,
            "device_id": device.id,
            "group_id": group.id,
            "import_id": job.id,
            "export_id": export.id,
            "check_id": check.id,
            "user_id": user.id,
        }


def filled(schema: dict[str, Any], defs: dict[str, Any], known: dict[str, Any]) -> Any:
    """A value of a JSON schema with the marker wherever text may stand, but for `known` fields."""
    if "$ref" in schema:
        return filled(defs[schema["$ref"].rpartition("/")[2]], defs, known)
    if "anyOf" in schema:
        return filled(schema["anyOf"][0], defs, known)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type")
    if kind == "object":
        values = {
            name: known[name] if name in known else filled(inner, defs, known)
            for name, inner in schema.get("properties", {}).items()
        }
        more = schema.get("additionalProperties")
        return {MARKER: filled(more, defs, known)} if isinstance(more, dict) else values
    if kind == "array":
        return [filled(schema.get("items", {}), defs, known)] * max(1, schema.get("minItems", 1))
    formats = {"date": "2026-11-22", "email": f"{MARKER}@example.com"}
    return {"integer": 7, "number": 1.5, "boolean": True}.get(
        kind or "", formats.get(schema.get("format", ""), MARKER)
    )


def bodies(module: Any, world: World) -> list[Any]:
    """A body of each model the handler takes, filled with the marker; one that is no JSON."""
    known: dict[str, Any] = {
        **world.path,
        "room_ids": [world.path["room_id"]],
        "device_ids": [world.path["device_id"]],
        "filename": f"{MARKER}.ifc",
        "grants": [],
        "sensitive": {"door_code": MARKER},
    }
    schemas = [
        value.model_json_schema()
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, BaseModel)
    ]
    good = [filled(schema, schema.get("$defs", {}), known) for schema in schemas]
    return [*good, f"{MARKER}{{", {MARKER: MARKER}]


def events(module: Any, world: World) -> Iterator[dict[str, Any]]:
    method, _, route = (module.__doc__ or "").partition(" ")
    headers = {
        "Authorization": f"Bearer {MARKER}",
        "Idempotency-Key": MARKER,
        "If-None-Match": MARKER,
        "X-Forwarded-For": MARKER,
        "User-Agent": MARKER,
    }
    if method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
        resource, number = route.partition(":")[0], 0
        queries = [{"q": MARKER}, {MARKER: MARKER}, {"cursor": MARKER}]
        for path in (world.path, dict.fromkeys(world.path, MARKER)):
            sent = [(query, None) for query in (None, *queries)]
            if method not in ("GET", "DELETE"):
                sent = [(None, body) for body in bodies(module, world)]
            for query, body in sent:
                number += 1
                yield api_event(
                    method,
                    resource,
                    path={"deletion_id": MARKER, "kind": MARKER, **path},
                    query=query,
                    body=body,
                    headers={**headers, "Idempotency-Key": f"{MARKER}{number}"},
                    actor=world.actor,
                )
        return
    message = {
        "messageId": "m-1",
        "body": json.dumps({MARKER: MARKER}),
        "attributes": {"ApproximateReceiveCount": "1"},
    }
    image = {"PK": {"S": MARKER}, "SK": {"S": MARKER}, "kind": {"S": "room"}, "name": {"S": MARKER}}
    change = {"SequenceNumber": "1", "NewImage": image, "Keys": {"PK": {"S": MARKER}}}
    yield token_event(f"Bearer {MARKER}")
    yield token_event(MARKER)
    yield s3_event(world.upload)
    yield s3_event(f"uploads/{MARKER}")
    building_id, check_id = world.path["building_id"], world.path["check_id"]
    yield s3_event(f"drop/{ORG}/{building_id}/{MARKER}.ifc")
    yield s3_event(f"checks/{ORG}/{building_id}/{check_id}/{MARKER}")
    yield {"Records": [{"eventSource": "aws:sqs", **message}]}
    yield {"Records": [{"eventSource": "aws:dynamodb", "dynamodb": change}]}


@pytest.mark.parametrize("handler", HANDLERS)
def test_no_log_and_no_metric_says_what_somebody_entered(
    handler: str, deployed: Any, logged: StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    """With good and bad input, and with every call to AWS failing."""
    world = World()
    module = importlib.import_module(handler)
    before = len(logged.getvalue())

    for event in events(module, world):
        with suppress(Exception):
            module.handler(event, CONTEXT)
    assert len(logged.getvalue()) > before
    for event in events(module, world):
        _break(module, event)

    printed = capsys.readouterr()
    assert "_aws" in printed.out
    for text in (logged.getvalue(), printed.out, printed.err):
        assert MARKER not in text, re.findall(rf".*{MARKER}.*", text)[0]


def _break(module: Any, event: dict[str, Any]) -> None:
    """The same with an error that quotes what was sent."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise ValueError(f"cannot take {MARKER}")

    with pytest.MonkeyPatch.context() as patch:
        for name in ("_connection", "_s3", "_dynamodb", "_cognito", "now"):
            patch.setattr(bootstrap, name, refuse)
        with suppress(Exception):
            module.handler(event, CONTEXT)


def test_the_marker_would_be_found(logged: StringIO) -> None:
    """The walk above can fail: what is logged by anyone reaches it."""
    logging.getLogger("somebody").debug("says %s", MARKER)
    observation.logger.info("also", name_of_somebody=MARKER)

    assert len(re.findall(MARKER, logged.getvalue())) == 2
