"""Door codes and passwords: who sees them, and where they never are."""

import json
import re
from typing import Any

import boto3
import pytest

from arxos import bootstrap, settings
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from tests.dynamodb_table import REGION
from tests.functions.test_write_routes import ADDRESS, Answer, building, call, floor, made, room
from tests.make import make_actor

__all__ = ["building", "floor", "room"]  # fixtures

pytestmark = pytest.mark.usefixtures("deployed")

CODE, PASSWORD = "4711#geheim", "kein-Zutritt-8"
SENSITIVE = {"door_code": CODE, "network_password": PASSWORD}
HIDDEN = dict.fromkeys(SENSITIVE)
VIEWER = make_actor(role=Role.VIEWER, user_id="usr_bob", name="Bob")
Path = dict[str, str]


def path_of(record: dict[str, Any]) -> Path:
    kind = {"bld": "building", "rm": "room", "dev": "device"}[record["id"].partition("_")[0]]
    return {"building_id": record.get("building_id", record["id"]), f"{kind}_id": record["id"]}


@pytest.fixture(params=["building", "room", "device"])
def locked(request: pytest.FixtureRequest, room: dict[str, Any]) -> tuple[str, Path]:
    """A record of each kind with two sensitive fields: its kind, and the path to it."""
    kind: str = request.param
    place = {"floor_id": room["floor_id"]}
    body = {
        "building": {"name": "Vault", "address": ADDRESS},
        "room": {"room_number": "9", **place},
        "device": {"name": "Lock", "device_type": "Door", **place},
    }[kind]
    path = {} if kind == "building" else {"building_id": room["building_id"]}
    record = made(f"{kind}s.create_{kind}", {**body, "sensitive": SENSITIVE}, **path)
    assert record["sensitive"] == HIDDEN
    return kind, path_of(record)


def items() -> list[dict[str, Any]]:
    """Everything in the table."""
    client = boto3.client("dynamodb", region_name=REGION)
    return client.scan(TableName=settings.load().table_name)["Items"]


def test_who_may_read_them_sees_the_values_and_others_the_names(locked: tuple[str, Path]) -> None:
    kind, path = locked
    seen = call(f"{kind}s.get_{kind}", path=path)
    hidden = call(f"{kind}s.get_{kind}", path=path, actor=VIEWER)

    assert seen.data["sensitive"] == SENSITIVE
    assert seen.headers["Cache-Control"] == "private, no-store"
    assert hidden.data == {**seen.data, "sensitive": HIDDEN}
    assert hidden.headers["Cache-Control"] == "private, no-cache"
    assert hidden.headers["ETag"] != seen.headers["ETag"]
    elsewhere = Grant(role=Role.VIEWER), Grant(role=Role.ADMIN, building_id="bld_other")
    partly = make_actor(grants=elsewhere)
    assert call(f"{kind}s.get_{kind}", path=path, actor=partly).data["sensitive"] == HIDDEN


