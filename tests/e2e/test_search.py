"""Search over HTTP: the words follow the records by the table's stream."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest

from tests.e2e.registry_client import RegistryClient

pytestmark = pytest.mark.e2e
SECONDS_TO_INDEX = 30


@pytest.fixture(scope="module")
def admin(cloud: dict[str, Any]) -> Iterator[RegistryClient]:
    with RegistryClient(cloud, "admin") as client:
        yield client


@pytest.fixture(scope="module")
def stranger(cloud: dict[str, Any]) -> Iterator[RegistryClient]:
    """The other organisation's admin."""
    with RegistryClient(cloud, "admin", "beacon") as client:
        yield client


def found(client: RegistryClient, q: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.read("/search", q=q)["items"]
    return items


def in_time(holds: Callable[[], bool]) -> bool:
    """Whether it comes true while the words are being written."""
    deadline = time.monotonic() + SECONDS_TO_INDEX
    while not (true := holds()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return true


def test_a_record_is_found_from_its_creation_to_its_end(
    admin: RegistryClient, stranger: RegistryClient
) -> None:
    mark = uuid4().hex[:10]
    building_id = admin.create_building(f"Zentrale {mark}")
    building = f"/buildings/{building_id}"
    floor = admin.post(f"{building}/floors", {"floor_number": 1}).json()["data"]
    room = admin.post(
        f"{building}/rooms",
        {"floor_id": floor["floor_id"], "room_number": f"R-{mark}", "name": "Große Küche"},
    ).json()["data"]
    body = {"room_id": room["room_id"], "name": "Kühlschrank", "device_type": "Fridge"}
    serial = {"serial_number": f"SN {mark}"}
    device = admin.post(f"{building}/devices", {**body, **serial}).json()["data"]
    path = f"{building}/devices/{device['device_id']}"

    assert in_time(lambda: bool(found(admin, f"sn{mark}")))
    (hit,) = found(admin, f"SN{mark}".upper())
    assert (hit["kind"], hit["id"], hit["matched"]) == (
        "device",
        device["device_id"],
        "serial_number",
    )
    assert hit["building_name"] == f"Zentrale {mark}"
    assert hit["path"] == f"/api/v1{path}"
    assert [h["id"] for h in found(admin, f"zentr {mark}")] == [building_id]
    assert room["room_id"] in [h["id"] for h in found(admin, f"grosse kuche r{mark}")]
    assert found(stranger, mark) == []
    assert found(stranger, f"sn{mark}") == []

    renamed = admin.http.patch(f"/api/v1{path}", json={"name": f"Gefrierfach {mark}"})
    assert renamed.status_code == 200, renamed.text
    assert in_time(lambda: bool(found(admin, f"gefrier {mark}")))
    assert found(admin, f"kuhlschrank {mark}") == []

    assert admin.http.delete(f"/api/v1{path}").status_code == 200
    assert found(admin, f"sn{mark}") == []  # at once: what is gone is not shown


def test_a_change_that_cannot_be_read_is_kept_for_a_person_and_holds_up_no_other(
    admin: RegistryClient, cloud: dict[str, Any]
) -> None:
    def client(service: str) -> Any:
        return boto3.client(
            service,  # type: ignore[call-overload]
            region_name=cloud["region"],
            endpoint_url=cloud["endpoint_url"],
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    mark = uuid4().hex[:10]
    unreadable = {"PK": {"S": f"ORG#{mark}"}, "SK": {"S": "x"}, "kind": {"S": "device"}}
    client("dynamodb").put_item(TableName=cloud["table_name"], Item=unreadable)
    admin.create_building(f"After {mark}")

    assert in_time(lambda: bool(found(admin, f"after {mark}")))
    sqs = client("sqs")
    (queue,) = (u for u in sqs.list_queues()["QueueUrls"] if "IndexDeadLetterQueue" in u)
    message = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"][0]
    assert json.loads(message["Body"])["DDBStreamBatchInfo"]["batchSize"] == 1


def test_what_cannot_be_searched_for_is_named(admin: RegistryClient) -> None:
    for query, field in (({}, "q"), ({"q": "-"}, "q"), ({"q": "x", "kind": "zone"}, "kind")):
        answer = admin.get("/search", **query)
        assert answer.status_code == 422
        assert set(answer.json()["error"]["details"]["field_errors"]) == {field}
