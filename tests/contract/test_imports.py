"""Stopping imports: the same on the fakes, on moto and on DynamoDB Local."""

from dataclasses import replace

import pytest

from arxos.domain.building import Building
from arxos.domain.errors import Conflict
from arxos.domain.import_job import ImportCounts, ImportJob, ImportStatus
from arxos.ports.registry import UnitOfWork
from tests.make import LATER, make_import


def announced(uow: UnitOfWork, building: Building, **changes: object) -> ImportJob:
    job = make_import(building, **changes)
    with uow:
        uow.imports.add(job)
    return job


def cancel(uow: UnitOfWork, job: ImportJob) -> ImportJob:
    with uow:
        uow.imports.cancel(job.cancelled(at=LATER, by="usr_ada", name="Ada"))
    return uow.imports.get(job.building_id, job.id)


@pytest.mark.parametrize("status", ["awaiting_upload", "reading", "planned", "applying"])
def test_an_import_that_has_not_ended_is_stopped(
    uow: UnitOfWork, building: Building, status: str
) -> None:
    job = announced(
        uow, building, status=ImportStatus(status), attempt="a", counts=ImportCounts(created=3)
    )

    stopped = cancel(uow, job)

    assert stopped.is_cancelled
    assert (stopped.attempt, stopped.lease_until) == ("cancelled", None)
    assert (stopped.counts, stopped.errors_count) == (ImportCounts(), 1)
    with pytest.raises(Conflict), uow:
        uow.imports.save(job)


@pytest.mark.parametrize("status", ["applied", "failed", "undone"])
def test_one_that_has_ended_stays(uow: UnitOfWork, building: Building, status: str) -> None:
    job = announced(uow, building, status=ImportStatus(status))
    with pytest.raises(Conflict):
        cancel(uow, job)
    assert uow.imports.get(building.id, job.id) == job


def test_what_a_worker_has_counted_meanwhile_stays(uow: UnitOfWork, building: Building) -> None:
    read = announced(
        uow, building, status=ImportStatus.APPLYING, attempt="a", apply_begun=True, chunks_done=1
    )
    with uow:
        uow.imports.save(replace(read, chunks_done=2, counts=ImportCounts(created=70)))

    stopped = cancel(uow, read)

    assert (stopped.chunks_done, stopped.counts.created) == (2, 70)


def test_one_that_begins_to_be_written_just_then_is_looked_at_again(
    uow: UnitOfWork, building: Building
) -> None:
    read = announced(uow, building, status=ImportStatus.APPLYING, attempt="a")
    with uow:
        uow.imports.save(replace(read, apply_begun=True))
    with pytest.raises(Conflict):
        cancel(uow, read)
