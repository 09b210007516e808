"""Plan, apply, undo, and the workbook after the model, over HTTPS calls and events alone."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import boto3
import httpx
import pytest

from tests.e2e.registry_client import RegistryClient, sample

pytestmark = pytest.mark.e2e
BACKGROUND_SECONDS = 90


@pytest.fixture(scope="module")
def admin(cloud: dict[str, Any]) -> Iterator[RegistryClient]:
    with RegistryClient(cloud, "admin") as client:
        yield client


@pytest.fixture
def building(admin: RegistryClient) -> str:
    return admin.create_building(f"Duplex {uuid4().hex[:6]}")


def order(admin: RegistryClient, building: str, job: dict[str, Any], what: str, body: Any) -> Any:
    """The import once what was ordered is done."""
    path = f"/buildings/{building}/imports/{job['id']}"
    ordered = admin.post(f"{path}/{what}", body)
    assert ordered.status_code == httpx.codes.ACCEPTED, ordered.text
    deadline = time.monotonic() + BACKGROUND_SECONDS
    while time.monotonic() < deadline:
        now = admin.read(path)
        if now["status"] not in ("applying", "reading"):
            return now
        time.sleep(0.3)
    raise AssertionError(f"The import is still {now['status']} after {BACKGROUND_SECONDS} s")


def counts(admin: RegistryClient, building: str) -> list[int]:
    record = admin.read(f"/buildings/{building}")
    return [record[f"{kind}s_count"] for kind in ("floor", "room", "device")]


def test_a_workbook_is_planned_applied_succeeded_and_taken_back(
    admin: RegistryClient, building: str
) -> None:
    design = admin.import_file(
        building, sample("Duplex-Design.xlsx"), "Duplex-Design.xlsx", mode="plan"
    )
    path = f"/buildings/{building}/imports/{design['id']}"

    assert (design["status"], design["counts"]["created"]) == ("planned", 4 + 22 + 232 + 12)
    assert counts(admin, building) == [0, 0, 0]
    entries = admin.every(f"{path}/plan", limit=100)
    assert len(entries) == 270
    page = admin.read(f"{path}/plan", kind="create", limit=1)
    assert page["entries"]["create"] == 270
    assert page["prediction"]["records"] == 270
    assert admin.every(f"{path}/problems") == []

    applied = order(admin, building, design, "apply", {})
    assert (applied["status"], applied["counts"]["created"]) == ("applied", 270)
    assert counts(admin, building) == [4, 22, 232]
    groups = admin.every(f"/buildings/{building}/groups")
    assert len(groups) == 12
    assert sum(g["members_count"] for g in groups if g["kind"] == "zone") == 20

    again = admin.import_file(building, sample("Duplex-Design.xlsx"), "Duplex-Design.xlsx")
    assert (again["counts"]["created"], again["counts"]["updated"]) == (0, 0)
    handover = admin.import_file(building, sample("Duplex-Handover.xlsx"), "Duplex-Handover.xlsx")
    assert (handover["counts"]["created"], handover["counts"]["updated"]) == (0, 232)

    undone = order(admin, building, handover, "undo", {})
    assert (undone["status"], undone["warnings"]) == ("undone", [])
    devices = admin.every(f"/buildings/{building}/devices", limit=200)
    assert {d["serial_number"] for d in devices} == {None}
    order(admin, building, design, "undo", {})
    assert counts(admin, building) == [0, 0, 0]
    assert admin.every(f"/buildings/{building}/groups") == []


def test_reports_are_files_to_download_and_drops_become_imports(
    cloud: dict[str, Any], admin: RegistryClient, building: str
) -> None:
    organization = admin.read("/me")["organization_id"]
    s3 = boto3.client(
        "s3",
        region_name=cloud["region"],
        endpoint_url=cloud["endpoint_url"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    key = f"drop/{organization}/{building}/from a system/Duplex Design.xlsx"
    s3.put_object(Bucket=cloud["uploads_bucket"], Key=key, Body=sample("Duplex-Design.xlsx"))
    deadline = time.monotonic() + BACKGROUND_SECONDS
    jobs: list[dict[str, Any]] = []
    while not jobs or jobs[0]["status"] in ("awaiting_upload", "reading"):
        assert time.monotonic() < deadline, jobs
        time.sleep(0.5)
        jobs = admin.every(f"/buildings/{building}/imports")
    (job,) = jobs
    assert (job["status"], job["started_by_name"]) == ("planned", "drop")
    assert job["filename"] == "Duplex Design.xlsx"

    path = f"/api/v1/buildings/{building}/imports/{job['id']}"
    for report in ("plan?format=xlsx", "problems?format=xlsx"):
        answer = admin.http.get(f"{path}/{report}", follow_redirects=True)
        assert [step.status_code for step in answer.history] == [httpx.codes.SEE_OTHER]
        assert (answer.status_code, answer.content[:2]) == (httpx.codes.OK, b"PK")
        assert "attachment" in answer.headers["Content-Disposition"]
    table = admin.http.get(f"{path}/problems?format=csv", follow_redirects=True)
    assert table.text.lstrip("\ufeff").startswith("severity,code")

    stopped = admin.post(f"/buildings/{building}/imports/{job['id']}/cancel", {})
    assert stopped.json()["data"]["errors"][0]["code"] == "CANCELLED"


def test_a_renamed_room_keeps_its_name_until_it_is_released(
    admin: RegistryClient, building: str
) -> None:
    model = sample("Duplex_A.ifc")
    admin.import_file(building, model, "Duplex_A.ifc")
    room = admin.every(f"/buildings/{building}/rooms")[0]
    path = f"/buildings/{building}/rooms/{room['id']}"
    renamed = admin.http.patch(f"/api/v1{path}", json={"name": "Server room"})
    assert renamed.status_code == httpx.codes.OK, renamed.text

    again = admin.import_file(building, model, "Duplex_A.ifc", mode="plan")
    kept = admin.read(f"/buildings/{building}/imports/{again['id']}/plan", kind="keep")["items"]
    assert [e["fields"]["name"]["before"] for e in kept] == ["Server room"]
    order(admin, building, again, "apply", {})
    assert admin.read(path)["name"] == "Server room"

    released = admin.post(f"{path}/release", {"fields": ["name"]})
    assert released.json()["data"]["name"] == room["name"]


def test_the_workbook_after_both_models_makes_one_building(
    admin: RegistryClient, building: str
) -> None:
    for name in ("Duplex_A.ifc", "Duplex_E.ifc", "Duplex-Design.xlsx"):
        assert admin.import_file(building, sample(name), name)["status"] == "applied"
    rooms = admin.every(f"/buildings/{building}/rooms", limit=200)
    assert len(rooms) == 22
    known = [r for r in rooms if {"ifc", "cobie"} <= r["external_ids"].keys()]
    assert len(known) == 21
    again = admin.import_file(building, sample("Duplex_A.ifc"), "Duplex_A.ifc")
    assert (again["counts"]["created"], again["counts"]["updated"]) == (0, 0)


def test_twenty_writers_with_if_match_lose_no_update(admin: RegistryClient, building: str) -> None:
    path = f"/api/v1/buildings/{building}"

    def add_tag(number: int) -> None:
        for _ in range(200):
            answer = admin.http.get(path)
            tags = [*answer.json()["data"]["tags"], f"writer-{number}"]
            etag = answer.headers["ETag"]
            changed = admin.http.patch(path, json={"tags": tags}, headers={"If-Match": etag})
            if changed.status_code == httpx.codes.OK:
                return
            assert changed.status_code == httpx.codes.PRECONDITION_FAILED, changed.text
        raise AssertionError("never the first")

    with ThreadPoolExecutor(20) as writers:
        list(writers.map(add_tag, range(20)))

    record = admin.read(f"/buildings/{building}")
    assert sorted(record["tags"]) == sorted(f"writer-{n}" for n in range(20))
    assert record["version"] == 21
