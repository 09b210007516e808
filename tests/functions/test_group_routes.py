"""Groups, the tree and the summary over HTTP events."""

import importlib
import json
from typing import Any

import pytest

from arxos import bootstrap
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from tests.dynamodb_table import counted_calls
from tests.gateway_events import LambdaContext, api_event
from tests.make import make_actor, make_building, make_device, make_floor, make_room

pytestmark = pytest.mark.usefixtures("deployed")

BUILDING = "/api/v1/buildings/{building_id}"


class World:
    """A building with a lamp and a door between two rooms, and a floor above without rooms."""

    def __init__(self) -> None:
        building = make_building()
        low, high = make_floor(building), make_floor(building, floor_number=2, name=None)
        office = make_room(low, room_type="Office")
        store = make_room(low, room_number="102", name=None, area_m2=0.5)
        self.lamp = make_device(low, office, manufacturer="Pump [A]")
        self.door = make_device(low, office, store, name="Door", device_type="Door")
        self.sign = make_device(high, name="Sign")
        with bootstrap.unit_of_work(make_actor()) as uow:
            uow.buildings.add(building)
            for floor in (low, high):
                uow.floors.add(floor)
            for room in (office, store):
                uow.rooms.add(room)
            for device in (self.lamp, self.door, self.sign):
                uow.devices.add(device)
        self.building, self.low, self.high, self.office, self.store = (
            building,
            low,
            high,
            office,
            store,
        )
        self.path = {"building_id": building.id}

    @property
    def limited(self) -> dict[str, Any]:
        grant = Grant(role=Role.VIEWER, building_id=self.building.id, floor_id=self.high.id)
        return {"actor": make_actor(grants=(grant,))}

    def create(self, **body: Any) -> dict[str, Any]:
        status, answer = call("groups.create_group", "POST", path=self.path, body=body)
        assert status == 201, answer
        group: dict[str, Any] = answer["data"]["group"]
        self.path["group_id"] = group["id"]
        return group

    def put(self, **body: Any) -> tuple[int, dict[str, Any]]:
        return call("groups.replace_group_members", "PUT", path=self.path, body=body)


def call(function: str, method: str = "GET", **event: Any) -> tuple[int, dict[str, Any]]:
    handler = importlib.import_module(f"functions.{function}").handler
    answer = handler(api_event(method, **event), LambdaContext())
    return answer["statusCode"], json.loads(answer["body"])


@pytest.fixture
def world() -> World:
    return World()


def test_a_group_is_made_read_changed_and_removed(world: World) -> None:
    event = api_event(
        "POST",
        f"{BUILDING}/groups",
        path=world.path,
        body={"kind": "zone", "name": " Fire 1 ", "category": "Fire", "tags": ["east"]},
    )
    create_group = importlib.import_module("functions.groups.create_group").handler
    answer = create_group(event, LambdaContext())
    data = json.loads(answer["body"])["data"]
    group = data["group"]
    assert (answer["statusCode"], group["id"]) == (201, data["group_id"])
    assert answer["headers"]["Location"].endswith(f"/groups/{group['id']}")
    assert answer["headers"]["ETag"].startswith('"1-')
    assert {k: group[k] for k in ("kind", "name", "category", "status", "members_count")} == {
        "kind": "zone",
        "name": "Fire 1",
        "category": "Fire",
        "status": "active",
        "members_count": 0,
    }

    path = {**world.path, "group_id": group["id"]}
    assert call("groups.get_group", path=path)[1]["data"] == group
    listed = call("groups.list_groups", path=path, query={"kind": "zone"})[1]["data"]
    assert listed == {"items": [group], "next_cursor": None}
    assert call("groups.list_groups", path=path, query={"kind": "system"})[1]["data"]["items"] == []

    body = {"name": "Fire 2", "category": None}
    status, changed = call("groups.update_group", "PATCH", path=path, body=body)
    assert (status, changed["data"]["name"], changed["data"]["category"]) == (200, "Fire 2", None)
    held = {"If-Match": '"1"'}
    assert call("groups.delete_group", "DELETE", path=path, headers=held)[0] == 412
    assert call("groups.delete_group", "DELETE", path=path)[1]["data"] == {
        "group_id": group["id"],
        "deleted": True,
    }
    assert call("groups.get_group", path=path)[0] == 404


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["kind", "name"]),
        ({"kind": "team", "name": "x"}, ["kind"]),
        ({"kind": "zone", "name": " ", "category": "<script>"}, ["category", "name"]),
        ({"kind": "zone", "name": "x", "members": []}, ["members"]),
    ],
)
def test_a_wrong_group_is_refused(world: World, body: dict[str, Any], fields: list[str]) -> None:
    status, answer = call("groups.create_group", "POST", path=world.path, body=body)
    assert (status, sorted(answer["error"]["details"]["field_errors"])) == (422, fields)


