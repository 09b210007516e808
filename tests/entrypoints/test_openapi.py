"""The API's description is what the code does: complete, valid, and as fresh as the code."""

import importlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from arxos.domain.deletion import Deletion, Target
from arxos.domain.export_job import ExportScope
from arxos.domain.history import Change
from arxos.domain.permissions import Permission, Role
from arxos.domain.plan_entries import EntryKind, PlanEntry, predict
from arxos.domain.rights import Grant
from arxos.domain.source import Problem
from arxos.domain.summary import Tally
from arxos.entrypoints import api_description, bodies, representations
from arxos.entrypoints.schemas import MODELS
from arxos.ports.imports import Upload
from arxos.ports.lists import Slice
from arxos.use_cases.explaining import Explanation
from arxos.use_cases.import_plans import PlanPage
from arxos.use_cases.overview import FloorNode, RoomNode, Summary
from arxos.use_cases.search import Hit
from scripts import make_openapi
from scripts.local_cloud.places import ROOT
from scripts.openapi.examples import CHECK, FINDING
from scripts.openapi.handlers import NotUnderstood, read
from scripts.openapi.routes import Route, routes
from tests.make import (
    NOON,
    make_building,
    make_check,
    make_device,
    make_export,
    make_floor,
    make_group,
    make_id,
    make_import,
    make_room,
    make_user,
)
from tests.template.test_template import FUNCTIONS
from tests.template.test_template import routes as routes_of

DOCUMENT = json.loads(make_openapi.FILE.read_text())
OPERATIONS = {
    operation["operationId"]: (path, verb, operation)
    for path, item in DOCUMENT["paths"].items()
    for verb, operation in item.items()
}
each_operation = pytest.mark.parametrize("name", OPERATIONS)


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """Of a schema that refers to the document's."""
    whole = {**schema, "components": DOCUMENT["components"]}
    return Draft202012Validator(whole, validate_formats=True)


def found(value: dict[str, Any]) -> dict[str, Any]:
    """What a `$ref` leads to."""
    here: dict[str, Any] = value
    if "$ref" in value:
        here = DOCUMENT
        for step in value["$ref"].removeprefix("#/").split("/"):
            here = here[step]
    return here


# ---- Fresh and complete -------------------------------------------------------------------------


def test_the_committed_description_is_the_one_that_the_code_gives() -> None:
    assert make_openapi.FILE.read_text() == make_openapi.text(), "run: make openapi"


def test_it_has_the_templates_routes_and_no_others() -> None:
    described = {(verb.upper(), path) for path, verb, _ in OPERATIONS.values()}
    deployed = {(r["Method"], r["Path"]) for name in FUNCTIONS for r in routes_of(name)}

    assert described == deployed


def test_it_is_served_as_it_is_committed() -> None:
    assert api_description.text() == make_openapi.FILE.read_text()


@each_operation
def test_an_operation_names_the_permission_that_its_handler_requires(name: str) -> None:
    """Read off the source by eye, as it were: another way than the generator's."""
    _, _, operation = OPERATIONS[name]
    source = (ROOT / "functions" / operation["tags"][0] / f"{name}.py").read_text()
    required = re.search(r"requires=Permission\.(\w+)", source)

    assert operation["x-permission"] == (Permission[required[1]] if required else None)
    assert (operation.get("security") == []) == ("public=True" in source)


@each_operation
def test_every_failure_that_can_come_is_described(name: str) -> None:
    path, verb, operation = OPERATIONS[name]
    answers = set(operation["responses"])
    parameters = {found(p)["name"] for p in operation.get("parameters", [])}

    assert {"400", "429", "500", "503"} <= answers
    assert ({"401", "403"} <= answers) == (operation.get("security") != [])
    assert ({"413", "415", "422"} <= answers) == ("requestBody" in operation)
    assert ("412" in answers) == ("If-Match" in parameters)
    assert ("Idempotency-Key" in parameters) == (verb == "post")
    if "{" in path:
        assert "404" in answers
    assert {p for p in parameters if f"{{{p}}}" in path} == set(re.findall(r"\{(\w+)\}", path))


