"""A floor of 5,000 devices is deleted on the local cloud, and its worker killed in the middle.

Fills two floors of a new building through the import's use case, deletes the first over HTTP with
`?cascade=true`, kills the worker's process (SIGKILL) once the deletion is under way, waits until it
is done, and compares every counter, list and search with what must be left.
Run, with a local cloud running: .venv/bin/python -m benchmarks.cascade_delete [DEVICES]
"""

import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from arxos.adapters.dynamodb.import_desk import DynamoImportDesk
from arxos.adapters.dynamodb.table import connect
from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
from arxos.bootstrap import new_id, now
from arxos.domain.source import SourceModel
from arxos.ports.imports import UploadedFile, upload_location
from scripts.local_cloud.places import Places
from tests.e2e.registry_client import RegistryClient
from tests.fakes import FakeChangeFiles, FakeReader, FakeUploads
from tests.make import make_actor, make_import, make_model
from tests.taking_in import take_in

DEVICES, DEVICES_PER_ROOM = 5_000, 10
KEPT_DEVICES = 100
KEPT_NUMBERS = {
    "rooms_by_status": "rooms",
    "rooms_by_type": "rooms",
    "devices_by_status": "devices",
    "devices_by_type": "devices",
    "devices_by_manufacturer": "devices",
}
KILL_AT = 0.4
SECONDS_TO_FINISH = 900
SECONDS_TO_INDEX = 900


