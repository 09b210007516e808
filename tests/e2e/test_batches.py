"""Hundreds of devices in one call, bad rows among good ones, and all or nothing, over HTTP."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
import httpx
import pytest

from tests.e2e.registry_client import RegistryClient

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def admin(cloud: dict[str, Any]) -> Iterator[RegistryClient]:
    with RegistryClient(cloud, "admin") as client:
        yield client


@pytest.fixture(scope="module")
def contractor(cloud: dict[str, Any]) -> Iterator[RegistryClient]:
    with RegistryClient(cloud, "contractor") as client:
        yield client


@pytest.fixture
def room(admin: RegistryClient) -> dict[str, Any]:
    building_id = admin.create_building("Batches")
    here = f"/buildings/{building_id}"
    floor = admin.post(f"{here}/floors", {"floor_number": 1}).json()["data"]
    body = {"floor_id": floor["floor_id"], "room_number": "101"}
    room: dict[str, Any] = admin.post(f"{here}/rooms", body).json()["data"]["room"]
    return room


def batch(
    client: RegistryClient, room: dict[str, Any], rows: list[Any], key: str = "", **query: str
) -> httpx.Response:
    return client.http.post(
        f"/api/v1/buildings/{room['building_id']}/devices:batch",
        json={"operations": rows},
        params=query,
        headers={"Idempotency-Key": key} if key else {},
        timeout=60,
    )


def lamps(room: dict[str, Any], count: int) -> list[dict[str, Any]]:
    values = {"device_type": "LightFixture", "room_id": room["id"], "manufacturer": "Lux"}
    return [{"op": "create", "values": {**values, "name": f"Lamp {n}"}} for n in range(count)]


def test_five_hundred_devices_then_a_mixed_batch_then_all_or_nothing(
    admin: RegistryClient, contractor: RegistryClient, room: dict[str, Any]
) -> None:
    def devices_count() -> int:
        building = admin.read(f"/buildings/{room['building_id']}")
        return int(building["devices_count"])

    key = uuid4().hex
    started = time.monotonic()
    created = batch(admin, room, lamps(room, 500), key)
    seconds = time.monotonic() - started
    assert created.status_code == 200, created.text
    data = created.json()["data"]
    assert (data["succeeded"], data["failed"]) == (500, 0)
    assert batch(admin, room, lamps(room, 500), key).content == created.content
    assert devices_count() == 500
    assert len(admin.every(f"/buildings/{room['building_id']}/devices", limit=200)) == 500
    # What API Gateway waits for at most; the margin is for a busy machine.
    assert seconds < 29

    ids = [result["id"] for result in data["results"]]
    rows: list[Any] = [
        *({"op": "delete", "id": device_id} for device_id in ids[:40]),
        {"op": "update", "id": ids[40], "values": {"name": "Ünique"}, "version": 1},
        {"op": "update", "id": ids[41], "values": {"name": ""}},
        {"op": "status", "id": ids[42], "values": {"status": "operational"}},
        {"op": "delete", "id": ids[0]},
        *lamps(room, 2),
        {"op": "create", "values": {"name": "A", "device_type": "B", "room_id": "rm_0no"}},
    ]
    mixed = batch(admin, room, rows).json()["data"]
    assert [r["status"] for r in mixed["results"]] == [200] * 40 + [
        200,
        422,
        200,
        422,
        201,
        201,
        422,
    ]
    assert devices_count() == 462

    refused = batch(admin, room, [*lamps(room, 49), rows[41]], atomic="true")
    assert refused.status_code == 422
    assert [r["index"] for r in refused.json()["error"]["details"]["results"]] == [49]
    assert devices_count() == 462
    assert batch(admin, room, lamps(room, 50), atomic="true").status_code == 200
    assert devices_count() == 512

    rows = [{"op": "update", "id": ids[50], "values": {"model": "x"}}, *lamps(room, 1)]
    told = batch(contractor, room, rows).json()["data"]["results"]
    assert [r["status"] for r in told] == [200, 403]


def test_lists_are_sorted_and_their_cursors_sealed(
    admin: RegistryClient, room: dict[str, Any], cloud: dict[str, Any]
) -> None:
    batch(admin, room, lamps(room, 12))
    path = f"/buildings/{room['building_id']}/devices"
    for sort in ("name", "-name", "created", "-created", "updated", "-updated"):
        names = [d["name"] for d in admin.every(path, sort=sort, limit=5)]
        assert len(set(names)) == 12
        if "name" in sort:
            assert names == sorted(names, reverse=sort.startswith("-"))
    cursor = admin.read(path, sort="name", limit=5)["next_cursor"]
    assert admin.get(path, sort="-name", limit=5, cursor=cursor).status_code == 422
    assert admin.get(path, sort="name", limit=5, cursor=cursor[:-4] + "AAAA").status_code == 422

    functions = boto3.client(
        "lambda",
        region_name=cloud["region"],
        endpoint_url=cloud["endpoint_url"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    secrets = {
        f["Environment"]["Variables"]["CURSOR_SECRET"]
        for page in functions.get_paginator("list_functions").paginate()
        for f in page["Functions"]
        if "ListDevicesFunction" in f["FunctionName"]
    }
    (secret,) = secrets
    assert len(secret.rpartition("/")[2]) >= 32  # the stack's UUID, not its name