def test_they_are_shown_by_get_of_the_one_record_and_nowhere_else(
    locked: tuple[str, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    kind, path = locked
    version = call(f"{kind}s.get_{kind}", path=path).data["version"]
    answers = [
        call(f"{kind}s.list_{kind}s", path=path),
        call(f"{kind}s.update_{kind}", "PATCH", path=path, body={"tags": ["x"]}),
        call(f"{kind}s.update_{kind}", "PATCH", path=path, body={"sensitive": SENSITIVE}),
        call(f"{kind}s.list_{kind}_changes", path=path),
        call(f"{kind}s.get_{kind}", path=path, query={"as_of": "2999-01-01T00:00:00Z"}),
        call(f"{kind}s.get_{kind}", path=path, actor=VIEWER),
    ]

    for answer in answers:
        assert answer.status == 200, answer.body
        assert CODE not in json.dumps(answer.body)
        assert PASSWORD not in json.dumps(answer.body)
    assert answers[2].data["version"] == version + 2
    assert answers[4].data["sensitive"] is None
    for text in (json.dumps(items(), default=str), *capfd.readouterr()):
        assert CODE not in text
        assert PASSWORD not in text


def test_the_history_says_that_they_changed_and_not_how(locked: tuple[str, Path]) -> None:
    kind, path = locked
    change = {"door_code": "0815", "network_password": None}
    call(f"{kind}s.update_{kind}", "PATCH", path=path, body={"sensitive": change})

    changed, created = call(f"{kind}s.list_{kind}_changes", path=path).data["items"]

    assert {n: c for n, c in _told(created).items() if n.startswith("sensitive")} == {
        "sensitive.door_code": [None, "***"],
        "sensitive.network_password": [None, "***"],
    }
    assert _told(changed) == {
        "sensitive.door_code": ["***", "***"],
        "sensitive.network_password": ["***", None],
    }


def _told(change: dict[str, Any]) -> dict[str, list[Any]]:
    return {name: [c["before"], c["after"]] for name, c in change["changes"].items()}


def test_a_patch_changes_the_fields_it_names_and_leaves_the_others(room: dict[str, Any]) -> None:
    path = path_of(room)

    def patch(**sensitive: str | None) -> Any:
        body = {"sensitive": sensitive}
        answer = call("rooms.update_room", "PATCH", path=path, body=body)
        assert answer.status == 200, answer.body
        return call("rooms.get_room", path=path).data["sensitive"]

    assert patch(door_code="1") == {"door_code": "1"}
    assert patch(alarm_code="2") == {"alarm_code": "2", "door_code": "1"}
    assert patch(door_code="3", alarm_code=None) == {"door_code": "3"}
    assert patch(never_there=None) == {"door_code": "3"}
    assert patch(**{f"code_{n}": str(n) for n in range(9)})["door_code"] == "3"
    full = call("rooms.update_room", "PATCH", path=path, body={"sensitive": {"one_more": "x"}})
    assert full.fields == {"sensitive": "There cannot be more than 10 sensitive fields"}


@pytest.mark.parametrize(
    "sensitive",
    [
        {"door_code": CODE + "x" * 1000},
        {"door_code": CODE + "\x00"},
        {"door_code": [CODE]},
        {"door_code": {"code": CODE}},
        {CODE: "door_code"},
        {"door_code": ""},
        {f"n{n}": CODE for n in range(11)},
        [CODE],
        CODE,
        None,
    ],
)
def test_an_error_does_not_repeat_what_was_sent(sensitive: Any, room: dict[str, Any]) -> None:
    answer = call("rooms.update_room", "PATCH", path=path_of(room), body={"sensitive": sensitive})

    assert (answer.status, answer.error["code"]) == (422, "VALIDATION_ERROR")
    assert all(re.match(r"sensitive(\.door_code)?", field) for field in answer.fields)
    assert CODE not in json.dumps(answer.body)


def test_the_answer_kept_for_an_idempotency_key_has_no_values(room: dict[str, Any]) -> None:
    body = {"room_number": "7", "floor_id": room["floor_id"], "sensitive": SENSITIVE}
    path = {"building_id": room["building_id"]}
    again = [
        call("rooms.create_room", "POST", path=path, body=body, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]

    assert again[0].data == again[1].data
    assert again[0].data["room"]["sensitive"] == HIDDEN
    assert CODE not in json.dumps(items(), default=str)


def test_a_contractor_may_set_what_only_others_may_read(room: dict[str, Any]) -> None:
    place = {"floor_id": room["floor_id"]}
    device = made(
        "devices.create_device",
        {"name": "Lock", "device_type": "Door", **place},
        building_id=room["building_id"],
    )
    contractor = make_actor(role=Role.CONTRACTOR)
    body = {"sensitive": {"door_code": CODE}}

    set_by_them = call(
        "devices.update_device", "PATCH", path=path_of(device), body=body, actor=contractor
    )
    read_by_them = call("devices.get_device", path=path_of(device), actor=contractor)

    assert set_by_them.data["sensitive"] == read_by_them.data["sensitive"] == {"door_code": None}
    assert call("devices.get_device", path=path_of(device)).data["sensitive"] == {"door_code": CODE}


def test_a_batch_sets_none(room: dict[str, Any]) -> None:
    new = {"name": "Lock", "device_type": "Door", "floor_id": room["floor_id"]}
    rows = [{"op": "create", "values": {**new, "sensitive": SENSITIVE}}]
    path = {"building_id": room["building_id"]}

    answer = call("devices.batch_devices", "POST", path=path, body={"operations": rows})

    (row,) = answer.data["results"]
    assert row["error"]["details"]["field_errors"]["sensitive"].startswith("Sensitive fields are")
    assert CODE not in json.dumps(answer.body)


def test_a_ciphertext_put_into_another_record_opens_nothing(room: dict[str, Any]) -> None:
    """Who can write to the table still cannot have a code shown under a room they may read."""
    path = path_of(room)
    call("rooms.update_room", "PATCH", path=path, body={"sensitive": {"door_code": CODE}})
    other = made(
        "rooms.create_room",
        {"room_number": "2", "floor_id": room["floor_id"], "sensitive": {"door_code": "x"}},
        building_id=room["building_id"],
    )
    client = boto3.client("dynamodb", region_name=REGION)
    found = {i["id"]["S"]: i for i in items() if i["kind"]["S"] == "room"}
    moved = {**found[other["id"]], "sensitive": found[room["id"]]["sensitive"]}
    client.put_item(TableName=settings.load().table_name, Item=moved)

    answer: Answer = call("rooms.get_room", path=path_of(other))

    assert (answer.status, answer.error["code"]) == (500, "INTERNAL_ERROR")
    assert call("rooms.get_room", path=path_of(other), actor=VIEWER).status == 200


def test_no_client_of_kms_is_made_for_a_record_without_them(room: dict[str, Any]) -> None:
    assert call("rooms.get_room", path=path_of(room)).data["sensitive"] == {}
    assert call("rooms.update_room", "PATCH", path=path_of(room), body={"name": "x"}).status == 200
    assert bootstrap._kms.cache_info().currsize == 0
