"""Carrying out a plan that somebody has read: ordering it, and doing it in the background."""

from dataclasses import replace
from datetime import datetime

from arxos.domain.errors import Conflict, NotFound
from arxos.domain.events import ImportApproved
from arxos.domain.import_job import ImportJob, ImportStatus
from arxos.domain.permissions import Permission
from arxos.domain.rights import Place
from arxos.domain.user import Actor
from arxos.ports.imports import (
    ImportDesk,
    ImportOrder,
    ImportQueue,
    UploadedFile,
    UploadStore,
    uploaded_file,
)
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.import_run import Clock, ImportRun, OutOfTime
from arxos.use_cases.read_building_file import FAILED_BY_US


def order_apply(
    building_id: str,
    import_id: str,
    *,
    remove: bool,
    uow: UnitOfWork,
    queue: ImportQueue,
    actor: Actor,
    now: datetime,
) -> ImportJob:
    """Approve the plan of an import, with or without the removals in it.

    Raises NotFound, and Conflict for an import that is not `planned`. Ordering twice orders once.
    """
    actor.rights.must(Permission.IMPORT_DATA, Place(building_id), kind="import")
    job = uow.imports.get(building_id, import_id).as_seen_at(now)
    order = ImportOrder(actor.organization_id, building_id, import_id, "apply")
    if job.status is ImportStatus.APPLYING and job.is_approved:
        queue.send(order)
        return job
    if job.status is not ImportStatus.PLANNED:
        raise Conflict(
            f"Only a plan can be applied; this import is '{job.status}'."
            + (" Start a new import of the file." if job.is_finished else "")
        )
    approved = job.approved(remove=remove, at=now, by=actor.user_id, event=ImportApproved)
    with uow:
        uow.imports.save(approved)
    queue.send(order)
    return replace(approved, events=())


def apply_import(
    order: ImportOrder,
    *,
    attempt: str,
    lease_until: datetime,
    work_until: datetime,
    is_last_try: bool,
    desk: ImportDesk,
    uploads: UploadStore,
    queue: ImportQueue,
    clock: Clock,
) -> ImportJob | None:
    """Carry an approved plan out; None when there is nothing to do.

    What does not fit into this invocation's time is ordered again. Errors are raised, so that the
    order comes again, and at the last try recorded in the import first.
    """
    try:
        file = _file_of(order, desk)
    except NotFound:
        return None
    job = desk.claim(
        file, attempt=attempt, now=clock(), until=lease_until, status=ImportStatus.APPLYING
    )
    if job is None or not job.is_approved:
        return None
    run = ImportRun(file, job, desk, uploads, clock, until=work_until)
    try:
        return run.take_over(uploads.model(file))
    except OutOfTime:
        run.hand_over()
        queue.send(order)
        return None
    except Exception:
        if is_last_try:
            run.fail("IMPORT_FAILED", FAILED_BY_US)
        else:
            run.release()
        raise


def _file_of(order: ImportOrder, desk: ImportDesk) -> UploadedFile:
    return uploaded_file(order.organization_id, desk.find(order))