@each_operation
def test_every_link_leads_to_an_operation_with_those_parameters(name: str) -> None:
    for answer in OPERATIONS[name][2]["responses"].values():
        for link in answer.get("links", {}).values():
            path, _, operation = OPERATIONS[link["operationId"]]
            assert set(re.findall(r"\{(\w+)\}", path)) == set(link["parameters"])
            if "requestBody" in link:
                body = found(operation["requestBody"]["content"]["application/json"]["schema"])
                assert link["requestBody"].keys() <= body["properties"].keys()


# ---- Examples -----------------------------------------------------------------------------------


def examples(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Each example of a parameter, the body or an answer, with the schema that it is one of."""
    for one in map(found, operation.get("parameters", [])):
        if "example" in one:
            yield one["name"], one["schema"], one["example"]
    contents = {"request": operation.get("requestBody", {})}
    contents |= {status: found(a) for status, a in operation["responses"].items()}
    for what, said in contents.items():
        for content in said.get("content", {}).values():
            if "example" in content:
                yield what, content["schema"], content["example"]


@each_operation
def test_an_example_is_one(name: str) -> None:
    for what, schema, example in examples(OPERATIONS[name][2]):
        assert [str(e) for e in validator(schema).iter_errors(example)] == [], what


@each_operation
def test_an_operation_has_examples_of_its_body_and_its_answers(name: str) -> None:
    operation = OPERATIONS[name][2]
    if "requestBody" in operation:
        assert "example" in operation["requestBody"]["content"]["application/json"]
    for status, answer in operation["responses"].items():
        for content in found(answer).get("content", {}).values():
            assert ("example" in content) == (
                "$ref" in content["schema"] or "properties" in content["schema"]
            ), status


@pytest.mark.parametrize("name", [n for n, (_, _, o) in OPERATIONS.items() if "requestBody" in o])
def test_the_example_of_a_body_is_taken(name: str) -> None:
    operation = OPERATIONS[name][2]
    model = read(next(r for r in routes() if r.handler == name)).body
    assert model is not None
    example = operation["requestBody"]["content"]["application/json"]["example"]

    assert bodies.parse(json.dumps(example).encode(), model)


# ---- What is shown ------------------------------------------------------------------------------


def shown() -> dict[str, list[Any]]:
    """By the name of each `show_…`, what it may be given: full, and as empty as can be."""
    building = make_building()
    floor = make_floor(building)
    room = make_room(floor)
    bare_room = make_room(floor, name=None, area_m2=None, area_source=None, footprint=None)
    device = make_device(floor, room, room_ids=(room.id,))
    bare_device = make_device(floor, position=None, installed_on=None, serial_number=None)
    job = make_import(building)
    problem = Problem(severity="error", code="X", message="It is wrong.", row_or_line=3)
    user = replace(make_user(), grants=(Grant(role=Role.VIEWER, building_id=building.id),))
    change = Change(
        id=make_id("change"),
        at=NOON,
        event="RoomUpdated",
        record_kind="room",
        record_id=room.id,
        record_label="101",
        user_id="usr_ada",
        user_name="Ada",
        request_id="r",
        changes={"area_m2": (None, 3.5), "tags": (["a"], [])},
    )
    deletion = Deletion(
        id=make_id("deletion"), target=Target.of(room), total=3, created_at=NOON, updated_at=NOON
    )
    tally = Tally({("rooms_by_type", ""): 1, ("area_cm2_by_room_type", "Office"): 125_000})
    return {
        "building": [building, make_building(description="A", tags=("a",), metadata={"a": [1]})],
        "floor": [floor, make_floor(building, name=None, elevation_m=None)],
        "room": [room, bare_room],
        "device": [device, bare_device],
        "group": [make_group(building), make_group(building, category=None)],
        "member": [device, room],
        "tree_building": [building],
        "tree_floor": [
            FloorNode(floor, (RoomNode(bare_room), RoomNode(room, (device,))), is_complete=False)
        ],
        "summary": [Summary(building, (floor,), tally), Summary(building, (), None)],
        "import": [job, job.with_problems((problem,)), job.failed("X", "It failed.", at=NOON)],
        "check": [make_check(building), CHECK, CHECK.failed("X", "It failed.", at=NOON)],
        "check_line": [CHECK],
        "finding": [FINDING],
        "download": ["https://uploads.example/x"],
        "export": [
            make_export(building),
            make_export(building).ready({"floors": 1}, 5, at=NOON),
            make_export(building, scope=ExportScope(floor_ids=(floor.id,))),
        ],
        "problem": [problem],
        "plan": [PlanPage(job=job, entries=Slice((), None), prediction=predict(3))],
        "plan_entry": [
            PlanEntry(
                kind=EntryKind.CREATE, record_kind="room", record_id=None, label="1", reason="x"
            )
        ],
        "upload": [Upload(url="https://x/", fields={"a": "b"}, max_bytes=1, expires_in_seconds=1)],
        "hit": [
            Hit(record=found, matched="name", building_name=None)
            for found in (building, floor, room, device)
        ],
        "change": [change, replace(change, user_id=None, user_name=None, request_id=None)],
        "deletion": [deletion],
        "user": [make_user(), user],
        "explanation": [
            Explanation(True, Permission.READ_ROOM, Grant(role=Role.VIEWER), "So it is."),
            Explanation(False, None, None, "It is not."),
        ],
    }


SHOWN = shown()


def test_every_show_function_has_a_model_and_records_here() -> None:
    functions = {n.removeprefix("show_") for n in vars(representations) if n.startswith("show_")}

    assert functions == set(SHOWN)


@pytest.mark.parametrize("kind", SHOWN)
def test_what_is_shown_is_what_its_model_says(kind: str) -> None:
    model = MODELS[kind.title().replace("_", "")]
    show = getattr(representations, f"show_{kind}")
    described = validator({"$ref": f"#/components/schemas/{model.__name__}"})
    for record in SHOWN[kind]:
        text = json.dumps(show(record))
        assert model.model_validate_json(text, strict=True)
        assert [str(e) for e in described.iter_errors(json.loads(text))] == []
        for name, field in model.model_fields.items():
            without = {k: v for k, v in json.loads(text).items() if k != name}
            assert described.is_valid(without) is not field.is_required(), name


@pytest.mark.parametrize("kind", ["building", "floor", "room", "device"])
def test_a_record_of_the_past_is_what_its_schema_says(kind: str) -> None:
    past = representations.as_of(getattr(representations, f"show_{kind}")(SHOWN[kind][0]))
    described = validator({"$ref": f"#/components/schemas/Past{kind.title()}"})

    assert [str(e) for e in described.iter_errors(json.loads(json.dumps(past)))] == []


# ---- What is not understood ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("return surprise(request)", "answers with surprise"),
        ("return Response({'a': request.event})", "neither show_…"),
        ("request.query(chosen())\n    return shown(show_room(room))", "cannot be read off"),
        ("return shown(show_unicorn(room))", "a model Unicorn"),
        ("pass", "returns nothing"),
    ],
)
def test_a_handler_that_is_not_understood_ends_with_a_sentence(
    line: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "get_odd.py"
    file.write_text(
        '"""GET /odd: odd."""\n'
        "from arxos.entrypoints.http import Response, http_handler, shown\n"
        f"@http_handler()\ndef handler(request):\n    {line}\n"
    )
    monkeypatch.setattr(Route, "file", file)
    monkeypatch.setattr(importlib, "import_module", lambda _: importlib)

    with pytest.raises(NotUnderstood, match=sentence):
        read(Route("GET", "/odd", "odd", "get_odd"))
