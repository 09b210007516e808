"""Writing records over HTTP events: partial updates, versions, places, answers."""

import importlib
import json
from typing import Any

import pytest

from arxos.domain.permissions import Role
from tests.gateway_events import LambdaContext, api_event
from tests.make import make_actor

pytestmark = pytest.mark.usefixtures("deployed")

ADDRESS = {"street": "1 Main St", "city": "Springfield", "state": "IL", "postal_code": "62701"}


class Answer:
    """A handler's answer, taken apart."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.status: int = raw["statusCode"]
        self.headers: dict[str, str] = raw["headers"]
        self.body: dict[str, Any] = json.loads(raw["body"]) if raw["body"] else {}
        self.data: Any = self.body.get("data")
        self.error: Any = self.body.get("error")

    @property
    def fields(self) -> dict[str, str]:
        fields: dict[str, str] = self.error["details"]["field_errors"]
        return fields


def call(function: str, method: str = "GET", **event: Any) -> Answer:
    handler = importlib.import_module(f"functions.{function}").handler
    return Answer(handler(api_event(method, **event), LambdaContext()))


def made(function: str, body: dict[str, Any], **path: str) -> dict[str, Any]:
    answer = call(function, "POST", body=body, path=path)
    assert answer.status == 201, answer.body
    kind = function.partition("create_")[2]
    record: dict[str, Any] = answer.data[kind]
    assert answer.data[f"{kind}_id"] == record["id"]
    assert answer.headers["Location"].endswith(record["id"])
    return record


@pytest.fixture
def building() -> dict[str, Any]:
    return made("buildings.create_building", {"name": "North Tower", "address": ADDRESS})


@pytest.fixture
def floor(building: dict[str, Any]) -> dict[str, Any]:
    return made("floors.create_floor", {"floor_number": 1}, building_id=building["id"])


@pytest.fixture
def room(floor: dict[str, Any]) -> dict[str, Any]:
    body = {"floor_id": floor["id"], "room_number": "101", "name": "Office", "area_m2": 12}
    return made("rooms.create_room", body, building_id=floor["building_id"])


def at(record: dict[str, Any], kind: str) -> dict[str, str]:
    if kind == "building":
        return {"building_id": record["id"]}
    return {"building_id": record["building_id"], f"{kind}_id": record["id"]}


def test_a_building_is_furnished_by_hand(room: dict[str, Any]) -> None:
    device = made(
        "devices.create_device",
        {
            "name": "Lamp",
            "device_type": "LightFixture",
            "room_id": room["id"],
            "installed_on": "2026-03-01",
            "position": {"x": 1, "y": 2.5, "z": 3},
        },
        building_id=room["building_id"],
    )

    assert (device["floor_id"], device["room_ids"]) == (room["floor_id"], [room["id"]])
    assert device["installed_on"] == "2026-03-01"
    assert device["position"] == {"x": 1, "y": 2.5, "z": 3}
    building = call("buildings.get_building", path={"building_id": room["building_id"]}).data
    counts = [building[f"{kind}s_count"] for kind in ("floor", "room", "device")]
    assert counts == [1, 1, 1]


def test_what_is_absent_stays_and_what_is_null_is_emptied(room: dict[str, Any]) -> None:
    noted = {"tags": ["dry"], "metadata": {"a": 1}, "external_ids": {"cmms": "7"}}
    call("rooms.update_room", "PATCH", body=noted, path=at(room, "room"))
    nulls = {"name": None, "metadata": None, "external_ids": None}
    body = {**nulls, "room_type": "Lab", "tags": ["wet"]}
    changed = call("rooms.update_room", "PATCH", body=body, path=at(room, "room")).data

    assert (changed["name"], changed["room_type"], changed["tags"]) == (None, "Lab", ["wet"])
    assert (changed["area_m2"], changed["room_number"]) == (12, "101")
    assert (changed["metadata"], changed["external_ids"]) == ({}, {})
    assert changed["version"] == 3
    assert changed == call("rooms.get_room", path=at(room, "room")).data


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"room_number": None}, "room_number"),
        ({"room_number": " "}, "room_number"),
        ({"area_m2": -1}, "area_m2"),
        ({"area_m2": "12"}, "area_m2"),
        ({"footprint": [[0, 0], [1, 1]]}, "footprint"),
        ({"footprint": [[0, 0], [1, 1], [1]]}, "footprint.2"),
        ({"status": "operational"}, "status"),
        ({"floor_id": "flr_x"}, "floor_id"),
        ({"floor_id": ""}, "floor_id"),
        ({"name": "<script>"}, "name"),
        ({"metadata": {"a": json.loads("[" * 25 + "]" * 25)}}, "metadata"),
    ],
)
def test_a_wrong_field_is_named(room: dict[str, Any], body: dict[str, Any], field: str) -> None:
    answer = call("rooms.update_room", "PATCH", body=body, path=at(room, "room"))

    assert answer.status == 422
    assert list(answer.fields) == [field]
    assert call("rooms.get_room", path=at(room, "room")).data == room


def test_a_number_too_near_to_zero_for_the_table_is_zero(
    floor: dict[str, Any], building: dict[str, Any]
) -> None:
    """DynamoDB refuses what lies between 0 and 1e-130."""
    path = at(floor, "floor")
    answer = call("floors.update_floor", "PATCH", path=path, body={"elevation_m": 1e-150})
    assert (answer.status, answer.data["elevation_m"]) == (200, 0)
    body = {"coordinates": {"latitude": 5e-324, "longitude": -1e-200}}
    answer = call("buildings.update_building", "PATCH", path=at(building, "building"), body=body)
    assert answer.data["coordinates"] == {"latitude": 0, "longitude": 0}


def test_if_match_compares_the_version(floor: dict[str, Any], room: dict[str, Any]) -> None:
    read = call("rooms.get_room", path=at(room, "room"))
    etag = read.headers["ETag"]
    assert etag.startswith('"1-')

    def rename(name: str, if_match: str) -> Answer:
        headers = {"If-Match": if_match}
        path = at(room, "room")
        return call("rooms.update_room", "PATCH", body={"name": name}, path=path, headers=headers)

    changed = rename("Archive", etag)
    assert changed.status == 200
    assert changed.headers["ETag"] == call("rooms.get_room", path=at(room, "room")).headers["ETag"]
    for stale in (etag, '"1"', f"W/{changed.headers['ETag']}", "nonsense", '"x", "y"'):
        refused = rename("Store", stale)
        assert (refused.status, refused.error["code"]) == (412, "PRECONDITION_FAILED")
    assert rename("Store", '"x", "2"').status == 200
    assert rename("Cupboard", "*").status == 200

    # A counter moves the ETag, so that nobody is told "unchanged", but not the version.
    before = call("floors.get_floor", path=at(floor, "floor")).headers["ETag"]
    made(
        "rooms.create_room",
        {"floor_id": floor["id"], "room_number": "102"},
        building_id=floor["building_id"],
    )
    headers = {"If-Match": before, "If-None-Match": before}
    assert call("floors.get_floor", path=at(floor, "floor"), headers=headers).status == 200
    path = at(floor, "floor")
    body = {"name": "First"}
    renamed = call("floors.update_floor", "PATCH", body=body, path=path, headers=headers)
    assert renamed.status == 200


def test_delete_honours_if_match_and_answers_what_is_gone(room: dict[str, Any]) -> None:
    path = at(room, "room")
    refused = call("rooms.delete_room", "DELETE", path=path, headers={"If-Match": '"7"'})
    assert refused.status == 412
    gone = call("rooms.delete_room", "DELETE", path=path, headers={"If-Match": '"1"'})
    assert (gone.status, gone.data) == (200, {"room_id": room["id"], "deleted": True})
    assert call("rooms.get_room", path=path).status == 404
    assert call("rooms.delete_room", "DELETE", path=path).status == 404


def test_a_parent_with_children_stays(room: dict[str, Any], building: dict[str, Any]) -> None:
    answer = call("buildings.delete_building", "DELETE", path=at(building, "building"))
    assert (answer.status, answer.error["code"]) == (409, "CONFLICT")
    assert "cascade" in answer.error["message"]


def test_a_status_moves_on_and_says_what_may_follow(building: dict[str, Any]) -> None:
    def move_on(status: str) -> Answer:
        path = at(building, "building")
        body = {"status": status}
        return call("buildings.change_building_status", "POST", body=body, path=path)

    assert move_on("under_construction").data["status"] == "under_construction"
    refused = move_on("decommissioned")
    assert (refused.status, refused.error["code"]) == (409, "INVALID_STATUS_TRANSITION")
    assert refused.error["details"]["allowed"] == ["completed", "maintenance"]


def test_rooms_are_listed_in_another_order(room: dict[str, Any]) -> None:
    path = {"building_id": room["building_id"]}
    body = {"floor_id": room["floor_id"], "room_number": "102", "name": "Archive"}
    made("rooms.create_room", body, **path)

    for floor in ({}, {"floor_id": room["floor_id"]}):
        listed = call("rooms.list_rooms", path=path, query={"sort": "name", **floor})
        assert [one["name"] for one in listed.data["items"]] == ["Archive", "Office"]


def test_a_taken_number_is_a_duplicate(floor: dict[str, Any]) -> None:
    path = {"building_id": floor["building_id"]}
    answer = call("floors.create_floor", "POST", body={"floor_number": 1}, path=path)
    assert (answer.status, answer.error["code"]) == (409, "DUPLICATE_FLOOR_NUMBER")


def test_a_device_is_moved_not_patched(room: dict[str, Any]) -> None:
    device = made(
        "devices.create_device",
        {"name": "Lamp", "device_type": "Light", "floor_id": room["floor_id"]},
        building_id=room["building_id"],
    )
    path = at(device, "device")
    body = {"room_id": room["id"]}
    assert call("devices.update_device", "PATCH", body=body, path=path).status == 422
    moved = call("devices.move_device", "POST", body=body, path=path)
    assert (moved.status, moved.data["room_id"]) == (200, room["id"])


def test_a_contractor_changes_devices_only(room: dict[str, Any]) -> None:
    contractor = make_actor(role=Role.CONTRACTOR)
    path = at(room, "room")
    refused = call("rooms.update_room", "PATCH", body={"name": "x"}, path=path, actor=contractor)
    assert (refused.status, refused.error["code"]) == (403, "FORBIDDEN")


def test_a_contractor_describes_a_device_and_does_not_say_whether_it_runs(
    room: dict[str, Any],
) -> None:
    device = made(
        "devices.create_device",
        {"name": "Pump", "device_type": "Pump", "room_id": room["id"]},
        building_id=room["building_id"],
    )
    path = at(device, "device")

    def answers(role: Role) -> list[int]:
        actor = make_actor(role=role)
        return [
            call(f"devices.{name}", verb, body=body, path=path, actor=actor).status
            for name, verb, body in (
                ("update_device", "PATCH", {"model": role.value}),
                ("change_device_status", "POST", {"status": "operational"}),
            )
        ]

    assert answers(Role.CONTRACTOR) == [200, 403]
    assert answers(Role.ENGINEER) == [200, 200]
