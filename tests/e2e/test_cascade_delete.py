"""A floor of hundreds of devices is deleted over HTTP, by the queue and the worker behind it."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.registry_client import RegistryClient

pytestmark = pytest.mark.e2e
DEVICES = 300
# A kill's order comes back after 90 seconds; without one it takes some seconds.
SECONDS_TO_DELETE = 120


@pytest.fixture(scope="module")
def admin(cloud: dict[str, Any]) -> Iterator[RegistryClient]:
    with RegistryClient(cloud, "admin") as client:
        yield client


@pytest.fixture(scope="module")
def stranger(cloud: dict[str, Any]) -> Iterator[RegistryClient]:
    with RegistryClient(cloud, "admin", "beacon") as client:
        yield client


def created(admin: RegistryClient, path: str, body: dict[str, Any]) -> str:
    answer = admin.post(path, body)
    assert answer.status_code == 201, answer.text
    (record_id,) = (v for k, v in answer.json()["data"].items() if k.endswith("_id"))
    return str(record_id)


def finished(admin: RegistryClient, deletion_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + SECONDS_TO_DELETE
    while time.monotonic() < deadline:
        deletion = admin.read(f"/deletions/{deletion_id}")
        assert 0 <= deletion["progress"] <= 1
        if deletion["status"] in ("done", "failed"):
            return deletion
        time.sleep(0.5)
    raise AssertionError(f"The deletion is not over after {SECONDS_TO_DELETE} s: {deletion}")


def test_a_floor_of_hundreds_of_devices_is_deleted_and_the_other_stays(
    admin: RegistryClient, stranger: RegistryClient
) -> None:
    building_id = admin.create_building("Cascade")
    here = f"/buildings/{building_id}"
    going, staying = (created(admin, f"{here}/floors", {"floor_number": n}) for n in (1, 2))
    room = created(admin, f"{here}/rooms", {"floor_id": going, "room_number": "1"})
    kept_room = created(admin, f"{here}/rooms", {"floor_id": staying, "room_number": "1"})
    lamp = {"name": "Lamp", "device_type": "LightFixture"}
    rows = [{"op": "create", "values": {**lamp, "room_id": room}} for _ in range(DEVICES)]
    door = {"op": "create", "values": {**lamp, "room_ids": [kept_room, room]}}
    batch = admin.post(f"{here}/devices:batch", {"operations": [*rows, door]})
    assert batch.status_code == 200, batch.text
    assert admin.read(f"{here}/floors/{going}")["devices_count"] == DEVICES
    version = {"If-Match": '"1"'}

    refused = admin.http.delete(f"/api/v1{here}/floors/{going}")
    answer = admin.http.delete(f"/api/v1{here}/floors/{going}?cascade=true", headers=version)

    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "CONFLICT")
    assert answer.status_code == 202, answer.text
    data = answer.json()["data"]
    assert answer.headers["Location"] == f"/api/v1/deletions/{data['deletion_id']}"
    assert (data["floor_id"], data["deleted"]) == (going, False)
    assert stranger.get(f"/deletions/{data['deletion_id']}").status_code == 404
    # Marked or gone already: nothing enters it.
    late = admin.post(f"{here}/devices", {**lamp, "floor_id": going})
    assert late.status_code in (409, 422), late.text
    done = finished(admin, data["deletion_id"])
    assert done["status"] == "done"
    assert (done["progress"], done["removed"]) == (
        1.0,
        {"floors": 0, "rooms": 1, "devices": DEVICES},
    )
    building = admin.read(here)
    assert [building[f"{kind}_count"] for kind in ("floors", "rooms", "devices")] == [1, 1, 1]
    content = admin.content(building_id)
    assert [len(content[kind]) for kind in ("floors", "rooms", "devices")] == [1, 1, 1]
    assert content["devices"][0]["room_ids"] == [kept_room]
    assert (content["rooms"][0]["devices_count"], content["floors"][0]["devices_count"]) == (1, 1)
    for gone in (f"{here}/floors/{going}", f"{here}/rooms/{room}"):
        assert admin.get(gone).status_code == 404


def test_a_whole_building_is_deleted_with_what_it_holds(admin: RegistryClient) -> None:
    building_id = admin.create_building("Short-lived")
    floor = created(admin, f"/buildings/{building_id}/floors", {"floor_number": 0})
    created(admin, f"/buildings/{building_id}/rooms", {"floor_id": floor, "room_number": "1"})
    job = admin.announce(building_id, "never-sent.ifc")

    answer = admin.http.delete(f"/api/v1/buildings/{building_id}?cascade=true")

    assert (answer.status_code, answer.json()["data"]) == (
        200,
        {"building_id": building_id, "deleted": True},
    )
    for path in ("", "/floors", f"/imports/{job['import_id']}"):
        assert admin.get(f"/buildings/{building_id}{path}").status_code == 404
