"""What an export takes as a building grows: CPU by record, peak memory, read units, size.

Runs the worker's own use case and writers on records that are made as they are asked for, so that
the memory is the export's alone; each measurement is a process of its own. Read units are what
DynamoDB Local says that reading the same records takes; beyond MEASURED_UP_TO devices, and where it
cannot be had, they are estimated from the items' sizes (4 KB a unit) and marked with ~.
Run: .venv/bin/python -m benchmarks.export_growth [DEVICES ...]
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from arxos.adapters.dynamodb import mapping
from arxos.adapters.exports.files import ExportFiles
from arxos.domain.device import Device, Position
from arxos.domain.errors import NotFound
from arxos.domain.export_job import ExportFormat
from arxos.domain.floor import Floor
from arxos.domain.room import Room
from arxos.ports.exports import ExportOrder
from arxos.use_cases.build_export import build_export
from tests.make import (
    LATER,
    NOON,
    ORG,
    make_actor,
    make_building,
    make_delivery,
    make_device,
    make_export,
    make_floor,
    make_id,
    make_room,
)

DEFAULT_SIZES = (1_000, 10_000, 100_000)
MEASURED_UP_TO = 10_000
DEVICES_PER_ROOM, ROOMS_PER_FLOOR = 10, 50


class MadeUp:
    """A registry that makes its records when they are read, and counts what reading them costs."""

    def __init__(self, devices: int) -> None:
        rooms = devices // DEVICES_PER_ROOM
        self._devices = devices
        self.building = make_building(
            floors_count=-(-rooms // ROOMS_PER_FLOOR), rooms_count=rooms, devices_count=devices
        )
        self.bytes_read = 0
        self._floors = [
            make_floor(self.building, floor_number=n, name=f"Level {n}")
            for n in range(self.building.floors_count)
        ]
        self._room_ids = [make_room(self._floors[0]).id for _ in range(rooms)]
        self.buildings = SimpleNamespace(get=lambda _: self.building)
        self.floors = SimpleNamespace(all=lambda _: self._read_floors())
        self.rooms = SimpleNamespace(all=lambda _: self._read_rooms())
        self.devices = SimpleNamespace(all=lambda _: self._read_devices())
        self.groups = SimpleNamespace(all=lambda _: iter(()))
        self.exports = SimpleNamespace(save=lambda _: None)
        self.users = SimpleNamespace(get=_nobody)

    def __enter__(self) -> "MadeUp":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def _read_floors(self) -> Iterator[Floor]:
        yield from self._floors

    def _room(self, number: int) -> Room:
        return make_room(
            self._floors[number // ROOMS_PER_FLOOR],
            id=self._room_ids[number],
            room_number=f"{number // ROOMS_PER_FLOOR}.{number % ROOMS_PER_FLOOR:03d}",
            external_ids={"ifc": f"2O2Fr$t4X7Zf8NOew3R{number:06d}"},
        )

    def _read_rooms(self) -> Iterator[Room]:
        for number in range(self.building.rooms_count):
            room = self._room(number)
            self._count(mapping.room_item(ORG, room))
            yield room

    def _read_devices(self) -> Iterator[Device]:
        for number in range(self._devices):
            place = number // DEVICES_PER_ROOM
            device = make_device(
                self._floors[place // ROOMS_PER_FLOOR],
                SimpleNamespace(id=self._room_ids[place]),  # type: ignore[arg-type]
                name=f"Device {number}",
                device_type=f"Type {number % 300}",
                manufacturer=f"Maker {number % 40}",
                serial_number=f"SN-{number:09d}",
                installed_on=date(2020, 1, 1) + timedelta(days=number % 2000),
                position=Position(number % 97 + 0.125, number % 89 + 0.25, 2.7),
                external_ids={"ifc": f"2O2Fr$t4X7Zf8NOew3D{number:06d}"},
                metadata={"attributes": {"FireRating": f"EI{number % 4 * 30}", "Power": number}},
            )
            self._count(mapping.device_item(ORG, device))
            yield device

    def _count(self, item: Any) -> None:
        if self.bytes_read >= 0:
            self.bytes_read += len(json.dumps(item.serialize(), default=str)) * 4 // 5


def _nobody(_: str) -> Any:
    raise NotFound("user")


def measure(devices: int, format_: str) -> dict[str, Any]:
    """One export, in this process; making the records is measured apart and taken off."""
    registry = MadeUp(devices)
    began = time.process_time()
    for _ in (*registry.rooms.all(None), *()):
        pass
    for _ in registry.devices.all(None):
        pass
    making = time.process_time() - began
    units = registry.bytes_read // 4096
    job = make_export(registry.building, format=ExportFormat(format_))
    sizes: list[int] = []
    store = SimpleNamespace(
        put=lambda _org, _job, path: sizes.append(Path(path).stat().st_size),
        kept_sheets=lambda *_: iter(()),
    )
    began, before = time.process_time(), time.monotonic()
    build_export(
        ExportOrder(organization_id=ORG, building_id=registry.building.id, export_id=job.id),
        make_delivery(LATER),
        desk=SimpleNamespace(claim=lambda *_, **__: job, registry=lambda *_: registry),
        writer=ExportFiles(),
        store=store,
        clock=lambda: NOON,
    )
    cpu = time.process_time() - began - making
    records = devices + registry.building.rooms_count + registry.building.floors_count
    return {
        "format": format_,
        "devices": devices,
        "seconds": round(time.monotonic() - before, 1),
        "cpu_us_per_record": round(cpu / records * 1e6),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "read_units": units,
        "file_mb": round(sizes[0] / 2**20, 1),
    }


def measured_units(endpoint_url: str, devices: int) -> int:
    """What reading a building for an export takes, as DynamoDB Local says."""
    # Imported here: what is measured in the other processes does not carry them.
    from arxos.adapters.dynamodb.table import TableItem
    from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
    from arxos.ports.consumption import Consumption
    from benchmarks.use_case_cost import table

    made = MadeUp(devices)
    consumption = Consumption()
    with table(endpoint_url, consumption) as (connection, _, _client):
        registry = DynamoUnitOfWork(connection, make_actor(), make_id)
        with TableItem.batch_write() as batch:
            batch.save(mapping.building_item(ORG, made.building))
            for floor in made.floors.all(None):
                batch.save(mapping.floor_item(ORG, floor))
            for room in made.rooms.all(None):
                batch.save(mapping.room_item(ORG, room))
            for device in made.devices.all(None):
                batch.save(mapping.device_item(ORG, device))
        consumption.take()
        building = registry.buildings.get(made.building.id)
        found = sum(1 for _ in registry.floors.all(building.id))
        found += sum(1 for _ in registry.groups.all(building.id))
        found += sum(1 for _ in registry.rooms.all(building))
        found += sum(1 for _ in registry.devices.all(building))
        assert found == devices + building.rooms_count + building.floors_count
        return round(consumption.take().read_units)


def all_measured_units(sizes: Sequence[int]) -> dict[int, int]:
    """By size; empty without DynamoDB Local. For a process of its own, as each measurement is:

    what the parent of a process has taken counts as the child's peak.
    """
    from scripts.dynamodb_local import Missing, running

    os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    try:
        with running() as endpoint_url:
            return {n: measured_units(endpoint_url, n) for n in sizes if n <= MEASURED_UP_TO}
    except Missing as missing:
        print(f"Read units are estimated: {missing}.", file=sys.stderr)
        return {}


def main() -> None:
    if sys.argv[1:2] == ["--units"]:
        print(json.dumps(all_measured_units([int(size) for size in sys.argv[2:]])))
        return
    if len(sys.argv) == 4 and sys.argv[1] == "--one":
        print(json.dumps(measure(int(sys.argv[2]), sys.argv[3])))
        return
    sizes = [int(size) for size in sys.argv[1:]] or DEFAULT_SIZES
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.export_growth", "--units", *map(str, sizes)],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    measured = {int(size): units for size, units in json.loads(told.stdout).items()}
    print("| format | devices | seconds | CPU µs a record | peak MB | read units | file MB |")
    print("|---|---|---|---|---|---|---|")
    for format_ in ExportFormat:
        for devices in sizes:
            command = [sys.executable, "-m", "benchmarks.export_growth", "--one"]
            answer = subprocess.run(
                [*command, str(devices), format_.value], capture_output=True, check=True, text=True
            )
            found = json.loads(answer.stdout)
            units = f"{measured[devices]:,}" if devices in measured else f"~{found['read_units']:,}"
            print(
                f"| {found['format']} | {devices:,} | {found['seconds']:,}"
                f" | {found['cpu_us_per_record']:,} | {found['peak_mb']} | {units}"
                f" | {found['file_mb']} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
