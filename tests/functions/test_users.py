"""The users' routes over HTTP events, with a user pool on moto."""

import importlib
import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from arxos import bootstrap
from arxos.domain.errors import Conflict, InvalidUserError, ServiceUnavailable
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from tests.dynamodb_table import REGION
from tests.functions.conftest import forget
from tests.gateway_events import LambdaContext, api_event
from tests.make import make_actor, make_organization, make_user

EMIL = {
    "email": "Emil@example.com",
    "first_name": " Emil ",
    "last_name": "Haddad",
    "role": "engineer",
}


@pytest.fixture(autouse=True)
def pool(deployed: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A user pool as infra/identity.yaml makes it; its id, and a client to look into it."""
    client = boto3.client("cognito-idp", region_name=REGION)
    made = client.create_user_pool(
        PoolName="arxos",
        UsernameAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": False},
    )
    pool_id = made["UserPool"]["Id"]
    monkeypatch.setenv("USER_POOL_ID", pool_id)
    forget()
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.organizations.add(make_organization())
        uow.users.add(make_user(id="usr_ada", subject="ada"))
    return lambda: client.list_users(UserPoolId=pool_id)["Users"]


class Answer:
    """A handler's answer, taken apart."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.status: int = raw["statusCode"]
        self.headers: dict[str, str] = raw["headers"]
        self.data: Any = json.loads(raw["body"]).get("data")
        self.error: Any = json.loads(raw["body"]).get("error")

    @property
    def refusal(self) -> tuple[int, str]:
        return self.status, self.error["code"]

    @property
    def fields(self) -> dict[str, str]:
        fields: dict[str, str] = self.error["details"]["field_errors"]
        return fields


def call(function: str, method: str = "GET", user_id: str | None = None, **event: Any) -> Answer:
    handler = importlib.import_module(f"functions.users.{function}").handler
    path = {"user_id": user_id} if user_id else None
    return Answer(handler(api_event(method, path=path, **event), LambdaContext()))


def invite(**changes: Any) -> Answer:
    headers = changes.pop("headers", {})
    return call("invite_user", "POST", body={**EMIL, **changes}, headers=headers)


def make_place() -> tuple[str, str]:
    from arxos.use_cases.buildings import CreateBuilding, create_building
    from arxos.use_cases.floors import create_floor
    from tests.make import NOON, make_address

    given: dict[str, Any] = {
        "uow": bootstrap.unit_of_work(make_actor()),
        "actor": make_actor(),
        "new_id": bootstrap.new_id,
        "now": NOON,
    }
    building = create_building(CreateBuilding(name="North", address=make_address()), **given)
    return building.id, create_floor(building.id, {"floor_number": 1}, **given).id


def test_an_invitation_answers_as_the_contract_says(pool: Any) -> None:
    building_id, floor_id = make_place()
    answer = invite(
        grants=[
            {"building_id": building_id},
            {"role": "viewer", "building_id": building_id, "floor_id": floor_id, "scope": "floor"},
        ]
    )

    user = answer.data["user"]
    assert answer.status == 201
    assert answer.data["user_id"] == user["id"]
    assert answer.headers["Location"] == f"/api/v1/users/{user['id']}"
    assert (user["email"], user["first_name"], user["role"]) == (
        "Emil@example.com",
        "Emil",
        "engineer",
    )
    assert user["grants"] == [
        {"role": "engineer", "scope": "building", "building_id": building_id, "floor_id": None},
        {"role": "viewer", "scope": "floor", "building_id": building_id, "floor_id": floor_id},
    ]
    assert (user["is_active"], user["version"]) == (True, 1)
    assert "subject" not in user
    read = call("get_user", user_id=user["id"])
    assert (read.data, read.headers["ETag"][:3]) == (user, '"1-')
    listed = call("list_users").data["items"]
    assert {u["id"] for u in listed} == {"usr_ada", user["id"]}
    assert [u["UserStatus"] for u in pool()] == ["FORCE_CHANGE_PASSWORD"]


def test_what_is_shown_can_be_sent_back() -> None:
    building_id, floor_id = make_place()
    grants = [{"building_id": building_id, "floor_id": floor_id}, {}]
    user = invite(grants=grants).data["user"]

    body = {"grants": user["grants"], "role": user["role"]}
    answer = call("update_user", "PATCH", user["id"], body=body)

    assert (answer.status, answer.data) == (200, user)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "emil"}, "email"),
        ({"email": "emil@example.com<script>"}, "email"),
        ({"email": f"{'e' * 60}@{'x' * 60}.{'y' * 60}.example"}, "email"),
        ({"first_name": " "}, "first_name"),
        ({"last_name": "<script>"}, "last_name"),
        ({"last_name": None}, "last_name"),
        ({"role": "owner"}, "role"),
        ({"password": "x"}, "password"),
        ({"grants": None}, "grants"),
        ({"grants": [{}] * 51}, "grants"),
        ({"grants": [{}, {}]}, "grants.1"),
        ({"grants": [{"role": "owner"}]}, "grants.0.role"),
        ({"grants": [{"building": "bld_1"}]}, "grants.0.building"),
        ({"grants": [{"building_id": "bld_1"}]}, "grants.0.building_id"),
        ({"grants": [{"building_id": ""}]}, "grants.0.building_id"),
        ({"grants": [{"floor_id": "flr_1"}]}, "grants.0.floor_id"),
        ({"grants": [{"scope": "floor"}]}, "grants.0.scope"),
        ({"grants": [{"scope": "organization", "building_id": "bld_1"}]}, "grants.0.scope"),
    ],
)
def test_a_wrong_field_is_named_and_nobody_invited(
    pool: Any, changes: dict[str, Any], field: str
) -> None:
    answer = invite(**changes)

    assert (answer.refusal, list(answer.fields)) == ((422, "VALIDATION_ERROR"), [field])
    assert pool() == []


