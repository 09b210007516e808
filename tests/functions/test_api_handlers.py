"""Each handler with a real API Gateway event: what it answers, accepted and refused."""

import importlib
import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from arxos import bootstrap
from arxos.domain.permissions import Role
from arxos.domain.user import Actor
from arxos.entrypoints.api_description import document
from tests.gateway_events import LambdaContext, api_event
from tests.make import (
    OTHER_ORG,
    make_actor,
    make_building,
    make_device,
    make_floor,
    make_organization,
    make_room,
    make_user,
)

pytestmark = pytest.mark.usefixtures("deployed")

ADDRESS = {"street": "1 Main St", "city": "Springfield", "state": "IL", "postal_code": "62701"}
NEW_BUILDING = {"name": "North Tower", "address": ADDRESS}
IN_BUILDING = "/api/v1/buildings/{building_id}"
CONTEXT = LambdaContext()
SIGNED_IN = [
    (verb.upper(), operation["operationId"], operation["tags"][0])
    for item in document()["paths"].values()
    for verb, operation in item.items()
    if operation.get("security") != []
]


def call(function: str, event: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The status and body that `functions.<function>` answers."""
    answer = importlib.import_module(f"functions.{function}").handler(event, CONTEXT)
    body = json.loads(answer["body"])
    assert answer["headers"]["X-Request-Id"] == event["requestContext"]["requestId"]
    assert body["success"] is (answer["statusCode"] < HTTPStatus.BAD_REQUEST)
    return answer["statusCode"], body


def create(actor: Actor | None = None, **changes: Any) -> dict[str, Any]:
    event = api_event("POST", body={**NEW_BUILDING, **changes}, actor=actor)
    status, body = call("buildings.create_building", event)
    assert status == HTTPStatus.CREATED
    building: dict[str, Any] = body["data"]["building"]
    return building


def test_creating_a_building_answers_as_the_contract_says() -> None:
    event = api_event("POST", body={**NEW_BUILDING, "tags": ["hq"], "metadata": {"a": [1]}})
    answer = importlib.import_module("functions.buildings.create_building").handler(event, CONTEXT)
    data = json.loads(answer["body"])["data"]

    assert answer["statusCode"] == HTTPStatus.CREATED
    assert answer["headers"]["Location"] == f"/api/v1/buildings/{data['building_id']}"
    building = data["building"]
    assert building["id"] == data["building_id"]
    assert building["id"].startswith("bld_")
    assert building["status"] == "planned"
    assert building["version"] == 1
    assert building["address"] == {**ADDRESS, "country": None}
    assert building["created_by"] == "usr_ada"
    assert building["created_at"].endswith("Z")
    assert (building["tags"], building["metadata"]) == (["hq"], {"a": [1]})
    assert [building[f"{kind}s_count"] for kind in ("floor", "room", "device")] == [0, 0, 0]


def test_every_wrong_field_is_named_at_once() -> None:
    body = {"name": "", "address": {"city": " ", "zip": "1"}, "color": "red", "tags": "x"}

    status, answer = call("buildings.create_building", api_event("POST", body=body))

    assert status == HTTPStatus.UNPROCESSABLE_ENTITY
    error = answer["error"]
    assert error["code"] == "VALIDATION_ERROR"
    assert error["details"]["field_errors"] == {
        "name": "Building name cannot be empty",
        "address.street": "This field is required",
        "address.city": "City cannot be empty",
        "address.state": "This field is required",
        "address.postal_code": "This field is required",
        "address.zip": "There is no such field",
        "color": "There is no such field",
        "tags": "This must be a list",
    }
    assert error["request_id"] == "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    assert error["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        ({"name": "<script>alert(1)</script>"}, "name", "script"),
        ({"name": "'; DROP TABLE buildings; --"}, "name", "injection"),
        ({"name": "a\u0000b"}, "name", "control"),
        ({"name": "x" * 201}, "name", "longer than 200"),
        ({"name": None}, "name", "must be text"),
        ({"name": 5}, "name", "must be text"),
        ({"coordinates": {"latitude": 91, "longitude": 0}}, "coordinates.latitude", "more than 90"),
        ({"coordinates": {"latitude": "1", "longitude": 0}}, "coordinates.latitude", "number"),
        ({"description": "x" * 1001}, "description", "longer than 1000"),
        ({"metadata": {"a": "x" * 17000}}, "metadata", "16 KB"),
        ({"tags": ["", "<b>"]}, "tags.0", "empty"),
        ({"tags": ["", "<b>"]}, "tags.1", "markup"),
        ({"tags": ["x"] * 51}, "tags", "more than"),
        ({"status": "operational"}, "status", "POST …/status"),
        ({"external_ids": {"ifc": "<script>"}}, "external_ids", "script"),
        ({"external_ids": {"": "x"}}, "external_ids", "empty"),
        ({"address": None}, "address", "JSON object"),
    ],
)
def test_a_wrong_field_gets_a_sentence(changes: dict[str, Any], field: str, word: str) -> None:
    event = api_event("POST", body={**NEW_BUILDING, **changes})

    status, answer = call("buildings.create_building", event)

    assert status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert word in answer["error"]["details"]["field_errors"][field]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("", 400),
        (None, 400),
        ("[]", 400),
        ("null", 400),
        ('"x"', 400),
        ("[" * 100_000, 422),
        ('{"metadata": ' + "[" * 300 + "]" * 300 + "}", 422),
        ('{"name": NaN}', 422),
        ('{"name": "\ud800"}', 400),
        ("x" * 1_048_577, 413),
    ],
)
def test_a_body_that_is_no_json_object(body: str | None, status: int) -> None:
    assert call("buildings.create_building", api_event("POST", body=body))[0] == status


def test_a_body_of_another_type_is_refused() -> None:
    event = api_event("POST", body="name=x", headers={"Content-Type": "text/plain"})

    status, answer = call("buildings.create_building", event)

    assert (status, answer["error"]["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_number_that_json_cannot_write_is_refused() -> None:
    body = json.dumps(NEW_BUILDING)[:-1] + ', "metadata": {"a": [1e999]}}'

    status, answer = call("buildings.create_building", api_event("POST", body=body))

    assert status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "finite" in answer["error"]["details"]["field_errors"]["metadata"]


def test_names_are_stored_trimmed() -> None:
    assert create(name="  North Tower ")["name"] == "North Tower"


def test_a_building_is_read_and_listed_by_its_organisation_only() -> None:
    building = create(name="Größe 会議室 O'Hare")
    stranger = make_actor(organization_id=OTHER_ORG)
    path = {"building_id": building["id"]}

    assert call("buildings.get_building", api_event(path=path))[1]["data"] == building
    assert call("buildings.list_buildings", api_event())[1]["data"] == {
        "items": [building],
        "next_cursor": None,
    }
    status, answer = call("buildings.get_building", api_event(path=path, actor=stranger))
    assert (status, answer["error"]["code"]) == (404, "NOT_FOUND")
    absent = call("buildings.get_building", api_event(path={"building_id": "bld_x"}))[1]["error"]
    assert absent["message"] == answer["error"]["message"]
    listed = call("buildings.list_buildings", api_event(actor=stranger))[1]["data"]
    assert listed["items"] == []


def test_what_a_client_has_already_is_not_sent_again() -> None:
    building = create()
    path = {"building_id": building["id"]}
    get_building = importlib.import_module("functions.buildings.get_building").handler
    etag = get_building(api_event(path=path), CONTEXT)["headers"]["ETag"]

    for held in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        answer = get_building(api_event(path=path, headers={"if-none-match": held}), CONTEXT)
        assert (answer["statusCode"], answer["body"]) == (304, "")
        assert answer["headers"]["ETag"] == etag
    answer = get_building(api_event(path=path, headers={"If-None-Match": '"other"'}), CONTEXT)
    assert answer["statusCode"] == HTTPStatus.OK
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.floors.add(make_floor(uow.buildings.get(building["id"])))
    assert get_building(api_event(path=path), CONTEXT)["headers"]["ETag"] != etag


FUNCTIONS = Path(__file__).parents[2] / "functions"
BY_HAND = {
    "auth.authorize_request": "its events are the authorizer's: test_authorize_request.py",
    "checks.run_check": "its events are S3's: test_checks.py",
    "deletions.delete_tree": "its events are a queue's: test_deletions.py",
    "exports.build_export": "its events are a queue's: test_export_routes.py",
    "imports.apply_import": "its events are a queue's: test_import_orders.py",
    "imports.get_import_template": "every signed-in user may ask: test_import_templates.py",
    "imports.read_building_file": "its events are S3's: test_read_building_file.py",
    "imports.take_drop": "its events are S3's: test_drops.py",
    "imports.write_lane": "its events are a queue's: test_lane_orders.py",
    "search.index_records": "its events are the stream's: test_search.py",
    "search.search_records": "what may be read is found: test_search.py",
    "system.check_health": "anyone may ask: test_self_observation.py",
    "system.migrate_items": "its events are a queue's: tests/cli/test_migrate.py",
    "system.get_metrics": "anyone may ask: test_self_observation.py",
    "system.get_docs": "anyone may ask: tests/entrypoints",
    "system.get_openapi": "anyone may ask: tests/entrypoints",
    "users.explain_user_rights": "every signed-in user may ask: test_explain_user_rights.py",
    "users.get_me": "every signed-in user may ask: below",
    "users.list_user_changes": "every signed-in user may ask: test_history_routes.py",
}
HANDLERS = {
    f"{file.parent.name}.{file.stem}"
    for file in FUNCTIONS.glob("*/*.py")
    if file.stem != "__init__"
}
READS = {h for h in HANDLERS - set(BY_HAND) if h.split(".")[1].startswith(("get_", "list_"))}
WRITES = HANDLERS - set(BY_HAND) - READS
HISTORY = {h for h in READS if h.endswith("_changes")}
PEOPLE = {"users.get_user", "users.list_users"}  # not a viewer's: test_users.py


ANYONE_SIGNED_IN = {"users.get_me", "users.list_user_changes"}


@pytest.mark.parametrize("function", sorted(READS | WRITES | ANYONE_SIGNED_IN))
def test_without_a_caller_every_handler_answers_401(function: str) -> None:
    event = api_event(path={"building_id": "bld_1"}, body={}, signed_in=False)

    status, answer = call(function, event)

    assert (status, answer["error"]["code"]) == (401, "UNAUTHENTICATED")


@pytest.mark.parametrize("function", sorted(WRITES))
def test_a_viewer_may_not_write(function: str) -> None:
    viewer = make_actor(role=Role.VIEWER)
    event = api_event("POST", path={"building_id": "bld_1"}, body={}, actor=viewer)

    status, answer = call(function, event)

    assert (status, answer["error"]["code"]) == (403, "FORBIDDEN")


EXPORTS = {"exports.get_export", "exports.list_exports"}  # not a viewer's: test_export_routes.py


@pytest.mark.parametrize("function", sorted(READS - HISTORY - PEOPLE - EXPORTS))
def test_a_viewer_may_read(function: str) -> None:
    viewer = make_actor(role=Role.VIEWER)
    path = {f"{kind}_id": "x" for kind in ("building", "floor", "room", "device", "import")}

    status, _ = call(function, api_event(path=path, actor=viewer))

    assert status == (200 if function == "buildings.list_buildings" else 404)


def test_floors_rooms_and_devices_answer_as_the_contract_says() -> None:
    building = make_building()
    floor = make_floor(building)
    room = make_room(floor)
    device = make_device(floor, room)
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.buildings.add(building)
        uow.floors.add(floor)
        uow.rooms.add(room)
        uow.devices.add(device)
    path = {
        "building_id": building.id,
        "floor_id": floor.id,
        "room_id": room.id,
        "device_id": device.id,
    }

    shown = {
        kind: call(f"{kind}s.get_{kind}", api_event(path=path))[1]["data"]
        for kind in ("floor", "room", "device")
    }

    assert (shown["floor"]["floor_number"], shown["floor"]["rooms_count"]) == (1, 1)
    assert shown["room"]["footprint"] == [[0, 0], [5, 0], [5, 2.5], [0, 2.5]]
    assert (shown["room"]["area_m2"], shown["room"]["devices_count"]) == (12.5, 1)
    assert shown["device"]["position"] == {"x": 1, "y": 2, "z": 2.7}
    assert (shown["device"]["room_ids"], shown["device"]["serial_number"]) == (
        [room.id],
        "89756735",
    )
    assert shown["device"]["installed_on"] == "2026-03-01"
    for kind, filters in (
        ("floor", {}),
        ("room", {"floor_id": floor.id}),
        ("device", {"room_id": room.id}),
        ("device", {"floor_id": floor.id, "device_type": "LightFixture", "status": "installed"}),
    ):
        listed = call(f"{kind}s.list_{kind}s", api_event(path=path, query=filters))[1]["data"]
        assert listed == {"items": [shown[kind]], "next_cursor": None}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "x"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "9" * 5000}, "limit"),
        ({"limit": "²"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": ""}, "cursor"),
        ({"cursor": "bm8"}, "cursor"),
        ({"status": "ruined"}, "status"),
        ({"sort": "size"}, "sort"),
        ({"statsu": "planned"}, "statsu"),
    ],
)
def test_a_wrong_query_parameter_is_named(query: dict[str, str], field: str) -> None:
    status, answer = call("buildings.list_buildings", api_event(query=query))

    assert status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert list(answer["error"]["details"]["field_errors"]) == [field]


def test_every_operation_refuses_a_parameter_that_it_does_not_have() -> None:
    answers = {}
    for verb, name, tag in SIGNED_IN:
        event = api_event(verb, body={}, query={"as_off": "2026-11-22T12:00:00Z"})
        status, answer = call(f"{tag}.{name}", event)
        answers[name] = status, list(answer.get("error", {}).get("details", {})["field_errors"])

    assert answers == {name: (422, ["as_off"]) for _, name, _ in SIGNED_IN}


def test_a_cursor_walks_its_own_list_and_no_other() -> None:
    names = {create(name=f"Building {n}")["name"] for n in range(5)}

    seen: list[str] = []
    cursors: list[str] = []
    query = {"limit": "2", "sort": "name"}
    while True:
        data = call("buildings.list_buildings", api_event(query=query))[1]["data"]
        seen += [b["name"] for b in data["items"]]
        if data["next_cursor"] is None:
            break
        cursors.append(data["next_cursor"])
        query["cursor"] = data["next_cursor"]
    assert seen == sorted(names)
    assert len(cursors) == 2

    for other in (
        api_event(query={"limit": "2", "sort": "-name", "cursor": cursors[0]}),
        api_event(
            query={"limit": "2", "sort": "name", "cursor": cursors[0]},
            actor=make_actor(organization_id=OTHER_ORG),
        ),
    ):
        assert call("buildings.list_buildings", other)[0] == HTTPStatus.UNPROCESSABLE_ENTITY


def test_starting_an_import_gives_a_form_that_takes_the_file() -> None:
    building = create()
    path = {"building_id": building["id"]}
    event = api_event("POST", f"{IN_BUILDING}/imports", path=path, body={"filename": "süd.ifc"})

    status, answer = call("imports.start_import", event)

    data = answer["data"]
    assert status == HTTPStatus.CREATED
    assert data["import"]["status"] == "awaiting_upload"
    assert data["import"]["mode"] == "apply"
    upload = data["upload"]
    assert upload["url"].startswith("https://")
    assert upload["fields"]["key"].endswith(f"/{building['id']}/{data['import_id']}/süd.ifc")
    assert upload["max_bytes"] == 104857600
    path["import_id"] = data["import_id"]
    assert call("imports.get_import", api_event(path=path))[1]["data"] == data["import"]
    listed = call("imports.list_imports", api_event(path=path))[1]["data"]
    assert listed["items"] == [data["import"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "filename"),
        ({"filename": "plan.dwg"}, "filename"),
        ({"filename": "../x.ifc"}, "filename"),
        ({"filename": "a.ifc", "mode": "maybe"}, "mode"),
        ({"filename": "a.ifc", "profile": "all"}, "profile"),
    ],
)
def test_an_import_of_something_else_is_refused(body: dict[str, str], field: str) -> None:
    path = {"building_id": create()["id"]}

    status, answer = call("imports.start_import", api_event("POST", path=path, body=body))

    assert status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert list(answer["error"]["details"]["field_errors"]) == [field]


def test_an_import_into_anothers_building_is_not_found() -> None:
    path = {"building_id": create()["id"]}
    stranger = make_actor(organization_id=OTHER_ORG)
    event = api_event("POST", path=path, body={"filename": "a.ifc"}, actor=stranger)

    assert call("imports.start_import", event)[0] == HTTPStatus.NOT_FOUND


def test_me_is_the_callers_own_record() -> None:
    user = make_user()
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.organizations.add(make_organization())
        uow.users.add(user)

    _, answer = call("users.get_me", api_event(actor=make_actor(user_id=user.id)))

    assert (answer["data"]["email"], answer["data"]["role"]) == (user.email, "admin")