def test_a_groups_kind_is_no_field_that_changes(world: World) -> None:
    world.create(kind="zone", name="x")
    status, _ = call("groups.update_group", "PATCH", path=world.path, body={"kind": "system"})
    assert status == 422


def test_members_are_put_listed_and_shown_on_the_records(world: World) -> None:
    group = world.create(kind="zone", name="East")

    status, answer = world.put(device_ids=[world.door.id, world.lamp.id], room_ids=[world.store.id])
    assert (status, answer["data"]["members_count"], answer["data"]["version"]) == (200, 3, 2)
    members = call("groups.list_group_members", path=world.path)[1]["data"]["items"]
    assert members == [
        {
            "kind": "device",
            "id": world.lamp.id,
            "name": "Lamp",
            "room_number": None,
            "floor_id": world.low.id,
            "room_id": world.office.id,
        },
        {
            "kind": "device",
            "id": world.door.id,
            "name": "Door",
            "room_number": None,
            "floor_id": world.low.id,
            "room_id": world.office.id,
        },
        {
            "kind": "room",
            "id": world.store.id,
            "name": None,
            "room_number": "102",
            "floor_id": world.low.id,
            "room_id": None,
        },
    ]
    lamp = call("devices.get_device", path={**world.path, "device_id": world.lamp.id})[1]["data"]
    assert lamp["group_ids"] == [group["id"]]
    query = {"group_id": group["id"], "device_type": "Door"}
    found = call("devices.list_devices", path=world.path, query=query)[1]["data"]["items"]
    assert [d["id"] for d in found] == [world.door.id]

    pages, query = [], {"limit": "2"}
    while True:
        data = call("groups.list_group_members", path=world.path, query=query)[1]["data"]
        pages.append([m["id"] for m in data["items"]])
        if data["next_cursor"] is None:
            break
        query["cursor"] = data["next_cursor"]
    assert pages == [[world.lamp.id, world.door.id], [world.store.id]]

    gone = {**world.path, "device_id": world.lamp.id}
    assert call("devices.delete_device", "DELETE", path=gone)[0] == 200
    assert call("groups.get_group", path=world.path)[1]["data"]["members_count"] == 2
    assert world.put(device_ids=[])[1]["data"]["members_count"] == 0


def test_wrong_members_are_named_by_their_place(world: World) -> None:
    world.create(kind="system", name="East")
    for body, field in (
        ({"device_ids": [world.lamp.id, "dev_x"]}, "device_ids.1"),
        ({"device_ids": [], "room_ids": [world.store.id]}, "room_ids"),
        ({"room_ids": []}, "device_ids"),
        ({"device_ids": [1]}, "device_ids.0"),
        ({"device_ids": [], "rooms": []}, "rooms"),
    ):
        status, answer = world.put(**body)
        assert (status, list(answer["error"]["details"]["field_errors"])) == (422, [field])


# ---- Tree and summary -----------------------------------------------------------------------


