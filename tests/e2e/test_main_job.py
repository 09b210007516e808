"""A real building file becomes a building you can query, over HTTPS calls and S3 events alone."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import boto3
import httpx
import pytest

from tests.e2e.registry_client import RegistryClient, deployed_function, sample
from tests.gateway_events import s3_event

pytestmark = pytest.mark.e2e
EQUIPMENT_NOT = {"IfcDoor", "IfcWindow", "IfcCovering"}


@pytest.fixture(scope="module")
def admin(cloud: dict[str, Any]) -> Iterator[RegistryClient]:
    with RegistryClient(cloud, "admin") as client:
        yield client


@pytest.fixture(scope="module")
def viewer(cloud: dict[str, Any]) -> Iterator[RegistryClient]:
    with RegistryClient(cloud, "viewer") as client:
        yield client


@pytest.fixture(scope="module")
def stranger(cloud: dict[str, Any]) -> Iterator[RegistryClient]:
    """The other organisation's admin."""
    with RegistryClient(cloud, "admin", "beacon") as client:
        yield client


@pytest.fixture(scope="module")
def aws(cloud: dict[str, Any]) -> Any:
    """Makes boto3 clients of the local cloud."""

    def client(service: str, **credentials: str) -> Any:
        given = {"aws_access_key_id": "test", "aws_secret_access_key": "test", **credentials}
        return boto3.session.Session().client(
            service,  # type: ignore[call-overload]
            region_name=cloud["region"],
            endpoint_url=cloud["endpoint_url"],
            aws_session_token=given.pop("aws_session_token", None),
            **given,
        )

    return client


def test_a_web_page_may_ask_from_anywhere(cloud: dict[str, Any]) -> None:
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "PATCH"}
    path = f"{cloud['api_url']}/api/v1/buildings"
    preflight = httpx.options(path, headers=asked)
    assert preflight.is_success
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "PATCH" in preflight.headers["Access-Control-Allow-Methods"]
    assert "If-Match" in preflight.headers["Access-Control-Allow-Headers"]
    for answer in (httpx.get(path), httpx.get(f"{cloud['api_url']}/health")):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.fixture(scope="module")
def import_function(aws: Any) -> str:
    return str(deployed_function(aws("lambda"), "ReadBuildingFileFunction")["FunctionName"])


def test_everything_answers(cloud: dict[str, Any], admin: RegistryClient) -> None:
    health = admin.http.get("/health").json()

    assert health["data"] == {
        "status": "healthy",
        "checks": {"table": "ok", "uploads": "ok", "sign_in": "ok"},
    }
    assert admin.read("/me")["email"] == admin.user["email"]


def test_the_sample_building_is_there_complete(admin: RegistryClient) -> None:
    (office,) = (b for b in admin.every("/buildings") if b["name"] == "Sample Office")

    content = admin.content(office["id"])

    assert [len(content[kind]) for kind in ("floors", "rooms", "devices")] == [
        office["floors_count"],
        office["rooms_count"],
        office["devices_count"],
    ]
    assert len(content["floors"]) == 3
    assert all(device["room_id"] for device in content["devices"])
    assert all(room["area_m2"] > 0 and room["footprint"] for room in content["rooms"])


@pytest.mark.parametrize("name", ["Duplex_A.ifc", "FZK.ifc", "SampleHouse.ifc", "Duplex_E.ifc"])
def test_a_real_file_gives_exactly_its_true_counts(name: str, admin: RegistryClient) -> None:
    expected = json.loads(sample("expected.json"))["ifc"][name]
    building_id = admin.create_building(name)

    started = time.monotonic()
    job = admin.import_file(building_id, sample(name), name)
    seconds = time.monotonic() - started

    assert job["status"] == "applied", job["errors"]
    building = admin.read(f"/buildings/{building_id}")
    floors = admin.every(f"/buildings/{building_id}/floors")
    rooms = admin.every(f"/buildings/{building_id}/rooms")
    devices = admin.every(f"/buildings/{building_id}/devices")
    assert [
        (f["name"], pytest.approx(f["elevation_m"], abs=0.01), f["rooms_count"], f["floor_number"])
        for f in floors
    ] == [(f["name"], f["elevation_m"], f["rooms"], f["floor_number"]) for f in expected["floors"]]
    assert len(rooms) == building["rooms_count"] == expected["rooms"]
    assert sum(r["area_m2"] for r in rooms) == pytest.approx(expected["net_area_m2"], abs=0.01)
    assert Counter(r["area_source"] for r in rooms) == expected["area_source"]
    equipment = {k: n for k, n in expected["device_classes"].items() if k not in EQUIPMENT_NOT}
    assert Counter(d["ifc_class"] for d in devices) == equipment
    assert (
        len(devices)
        == building["devices_count"]
        == job["counts"]["created"] - len(floors) - len(rooms)
    )
    in_a_room = sum(1 for d in devices if d["room_id"])
    assert in_a_room >= expected["furniture_or_equipment_contained_in_a_room"]
    for room in rooms:
        listed = admin.every(f"/buildings/{building_id}/devices", room_id=room["id"])
        assert len(listed) == room["devices_count"]
    for floor in floors:
        listed = admin.every(f"/buildings/{building_id}/devices", floor_id=floor["id"])
        assert len(listed) == floor["devices_count"]
    # What the user waits for, not a benchmark: a wide margin for a busy machine.
    assert seconds < 20


