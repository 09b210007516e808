"""GET /users/{user_id}/explain: yes or no, and why."""

import importlib
import json
from dataclasses import replace
from typing import Any

import pytest

from arxos import bootstrap
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from arxos.domain.user import User
from tests.gateway_events import LambdaContext, api_event
from tests.make import (
    make_actor,
    make_building,
    make_device,
    make_floor,
    make_organization,
    make_room,
    make_user,
)

pytestmark = pytest.mark.usefixtures("deployed")

ROUTE = "/api/v1/users/{user_id}/explain"
BUILDING, OTHER = make_building(), make_building(name="South Tower")
FLOOR = make_floor(BUILDING)
OTHER_FLOOR = make_floor(BUILDING, floor_number=2)
ROOM = make_room(FLOOR)
DEVICE = make_device(FLOOR, ROOM)
AT = f"/api/v1/buildings/{BUILDING.id}"


@pytest.fixture(autouse=True)
def world(deployed: Any) -> None:
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.organizations.add(make_organization())
    for kind, record in (
        ("buildings", BUILDING),
        ("buildings", OTHER),
        ("floors", FLOOR),
        ("floors", OTHER_FLOOR),
        ("rooms", ROOM),
        ("devices", DEVICE),
    ):
        with bootstrap.unit_of_work(make_actor()) as uow:
            getattr(uow, kind).add(record)


def user_with(role: Role, *grants: Grant, is_active: bool = True) -> User:
    user = replace(make_user(role=role), grants=grants, is_active=is_active)
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.users.add(user)
    return user


def ask(user: User, verb: str, path: str, *, actor: Any = None) -> tuple[int, dict[str, Any]]:
    event = api_event(
        "GET",
        ROUTE,
        path={"user_id": user.id},
        query={"path": path, "verb": verb},
        actor=actor or make_actor(),
    )
    handler = importlib.import_module("functions.users.explain_user_rights").handler
    answer = handler(event, LambdaContext())
    body = json.loads(answer["body"])
    return answer["statusCode"], body.get("data") or body["error"]


def as_actor(user: User) -> Any:
    return make_actor(user_id=user.id, role=user.role, grants=user.grants)


@pytest.mark.parametrize(
    ("role", "verb", "path", "permission", "allowed"),
    [
        (Role.VIEWER, "GET", f"{AT}/rooms/{ROOM.id}", "read_room", True),
        (Role.VIEWER, "patch", f"{AT}/rooms/{ROOM.id}", "update_room", False),
        (Role.ENGINEER, "PATCH", f"{AT}/rooms/{ROOM.id}", "update_room", True),
        (Role.CONTRACTOR, "POST", f"{AT}/devices/{DEVICE.id}/move", "update_device", True),
        (Role.FACILITY_MANAGER, "POST", "/api/v1/users", "create_user", False),
        (Role.VIEWER, "GET", "/api/v1/me", None, True),
    ],
)
def test_a_role_without_grants_holds_in_the_whole_organisation(
    role: Role, verb: str, path: str, permission: str | None, allowed: bool
) -> None:
    status, answer = ask(user_with(role), verb, path)

    assert (status, answer["permission"], answer["allowed"]) == (200, permission, allowed)
    scope = answer["through"]["scope"] if answer["through"] else None
    assert scope == ("organization" if allowed and permission else None)


def test_it_names_the_grant_that_allows_it() -> None:
    grants = (
        Grant(role=Role.VIEWER, building_id=BUILDING.id),
        Grant(role=Role.ENGINEER, building_id=BUILDING.id, floor_id=FLOOR.id),
    )
    user = user_with(Role.VIEWER, *grants)

    _, answer = ask(user, "PATCH", f"{AT}/devices/{DEVICE.id}")
    assert answer["through"] == {
        "role": "engineer",
        "scope": "floor",
        "building_id": BUILDING.id,
        "floor_id": FLOOR.id,
    }
    _, answer = ask(user, "PATCH", f"{AT}/floors/{OTHER_FLOOR.id}")
    assert (answer["allowed"], answer["through"]) == (False, None)
    assert "elsewhere" in answer["reason"]
    _, answer = ask(user, "GET", f"/api/v1/buildings/{OTHER.id}")
    assert answer["allowed"] is False


