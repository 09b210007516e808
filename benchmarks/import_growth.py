"""How an import's cost grows with its size: DynamoDB calls, seconds and memory per record.

Runs the import use case with the real DynamoDB adapter against AWS's DynamoDB Local, in sizes that
double several times over; a flat last column means that 100,000 devices cost what 1,000 do, each.
Run: .venv/bin/python -m benchmarks.import_growth [DEVICES ... | large | overlap]
"""

import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from arxos.adapters.dynamodb.import_desk import DynamoImportDesk
from arxos.adapters.dynamodb.table import connect
from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
from arxos.domain.import_job import ImportJob
from arxos.domain.source import Problem, SourceModel
from arxos.ports.imports import ImportOrder, UploadedFile, upload_location
from arxos.use_cases.apply_import import apply_import
from arxos.use_cases.commit_beside import CommitBeside
from arxos.use_cases.read_building_file import read_building_file
from scripts.dynamodb_local import running
from tests.dynamodb_table import REGION, counted_calls, create_table
from tests.fakes import FakeOrders, FakeReader, FakeUploads
from tests.make import (
    ORG,
    make_actor,
    make_building,
    make_delivery,
    make_id,
    make_import,
    make_model,
)

DEFAULT_SIZES = (1_000, 4_000, 16_000)
DEVICES_PER_ROOM, ROOMS_PER_FLOOR = 10, 50
LATENCY, SMALLEST_CHUNK = 0.03, 20


