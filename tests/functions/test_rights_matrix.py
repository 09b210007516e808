"""Who may do what where, all of it: role x grant x operation of the API's description.

What is expected is written down here a second time, in the contract's words, and is worked out
without any of the product's code. A new operation fails here until it is written down too. And
what `explain` says of a cell is what happens in it.
"""

import importlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

import boto3
import pytest

from arxos import bootstrap
from arxos.domain.deletion import Deletion, Target
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from arxos.domain.user import User
from arxos.entrypoints.api_description import document
from tests.dynamodb_table import REGION, create_table
from tests.functions.conftest import deployment
from tests.gateway_events import LambdaContext, api_event
from tests.make import (
    NOON,
    ORG,
    OTHER_ORG,
    make_actor,
    make_building,
    make_check,
    make_device,
    make_export,
    make_floor,
    make_group,
    make_id,
    make_import,
    make_organization,
    make_room,
    make_user,
)

# ---- What each role may do (product.md) ---------------------------------------------------------

READS = {f"read_{kind}" for kind in ("building", "floor", "room", "device", "group", "import")}
VIEWER = READS
CONTRACTOR = VIEWER | {"update_device"}
ENGINEER = CONTRACTOR | {
    *("control_device", "create_device", "create_group", "export_data", "view_audit_logs"),
    *("update_floor", "update_room", "update_group"),
}
MANAGER = ENGINEER | {
    *("create_building", "create_floor", "create_room"),
    *("update_building", "import_data", "read_sensitive", "read_user"),
    *(f"delete_{kind}" for kind in ("building", "floor", "room", "device", "group")),
}
ADMIN = MANAGER | {"create_user", "update_user", "manage_roles"}
MAY = {
    "viewer": VIEWER,
    "contractor": CONTRACTOR,
    "engineer": ENGINEER,
    "facility_manager": MANAGER,
    "admin": ADMIN,
}

# ---- Where each operation happens ---------------------------------------------------------------

Where = Literal[
    "anyone",  # nobody has to sign in
    "anybody",  # whoever is signed in, and gets what they may see
    "organization",  # a right on the whole organisation
    "user",  # a user's record: a right on the whole organisation, hidden without the right to read
    "the building itself",  # a grant on one of its floors shows it too
    "building",  # all of the building
    "group",  # a record of the whole building, hidden from who sees some floors only
    "import",
    "export",  # of the whole building: who sees less does not see it
    "floor",  # on one floor
    "floor in the body",  # the same, and the body names the floor
    "rows",  # in a building, each row on its record's floor
    "deletion",  # as what is deleted, which lies on one floor
    "list of floors",  # in a building, those on the floors that the caller sees
    "list of groups",
]