def model_of(name: str, devices: int) -> SourceModel:
    """Floor 0 with so many devices, floor 1 with KEPT_DEVICES; serial numbers of this run alone."""
    model = make_model(floors=2, rooms=devices // DEVICES_PER_ROOM, devices=DEVICES_PER_ROOM)
    kept = {f"F1R{r}" for r in range(KEPT_DEVICES // DEVICES_PER_ROOM)}
    return replace(
        model,
        rooms=tuple(r for r in model.rooms if r.floor_key == "F0" or r.key in kept),
        devices=tuple(
            replace(d, serial_number=f"{name}-{d.key}")
            for d in model.devices
            if d.floor_key == "F0" or d.room_keys[0] in kept
        ),
    )


def fill(outputs: dict[str, Any], client: RegistryClient, name: str, devices: int) -> str:
    """The id of a new building with that model in it."""
    building_id = client.create_building(name)
    organization_id = client.read("/me")["organization_id"]
    connection = connect(
        table_name=outputs["table_name"],
        region=outputs["region"],
        endpoint_url=outputs["endpoint_url"],
    )
    uow = DynamoUnitOfWork(connection, make_actor(organization_id=organization_id), new_id)
    building = uow.buildings.get(building_id)
    job = make_import(building, id=new_id("import"), created_at=now(), updated_at=now())
    with uow:
        uow.imports.add(job)
    file = UploadedFile.at(upload_location(organization_id, job))
    assert file is not None
    take_in(
        file,
        attempt=job.id,
        lease_until=now() + timedelta(minutes=30),
        desk=DynamoImportDesk(connection, FakeChangeFiles(), new_id),
        uploads=FakeUploads(),
        reader=FakeReader(model_of(name, devices)),
        clock=now,
    )
    return building_id


def workers(function: str) -> list[int]:
    """The processes in which the local cloud runs that function now."""
    server = json.loads(Path(Places.from_environment().server).read_text())["pid"]
    found = []
    for process in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            environment = (process / "environ").read_bytes().split(b"\0")
            if parent == server and any(
                variable.startswith(b"AWS_LAMBDA_FUNCTION_NAME=") and function.encode() in variable
                for variable in environment
            ):
                found.append(int(process.name))
    return found


def kill_the_worker() -> None:
    for process in workers("DeleteTreeFunction"):
        os.kill(process, signal.SIGKILL)
        print(f"{'killed':>12}: the worker's process {process}")


def wait_until_done(client: RegistryClient, deletion_id: str) -> float:
    """The seconds it took; the worker is killed once on the way."""
    started, killed, shown = time.monotonic(), False, -1.0
    while time.monotonic() - started < SECONDS_TO_FINISH:
        deletion = client.read(f"/deletions/{deletion_id}")
        seconds = time.monotonic() - started
        if deletion["progress"] >= shown + 0.1 or deletion["status"] in ("done", "failed"):
            shown = deletion["progress"]
            print(f"{seconds:10.1f} s: {deletion['status']}, {shown:.0%}, {deletion['removed']}")
        if deletion["status"] in ("done", "failed"):
            assert deletion["status"] == "done", deletion
            assert killed, "It was over before it could be killed: take more devices."
            return seconds
        if not killed and deletion["progress"] >= KILL_AT:
            kill_the_worker()
            killed = True
        time.sleep(0.5)
    raise AssertionError("It is not done in time.")


def eventually(question: Callable[[], bool]) -> float:
    """The seconds until the answer is yes."""
    started = time.monotonic()
    while time.monotonic() - started < SECONDS_TO_INDEX:
        if question():
            return time.monotonic() - started
        time.sleep(3)
    raise AssertionError("The search does not follow.")


def verify(client: RegistryClient, building_id: str, floor_id: str, deleted: int) -> None:
    """That only the second floor is left, and is counted right everywhere."""
    rooms_left = KEPT_DEVICES // DEVICES_PER_ROOM
    building = client.read(f"/buildings/{building_id}")
    counts = [building[f"{kind}_count"] for kind in ("floors", "rooms", "devices")]
    assert counts == [1, rooms_left, KEPT_DEVICES], counts
    content = client.content(building_id)
    assert [len(content[kind]) for kind in ("floors", "rooms", "devices")] == counts
    (floor,) = content["floors"]
    assert (floor["rooms_count"], floor["devices_count"]) == (rooms_left, KEPT_DEVICES)
    in_rooms = Counter(device["room_id"] for device in content["devices"])
    assert {room["id"]: room["devices_count"] for room in content["rooms"]} == in_rooms
    path = f"/buildings/{building_id}/floors/{floor_id}"
    assert client.get(path).status_code == httpx.codes.NOT_FOUND
    by_floor = client.read(f"/buildings/{building_id}/devices", floor_id=floor_id)
    assert by_floor["items"] == []
    summary = client.read(f"/buildings/{building_id}/summary")
    print(f"{'left':>12}: {counts} floors, rooms, devices; {deleted} devices are gone")
    kept = {facet: sum(one["count"] for one in summary[facet]) for facet in KEPT_NUMBERS}
    assert kept == {facet: len(content[kind]) for facet, kind in KEPT_NUMBERS.items()}, kept
    areas = sum(room["area_m2"] for room in content["rooms"])
    assert abs(summary["area_m2"] - areas) < 0.01, summary
    print(f"{'kept numbers':>12}: {kept}")


def main(devices: int) -> None:
    """The report."""
    outputs = json.loads(Places.from_environment().outputs.read_text())
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")
    name = f"Cascade{uuid4().hex[:6]}"
    with RegistryClient(outputs, "admin") as client:
        client.http.timeout = httpx.Timeout(90)
        started = time.monotonic()
        building_id = fill(outputs, client, name, devices)
        print(f"{time.monotonic() - started:10.1f} s: a building with {devices} devices to delete")
        floor = client.every(f"/buildings/{building_id}/floors")[0]
        assert floor["devices_count"] == devices, floor

        def found(serial: str) -> int | None:
            """How many records; None: no answer, as the local cloud is busy with the stream."""
            answer = client.get("/search", q=serial)
            return len(answer.json()["data"]["items"]) if answer.is_success else None

        going, staying = f"{name}-F0R0D0", f"{name}-F1R0D0"
        lag = eventually(lambda: found(going) == found(staying) == 1)
        print(f"{lag:10.1f} s: the search has followed")
        started = time.monotonic()
        answer = client.http.delete(
            f"/api/v1/buildings/{building_id}/floors/{floor['id']}", params={"cascade": "true"}
        )
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        print(f"{time.monotonic() - started:10.1f} s: answered {answer.status_code}")
        seconds = wait_until_done(client, answer.json()["data"]["deletion_id"])
        verify(client, building_id, floor["id"], devices)
        last = f"{name}-F0R{devices // DEVICES_PER_ROOM - 1}D{DEVICES_PER_ROOM - 1}"
        lag = eventually(lambda: found(going) == found(last) == 0)
        assert eventually(lambda: found(staying) == 1) >= 0
        print(f"{'search':>12}: exact {lag:.1f} s after the end; the kept floor is still found")
        print(f"{'all':>12}: {devices} devices in {seconds:.0f} s, one kill included")


if __name__ == "__main__":
    assert Path("pyproject.toml").exists(), "Run this from the project's root."
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DEVICES)
