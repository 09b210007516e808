"""How an import's cost grows with its size: DynamoDB calls, seconds and memory per record.

Runs the import use case with the real DynamoDB adapter against AWS's DynamoDB Local, in sizes that
double several times over; a flat last column means that 100,000 devices cost what 1,000 do, each.
Run: .venv/bin/python -m benchmarks.import_growth [DEVICES ...]
"""

import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import boto3

from arxos.adapters.dynamodb.import_desk import DynamoImportDesk
from arxos.adapters.dynamodb.table import connect
from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
from arxos.domain.import_job import ImportJob
from arxos.domain.source import Problem, SourceModel
from arxos.ports.imports import UploadedFile, upload_location
from arxos.use_cases.read_building_file import read_building_file
from scripts.dynamodb_local import running
from tests.dynamodb_table import REGION, counted_calls, create_table
from tests.fakes import FakeReader, FakeUploads
from tests.make import ORG, make_actor, make_building, make_id, make_import, make_model

DEFAULT_SIZES = (1_000, 4_000, 16_000)
DEVICES_PER_ROOM, ROOMS_PER_FLOOR = 10, 50


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
        connection = connect(table_name=name, region=REGION, endpoint_url=endpoint_url)
        self.desk = DynamoImportDesk(connection, ChangeFilesOnDisk(folder), make_id)
        self.uow = DynamoUnitOfWork(connection, make_actor(), make_id)
        self.building = make_building()
        with self.uow:
            self.uow.buildings.add(self.building)

    def run(self, model: SourceModel) -> ImportJob:
        job = make_import(self.building)
        with self.uow:
            self.uow.imports.add(job)
        file = UploadedFile.at(upload_location(ORG, job))
        assert file is not None
        done = read_building_file(
            file,
            attempt=job.id,
            lease_until=now() + timedelta(minutes=15),
            desk=self.desk,
            uploads=FakeUploads(),
            reader=FakeReader(model),
            clock=now,
        )
        assert done is not None
        return done


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


def main(sizes: tuple[int, ...]) -> None:
    """The report."""
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")
    with running() as endpoint_url, TemporaryDirectory() as folder:
        for devices in sizes:
            rooms = max(1, devices // DEVICES_PER_ROOM)
            floors = max(1, rooms // ROOMS_PER_FLOOR)
            model = make_model(
                floors=floors, rooms=rooms // floors, devices=DEVICES_PER_ROOM, problems=_one()
            )
            records = len(model.floors) + len(model.rooms) + len(model.devices)
            building = Import(endpoint_url, Path(folder))
            with measured(f"{records} created", records):
                created = building.run(model)
            assert created.counts.created == records, created
            with measured(f"{records} unchanged", records):
                again = building.run(model)
            assert again.counts.unchanged == records, again


def _one() -> tuple[Problem, ...]:
    return (Problem(severity="warning", code="NOTE", message="So that reports are written too."),)


if __name__ == "__main__":
    assert Path("pyproject.toml").exists(), "Run this from the project's root."
    main(tuple(int(word) for word in sys.argv[1:]) or DEFAULT_SIZES)