def test_the_same_file_again_creates_nothing(admin: RegistryClient) -> None:
    building_id = admin.create_building("Twice")
    first = admin.import_file(building_id, sample("FZK.ifc"))
    before = admin.content(building_id)

    again = admin.import_file(building_id, sample("FZK.ifc"))

    assert again["status"] == "applied"
    assert again["counts"] == {**first["counts"], "created": 0, "unchanged": 31}
    assert admin.content(building_id) == before


def test_an_electrical_model_finds_the_rooms_that_the_architecture_brought(
    admin: RegistryClient,
) -> None:
    building_id = admin.create_building("Two disciplines")
    admin.import_file(building_id, sample("Duplex_A.ifc"))
    rooms = {r["id"]: r["room_number"] for r in admin.every(f"/buildings/{building_id}/rooms")}

    job = admin.import_file(building_id, sample("Duplex_E.ifc"))

    assert job["status"] == "applied"
    devices = admin.every(f"/buildings/{building_id}/devices", limit=200)
    electrical = [d for d in devices if d["ifc_class"] != "IfcFurnishingElement"]
    assert len(electrical) == 103
    assert sum(1 for d in electrical if d["room_id"] in rooms) >= 86
    assert len(admin.every(f"/buildings/{building_id}/rooms")) == 21
    again = admin.import_file(building_id, sample("Duplex_E.ifc"))
    assert (again["counts"]["created"], again["counts"]["updated"]) == (0, 0)


def test_the_same_event_three_times_counts_once(
    admin: RegistryClient, aws: Any, import_function: str, cloud: dict[str, Any]
) -> None:
    building_id = admin.create_building("Three events")
    announced = admin.announce(building_id, "haus.ifc")
    admin.upload(announced, sample("FZK.ifc"))
    admin.finished(building_id, announced["import_id"])
    before = admin.content(building_id), admin.read(f"/buildings/{building_id}")

    event = s3_event(announced["upload"]["fields"]["key"], bucket=cloud["uploads_bucket"])
    for _ in range(3):
        answer = aws("lambda").invoke(FunctionName=import_function, Payload=json.dumps(event))
        assert "FunctionError" not in answer

    assert (admin.content(building_id), admin.read(f"/buildings/{building_id}")) == before