def test_an_invitation_that_is_sent_twice_makes_one_user(pool: Any) -> None:
    first = invite(headers={"Idempotency-Key": "k"})
    again = invite(headers={"Idempotency-Key": "k"})

    assert (again.status, again.data) == (201, first.data)
    assert invite(email="emil@example.com").refusal == (409, "DUPLICATE_EMAIL")
    assert len(pool()) == 1


def test_a_sign_in_without_a_user_is_taken_over() -> None:
    left_over = bootstrap.sign_ins().create("Emil@example.com")

    assert left_over.is_new
    assert invite().status == 201
    directory = bootstrap.sign_in_directory()
    user = directory.user_of(left_over.subject)
    assert user is not None
    assert user.email == "Emil@example.com"


def test_a_user_is_changed_field_by_field() -> None:
    user = invite().data["user"]

    def change(body: dict[str, Any], **headers: str) -> Answer:
        return call("update_user", "PATCH", user["id"], body=body, headers=headers)

    changed = change({"last_name": "Hadad"}, **{"If-Match": '"1"'})
    assert changed.data == {
        **user,
        "last_name": "Hadad",
        "version": 2,
        "updated_at": changed.data["updated_at"],
    }
    assert change({"role": "viewer"}, **{"If-Match": '"1"'}).refusal == (412, "PRECONDITION_FAILED")
    assert change({"role": "viewer"}, **{"If-Match": '"2"'}).data["role"] == "viewer"
    for body in ({"role": None}, {"email": "x@example.com"}, {"is_active": False}):
        assert list(change(body).fields) == list(body)
    assert call("update_user", "PATCH", "usr_none", body={"role": "viewer"}).status == 404


def test_a_deactivated_user_cannot_sign_in_until_reactivated(pool: Any) -> None:
    user = invite().data["user"]

    gone = call("deactivate_user", "POST", user["id"])
    assert (gone.status, gone.data["is_active"], gone.data["version"]) == (200, False, 2)
    assert [u["Enabled"] for u in pool()] == [False]
    for key in ("k", "k", "l"):
        again = call("deactivate_user", "POST", user["id"], headers={"Idempotency-Key": key})
        assert again.data == gone.data

    back = call("reactivate_user", "POST", user["id"], headers={"If-Match": gone.headers["ETag"]})
    assert (back.status, back.data["is_active"], back.data["version"]) == (200, True, 3)
    assert [u["Enabled"] for u in pool()] == [True]


def test_the_last_admin_cannot_go() -> None:
    for answer in (
        call("deactivate_user", "POST", "usr_ada"),
        call("update_user", "PATCH", "usr_ada", body={"role": "viewer"}),
    ):
        assert answer.refusal == (409, "CONFLICT")
        assert "last active admin" in answer.error["message"]
    assert call("get_user", user_id="usr_ada").data["is_active"]


@pytest.mark.parametrize(
    ("actor", "refused"),
    [
        (make_actor(role=Role.VIEWER), (403, 403, 403)),
        (make_actor(role=Role.FACILITY_MANAGER), (403, 200, 403)),
        (make_actor(grants=(Grant(role=Role.ADMIN, building_id="bld_1"),)), (403, 404, 404)),
    ],
)
def test_users_are_managed_by_admins_of_the_whole_organisation(
    actor: Any, refused: tuple[int, int, int]
) -> None:
    answers = (
        call("invite_user", "POST", body=EMIL, actor=actor),
        call("get_user", user_id="usr_ada", actor=actor),
        call("update_user", "PATCH", "usr_ada", body={"first_name": "x"}, actor=actor),
    )

    assert tuple(answer.status for answer in answers) == refused


def test_a_list_of_users_has_no_filters() -> None:
    assert call("list_users", query={"role": "admin"}).status == 422


def test_a_sign_in_that_is_gone_is_as_good_as_disabled() -> None:
    sign_ins = bootstrap.sign_ins()

    sign_ins.disable("nobody")
    with pytest.raises(Conflict):
        sign_ins.enable("nobody")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("TooManyRequestsException", ServiceUnavailable),
        ("CodeDeliveryFailureException", ServiceUnavailable),
        ("InvalidParameterException", InvalidUserError),
        (None, ServiceUnavailable),
    ],
)
def test_what_cognito_refuses_is_an_error_of_ours(
    monkeypatch: pytest.MonkeyPatch, code: str | None, error: type[Exception]
) -> None:
    client = bootstrap._cognito()

    def refuse(**_: object) -> None:
        if code is None:
            raise EndpointConnectionError(endpoint_url="x")
        refusal: Any = client.exceptions.from_code(code)
        raise refusal({"Error": {"Code": code, "Message": "m"}}, "AdminCreateUser")

    monkeypatch.setattr(client, "admin_create_user", refuse)

    with pytest.raises(error):
        bootstrap.sign_ins().create("emil@example.com")
