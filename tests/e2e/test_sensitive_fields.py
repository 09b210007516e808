"""A door code, from the request to KMS and back; and everywhere it must not be found."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
import httpx
import pytest

from tests.e2e.registry_client import RegistryClient

pytestmark = pytest.mark.e2e

LOGS_SECONDS = 20


@pytest.fixture(scope="module")
def admin(cloud: dict[str, Any]) -> Iterator[RegistryClient]:
    with RegistryClient(cloud, "admin") as client:
        yield client


@pytest.fixture(scope="module")
def viewer(cloud: dict[str, Any]) -> Iterator[RegistryClient]:
    with RegistryClient(cloud, "viewer") as client:
        yield client


def aws(cloud: dict[str, Any], service: Any) -> Any:
    return boto3.client(
        service,
        region_name=cloud["region"],
        endpoint_url=cloud["endpoint_url"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def test_a_door_code_is_seen_by_who_may_and_is_nowhere_else(
    cloud: dict[str, Any], admin: RegistryClient, viewer: RegistryClient
) -> None:
    code, password = f"code-{uuid4().hex[:10]}", f"word-{uuid4().hex[:10]}"
    building_id = admin.create_building("Locked")
    of_building = f"/buildings/{building_id}"
    floor_id = admin.post(f"{of_building}/floors", {"floor_number": 0}).json()["data"]["floor_id"]

    created = admin.post(
        f"{of_building}/rooms",
        {"floor_id": floor_id, "room_number": "1", "sensitive": {"door_code": code}},
    )
    assert created.status_code == httpx.codes.CREATED, created.text
    assert created.json()["data"]["room"]["sensitive"] == {"door_code": None}
    of_room = f"{of_building}/rooms/{created.json()['data']['room_id']}"
    patched = admin.http.patch(f"/api/v1{of_room}", json={"sensitive": {"password": password}})
    assert patched.status_code == httpx.codes.OK, patched.text

    assert admin.read(of_room)["sensitive"] == {"door_code": code, "password": password}
    assert viewer.read(of_room)["sensitive"] == {"door_code": None, "password": None}
    changes = admin.every(f"{of_room}/changes")
    assert changes[0]["changes"] == {"sensitive.password": {"before": None, "after": "***"}}
    table = aws(cloud, "dynamodb").get_paginator("scan").paginate(TableName=cloud["table_name"])
    items = [item for page in table for item in page["Items"]]
    logged = _logged_up_to(cloud, admin)
    assert any(created.json()["data"]["room_id"] in str(item) for item in items)
    for text in (str(changes), str(items), logged):
        assert code not in text
        assert password not in text


def _logged_up_to(cloud: dict[str, Any], client: RegistryClient) -> str:
    """All that functions have logged, until the last request is among it."""
    request_id = client.get("/me").headers["X-Request-Id"]
    logs = aws(cloud, "logs")
    deadline = time.monotonic() + LOGS_SECONDS
    while time.monotonic() < deadline:
        groups = [g["logGroupName"] for g in logs.describe_log_groups()["logGroups"]]
        text = "\n".join(
            event["message"]
            for group in groups
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group)
            for event in page["events"]
        )
        if request_id in text:
            return text
        time.sleep(0.5)
    raise AssertionError("the last request was not logged")
