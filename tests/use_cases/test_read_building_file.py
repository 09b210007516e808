"""The import: whole or nothing, once, and in the end right, whatever happens on the way."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from arxos.domain.building import Building
from arxos.domain.errors import Conflict, UnreadableFile
from arxos.domain.import_job import ImportJob, ImportMode, ImportStatus
from arxos.domain.source import Problem, SourceModel
from arxos.ports.imports import ImportOrder, UploadedFile, upload_location
from arxos.use_cases.read_building_file import read_building_file
from tests.fakes import (
    FakeImportDesk,
    FakeOrders,
    FakeReader,
    FakeTable,
    FakeUnitOfWork,
    FakeUploads,
)
from tests.make import NOON, ORG, make_actor, make_building, make_floor, make_import, make_model
from tests.taking_in import work_off

MODEL = make_model(floors=2, rooms=10, devices=8)
RECORDS = 2 + 20 + 160


class Killed(BaseException):
    """What a kill is to the code: nothing of it runs on."""


class Importing:
    """One building, one import, and the means to run and disturb it."""

    def __init__(self, model: SourceModel | Exception = MODEL, **changes: Any) -> None:
        self.table = FakeTable()
        self.uow = FakeUnitOfWork(self.table, make_actor())
        self.building: Building = make_building()
        with self.uow:
            self.uow.buildings.add(self.building)
        self.desk = FakeImportDesk(self.table)
        self.uploads = FakeUploads()
        self.queue = FakeOrders[ImportOrder]()
        self.reader = FakeReader(model)
        self.file = self.announce(**changes)

    def announce(self, **changes: Any) -> UploadedFile:
        job = make_import(self.building, **changes)
        with self.uow:
            self.uow.imports.add(job)
        file = UploadedFile.at(upload_location(ORG, job))
        assert file is not None
        return file

    def run(
        self, *, attempt: str = "first", now: datetime = NOON, **given: Any
    ) -> ImportJob | None:
        """Read the file, and apply what is to be applied."""
        read = self.read(attempt=attempt, now=now, **given)
        return self.work_off(attempt=attempt, now=now) or read

    def read(
        self,
        *,
        attempt: str = "first",
        now: datetime = NOON,
        file: UploadedFile | None = None,
    ) -> ImportJob | None:
        return read_building_file(
            file or self.file,
            attempt=attempt,
            lease_until=now + timedelta(minutes=15),
            desk=self.desk,
            uploads=self.uploads,
            reader=self.reader,
            queue=self.queue,
            clock=lambda: now,
        )

    def work_off(self, *, attempt: str = "worker", now: datetime = NOON) -> ImportJob | None:
        """Deliver all orders."""
        return work_off(
            self.queue, attempt=attempt, clock=lambda: now, desk=self.desk, uploads=self.uploads
        )

    @property
    def job(self) -> ImportJob:
        return self.uow.imports.get(self.building.id, self.file.import_id)

    def records(self) -> dict[tuple[str, ...], Any]:
        """All records of the building; imports, whose turn it is, and times aside."""
        return {k: v for k, v in self.table.items.items() if k[1] not in ("import", "turn")}


def counters(importing: Importing) -> tuple[int, int, int]:
    building = importing.uow.buildings.get(importing.building.id)
    return building.floors_count, building.rooms_count, building.devices_count


def undisturbed() -> Importing:
    """An import that nothing got in the way of, of the same ids as every other."""
    importing = Importing()
    importing.run()
    return importing


def comparable(importing: Importing) -> list[Any]:
    """The building's content without the ids that differ from one building to the next."""
    uow, building = importing.uow, uow_building(importing)
    floors = {f.id: f for f in uow.floors.all(building.id)}
    rooms = {r.id: r for r in uow.rooms.all(building)}
    return sorted(
        [
            *((f.external_ids["ifc"], f.rooms_count, f.devices_count) for f in floors.values()),
            *(
                (r.external_ids["ifc"], floors[r.floor_id].name, r.devices_count, r.version)
                for r in rooms.values()
            ),
            *(
                (d.external_ids["ifc"], rooms[d.room_ids[0]].room_number, d.name, d.version)
                for d in uow.devices.all(building)
            ),
        ],
        key=str,
    )


def uow_building(importing: Importing) -> Building:
    return importing.uow.buildings.get(importing.building.id)


def test_a_file_becomes_records_and_counters_and_the_import_says_so() -> None:
    importing = Importing()

    job = importing.run()

    assert job == importing.job
    assert job.status is ImportStatus.APPLIED
    assert (job.counts.created, job.counts.updated, job.counts.unchanged) == (RECORDS, 0, 0)
    assert job.progress == 1.0
    assert job.chunks_done > 1
    assert counters(importing) == (2, 20, 160)
    for room in importing.uow.rooms.all(importing.building):
        assert room.devices_count == 8


def test_the_same_event_again_changes_nothing() -> None:
    importing = Importing()
    importing.run()
    before = dict(importing.table.items)

    assert importing.run() is None
    assert importing.run(attempt="another delivery") is None

    assert importing.table.items == before


