"""The history's routes on moto, with change files in its S3: what they answer and refuse."""

import importlib
import json
from http import HTTPStatus
from typing import Any

import pytest

from arxos import bootstrap
from arxos.domain.permissions import Role
from arxos.domain.user import Actor
from arxos.ports.imports import UploadedFile, upload_location
from tests.functions.conftest import BUCKET
from tests.gateway_events import LambdaContext, api_event
from tests.make import (
    LATER,
    NOON,
    ORG,
    make_actor,
    make_building,
    make_device,
    make_floor,
    make_group,
    make_import,
    make_organization,
    make_room,
    make_user,
)

KINDS = ("building", "floor", "room", "device", "group")
ADA = make_actor()


@pytest.fixture
def path(deployed: Any) -> dict[str, str]:
    """The ids of a building's records, which an import brought; its room was renamed by hand."""
    building = make_building()
    floor = make_floor(building)
    room = make_room(floor)
    device = make_device(floor, room)
    group = make_group(building)
    job = make_import(building, attempt="one").started()
    file = UploadedFile.at(upload_location(ORG, job))
    assert file is not None
    with bootstrap.unit_of_work(ADA) as uow:
        uow.organizations.add(make_organization())
        uow.users.add(make_user(id=ADA.user_id))
        uow.buildings.add(building)
        uow.imports.add(job)
    with bootstrap.import_desk().chunk(file, job, 0) as chunk:
        chunk.floors.add(floor)
        chunk.rooms.add(room)
        chunk.devices.add(device)
        chunk.groups.add(group)
    with bootstrap.unit_of_work(ADA) as uow:
        stored = uow.rooms.get(building.id, room.id)
        uow.rooms.update(stored.edited(at=LATER, by=ADA.user_id, name="Store", tags=("a",)))
    return {
        "building_id": building.id,
        "floor_id": floor.id,
        "room_id": room.id,
        "device_id": device.id,
        "group_id": group.id,
        "import_id": job.id,
        "user_id": ADA.user_id,
    }


def ask(
    function: str,
    path: dict[str, str],
    query: dict[str, str] | None = None,
    actor: Actor = ADA,
) -> tuple[int, Any, dict[str, str]]:
    """The status, the data or the error, and the headers."""
    event = api_event(path=path, query=query, actor=actor)
    handler = importlib.import_module(f"functions.{function}").handler
    answer = handler(event, LambdaContext())
    body = json.loads(answer["body"])
    return answer["statusCode"], body.get("data", body.get("error")), answer["headers"]


def test_a_change_answers_as_the_contract_says(path: dict[str, str]) -> None:
    status, data, _ = ask("rooms.list_room_changes", path)

    by_hand, imported = data["items"]
    assert (status, data["next_cursor"]) == (HTTPStatus.OK, None)
    assert by_hand.pop("id").startswith("chg_")
    assert by_hand == {
        "at": "2026-11-22T13:00:00.000Z",
        "event": "RoomUpdated",
        "record_kind": "room",
        "record_id": path["room_id"],
        "record_label": "101 Store",
        "user_id": "usr_ada",
        "user_name": "Ada Lovelace",
        "request_id": "req-1",
        "import_id": None,
        "changes": {
            "name": {"before": "Office", "after": "Store"},
            "tags": {"before": [], "after": ["a"]},
        },
    }
    assert imported.keys() == {*by_hand, "id"}
    assert (imported["event"], imported["import_id"]) == ("RoomAdded", path["import_id"])
    assert imported["changes"]["area_m2"] == {"before": None, "after": 12.5}


def test_a_value_of_the_history_looks_as_its_record_shows_it(path: dict[str, str]) -> None:
    record = ask("devices.get_device", path)[1]
    (added,) = ask("devices.list_device_changes", path)[1]["items"]

    assert {"position", "installed_on", "room_ids", "status"} < added["changes"].keys()
    for name, change in added["changes"].items():
        assert change == {"before": None, "after": record[name]}


