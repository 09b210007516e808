"""A room's life between two imports and a hand edit, told and shown as it was at each time."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.adapters.readers.small_ifc import HOUSE, small_ifc
from tests.e2e.registry_client import RegistryClient

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def admin(cloud: dict[str, Any]) -> Iterator[RegistryClient]:
    with RegistryClient(cloud, "admin") as client:
        yield client


def test_a_rooms_history_is_complete_and_it_is_shown_as_it_was(
    cloud: dict[str, Any], admin: RegistryClient
) -> None:
    building_id = admin.create_building("History")
    of_building = f"/buildings/{building_id}"
    first = admin.import_file(building_id, small_ifc().encode())
    (room,) = (r for r in admin.every(f"{of_building}/rooms") if r["room_number"] == "0.01")
    of_room = f"{of_building}/rooms/{room['id']}"
    patched = admin.http.patch(f"/api/v1{of_room}", json={"description": "By the door"})
    assert patched.status_code == httpx.codes.OK, patched.text
    house = HOUSE.replace("'Office'", "'Meeting room'")
    second = admin.import_file(building_id, small_ifc(house=house).encode())
    assert (first["status"], second["status"]) == ("applied", "applied")
    assert second["counts"]["updated"] == 1
    now = admin.read(of_room)

    changes = admin.every(f"{of_room}/changes", limit=1)

    assert [(c["event"], c["import_id"]) for c in changes] == [
        ("RoomUpdated", second["id"]),
        ("RoomUpdated", None),
        ("RoomAdded", first["id"]),
    ]
    assert changes[0]["changes"] == {"name": {"before": "Office", "after": "Meeting room"}}
    assert changes[1]["changes"] == {"description": {"before": None, "after": "By the door"}}
    assert changes[1]["request_id"] == patched.headers["X-Request-Id"]
    assert {c["user_id"] for c in changes} == {admin.read("/me")["id"]}

    def then(number: int) -> tuple[Any, ...]:
        was = admin.read(of_room, as_of=changes[number]["at"])
        return was["version"], was["name"], was["description"], was["devices_count"]

    assert (now["version"], now["name"], now["devices_count"]) == (3, "Meeting room", 1)
    assert then(0) == (3, "Meeting room", "By the door", None)
    assert then(1) == (2, "Office", "By the door", None)
    assert then(2) == (1, "Office", None, None)
    before = admin.get(of_room, as_of="2020-01-01T00:00:00Z")
    assert before.status_code == httpx.codes.NOT_FOUND

    timeline = admin.every(f"{of_building}/changes", limit=3)
    assert [c["id"] for c in timeline if c["record_id"] == room["id"]] == [c["id"] for c in changes]
    assert [c["event"] for c in timeline].count("RoomAdded") == 2
    assert timeline[-1]["event"] == "BuildingCreated"
    rooms = admin.every(f"{of_building}/changes", kind="room", import_id=second["id"])
    assert [c["id"] for c in rooms] == [changes[0]["id"]]
    mine = admin.read(f"/users/{changes[0]['user_id']}/changes", limit=200)
    assert {c["id"] for c in changes} <= {c["id"] for c in mine["items"]}

    with RegistryClient(cloud, "viewer") as viewer:
        assert viewer.get(of_room).status_code == httpx.codes.OK
        for query in ({"as_of": changes[0]["at"]}, {}):
            path = of_room if query else f"{of_room}/changes"
            assert viewer.get(path, **query).status_code == httpx.codes.FORBIDDEN
    with RegistryClient(cloud, "admin", "beacon") as stranger:
        for path in (f"{of_room}/changes", f"{of_building}/changes"):
            assert stranger.get(path).status_code == httpx.codes.NOT_FOUND