class ChangeFilesOnDisk:
    """Stands for the bucket; on disk, so that what it keeps is no memory of the import's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, location: str, lines: list[str]) -> None:
        file = self._folder / location
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(lines))

    def lines(self, location: str) -> list[str]:
        return (self._folder / location).read_text().split("\n")


def now() -> datetime:
    return datetime.now(UTC)


class Import:
    """One building on one table, imported into again and again."""

    def __init__(self, endpoint_url: str, folder: Path) -> None:
        client = boto3.client("dynamodb", region_name=REGION, endpoint_url=endpoint_url)
        name = f"arxos-{uuid4().hex[:8]}"
        create_table(client, name)
        self.connection = connect(table_name=name, region=REGION, endpoint_url=endpoint_url)
        self.desk = DynamoImportDesk(self.connection, ChangeFilesOnDisk(folder), make_id)
        self.uow = DynamoUnitOfWork(self.connection, make_actor(), make_id)
        self.building = make_building()
        with self.uow:
            self.uow.buildings.add(self.building)

    def run(self, model: SourceModel) -> ImportJob:
        """Read and planned, then applied by the order that comes of it."""
        job = make_import(self.building)
        with self.uow:
            self.uow.imports.add(job)
        file = UploadedFile.at(upload_location(ORG, job))
        assert file is not None
        uploads, orders = FakeUploads(), FakeOrders[ImportOrder]()
        read_building_file(
            file,
            attempt=job.id,
            lease_until=now() + timedelta(minutes=15),
            desk=self.desk,
            uploads=uploads,
            reader=FakeReader(model),
            queue=orders,
            clock=now,
        )
        for order in orders.orders:
            delivery = make_delivery(now() + timedelta(minutes=30))
            apply_import(order, delivery, desk=self.desk, uploads=uploads, queue=orders, clock=now)
        return self.uow.imports.get(self.building.id, job.id)


@contextmanager
def measured(label: str, records: int) -> Iterator[None]:
    """Prints what happened inside `with`, per record."""
    started, cpu = time.perf_counter(), time.process_time()
    with counted_calls() as calls:
        yield
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    # The highest of the whole process so far, in KB on Linux; sizes therefore go upwards.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count = sum(calls.values())
    print(
        f"{label:>24} {seconds:7.1f} s {records / seconds:6.0f} records/s"
        f" {cpu / records * 1000:5.2f} ms CPU/record {peak / 1024:5.0f} MB peak"
        f" {count:5} calls {count / records:.4f} calls/record {dict(calls)}"
    )


def growth(endpoint_url: str, folder: Path, sizes: tuple[int, ...]) -> None:
    """A building of each size: all new, all as before, and every device with another maker."""
    for devices in sizes:
        model = _model(devices)
        records = len(model.floors) + len(model.rooms) + len(model.devices)
        building = Import(endpoint_url, folder)
        with measured(f"{records} created", records):
            created = building.run(model)
        assert created.counts.created == records, created
        with measured(f"{records} unchanged", records):
            again = building.run(model)
        assert again.counts.unchanged == records, again
        with measured(f"{len(model.devices)} of them changed", len(model.devices)):
            changed = building.run(_by_another_maker(model, len(model.devices)))
        assert changed.counts.updated == len(model.devices), changed


def into_a_large_building(endpoint_url: str, folder: Path) -> None:
    """40,000 records of one document come again into a building of 145,000."""
    building = Import(endpoint_url, folder)
    # Each document has floors and rooms of its own, so that neither adds to the other's records.
    small = _model(36_000)
    large = replace(_model(95_400, first_floor=1_000), source="other")
    building.run(large)
    building.run(small)
    there = building.uow.buildings.get(building.building.id)
    records = there.floors_count + there.rooms_count + there.devices_count
    again = len(small.floors) + len(small.rooms) + len(small.devices)
    with measured(f"{again} again into {records}", again):
        unchanged = building.run(small)
    assert unchanged.counts.unchanged == again, unchanged
    with measured(f"of these 1000 changed, into {records}", again):
        changed = building.run(_by_another_maker(small, 1_000))
    assert changed.counts.updated == 1_000, changed


def overlap(endpoint_url: str, folder: Path, devices: int = 4_000) -> None:
    """Chunks committed beside the preparation of the next, and one after the other.

    Each is answered after 30 ms, as from afar, and not stored: DynamoDB Local would take its time
    from the same cores.
    """
    model = _model(devices)
    records = len(model.floors) + len(model.rooms) + len(model.devices)
    beside = CommitBeside.follow

    def in_turn(committed: CommitBeside, commit: Callable[[], None], job: ImportJob) -> None:
        commit()
        beside(committed, lambda: None, job)

    for label, follow in (("in turn", in_turn), ("beside", beside)) * 2:
        setattr(CommitBeside, "follow", follow)  # noqa: B010  for the measurement only
        building = Import(endpoint_url, folder)
        events: Any = building.connection.client.meta.events
        events.register("before-send.dynamodb.TransactWriteItems", _answered_from_afar)
        with measured(f"{records} created, {label}", records):
            building.run(model)


class _Empty:
    """The body of an answer that says nothing."""

    def stream(self) -> Iterator[bytes]:
        yield b"{}"


def _answered_from_afar(request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
    if str(request.body).count('"Put"') < SMALLEST_CHUNK:
        return None
    time.sleep(LATENCY)
    headers: Any = {}
    return AWSResponse(request.url, 200, headers, _Empty())


def main(arguments: list[str]) -> None:
    """The report: `large`, `overlap`, or sizes."""
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")
    with running() as endpoint_url, TemporaryDirectory() as folder:
        if arguments == ["large"]:
            into_a_large_building(endpoint_url, Path(folder))
        elif arguments == ["overlap"]:
            overlap(endpoint_url, Path(folder))
        else:
            growth(endpoint_url, Path(folder), tuple(map(int, arguments)) or DEFAULT_SIZES)


def _model(devices: int, *, first_floor: int = 0) -> SourceModel:
    rooms = max(1, devices // DEVICES_PER_ROOM)
    floors = max(1, rooms // ROOMS_PER_FLOOR)
    model = make_model(
        floors=floors, rooms=rooms // floors, devices=DEVICES_PER_ROOM, problems=_one()
    )
    if not first_floor:
        return model
    moved = tuple(
        replace(floor, floor_number=first_floor + n, name=f"Tower {n}", elevation_m=1e4 + 3.0 * n)
        for n, floor in enumerate(model.floors)
    )
    others = tuple(replace(d, serial_number=f"T{d.serial_number}") for d in model.devices)
    return replace(model, floors=moved, devices=others)


def _by_another_maker(model: SourceModel, devices: int) -> SourceModel:
    changed = (replace(device, manufacturer="Another") for device in model.devices[:devices])
    return replace(model, devices=(*changed, *model.devices[devices:]))


def _one() -> tuple[Problem, ...]:
    return (Problem(severity="warning", code="NOTE", message="So that reports are written too."),)


if __name__ == "__main__":
    assert Path("pyproject.toml").exists(), "Run this from the project's root."
    main(sys.argv[1:])
