"""Carrying out a plan that somebody has read: ordering it, and doing it in the background."""

from datetime import datetime

from arxos.domain.errors import Conflict
from arxos.domain.events import ImportApproved
from arxos.domain.import_job import ImportJob, ImportStatus
from arxos.domain.user import Actor
from arxos.ports.import_lanes import LaneWriters
from arxos.ports.imports import ImportDesk, ImportOrder, UploadedFile, UploadStore
from arxos.ports.orders import Delivery, OrderQueue
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.import_run import ImportRun
from arxos.use_cases.import_work import Clock, carry_out, order_work


def order_apply(
    building_id: str,
    import_id: str,
    *,
    remove: bool,
    uow: UnitOfWork,
    queue: OrderQueue[ImportOrder],
    actor: Actor,
    now: datetime,
) -> ImportJob:
    """Approve the plan of an import, with or without the removals in it.

    Raises NotFound, and Conflict for an import that is not `planned`. Ordering twice orders once.
    """

    def approved(job: ImportJob) -> ImportJob | None:
        if job.status is ImportStatus.APPLYING and job.is_approved:
            return None
        if job.status is not ImportStatus.PLANNED:
            raise Conflict(
                f"Only a plan can be applied; this import is '{job.status}'."
                + (" Start a new import of the file." if job.is_finished else "")
            )
        return job.approved(remove=remove, at=now, by=actor.user_id, event=ImportApproved)

    order = ImportOrder(
        organization_id=actor.organization_id,
        building_id=building_id,
        import_id=import_id,
        action="apply",
    )
    return order_work(order, approved, uow=uow, queue=queue, actor=actor, now=now)


def apply_import(
    order: ImportOrder,
    delivery: Delivery,
    *,
    desk: ImportDesk,
    uploads: UploadStore,
    queue: OrderQueue[ImportOrder],
    clock: Clock,
    lanes: LaneWriters | None = None,
) -> ImportJob | None:
    """Carry an approved plan out, as `carry_out`; many devices in lanes, if there are writers."""

    def work_on(file: UploadedFile, job: ImportJob) -> ImportRun:
        return ImportRun(file, job, desk, uploads, clock, until=delivery.until, lanes=lanes)

    return carry_out(
        order,
        delivery,
        work_on,
        is_ordered=lambda job: job.is_approved,
        desk=desk,
        queue=queue,
        clock=clock,
    )