OPERATIONS: dict[str, tuple[str | None, Where]] = {
    "check_health": (None, "anyone"),
    "get_openapi": (None, "anyone"),
    "get_docs": (None, "anyone"),
    "get_metrics": (None, "anyone"),
    "get_me": (None, "anybody"),
    "search_records": ("read_building", "anybody"),
    "list_buildings": ("read_building", "anybody"),
    "create_building": ("create_building", "organization"),
    "get_building": ("read_building", "the building itself"),
    "get_building_tree": ("read_building", "the building itself"),
    "get_building_summary": ("read_building", "the building itself"),
    "update_building": ("update_building", "building"),
    "delete_building": ("delete_building", "building"),
    "change_building_status": ("update_building", "building"),
    "release_building_fields": ("update_building", "building"),
    "list_building_changes": ("view_audit_logs", "building"),
    "create_floor": ("create_floor", "building"),
    "list_floors": ("read_floor", "list of floors"),
    "get_floor": ("read_floor", "floor"),
    "update_floor": ("update_floor", "floor"),
    "delete_floor": ("delete_floor", "floor"),
    "change_floor_status": ("update_floor", "floor"),
    "release_floor_fields": ("update_floor", "floor"),
    "list_floor_changes": ("view_audit_logs", "floor"),
    "create_room": ("create_room", "floor in the body"),
    "list_rooms": ("read_room", "list of floors"),
    "get_room": ("read_room", "floor"),
    "update_room": ("update_room", "floor"),
    "delete_room": ("delete_room", "floor"),
    "batch_rooms": ("update_room", "rows"),
    "batch_devices": ("update_device", "rows"),
    "change_room_status": ("update_room", "floor"),
    "release_room_fields": ("update_room", "floor"),
    "list_room_changes": ("view_audit_logs", "floor"),
    "create_device": ("create_device", "floor in the body"),
    "list_devices": ("read_device", "list of floors"),
    "get_device": ("read_device", "floor"),
    "update_device": ("update_device", "floor"),
    "delete_device": ("delete_device", "floor"),
    "change_device_status": ("control_device", "floor"),
    "move_device": ("update_device", "floor"),
    "release_device_fields": ("update_device", "floor"),
    "list_device_changes": ("view_audit_logs", "floor"),
    "create_group": ("create_group", "building"),
    "list_groups": ("read_group", "list of groups"),
    "get_group": ("read_group", "group"),
    "list_group_changes": ("view_audit_logs", "group"),
    "update_group": ("update_group", "group"),
    "delete_group": ("delete_group", "group"),
    "list_group_members": ("read_group", "group"),
    "replace_group_members": ("update_group", "group"),
    "start_import": ("import_data", "building"),
    "list_imports": ("read_import", "building"),
    "get_import": ("read_import", "import"),
    "get_import_plan": ("read_import", "import"),
    "get_import_template": (None, "anybody"),
    "list_import_problems": ("read_import", "import"),
    "start_check": ("import_data", "building"),
    "list_checks": ("read_import", "building"),
    "get_check": ("read_import", "import"),
    "get_check_workbook": ("read_import", "import"),
    "get_import_workbook": ("read_import", "import"),
    "list_check_findings": ("read_import", "import"),
    "start_export": ("export_data", "floor"),
    "list_exports": ("export_data", "list of floors"),
    "get_export": ("export_data", "export"),
    "order_apply": ("import_data", "import"),
    "order_undo": ("import_data", "import"),
    "cancel_import": ("import_data", "import"),
    "get_deletion": ("read_building", "deletion"),
    "invite_user": ("create_user", "organization"),
    "list_users": ("read_user", "organization"),
    "get_user": ("read_user", "user"),
    "update_user": ("update_user", "user"),
    "deactivate_user": ("update_user", "user"),
    "reactivate_user": ("update_user", "user"),
    "list_user_changes": ("read_user", "user"),
    "explain_user_rights": ("read_user", "user"),
}
# They ask for no right before they know whose record it is: one's own is always open.
WITHOUT_A_GATE = {"list_user_changes", "explain_user_rights"}

Scope = Literal[
    "organization", "building", "another building", "floor", "another floor", "other organisation"
]
SCOPES: tuple[Scope, ...] = (
    *("organization", "building", "another building", "floor", "another floor"),
    "other organisation",
)

COVERED: dict[Where, set[Scope]] = {
    "organization": {"organization", "other organisation"},
    "user": {"organization"},
    "the building itself": {"organization", "building", "floor", "another floor"},
    "building": {"organization", "building"},
    "group": {"organization", "building"},
    "import": {"organization", "building"},
    "export": {"organization", "building"},
    "floor": {"organization", "building", "floor"},
    "floor in the body": {"organization", "building", "floor"},
    "rows": {"organization", "building", "floor", "another floor"},
    "deletion": {"organization", "building", "floor"},
    "list of floors": {"organization", "building", "floor", "another floor"},
    "list of groups": {"organization", "building", "floor", "another floor"},
}
# Where the record, or the building around it, can be read: what may not be done there is 403.
SEEN: dict[Where, set[Scope]] = {
    **COVERED,
    "organization": set(SCOPES),
    "building": {"organization", "building", "floor", "another floor"},
}
# Lists that are answered, and hold nothing that the caller may not see.
EMPTY: dict[Where, set[Scope]] = {
    "list of floors": {"another floor"},
    "list of groups": {"floor", "another floor"},
    "anybody": {"another building", "another floor", "other organisation"},
}

ALLOWED = {200, 201, 202, 409, 412}


def expected(operation: str, role: str, scope: Scope) -> set[int]:
    """The statuses that may be answered."""
    permission, where = OPERATIONS[operation]
    if where == "anyone":
        return {200}
    holds = permission is None or permission in MAY[role]
    if not holds and operation not in WITHOUT_A_GATE:
        return {403}
    if where == "anybody" or (holds and scope in COVERED[where]):
        return ALLOWED
    if where == "floor in the body" and scope == "another floor":
        return {422}  # the building is seen: the field that names the floor is what is wrong
    seen = scope in SEEN[where]
    if where == "user":
        seen = seen and "read_user" in MAY[role]
    return {403} if seen else {404}


