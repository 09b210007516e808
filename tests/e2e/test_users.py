"""Somebody is invited, sees one building, and is locked out, tokens or not."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
import httpx
import pytest

from tests.e2e.registry_client import RegistryClient, deployed_function

pytestmark = pytest.mark.e2e

# The gateway keeps what the authorizer said for 60 seconds.
LOCKED_OUT_SECONDS = 75
PASSWORD = "Guest-of-one-building-1"


@pytest.fixture(scope="module")
def admin(cloud: dict[str, Any]) -> Iterator[RegistryClient]:
    with RegistryClient(cloud, "admin") as client:
        yield client


class UserPool:
    """What a person does with their own sign-in."""

    def __init__(self, cloud: dict[str, Any]) -> None:
        self._cloud = cloud
        self._client = boto3.client(
            "cognito-idp",
            region_name=cloud["region"],
            endpoint_url=cloud["endpoint_url"],
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        self.refused = self._client.exceptions.NotAuthorizedException

    def set_password(self, email: str) -> None:
        """As the person does with the temporary password from the invitation."""
        self._client.admin_set_user_password(
            UserPoolId=self._cloud["user_pool_id"],
            Username=email,
            Password=PASSWORD,
            Permanent=True,
        )

    def sign_in(self, email: str) -> dict[str, Any]:
        tokens: dict[str, Any] = self._auth(
            "USER_PASSWORD_AUTH", {"USERNAME": email, "PASSWORD": PASSWORD}
        )
        return tokens

    def renew(self, tokens: dict[str, Any]) -> dict[str, Any]:
        return self._auth("REFRESH_TOKEN_AUTH", {"REFRESH_TOKEN": tokens["RefreshToken"]})

    def _auth(self, flow: Any, parameters: dict[str, str]) -> dict[str, Any]:
        answer = self._client.initiate_auth(
            ClientId=self._cloud["client_id"], AuthFlow=flow, AuthParameters=parameters
        )
        return dict(answer["AuthenticationResult"])


def as_guest(cloud: dict[str, Any], tokens: dict[str, Any]) -> RegistryClient:
    user = {
        "role": "guest",
        "organization": "acme",
        "access_token": tokens["AccessToken"],
    }
    return RegistryClient({**cloud, "users": [user]}, "guest")


def status_until(wanted: int, guest: RegistryClient) -> int:
    """The status of /me, asked until it is the wanted one or must have been."""
    deadline = time.monotonic() + LOCKED_OUT_SECONDS
    while (status := guest.get("/me").status_code) != wanted and time.monotonic() < deadline:
        time.sleep(1)
    return status


def test_a_guest_of_one_building_comes_sees_and_goes(
    cloud: dict[str, Any], admin: RegistryClient
) -> None:
    ours, other = admin.create_building("The guest's"), admin.create_building("Not theirs")
    pool, email = UserPool(cloud), f"guest-{uuid4().hex[:12]}@acme.example"
    invited = admin.post(
        "/users",
        {
            "email": email,
            "first_name": "Gwen",
            "last_name": "Guest",
            "role": "engineer",
            "grants": [{"role": "viewer", "building_id": ours, "scope": "building"}],
        },
    )
    assert invited.status_code == httpx.codes.CREATED, invited.text
    user = invited.json()["data"]["user"]
    assert admin.read(f"/users/{user['id']}") == user
    assert user["id"] in {u["id"] for u in admin.every("/users")}
    again = admin.post("/users", {**user_fields(user), "email": email.upper()})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "DUPLICATE_EMAIL")

    pool.set_password(email)
    tokens = pool.sign_in(email)
    with as_guest(cloud, tokens) as guest:
        assert guest.read("/me")["id"] == user["id"]
        assert [b["id"] for b in guest.every("/buildings")] == [ours]
        assert guest.read(f"/buildings/{ours}")["name"] == "The guest's"
        for path in ("", "/floors", "/rooms", "/devices", "/imports"):
            hidden = guest.get(f"/buildings/{other}{path}")
            assert (hidden.status_code, hidden.json()["error"]["code"]) == (404, "NOT_FOUND")
        renamed = guest.http.patch(f"/api/v1/buildings/{ours}", json={"name": "Mine"})
        assert renamed.status_code == httpx.codes.FORBIDDEN
        assert guest.post("/users", user_fields(user)).status_code == httpx.codes.FORBIDDEN

        gone = admin.post(f"/users/{user['id']}/deactivate", None)
        assert (gone.status_code, gone.json()["data"]["is_active"]) == (200, False), gone.text
        with pytest.raises(pool.refused):
            pool.sign_in(email)
        with pytest.raises(pool.refused):
            pool.renew(tokens)
        assert status_until(httpx.codes.UNAUTHORIZED, guest) == httpx.codes.UNAUTHORIZED

    back = admin.post(f"/users/{user['id']}/reactivate", None)
    assert back.status_code == httpx.codes.OK, back.text
    with as_guest(cloud, pool.sign_in(email)) as guest:
        assert [b["id"] for b in guest.every("/buildings")] == [ours]


def user_fields(user: dict[str, Any]) -> dict[str, Any]:
    return {name: user[name] for name in ("email", "first_name", "last_name", "role")}


def test_only_the_function_that_needs_a_right_has_it(cloud: dict[str, Any]) -> None:
    """The local cloud holds each function to its policies, as AWS does."""

    def client(service: Any, **credentials: Any) -> Any:
        return boto3.session.Session(**credentials).client(
            service, region_name=cloud["region"], endpoint_url=cloud["endpoint_url"]
        )

    ours = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    role = deployed_function(client("lambda", **ours), "InviteUserFunction")["Role"]
    assumed = client("sts", **ours).assume_role(RoleArn=role, RoleSessionName="test")
    cognito = client(
        "cognito-idp",
        aws_access_key_id=assumed["Credentials"]["AccessKeyId"],
        aws_secret_access_key=assumed["Credentials"]["SecretAccessKey"],
        aws_session_token=assumed["Credentials"]["SessionToken"],
    )

    for call in (cognito.admin_disable_user, cognito.admin_enable_user, cognito.admin_delete_user):
        with pytest.raises(Exception, match="AccessDenied"):
            call(UserPoolId=cloud["user_pool_id"], Username="admin@acme.example")