def test_pages_of_the_timeline_lead_through_an_imports_changes(path: dict[str, str]) -> None:
    events: list[str] = []
    query = {"limit": "2"}
    while True:
        _, data, _ = ask("buildings.list_building_changes", path, query)
        events += [change["event"] for change in data["items"]]
        if data["next_cursor"] is None:
            break
        query["cursor"] = data["next_cursor"]

    assert events[0] == "RoomUpdated"
    assert sorted(events[1:]) == [
        "BuildingCreated",
        "DeviceAdded",
        "FloorAdded",
        "GroupAdded",
        "ImportStarted",
        "RoomAdded",
    ]
    other = {"limit": "2", "kind": "room", "cursor": query["cursor"]}
    assert ask("buildings.list_building_changes", path, other)[0] == HTTPStatus.UNPROCESSABLE_ENTITY


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_answers_as_it_was(kind: str, path: dict[str, str]) -> None:
    function = f"{kind}s.get_{kind}"
    now = ask(function, path)[1]

    status, then, headers = ask(function, path, {"as_of": "2026-11-22T14:30:00+02:00"})

    assert (status, then["version"]) == (HTTPStatus.OK, 1)
    assert headers["ETag"].startswith('"1-')
    if kind == "room":
        assert (then["name"], then["tags"], then["updated_at"]) == ("Office", [], to_noon())
        assert (now["name"], now["version"]) == ("Store", 2)
    unknown = {name for name in now if name.endswith("_count")} | {"kept_fields"}
    assert {then[name] for name in unknown} == {None}
    assert [name for name in unknown if now[name] is None] == []
    assert ask(function, path, {"as_of": "2026-11-22T11:59:59Z"})[0] == HTTPStatus.NOT_FOUND


def to_noon() -> str:
    return NOON.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.mark.parametrize(
    "moment", ["", "yesterday", "2026-11-22T12:00:00", "2026-11-22", "0001-01-01T00:00:00+23:59"]
)
def test_a_time_without_a_zone_or_no_time_is_named(moment: str, path: dict[str, str]) -> None:
    status, error, _ = ask("rooms.get_room", path, {"as_of": moment})

    assert status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "zone" in error["details"]["field_errors"]["as_of"]


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_read_a_record_may_not_therefore_read_what_it_was(
    kind: str, path: dict[str, str]
) -> None:
    viewer = make_actor(role=Role.VIEWER)

    assert ask(f"{kind}s.get_{kind}", path, actor=viewer)[0] == HTTPStatus.OK
    as_of = {"as_of": "2026-11-22T12:30:00Z"}
    assert ask(f"{kind}s.get_{kind}", path, as_of, viewer)[0] == HTTPStatus.FORBIDDEN
    changes = f"{kind}s.list_{kind}_changes"
    assert ask(changes, path, actor=viewer)[0] == HTTPStatus.FORBIDDEN


def test_a_viewer_sees_their_own_changes_and_nobody_elses(path: dict[str, str]) -> None:
    me = make_actor(role=Role.VIEWER)
    other = make_actor(role=Role.VIEWER, user_id="usr_bob")

    status, data, _ = ask("users.list_user_changes", path, {"kind": "room"}, me)

    assert (status, [c["event"] for c in data["items"]]) == (200, ["RoomUpdated", "RoomAdded"])
    assert ask("users.list_user_changes", path, actor=other)[0] == HTTPStatus.NOT_FOUND


def test_an_unknown_kind_is_named(path: dict[str, str]) -> None:
    for query in ({"kind": "window"}, {"before": "x"}):
        status, error, _ = ask("buildings.list_building_changes", path, query)
        assert status == HTTPStatus.UNPROCESSABLE_ENTITY
        assert list(error["details"]["field_errors"]) == list(query)


def test_a_history_with_a_lost_file_is_not_told_as_if_it_were_whole(
    path: dict[str, str], deployed: Any
) -> None:
    for listed in deployed.list_objects_v2(Bucket=BUCKET)["Contents"]:
        deployed.delete_object(Bucket=BUCKET, Key=listed["Key"])

    status, error, _ = ask("rooms.list_room_changes", path)

    assert (status, error["code"]) == (503, "SERVICE_UNAVAILABLE")


