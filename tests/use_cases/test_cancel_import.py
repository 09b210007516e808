"""Imports that wait for their turn, and imports that somebody stops."""

from typing import Any

import pytest

from arxos.domain.errors import Conflict, ServiceUnavailable
from arxos.domain.import_job import ImportJob, ImportMode, ImportStatus
from arxos.ports.imports import UploadedFile
from arxos.use_cases.apply_import import order_apply
from arxos.use_cases.cancel_import import cancel_import
from arxos.use_cases.undo_import import order_undo
from tests.use_cases.test_plan_apply_undo import ADA, MODEL, SMALLER, Planned
from tests.use_cases.test_read_building_file import Importing, counters

RECORDS = 2 + 12 + 60 + 2


def cancel(planned: Planned, file: UploadedFile | None = None) -> ImportJob:
    file = file or planned.file
    return cancel_import(
        file.building_id, file.import_id, uow=planned.uow, actor=ADA, now=planned.clock()
    )


def cancel_at(planned: Planned, commit: int) -> None:
    """Somebody cancels just before the worker's commit of that number."""
    left = commit

    def stop() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            cancel(planned)

    planned.desk.before_commit = stop


def test_a_file_that_nobody_is_to_look_at_first_waits_for_its_turn() -> None:
    importing = Importing(MODEL)
    importing.read()

    assert (importing.job.status, len(importing.queue.orders)) == (ImportStatus.APPLYING, 1)
    assert counters(importing) == (0, 0, 0)
    importing.work_off()
    assert importing.job.status is ImportStatus.APPLIED
    assert importing.job.counts.created == RECORDS


def test_imports_of_one_building_see_what_those_before_them_have_written() -> None:
    importing = Importing(MODEL)
    files = [importing.file, importing.announce()]
    for number, file in enumerate(files):
        importing.read(file=file, attempt=str(number))

    importing.work_off()

    jobs = [importing.uow.imports.get(f.building_id, f.import_id) for f in files]
    assert [(j.status.value, j.counts.created) for j in jobs] == [
        ("applied", RECORDS),
        ("applied", 0),
    ]


def test_an_order_that_could_not_be_sent_is_sent_by_the_retry() -> None:
    importing = Importing(MODEL)
    importing.queue.is_there = False
    with pytest.raises(ServiceUnavailable):
        importing.read()
    importing.queue.is_there = True

    importing.read(attempt="another event")
    assert importing.queue.orders == []
    importing.read()
    importing.work_off()

    assert importing.job.status is ImportStatus.APPLIED


def test_a_conflict_that_came_while_it_waited_is_left_to_a_person() -> None:
    planned = Planned()
    planned.apply()
    planned.reader.model = SMALLER
    planned.file = planned.announce(mode=ImportMode.APPLY)
    planned.read(attempt="again")
    planned.rename("F0R0", "Server room")

    planned.work()

    assert (planned.job.status, planned.job.counts.conflicts) == (ImportStatus.PLANNED, 1)


@pytest.mark.parametrize("mode", [ImportMode.PLAN, ImportMode.APPLY])
def test_before_the_file_came_and_before_its_turn_nothing_is_written(mode: ImportMode) -> None:
    planned = Planned()
    planned.file = planned.announce(mode=mode)
    job = cancel(planned)
    assert (job.status, job.errors[0].code) == (ImportStatus.FAILED, "CANCELLED")
    assert "Ada Lovelace" in job.errors[0].message
    assert planned.run(attempt="late") is None

    planned.file = planned.announce(mode=mode)
    planned.read(attempt="in time")
    cancel(planned)
    planned.work()

    assert planned.job.is_cancelled
    assert counters(planned) == (0, 0, 0)
    with pytest.raises(Conflict):
        planned.order(order_undo)
    with pytest.raises(Conflict):
        planned.order(order_apply, remove=False)


def test_a_file_that_is_just_being_read_is_left_alone() -> None:
    planned = Planned()
    planned.file = planned.announce(mode=ImportMode.APPLY)
    cancel_at(planned, 1)

    assert planned.run(attempt="reading") is None

    assert planned.job.is_cancelled
    assert planned.queue.orders == []


@pytest.mark.parametrize("commit", range(1, 8))
def test_while_it_is_applied_it_stops_between_chunks_and_can_be_undone(commit: int) -> None:
    planned = Planned()
    empty = planned.state()
    planned.order(order_apply, remove=False)
    cancel_at(planned, commit)

    planned.work(deliveries=2)

    job = planned.job
    assert job.is_cancelled
    assert planned.queue.orders == []
    assert job.counts.created == len(planned.state().keys() - empty.keys()) - members(planned)
    if job.apply_begun:
        assert planned.undo().status is ImportStatus.UNDONE
    assert planned.state() == empty


def members(planned: Planned) -> int:
    """Items that are no records of their own."""
    kinds = {"building", "floor", "room", "device", "group"}
    return sum(key[1] not in kinds for key in planned.state())


def test_cancelling_twice_cancels_once_and_what_has_ended_stays() -> None:
    planned = Planned()
    first = cancel(planned)
    assert cancel(planned) == first
    events = [recorded.change.event for recorded in planned.table.history]
    assert events.count("ImportCancelled") == 1

    planned.again(MODEL)
    planned.apply()
    with pytest.raises(Conflict):
        cancel(planned)
    assert planned.job.status is ImportStatus.APPLIED


def test_an_undo_that_is_cancelled_can_be_ordered_again() -> None:
    planned = Planned()
    empty: dict[Any, Any] = planned.state()
    planned.apply()
    planned.order(order_undo)
    cancel_at(planned, 2)
    planned.work()
    assert planned.job.is_cancelled
    planned.desk.before_commit = lambda: None

    assert planned.undo().status is ImportStatus.UNDONE

    assert planned.state() == empty
