"""The import function with real S3 events and real IFC files, on moto."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from arxos import bootstrap
from arxos.domain.building import Building
from arxos.domain.import_job import ImportJob, ImportStatus
from arxos.ports.imports import upload_location
from functions.imports import read_building_file
from tests.functions.conftest import BUCKET
from tests.functions.import_queue import ImportQueue
from tests.gateway_events import LambdaContext, s3_event
from tests.make import ORG, make_actor, make_building, make_import

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the sample files of ../shared/data are not there"
)


@pytest.fixture
def building(deployed: Any) -> Building:
    building = make_building()
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.buildings.add(building)
    return building


def announce(building: Building, filename: str = "Haus Süd (1).ifc") -> tuple[ImportJob, str]:
    job = make_import(building, filename=filename)
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.imports.add(job)
    return job, upload_location(ORG, job)


def deliver(location: str, request_id: str = "r-1") -> None:
    read_building_file.handler(s3_event(location), LambdaContext(aws_request_id=request_id))


def stored(building: Building, job: ImportJob) -> tuple[Building, ImportJob]:
    uow = bootstrap.unit_of_work(make_actor())
    return uow.buildings.get(building.id), uow.imports.get(building.id, job.id)


@needs_data
def test_a_real_file_becomes_records_once(
    deployed: Any, building: Building, import_queue: ImportQueue
) -> None:
    job, location = announce(building)
    deployed.upload_file(str(DATA / "FZK.ifc"), BUCKET, location)

    for request_id in ("r-1", "r-2", "r-3"):
        deliver(location, request_id)
    import_queue.deliver()

    after, done = stored(building, job)
    assert done.status is ImportStatus.APPLIED, done.errors
    assert done.counts.created == 2 + 7 + 22
    assert (after.floors_count, after.rooms_count, after.devices_count) == (2, 7, 22)
    # Every record's creation stands in the change files that the history points to.
    listed = deployed.list_objects_v2(Bucket=BUCKET, Prefix="changes/")["Contents"]
    lines = [
        json.loads(line)
        for entry in listed
        for line in gzip.decompress(
            deployed.get_object(Bucket=BUCKET, Key=entry["Key"])["Body"].read()
        ).splitlines()
    ]
    assert sum(line["event"].endswith("Added") for line in lines) == 31


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"This is my house. It has two floors.\n" * 50, "not an IFC file"),
        (b"PK\x03\x04" + b"\0" * 100, "archive"),
    ],
)
def test_a_file_that_is_none_fails_with_its_own_sentence(
    content: bytes, says: str, deployed: Any, building: Building
) -> None:
    job, location = announce(building)
    deployed.put_object(Bucket=BUCKET, Key=location, Body=content)

    deliver(location)

    after, done = stored(building, job)
    assert done.status is ImportStatus.FAILED
    assert says in done.errors[0].message
    assert after == building or after.floors_count == 0


def test_an_event_for_something_else_in_the_bucket_is_passed_over(deployed: Any) -> None:
    deliver("uploads/readme.txt")


def test_an_upload_that_is_gone_is_tried_again(deployed: Any, building: Building) -> None:
    job, location = announce(building)

    with pytest.raises(Exception, match=r"404|Not Found"):
        deliver(location)

    assert stored(building, job)[1].status is ImportStatus.READING
