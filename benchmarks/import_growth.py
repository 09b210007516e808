"""How an import's cost grows with its size: requests, units, seconds and memory per record.

Runs the import use case with the real DynamoDB adapter against AWS's DynamoDB Local, in sizes that
double several times over; flat columns mean that 100,000 devices cost what 1,000 do, each. Write
units are worked out by AWS's rules (write_units.py). Buildings too large to wait for are put into
the table by plain batches, and only what comes then is measured. Peak memory is that of the whole
process so far, so a size of its own process says most.
Run: .venv/bin/python -m benchmarks.import_growth [DEVICES ... | large | overlap]
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from arxos.adapters.dynamodb import mapping
from arxos.adapters.dynamodb.import_desk import DynamoImportDesk
from arxos.adapters.dynamodb.metering import meter
from arxos.adapters.dynamodb.table import TableItem, connect
from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
from arxos.domain.import_job import ImportJob, ImportMode
from arxos.domain.import_planning import plan_import
from arxos.domain.plan_entries import PlanEntry
from arxos.domain.source import Problem, SourceModel
from arxos.ports.consumption import Consumption
from arxos.ports.imports import ImportOrder, UploadedFile, upload_location
from arxos.use_cases.apply_import import apply_import, order_apply
from arxos.use_cases.commit_beside import CommitBeside
from arxos.use_cases.read_building_file import read_building_file
from benchmarks.write_units import WriteUnits
from scripts.dynamodb_local import running
from tests.dynamodb_table import REGION, create_table
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
# More are not created one import after the other, which takes DynamoDB Local too long.
MOST_CREATED = 20_000
SEEDED_SHARDS = 16
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


class UploadsOnDisk(FakeUploads):
    """Keeps plans where they are no memory of the import's."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def save_plan(self, file: UploadedFile, entries: Iterable[PlanEntry]) -> None:
        with (self.folder / f"plan-{file.import_id}.jsonl").open("w") as lines:
            for entry in entries:
                lines.write(json.dumps(asdict(entry)) + "\n")


def now() -> datetime:
    return datetime.now(UTC)


class Import:
    """One building on one table, imported into again and again."""

    def __init__(self, endpoint_url: str, folder: Path) -> None:
        client = boto3.client("dynamodb", region_name=REGION, endpoint_url=endpoint_url)
        name = self.table = f"arxos-{uuid4().hex[:8]}"
        create_table(client, name)
        self.connection = connect(table_name=name, region=REGION, endpoint_url=endpoint_url)
        self.consumption = Consumption()
        meter(self.connection.client, self.consumption)
        self.write_units = WriteUnits(self.connection.client)
        self.desk = DynamoImportDesk(self.connection, ChangeFilesOnDisk(folder), make_id)
        self.uow = DynamoUnitOfWork(self.connection, make_actor(), make_id)
        self._folder = folder
        self.building = make_building()
        with self.uow:
            self.uow.buildings.add(self.building)

    def seed(self, *models: SourceModel) -> int:
        """Put what these files would create into the table, without importing; how many records.

        In a process of its own, whose memory is none of the import's.
        """
        seeding = get_context("fork").Process(target=self._seed, args=(models,))
        seeding.start()
        seeding.join()
        assert seeding.exitcode == 0
        with self.uow:
            self.uow.buildings.spread(self.uow.buildings.get(self.building.id), SEEDED_SHARDS)
        return sum(map(count_of, models))

    def _seed(self, models: tuple[SourceModel, ...]) -> None:
        for model in models:
            plan = plan_import(
                model,
                building_id=self.building.id,
                shards=SEEDED_SHARDS,
                floors=(),
                rooms=(),
                devices=(),
                at=now(),
                by=None,
            )
            with TableItem.batch_write() as batch:
                for floor in plan.floors:
                    batch.save(mapping.floor_item(ORG, floor))
                for room in plan.rooms:
                    batch.save(mapping.room_item(ORG, room))
                for device in plan.devices:
                    batch.save(mapping.device_item(ORG, device))

    def run(
        self,
        model: SourceModel,
        *,
        remove: bool = False,
        uploads: UploadsOnDisk | None = None,
        **lanes: Any,
    ) -> ImportJob:
        """Read and planned, then applied by the order that comes of it, or that a person gives."""
        mode = ImportMode.PLAN if remove else ImportMode.APPLY
        job = make_import(self.building, mode=mode)
        with self.uow:
            self.uow.imports.add(job)
        file = UploadedFile.at(upload_location(ORG, job))
        assert file is not None
        uploads, orders = uploads or UploadsOnDisk(self._folder), FakeOrders[ImportOrder]()
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
        if remove:
            order_apply(
                file.building_id,
                file.import_id,
                remove=True,
                uow=self.uow,
                queue=orders,
                actor=make_actor(),
                now=now(),
            )
        for order in orders.orders:
            delivery = make_delivery(now() + timedelta(minutes=30))
            apply_import(
                order,
                delivery,
                desk=self.desk,
                uploads=uploads,
                queue=orders,
                clock=now,
                **lanes,
            )
        return self.uow.imports.get(self.building.id, job.id)


