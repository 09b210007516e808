"""Reading an uploaded file: it becomes a plan, or waits to be applied in its building's turn."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from arxos.domain.errors import Conflict, InvalidInput, NotFound, UnreadableFile
from arxos.domain.import_job import (
    MAX_ATTEMPTS,
    ImportCheck,
    ImportJob,
    ImportMode,
    ImportStatus,
)
from arxos.domain.source import SourceModel
from arxos.ports.imports import ImportDesk, ImportOrder, UploadedFile, UploadStore
from arxos.ports.orders import OrderQueue
from arxos.ports.readers import BuildingFileReader
from arxos.use_cases.import_run import ImportRun
from arxos.use_cases.import_work import Clock

Check = Callable[[Path, UploadedFile, ImportJob, SourceModel], ImportCheck | None]
"""Holds a file that could be read against the rules of a handover: `check_import`."""


def read_building_file(
    file: UploadedFile,
    *,
    attempt: str,
    lease_until: datetime,
    desk: ImportDesk,
    uploads: UploadStore,
    reader: BuildingFileReader,
    queue: OrderQueue[ImportOrder],
    clock: Clock,
    check: Check = lambda *_: None,
) -> ImportJob | None:
    """Take an uploaded file over; None when there was nothing to do.

    `attempt` names the invocation and is the same when it is retried; `lease_until` is when it is
    certainly over. An unreadable file ends the import as `failed`. Any other error is raised, so
    that the event is tried again, and at the last attempt recorded in the import first. What is to
    be applied without being read first is ordered: the imports of a building are applied one after
    the other.
    """
    job = desk.claim(file, attempt=attempt, now=clock(), until=lease_until)
    if job is None:
        return _ordered_again(file, attempt, desk, queue)
    run = ImportRun(file, job, desk, uploads, clock)
    try:
        with uploads.fetch(file) as path:
            model = reader.read(path, profile=job.profile.value)
            run.job = replace(run.job, check=check(path, file, job, model))
        # Whoever applies the plan later reads this, not the file again.
        uploads.save_model(file, model)
        if job.mode is ImportMode.PLAN:
            return run.take_over(model)
        waiting = run.wait_its_turn()
    except (UnreadableFile, InvalidInput) as unreadable:
        return run.fail(unreadable.code, unreadable.message)
    except Exception as error:
        if isinstance(error, Conflict) and run.is_cancelled():
            return None
        if job.attempts >= MAX_ATTEMPTS:
            run.give_up()
        else:
            run.release()
        raise
    queue.send(_order(file))
    return waiting


def _ordered_again(
    file: UploadedFile, attempt: str, desk: ImportDesk, queue: OrderQueue[ImportOrder]
) -> ImportJob | None:
    """An attempt that was cut off before it sent its order sends it when it is tried again."""
    try:
        job = desk.find(file)
    except NotFound:
        return None
    if job.status is not ImportStatus.APPLYING or job.attempt != attempt:
        return None
    queue.send(_order(file))
    return job


def _order(file: UploadedFile) -> ImportOrder:
    return ImportOrder(
        organization_id=file.organization_id,
        building_id=file.building_id,
        import_id=file.import_id,
        action="apply",
    )