def test_the_tree_answers_floors_with_their_rooms(world: World) -> None:
    _, answer = call("buildings.get_building_tree", path=world.path, query={"limit": "1"})
    data = answer["data"]
    assert data["building"] == {
        "id": world.building.id,
        "name": "North Tower",
        "status": "planned",
        "floors_count": 2,
        "rooms_count": 2,
        "devices_count": 3,
    }
    (low,) = data["items"]
    assert (low["floor_number"], low["rooms_count"], low["rooms_complete"]) == (1, 2, False)
    assert low["rooms"] == [
        {
            "id": world.office.id,
            "room_number": "101",
            "name": "Office",
            "room_type": "Office",
            "status": "planned",
            "area_m2": 12.5,
            "devices_count": 2,
        }
    ]
    query = {"limit": "1", "cursor": data["next_cursor"]}
    low, *rest = call("buildings.get_building_tree", path=world.path, query=query)[1]["data"][
        "items"
    ]
    assert ([r["id"] for r in low["rooms"]], low["rooms_complete"]) == ([world.store.id], True)
    assert rest == []


def test_the_tree_shows_devices_when_asked(world: World) -> None:
    query = {"devices": "true"}
    with counted_calls() as calls:
        data = call("buildings.get_building_tree", path=world.path, query=query)[1]["data"]

    # The building; floors, rooms of the floor that has any, and devices of two rooms, of whom
    # the door is fetched for its second room.
    assert calls == {"GetItem": 1, "Query": 4, "BatchGetItem": 1}
    names = [[d["name"] for d in room["devices"]] for room in data["items"][0]["rooms"]]
    assert names == [["Door", "Lamp"], ["Door"]]
    assert [floor["rooms"] for floor in data["items"][1:]] == [[]]


@pytest.mark.parametrize("query", [{"devices": "1"}, {"floor": "x"}, {"cursor": "x"}])
def test_a_wrong_parameter_of_the_tree_is_named(world: World, query: dict[str, str]) -> None:
    status, answer = call("buildings.get_building_tree", path=world.path, query=query)
    assert (status, list(answer["error"]["details"]["field_errors"])) == (422, list(query))


def test_the_summary_counts_and_measures(world: World) -> None:
    _, answer = call("buildings.get_building_summary", path=world.path)

    assert answer["data"] == {
        "building_id": world.building.id,
        "name": "North Tower",
        "status": "planned",
        "floors_count": 2,
        "rooms_count": 2,
        "devices_count": 3,
        "area_m2": 13.0,
        "by_floor": [
            {
                "floor_id": world.low.id,
                "floor_number": 1,
                "name": "First",
                "rooms_count": 2,
                "devices_count": 2,
            },
            {
                "floor_id": world.high.id,
                "floor_number": 2,
                "name": None,
                "rooms_count": 0,
                "devices_count": 1,
            },
        ],
        "rooms_by_status": [{"value": "planned", "count": 2}],
        "rooms_by_type": [{"value": None, "count": 1}, {"value": "Office", "count": 1}],
        "area_m2_by_room_type": [
            {"value": "Office", "area_m2": 12.5},
            {"value": None, "area_m2": 0.5},
        ],
        "devices_by_status": [{"value": "installed", "count": 3}],
        "devices_by_type": [
            {"value": "LightFixture", "count": 2},
            {"value": "Door", "count": 1},
        ],
        "devices_by_manufacturer": [
            {"value": None, "count": 2},
            {"value": "Pump [A]", "count": 1},
        ],
    }


def test_who_sees_one_floor_gets_no_number_of_the_others(world: World) -> None:
    group = world.create(kind="system", name="x")
    data = call("buildings.get_building_summary", path=world.path, **world.limited)[1]["data"]
    assert [floor["floor_id"] for floor in data["by_floor"]] == [world.high.id]
    whole = ("area_m2", "rooms_by_type", "area_m2_by_room_type", "devices_by_manufacturer")
    assert [data[name] for name in whole] == [None] * 4

    tree = call("buildings.get_building_tree", path=world.path, **world.limited)[1]["data"]
    assert [floor["id"] for floor in tree["items"]] == [world.high.id]
    assert call("groups.get_group", path=world.path, **world.limited)[0] == 404
    assert call("groups.list_groups", path=world.path, **world.limited)[1]["data"]["items"] == []
    world.put(device_ids=[world.lamp.id, world.sign.id])
    query = {"group_id": group["id"]}
    found = call("devices.list_devices", path=world.path, query=query, **world.limited)[1]["data"]
    assert [d["id"] for d in found["items"]] == [world.sign.id]