# ---- The world and the calls --------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """One building with all kinds of records on one floor, and places to have other grants on."""

    ids: dict[str, str]
    other_building_id: str
    other_floor_id: str
    me: User
    me_elsewhere: User
    # The one whose rights are explained, of each role and scope.
    people: dict[tuple[str, Scope], User] = field(default_factory=dict)

    def actor(self, role: str, scope: Scope) -> Any:
        abroad = scope == "other organisation"
        return make_actor(
            role=Role(role),
            grants=self.grants(role, scope),
            organization_id=OTHER_ORG if abroad else ORG,
            user_id=(self.me_elsewhere if abroad else self.me).id,
        )

    def grants(self, role: str, scope: Scope) -> tuple[Grant, ...]:
        mine = Role(role)
        building_id, floor_id = self.ids["building_id"], self.ids["floor_id"]
        given: dict[Scope, tuple[Grant, ...]] = {
            "organization": (),
            "other organisation": (),
            "building": (Grant(role=mine, building_id=building_id),),
            "another building": (Grant(role=mine, building_id=self.other_building_id),),
            "floor": (Grant(role=mine, building_id=building_id, floor_id=floor_id),),
            "another floor": (
                Grant(role=mine, building_id=building_id, floor_id=self.other_floor_id),
            ),
        }
        return given[scope]

    def settle(self) -> None:
        """Everybody of the matrix is a user of their organisation."""
        for role in MAY:
            for scope in SCOPES:
                org = OTHER_ORG if scope == "other organisation" else ORG
                user = make_user(
                    role=Role(role), organization_id=org, grants=self.grants(role, scope)
                )
                with bootstrap.unit_of_work(make_actor(organization_id=org)) as uow:
                    uow.users.add(user)
                self.people[role, scope] = user


@pytest.fixture(scope="module")
def world(moto: Any) -> Iterator[World]:
    table = f"arxos-{uuid4().hex[:8]}"
    create_table(moto, table)
    with pytest.MonkeyPatch.context() as patch, deployment(table, patch):
        client = boto3.client("sqs", region_name=REGION)
        queue = client.create_queue(QueueName="exports")["QueueUrl"]
        patch.setenv("EXPORT_QUEUE_URL", queue)
        bootstrap._settings.cache_clear()
        bootstrap._sqs.cache_clear()
        made = build()
        made.settle()
        yield made
        client.delete_queue(QueueUrl=queue)
    moto.delete_table(TableName=table)


def build() -> World:
    building, other = make_building(), make_building(name="South Tower")
    floor = make_floor(building)
    other_floor = make_floor(building, floor_number=2)
    room, doomed = make_room(floor), make_room(floor, room_number="102")
    device = make_device(floor, room)
    group, job = make_group(building), make_import(building)
    export = make_export(building)
    check = make_check(building)
    deletion = Deletion(
        id=make_id("deletion"), target=Target.of(doomed), total=1, created_at=NOON, updated_at=NOON
    )
    user, me = make_user(), make_user(role=Role.VIEWER)
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.organizations.add(make_organization())
    records: dict[str, list[Any]] = {
        "users": [user, me],
        "buildings": [building, other],
        "floors": [floor, other_floor],
        "rooms": [room, doomed],
        "devices": [device],
        "groups": [group],
        "imports": [job],
        "exports": [export],
        "checks": [check],
    }
    for kind, ones in records.items():
        for one in ones:
            with bootstrap.unit_of_work(make_actor()) as uow:
                getattr(uow, kind).add(one)
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.deletions.begin(deletion, uow.rooms.get(building.id, doomed.id))
    abroad = make_actor(organization_id=OTHER_ORG)
    stranger = make_user(organization_id=OTHER_ORG)
    with bootstrap.unit_of_work(abroad) as uow:
        uow.organizations.add(make_organization(id=OTHER_ORG))
    with bootstrap.unit_of_work(abroad) as uow:
        uow.users.add(stranger)
    return World(
        ids={
            "building_id": building.id,
            "floor_id": floor.id,
            "room_id": room.id,
            "device_id": device.id,
            "group_id": group.id,
            "import_id": job.id,
            "export_id": export.id,
            "check_id": check.id,
            "deletion_id": deletion.id,
            "user_id": user.id,
        },
        other_building_id=other.id,
        other_floor_id=other_floor.id,
        me=me,
        me_elsewhere=stranger,
    )