def test_who_may_on_one_floor_may_ask_in_the_building_but_not_for_another_floor() -> None:
    grant = Grant(role=Role.FACILITY_MANAGER, building_id=BUILDING.id, floor_id=FLOOR.id)
    user = user_with(Role.VIEWER, grant)

    assert ask(user, "GET", f"{AT}/rooms")[1]["allowed"] is True
    assert ask(user, "POST", f"{AT}/rooms")[1]["through"]["floor_id"] == FLOOR.id
    assert ask(user, "GET", f"{AT}/rooms?floor_id={OTHER_FLOOR.id}")[1]["allowed"] is False
    assert ask(user, "GET", "/api/v1/buildings")[1]["allowed"] is True
    assert ask(user, "POST", "/api/v1/buildings")[1]["allowed"] is False
    assert ask(user, "POST", f"{AT}/floors")[1]["allowed"] is False


def test_what_is_open_to_anyone_is_said_to_be() -> None:
    answer = ask(user_with(Role.VIEWER), "GET", "/health")[1]

    assert (answer["allowed"], answer["permission"], answer["through"]) == (True, None, None)
    assert answer["reason"].startswith("Anyone may do this")


def test_an_export_of_a_floor_is_asked_for_in_the_building() -> None:
    grant = Grant(role=Role.ENGINEER, building_id=BUILDING.id, floor_id=FLOOR.id)
    user = user_with(Role.VIEWER, grant)

    for verb, path, allowed in (
        ("GET", f"{AT}/exports", True),
        ("POST", f"{AT}/exports", True),
        ("POST", f"{AT}/exports?floor_id={OTHER_FLOOR.id}", False),
        ("GET", f"{AT}/groups", True),
        ("POST", f"{AT}/groups", False),
        ("GET", f"{AT}/devices?group_id=grp_x", True),
        ("GET", f"{AT}/changes", False),
    ):
        assert ask(user, verb, path)[1]["allowed"] is allowed, (verb, path)


def test_a_deactivated_user_may_nothing() -> None:
    status, answer = ask(user_with(Role.ADMIN, is_active=False), "GET", "/api/v1/me")

    assert (status, answer["allowed"]) == (200, False)
    assert "deactivated" in answer["reason"]


def test_what_is_asked_of_others_needs_more_than_what_is_asked_of_oneself() -> None:
    user, other = user_with(Role.VIEWER), user_with(Role.VIEWER)

    assert ask(user, "GET", f"/api/v1/users/{user.id}/changes")[1]["allowed"] is True
    _, answer = ask(user, "GET", f"/api/v1/users/{other.id}/changes")
    assert (answer["allowed"], answer["permission"]) == (False, "read_user")


@pytest.mark.parametrize(
    ("verb", "path", "field"),
    [
        ("GET", "/api/v1/castles", "path"),
        ("GET", "", "path"),
        ("GET", "http://[", "path"),
        ("PATCH", "/api/v1/buildings", "verb"),
        ("", "/api/v1/buildings", "verb"),
    ],
)
def test_an_unknown_request_is_named(verb: str, path: str, field: str) -> None:
    status, answer = ask(user_with(Role.VIEWER), verb, path)

    assert (status, list(answer["details"]["field_errors"])) == (422, [field])


def test_everybody_may_ask_about_themselves_and_learns_nothing_of_what_is_hidden() -> None:
    user = user_with(Role.VIEWER, Grant(role=Role.VIEWER, building_id=OTHER.id))
    other = user_with(Role.VIEWER)
    me = as_actor(user)

    assert ask(user, "GET", f"/api/v1/buildings/{OTHER.id}", actor=me)[1]["allowed"] is True
    assert ask(other, "GET", f"/api/v1/buildings/{OTHER.id}", actor=me)[0] == 404
    hidden = ask(user, "GET", f"{AT}/rooms/{ROOM.id}", actor=me)
    absent = ask(user, "GET", f"{AT}/rooms/rm_0absent", actor=me)
    assert hidden[0] == absent[0] == 404
    assert hidden[1]["message"] == absent[1]["message"]


def test_a_path_may_end_in_a_slash_and_its_ids_may_be_encoded() -> None:
    encoded = ROOM.id.replace("_", "%5F")

    assert ask(user_with(Role.VIEWER), "GET", f"{AT}/rooms/{encoded}/")[1]["allowed"] is True