@pytest.mark.parametrize("kind", ["floor", "room", "device", "group"])
def test_what_an_import_did_to_a_record_is_in_its_history(kind: str, path: dict[str, str]) -> None:
    events = ask(f"{kind}s.list_{kind}_changes", path)[1]["items"]

    assert events[-1]["event"] == f"{kind.capitalize()}Added"
    assert events[-1]["import_id"] == path["import_id"]


def test_members_that_an_import_brings_are_in_the_history_of_their_group(
    path: dict[str, str],
) -> None:
    uow = bootstrap.unit_of_work(ADA)
    group = uow.groups.get(path["building_id"], path["group_id"])
    job = uow.imports.get(path["building_id"], path["import_id"])
    file = UploadedFile.at(upload_location(ORG, job))
    assert file is not None
    entering = [path["device_id"]]
    moved = group.with_members(added=entering, removed=[], at=LATER, by=ADA.user_id)
    with bootstrap.import_desk().chunk(file, job, 1) as chunk:
        chunk.groups.change_members(moved, added=entering, removed=[])

    last, first = ask("groups.list_group_changes", path)[1]["items"]

    assert (first["event"], last["import_id"]) == ("GroupAdded", path["import_id"])
    assert path["device_id"] in json.dumps(last["changes"])


def test_a_building_that_a_chunk_changed_answers_as_it_was(path: dict[str, str]) -> None:
    uow = bootstrap.unit_of_work(ADA)
    building = uow.buildings.get(path["building_id"])
    job = uow.imports.get(building.id, path["import_id"])
    file = UploadedFile.at(upload_location(ORG, job))
    assert file is not None
    with bootstrap.import_desk().chunk(file, job, 1) as chunk:
        chunk.buildings.update(building.edited(at=LATER, by=ADA.user_id, name="South Tower"))

    _, now, _ = ask("buildings.get_building", path)
    _, then, _ = ask("buildings.get_building", path, {"as_of": "2026-11-22T12:30:00Z"})

    assert (now["name"], then["name"]) == ("South Tower", building.name)


def test_a_removed_device_is_gone_and_its_history_is_not(path: dict[str, str]) -> None:
    before = ask("devices.get_device", path)[1]
    event = api_event("DELETE", path=path, actor=ADA)
    delete = importlib.import_module("functions.devices.delete_device").handler
    assert delete(event, LambdaContext())["statusCode"] == HTTPStatus.OK

    status, then, _ = ask("devices.get_device", path, {"as_of": "2026-11-22T12:30:00Z"})
    changes = ask("devices.list_device_changes", path)[1]["items"]

    assert ask("devices.get_device", path)[0] == HTTPStatus.NOT_FOUND
    assert (status, [c["event"] for c in changes]) == (200, ["DeviceRemoved", "DeviceAdded"])
    kept = {"kept_fields", "group_ids", "sensitive", "updated_by", "created_by"}
    assert {name for name in before if before[name] != then[name]} <= kept
    assert ask("devices.get_device", path, {"as_of": "2100-01-01T00:00:00Z"})[0] == 404
    assert ask("devices.get_device", path, {"as_of": "2026-11-22T11:59:59Z"})[0] == 404
    elsewhere = {**path, "building_id": make_building().id}
    assert ask("devices.list_device_changes", elsewhere)[0] == HTTPStatus.NOT_FOUND


def test_what_was_done_to_a_user_is_asked_for_by_name(path: dict[str, str]) -> None:
    _, data, _ = ask("users.list_user_changes", path, {"done": "to_user"})

    assert [c["event"] for c in data["items"]] == ["UserInvited"]
    status, error, _ = ask("users.list_user_changes", path, {"done": "x"})
    assert (status, list(error["details"]["field_errors"])) == (422, ["done"])
