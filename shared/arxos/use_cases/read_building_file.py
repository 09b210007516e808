"""The import itself: an uploaded file becomes floors, rooms and devices.

It may be killed anywhere and started again, and its event may arrive any number of times. One
invocation at a time holds the import; each chunk is one transaction that also moves the import's
counts on and fails if another invocation has taken over; and a new attempt compares the file with
what is in the registry by then, so that what is already there is found unchanged.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain

from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.errors import Conflict, InvalidInput, UnreadableFile
from arxos.domain.floor import Floor
from arxos.domain.import_job import (
    MAX_ATTEMPTS,
    ImportCounts,
    ImportJob,
    ImportMode,
    ImportStatus,
)
from arxos.domain.import_plan import ImportPlan, is_new, plan_import
from arxos.domain.room import Room
from arxos.domain.source import SourceModel
from arxos.ports.imports import ImportDesk, UploadedFile, UploadStore
from arxos.ports.readers import BuildingFileReader
from arxos.ports.registry import UnitOfWork

# A chunk is closed once it holds so many items: the next record may add its own item, a number
# holder or a further room, the counters of two floors and rooms, and three items of kept numbers;
# 100 is the limit.
FULL_CHUNK = 86
# Other writers win now and then; an import that keeps losing is retried later as a whole.
MAX_PLANS = 5
PLANNED_PROGRESS = 0.4

Clock = Callable[[], datetime]


def read_building_file(
    file: UploadedFile,
    *,
    attempt: str,
    lease_until: datetime,
    desk: ImportDesk,
    uploads: UploadStore,
    reader: BuildingFileReader,
    clock: Clock,
) -> ImportJob | None:
    """Take an uploaded file over; None when there was nothing to do.

    `attempt` names the invocation and is the same when it is retried; `lease_until` is when it is
    certainly over. An unreadable file ends the import as `failed`. Any other error is raised, so
    that the event is tried again, and at the last attempt recorded in the import first.
    """
    job = desk.claim(file, attempt=attempt, now=clock(), until=lease_until)
    if job is None:
        return None
    work = _Import(file, job, desk, uploads, clock)
    try:
        with uploads.fetch(file) as path:
            model = reader.read(path, profile=job.profile.value)
        return work.take_over(model)
    except (UnreadableFile, InvalidInput) as unreadable:
        return work.fail(unreadable.code, unreadable.message)
    except Exception:
        if job.attempts >= MAX_ATTEMPTS:
            work.fail(
                "IMPORT_FAILED",
                "Arxos could not finish this import, through no fault of the file. What it had"
                " written is whole; importing the file again adds only what is missing.",
            )
        else:
            work.release()
        raise


class _Import:
    def __init__(
        self,
        file: UploadedFile,
        job: ImportJob,
        desk: ImportDesk,
        uploads: UploadStore,
        clock: Clock,
    ) -> None:
        self._file = file
        self._job = job
        self._listed = job
        self._desk = desk
        self._uploads = uploads
        self._clock = clock

    def take_over(self, model: SourceModel) -> ImportJob:
        """Plan, and in mode `apply` write, until nothing is left to write."""
        for remaining in reversed(range(MAX_PLANS)):
            plan = self._plan(model)
            if self._job.mode is ImportMode.PLAN:
                return self._finish_plan(plan)
            try:
                return self._apply(plan)
            except Conflict:
                # A record moved under the plan, or another invocation has taken the import over.
                # A new plan settles the first; the second fails here too, and must.
                if remaining == 0:
                    raise
        raise AssertionError("unreachable: the last plan returns or raises")

    def fail(self, code: str, message: str) -> ImportJob:
        """End the import with one error about the whole file."""
        self._save(self._job.failed(code, message, at=self._clock()))
        return self._job

    def release(self) -> None:
        """Let the next attempt claim the import at once, whatever its name."""
        self._save(replace(self._job, lease_until=None, updated_at=self._clock()))

    def _plan(self, model: SourceModel) -> ImportPlan:
        registry = self._registry()
        building = registry.buildings.get(self._file.building_id)
        plan = plan_import(
            model,
            building_id=building.id,
            shards=building.shards,
            floors=registry.floors.all(building.id),
            rooms=registry.rooms.all(building),
            devices=registry.devices.all(building),
            at=self._clock(),
            by=self._job.started_by,
        )
        problems = (*model.problems, *plan.problems)
        if problems:
            self._uploads.save_report(self._file, problems)
        self._listed = self._job.with_problems(problems)
        self._save(
            replace(
                self._listed,
                # Listed at the end: DynamoDB charges every chunk for the whole of this item.
                errors=(),
                warnings=(),
                status=ImportStatus.APPLYING
                if self._job.mode is ImportMode.APPLY
                else ImportStatus.READING,
                progress=max(self._job.progress, PLANNED_PROGRESS),
                updated_at=self._clock(),
            )
        )
        self._widen(building, plan.shards)
        return plan

    def _widen(self, building: Building, shards: int) -> None:
        """New shards must be listed before anything is in them."""
        if shards > building.shards and self._job.mode is ImportMode.APPLY:
            with self._registry() as uow:
                uow.buildings.spread(building, shards)

    def _finish_plan(self, plan: ImportPlan) -> ImportJob:
        counts = ImportCounts(created=plan.created, updated=plan.updated, unchanged=plan.unchanged)
        self._save(
            replace(
                self._with_problems(),
                status=ImportStatus.PLANNED,
                progress=1.0,
                counts=counts,
                updated_at=self._clock(),
            )
        )
        return self._job

    def _apply(self, plan: ImportPlan) -> ImportJob:
        total = plan.created + plan.updated + plan.unchanged
        written = 0
        records = _in_order(plan)
        record = next(records, None)
        while record is not None:
            counts = self._job.counts
            with self._registry() as uow:
                while record is not None and uow.writes < FULL_CHUNK:
                    _queue(record, uow)
                    if is_new(record):
                        counts = replace(counts, created=counts.created + 1)
                    else:
                        counts = replace(counts, updated=counts.updated + 1)
                    written += 1
                    record = next(records, None)
                job = replace(
                    self._job,
                    counts=counts,
                    chunks_done=self._job.chunks_done + 1,
                    progress=max(self._job.progress, _progress(written, plan.size)),
                    updated_at=self._clock(),
                    events=(),
                )
                uow.imports.save(job)
            self._job = job
        counts = self._job.counts
        self._save(
            self._with_problems().applied(
                replace(counts, unchanged=total - counts.created - counts.updated),
                at=self._clock(),
            )
        )
        return self._job

    def _with_problems(self) -> ImportJob:
        return replace(self._job, errors=self._listed.errors, warnings=self._listed.warnings)

    def _save(self, job: ImportJob) -> None:
        with self._registry() as uow:
            uow.imports.save(job)
        self._job = job

    def _registry(self) -> UnitOfWork:
        return self._desk.chunk(self._file, self._job, self._job.chunks_done)


def _in_order(plan: ImportPlan) -> Iterator[Floor | Room | Device]:
    """Parents first; devices by floor and room, so that a chunk touches few counters.

    Floors and rooms stay in the plan's order, in which numbers are given up before they are taken.
    """
    devices = sorted(plan.devices, key=lambda d: (d.floor_id, d.room_ids, d.id))
    return chain(plan.floors, plan.rooms, devices)


def _queue(record: Floor | Room | Device, uow: UnitOfWork) -> None:
    new = is_new(record)
    if isinstance(record, Floor):
        (uow.floors.add if new else uow.floors.update)(record)
    elif isinstance(record, Room):
        (uow.rooms.add if new else uow.rooms.update)(record)
    else:
        (uow.devices.add if new else uow.devices.update)(record)


def _progress(written: int, size: int) -> float:
    share = written / size if size else 1.0
    return round(PLANNED_PROGRESS + (1 - PLANNED_PROGRESS) * share, 3)