def test_the_same_file_as_a_new_import_creates_nothing() -> None:
    importing = Importing()
    importing.run()
    before = importing.records()

    job = importing.run(file=importing.announce())

    assert job is not None
    assert (job.counts.created, job.counts.updated, job.counts.unchanged) == (0, 0, RECORDS)
    assert importing.records() == before


@pytest.mark.parametrize("commit", range(1, 13))
def test_killed_before_any_commit_and_tried_again_it_ends_as_if_undisturbed(commit: int) -> None:
    importing = Importing()
    left = commit

    def kill() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed

    importing.desk.before_commit = kill
    try:
        importing.run()
    except Killed:
        importing.run(now=NOON + timedelta(minutes=1))

    assert importing.job.status is ImportStatus.APPLIED
    assert importing.job.counts.created == RECORDS
    assert importing.job.counts.unchanged == 0
    assert comparable(importing) == comparable(undisturbed())
    assert counters(importing) == (2, 20, 160)


def test_a_second_delivery_while_the_first_is_at_work_does_nothing() -> None:
    importing = Importing()
    seen: list[ImportJob | None] = []

    def deliver_again() -> None:
        importing.desk.before_commit = lambda: None
        seen.append(importing.run(attempt="second"))

    importing.desk.before_commit = deliver_again
    importing.run()

    assert seen == [None]
    assert importing.job.counts.created == RECORDS


def test_an_attempt_that_outlived_its_lease_cannot_write_any_more() -> None:
    importing = Importing()
    commits = 0

    def overtake() -> None:
        nonlocal commits
        commits += 1
        if commits == 3:
            importing.desk.before_commit = lambda: None
            importing.run(attempt="second", now=NOON + timedelta(hours=1))

    importing.desk.before_commit = overtake
    with pytest.raises(Conflict):
        importing.run()

    assert (importing.job.attempt or "").startswith("second")
    assert importing.job.status is ImportStatus.APPLIED
    assert importing.job.counts.created == RECORDS
    assert comparable(importing) == comparable(undisturbed())


def test_a_record_that_moves_under_the_plan_is_planned_anew() -> None:
    importing = Importing()
    commits = 0

    def take_the_number() -> None:
        nonlocal commits
        commits += 1
        if commits == 2:
            with FakeUnitOfWork(importing.table, make_actor()) as uow:
                uow.floors.add(make_floor(importing.building, floor_number=1, elevation_m=90.0))

    importing.desk.before_commit = take_the_number
    importing.run()

    assert importing.job.status is ImportStatus.APPLIED
    assert [p.code for p in importing.job.warnings] == ["FLOOR_NUMBER_TAKEN"]
    assert counters(importing) == (3, 20, 160)


def test_a_file_that_cannot_be_read_fails_the_import_and_leaves_the_building() -> None:
    importing = Importing(UnreadableFile("This is a ZIP archive, not an IFC file."))
    before = importing.records()

    job = importing.run()

    assert job is not None
    assert job.status is ImportStatus.FAILED
    assert job.errors[0].message == "This is a ZIP archive, not an IFC file."
    assert job.errors[0].code == "UNREADABLE_FILE"
    assert importing.records() == before


def test_an_unexpected_fault_is_raised_and_the_last_attempt_leaves_a_sentence() -> None:
    importing = Importing(RuntimeError("boom"))

    for attempt in ("first", "second"):
        with pytest.raises(RuntimeError):
            importing.run(attempt=attempt)
        assert importing.job.status is ImportStatus.READING
    with pytest.raises(RuntimeError):
        importing.run(attempt="third")

    assert importing.job.status is ImportStatus.FAILED
    assert "through no fault of the file" in importing.job.errors[0].message
    assert "boom" not in str(importing.job)


def test_mode_plan_counts_and_writes_nothing() -> None:
    importing = Importing(mode=ImportMode.PLAN)
    before = importing.records()

    job = importing.run()

    assert job is not None
    assert job.status is ImportStatus.PLANNED
    assert job.counts.created == RECORDS
    assert importing.records() == before


def test_problems_are_listed_in_the_import_and_reported_whole() -> None:
    problems = tuple(
        Problem(severity="warning", code="W", message=f"warning {n}") for n in range(120)
    )
    importing = Importing(replace(MODEL, problems=problems))

    importing.run()

    assert importing.job.warnings_count == 120
    assert len(importing.job.warnings) == 100
    assert importing.uploads.reports[importing.file.import_id] == problems


def test_an_import_nobody_announced_is_left_alone() -> None:
    importing = Importing()
    before = dict(importing.table.items)

    assert importing.run(file=replace(importing.file, import_id="imp_unknown")) is None
    assert importing.run(file=replace(importing.file, organization_id="org_second")) is None

    assert importing.table.items == before


def test_an_empty_building_file_is_applied_as_such() -> None:
    importing = Importing(replace(MODEL, floors=(), rooms=(), devices=()))

    job = importing.run()

    assert job is not None
    assert (job.status, job.counts.created, job.progress) == (ImportStatus.APPLIED, 0, 1.0)


@pytest.mark.parametrize(
    "location",
    ["", "uploads/", "uploads/o/b/i", "uploads/o/b/i/", "changes/o/b/i/x", "uploads/o/b/i/x/y"],
)
def test_other_objects_are_no_uploads(location: str) -> None:
    assert UploadedFile.at(location) is None
