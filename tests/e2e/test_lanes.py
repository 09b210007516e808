"""A large import, written by several functions at once: nothing lost, nothing twice, all exact."""

from collections.abc import Iterator
from typing import Any

import pytest

from arxos.domain.import_lane import IN_LANES_FROM
from tests.e2e.registry_client import RegistryClient

pytestmark = pytest.mark.e2e
ROOMS, FLOORS = 40, 2
DEVICES = IN_LANES_FROM + 1_000
TABLE = "id,floor,room,name,device_type,manufacturer\n" + "".join(
    f"D{n},{n % ROOMS % FLOORS},{n % ROOMS},Lamp {n},Light,Maker {n % 3}\n" for n in range(DEVICES)
)


@pytest.fixture(scope="module")
def admin(cloud: dict[str, Any]) -> Iterator[RegistryClient]:
    with RegistryClient(cloud, "admin") as client:
        yield client


def test_thousands_of_devices_are_written_in_lanes_and_found_unchanged(
    admin: RegistryClient,
) -> None:
    building = admin.create_building("Lanes")
    rooms = "id,floor,room_number\n" + "".join(f"R{n},{n % FLOORS},{n}\n" for n in range(ROOMS))
    assert admin.import_file(building, rooms.encode(), "rooms.csv")["status"] == "applied"

    job = admin.import_file(building, TABLE.encode(), "devices.csv")

    assert (job["status"], job["counts"]["created"]) == ("applied", DEVICES)
    assert admin.read(f"/buildings/{building}")["devices_count"] == DEVICES
    floors = admin.every(f"/buildings/{building}/floors")
    assert [floor["devices_count"] for floor in floors] == [DEVICES // FLOORS] * FLOORS
    held = admin.every(f"/buildings/{building}/rooms", limit=200)
    assert {room["devices_count"] for room in held} == {DEVICES // ROOMS}
    makers = admin.read(f"/buildings/{building}/summary")["devices_by_manufacturer"]
    assert {maker["count"] for maker in makers} == {DEVICES // 3}
    entries = admin.every(f"/buildings/{building}/changes", import_id=job["id"], limit=200)
    assert sum(entry["event"] == "DeviceAdded" for entry in entries) == DEVICES

    again = admin.import_file(building, TABLE.encode(), "devices.csv", mode="plan")
    assert again["counts"]["unchanged"] == DEVICES + FLOORS