def bad_files() -> dict[str, bytes]:
    return {
        "errorfile": sample("errorfile.ifc"),
        "empty": b"",
        "text": b"Dear sir or madam,\nplease find our house below.\n" * 40,
        "half": sample("FZK.ifc")[: len(sample("FZK.ifc")) // 2],
    }


def test_bad_files_fail_each_with_a_sentence_of_its_own(admin: RegistryClient) -> None:
    building_id = admin.create_building("Bad files")
    before = admin.read(f"/buildings/{building_id}")

    sentences = {}
    for name, content in bad_files().items():
        job = admin.import_file(building_id, content)
        assert job["status"] == "failed", name
        sentences[name] = job["errors"][0]["message"]

    assert len(set(sentences.values())) == len(sentences)
    assert "empty" in sentences["empty"]
    assert "END-ISO-10303-21" in sentences["half"]
    assert all(
        s[0].isupper() and s.endswith(".") and "Traceback" not in s for s in sentences.values()
    )
    assert admin.read(f"/buildings/{building_id}") == before


def test_an_event_that_always_fails_ends_in_the_dead_letter_queue(
    admin: RegistryClient, aws: Any, import_function: str, cloud: dict[str, Any]
) -> None:
    building_id = admin.create_building("Lost file")
    announced = admin.announce(building_id, "lost.ifc")
    event = s3_event(announced["upload"]["fields"]["key"], bucket=cloud["uploads_bucket"])

    aws("lambda").invoke(
        FunctionName=import_function, InvocationType="Event", Payload=json.dumps(event)
    )
    job = admin.finished(building_id, announced["import_id"])

    assert job["status"] == "failed"
    assert "through no fault of the file" in job["errors"][0]["message"]
    sqs = aws("sqs")
    (queue,) = (u for u in sqs.list_queues()["QueueUrls"] if "ImportDeadLetterQueue" in u)
    bodies = []
    for _ in range(15):
        bodies += sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", [])
        if bodies:
            break
    assert any(announced["import_id"] in message["Body"] for message in bodies)


def test_the_upload_form_takes_this_file_and_no_other(admin: RegistryClient) -> None:
    announced = admin.announce(admin.create_building("Form"), "a.ifc")
    stolen = json.loads(json.dumps(announced))
    stolen["upload"]["fields"]["key"] = "uploads/another/building/import/a.ifc"

    assert admin.upload(stolen, b"x").status_code == 403
    assert announced["upload"]["max_bytes"] == 268435456


def test_roles_and_organisations_hold(
    admin: RegistryClient, viewer: RegistryClient, stranger: RegistryClient
) -> None:
    building_id = admin.create_building("Ours")
    body = {"name": "", "address": {"street": "x"}}

    refused = admin.post("/buildings", body)
    assert refused.status_code == 422
    assert set(refused.json()["error"]["details"]["field_errors"]) == {
        "name",
        "address.city",
        "address.state",
        "address.postal_code",
    }
    assert viewer.post("/buildings", body).status_code == 403
    assert viewer.get(f"/buildings/{building_id}").status_code == 200
    for path in ("", "/floors", "/rooms", "/devices", "/imports"):
        answer = stranger.get(f"/buildings/{building_id}{path}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert building_id not in {b["id"] for b in stranger.every("/buildings")}
    assert (
        stranger.post(f"/buildings/{building_id}/imports", {"filename": "a.ifc"}).status_code == 404
    )


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer x", "Bearer a.b.c", "Basic dTpw", "ID TOKEN"]
)
def test_without_a_good_token_it_is_401_in_our_envelope(
    authorization: str | None, admin: RegistryClient
) -> None:
    if authorization == "ID TOKEN":
        authorization = f"Bearer {admin.user['id_token']}"
    headers = {} if authorization is None else {"Authorization": authorization}

    answer = httpx.get(f"{admin.http.base_url}/api/v1/buildings", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["X-Request-Id"]
    body = answer.json()
    assert body["success"] is False
    assert body["error"]["code"] == "UNAUTHENTICATED"
    assert set(body["error"]) == {"code", "message", "details", "request_id", "timestamp"}


def test_a_route_that_is_none_is_404_in_our_envelope(admin: RegistryClient) -> None:
    for answer in (admin.get("/nothing"), admin.http.delete("/api/v1/buildings")):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_a_reading_function_cannot_write(aws: Any, cloud: dict[str, Any]) -> None:
    role = deployed_function(aws("lambda"), "GetBuildingFunction")["Role"]
    assumed = aws("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    table = aws(
        "dynamodb",
        aws_access_key_id=assumed["AccessKeyId"],
        aws_secret_access_key=assumed["SecretAccessKey"],
        aws_session_token=assumed["SessionToken"],
    )
    key = {"PK": {"S": "ORG#x"}, "SK": {"S": "ORG"}}

    assert "Item" not in table.get_item(TableName=cloud["table_name"], Key=key)
    with pytest.raises(Exception, match="AccessDenied"):
        table.put_item(TableName=cloud["table_name"], Item=key)
    with pytest.raises(Exception, match="AccessDenied"):
        table.scan(TableName=cloud["table_name"])


def test_a_request_sent_twenty_times_at_once_has_one_effect(admin: RegistryClient) -> None:
    name = f"Once {uuid4().hex}"
    address = {"street": "1 Main St", "city": "X", "state": "Y", "postal_code": "1"}

    def send(_: int) -> httpx.Response:
        return httpx.post(
            f"{admin.http.base_url}/api/v1/buildings",
            json={"name": name, "address": address},
            headers={**admin.http.headers, "Idempotency-Key": name},
            timeout=60,
        )

    with ThreadPoolExecutor(20) as senders:
        answers = list(senders.map(send, range(20)))

    created = {a.json()["data"]["building_id"] for a in answers if a.status_code == 201}
    assert len(created) == 1
    assert {a.status_code for a in answers} <= {201, 409}
    assert [b["id"] for b in admin.every("/buildings", q=name)] == list(created)