HEADINGS = (
    "what", "records", "s", "records/s", "ms CPU each", "requests each", "write units each",
    "read units each", "MB peak",
)  # fmt: skip


@contextmanager
def measured(building: Import, label: str, records: int) -> Iterator[None]:
    """Prints a row of what happened inside `with`, per record."""
    building.consumption.take()
    building.write_units.take()
    started, cpu = time.perf_counter(), time.process_time()
    yield
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    used = building.consumption.take()
    # The highest of the whole process so far, in KB on Linux; sizes therefore go upwards.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cells = (
        label, f"{records:,}", f"{seconds:.1f}", f"{records / seconds:.0f}",
        f"{cpu / records * 1000:.2f}", f"{used.calls / records:.4f}",
        f"{building.write_units.take() / records:.2f}", f"{used.read_units / records:.2f}",
        f"{peak / 1024:.0f}",
    )  # fmt: skip
    print("| " + " | ".join(cells) + " |", flush=True)


def growth(endpoint_url: str, folder: Path, sizes: tuple[int, ...]) -> None:
    """A building of each size: all new, all as before, every device with another maker, all gone
    but the floors.
    """
    for devices in sizes:
        model = model_of(devices)
        records = count_of(model)
        building = Import(endpoint_url, folder)
        if devices > MOST_CREATED:
            building.seed(model)
        else:
            with measured(building, "created", records):
                created = building.run(model)
            assert created.counts.created == records, created
        with measured(building, "unchanged", records):
            again = building.run(model)
        assert again.counts.unchanged == records, again
        changing = min(len(model.devices), MOST_CREATED)
        with measured(building, "changed", changing):
            changed = building.run(_by_another_maker(model, changing))
        assert changed.counts.updated == changing, changed
        if devices <= MOST_CREATED:
            gone = len(model.devices) + len(model.rooms)
            with measured(building, "removed", gone):
                emptied = building.run(replace(model, rooms=(), devices=()), remove=True)
            assert emptied.counts.removed == gone, emptied


def into_a_large_building(endpoint_url: str, folder: Path) -> None:
    """40,000 records of one document come again into a building of 145,000."""
    building = Import(endpoint_url, folder)
    # Each document has floors and rooms of its own, so that neither adds to the other's records.
    small = model_of(36_300)
    large = replace(model_of(95_300, first_floor=500), source="other")
    records = building.seed(large, small)
    again = count_of(small)
    with measured(building, f"unchanged, in {records:,}", again):
        unchanged = building.run(small)
    assert unchanged.counts.unchanged == again, unchanged
    with measured(building, f"1,000 of them changed, in {records:,}", again):
        changed = building.run(_by_another_maker(small, 1_000))
    assert changed.counts.updated == 1_000, changed


def overlap(endpoint_url: str, folder: Path, devices: int = 4_000) -> None:
    """Chunks committed beside the preparation of the next, and one after the other.

    Each is answered after 30 ms, as from afar, and not stored: DynamoDB Local would take its time
    from the same cores.
    """
    model = model_of(devices)
    records = len(model.floors) + len(model.rooms) + len(model.devices)
    beside = CommitBeside.follow

    def in_turn(committed: CommitBeside, commit: Callable[[], None], job: ImportJob) -> None:
        commit()
        beside(committed, lambda: None, job)

    for label, follow in (("in turn", in_turn), ("beside", beside)) * 2:
        setattr(CommitBeside, "follow", follow)  # noqa: B010  for the measurement only
        building = Import(endpoint_url, folder)
        events: Any = building.connection.client.meta.events
        events.register("before-send.dynamodb.TransactWriteItems", answered_from_afar)
        with measured(building, f"{records} created, {label}", records):
            building.run(model)


class _Empty:
    """The body of an answer that says nothing."""

    def stream(self) -> Iterator[bytes]:
        yield b"{}"


def answered_from_afar(request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
    if str(request.body).count('"Put"') < SMALLEST_CHUNK:
        return None
    time.sleep(LATENCY)
    headers: Any = {}
    return AWSResponse(request.url, 200, headers, _Empty())


def main(arguments: list[str]) -> None:
    """The report: `large`, `overlap`, or sizes."""
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")
    print("| " + " | ".join(HEADINGS) + " |\n|" + "---|" * len(HEADINGS))
    with running() as endpoint_url, TemporaryDirectory() as folder:
        if arguments == ["large"]:
            into_a_large_building(endpoint_url, Path(folder))
        elif arguments == ["overlap"]:
            overlap(endpoint_url, Path(folder))
        else:
            growth(endpoint_url, Path(folder), tuple(map(int, arguments)) or DEFAULT_SIZES)


def count_of(model: SourceModel) -> int:
    return len(model.floors) + len(model.rooms) + len(model.devices)


def model_of(devices: int, *, first_floor: int = 0) -> SourceModel:
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