def body_of(operation: dict[str, Any], world: World, scope: Scope) -> Any:
    """The description's example, about the world's records."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return None
    body = dict(content["example"])
    for name in body:
        if name in world.ids:
            body[name] = world.ids[name]
        elif name.endswith("_ids") and name != "external_ids":
            body[name] = [world.ids[name.removesuffix("s")]]
    if "email" in body:
        # In use already: 409, and nobody is invited.
        user = world.me_elsewhere if scope == "other organisation" else world.me
        body |= {"email": user.email, "grants": []}
    if "operations" in body:
        kind = operation["tags"][0].removesuffix("s")
        row = {"id": world.ids[f"{kind}_id"], "version": 999, "values": {"description": "x"}}
        body = {"operations": [{"op": "update", **row}]}
    if operation["operationId"] == "start_check":
        body = {"filename": "tower.xlsx"}
    if operation["operationId"] == "replace_group_members":
        body = {"device_ids": body["device_ids"]}  # a system has no rooms
    return body


def call(name: str, world: World, role: str, scope: Scope) -> tuple[int, Any]:
    """What the real handler answers. If-Match names no version: what is allowed ends in 412."""
    path, verb, operation = DESCRIBED[name]
    event = api_event(
        verb.upper(),
        path,
        path={**world.ids, "kind": "rooms"},  # the kind of an import template
        query={"search_records": {"q": "tower"}, "explain_user_rights": EXPLAIN}.get(name),
        body=body_of(operation, world, scope),
        headers={"If-Match": '"999"'},
        actor=world.actor(role, scope),
        signed_in=operation.get("security") != [],
    )
    handler = importlib.import_module(f"functions.{operation['tags'][0]}.{name}").handler
    answer = handler(event, LambdaContext())
    is_json = answer["headers"].get("Content-Type", "").startswith("application/json")
    return answer["statusCode"], json.loads(answer["body"]) if is_json else None


EXPLAIN = {"path": "/api/v1/buildings", "verb": "GET"}
DESCRIBED = {
    operation["operationId"]: (path, verb, operation)
    for path, item in document()["paths"].items()
    for verb, operation in item.items()
}


# ---- The matrix ---------------------------------------------------------------------------------


def test_every_operation_is_written_down_here() -> None:
    assert set(DESCRIBED) == set(OPERATIONS)


def test_every_role_is_written_down_here() -> None:
    assert set(MAY) == {role.value for role in Role}


@pytest.mark.parametrize("name", [name for name in DESCRIBED if name in OPERATIONS])
def test_each_cell_of_an_operation(name: str, world: World) -> None:
    wrong: list[tuple[Any, ...]] = []
    for role in MAY:
        for scope in SCOPES:
            status, answer = call(name, world, role, scope)
            if status not in expected(name, role, scope):
                wrong.append((role, scope, status, sorted(expected(name, role, scope)), answer))
            for to in (Role.ADMIN, None):
                if explained(name, world, role, scope, to=to) != (status in ALLOWED):
                    wrong.append((role, scope, status, "is explained otherwise", to))
            if OPERATIONS[name][1] == "rows" and status == 200:
                row = answer["data"]["results"][0]["status"]
                if row != (404 if scope == "another floor" else 412):
                    wrong.append((role, scope, row))
                continue
            # Whatever is answered, it names nothing that lies outside of what the caller sees.
            if scope in EMPTY.get(OPERATIONS[name][1], set()) and status == 200:
                text = json.dumps(answer)
                leaked = [i for i in hidden_from(scope, name, world) if i in text]
                if leaked:
                    wrong.append((role, scope, "leaks", leaked))
    assert wrong == []


def explained(name: str, world: World, role: str, scope: Scope, *, to: Role | None) -> bool:
    """Whether the user may, as an admin of their organisation is told, or they themselves."""
    path, verb, operation = DESCRIBED[name]
    user = world.people[role, scope]
    place = path.format(**world.ids, kind="rooms")
    if "floor_id" in (body_of(operation, world, scope) or {}):
        place += f"?floor_id={world.ids['floor_id']}"
    org = user.organization_id
    asker = (
        make_actor(role=to, organization_id=org)
        if to
        else make_actor(role=user.role, grants=user.grants, organization_id=org, user_id=user.id)
    )
    event = api_event(
        "GET",
        "/api/v1/users/{user_id}/explain",
        path={"user_id": user.id},
        query={"path": place, "verb": verb},
        actor=asker,
    )
    answer = EXPLAINS(event, LambdaContext())
    # What the asker does not see is 404, here as there.
    return answer["statusCode"] == 200 and json.loads(answer["body"])["data"]["allowed"] is True


EXPLAINS = importlib.import_module("functions.users.explain_user_rights").handler


def hidden_from(scope: Scope, name: str, world: World) -> list[str]:
    kinds = {"floor_id", "room_id", "device_id", "group_id", "import_id", "export_id", "check_id"}
    if scope in ("another building", "other organisation"):
        kinds |= {"building_id"}
    if scope == "floor":
        kinds = {"group_id", "import_id", "export_id", "check_id"}
    return [world.ids[kind] for kind in sorted(kinds)]
