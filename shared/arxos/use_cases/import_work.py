"""Work on an import that somebody ordered, in the background: applying it, or taking it back.

An order may come twice, late, or to an invocation that is killed; one at a time holds the import,
and each of its commits is conditional on still holding it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Literal

from arxos.domain.errors import Conflict, DoneBefore, NotFound
from arxos.domain.import_job import ImportJob, ImportStatus
from arxos.domain.permissions import Permission
from arxos.domain.rights import Place
from arxos.domain.user import Actor
from arxos.ports.imports import Chunk, ImportDesk, ImportOrder, UploadedFile, uploaded_file
from arxos.ports.orders import Delivery, OrderQueue, OutOfTime
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.import_lanes import end_lanes

Clock = Callable[[], datetime]

PLANNED_PROGRESS = 0.4


def progress_at(share: float) -> float:
    """How far an import is when this share of its records is written."""
    return round(PLANNED_PROGRESS + (1 - PLANNED_PROGRESS) * min(share, 1.0), 3)


class ImportWork(ABC):
    """One invocation's work on one import. `job` is the import's present state."""

    def __init__(
        self,
        file: UploadedFile,
        job: ImportJob,
        desk: ImportDesk,
        clock: Clock,
        *,
        until: datetime | None = None,
    ) -> None:
        """`until`: when no further chunk is to be begun."""
        self.job = job
        self._file = file
        self._desk = desk
        self._clock = clock
        self._until = until

    @abstractmethod
    def do(self) -> ImportJob:
        """All of it. Raises OutOfTime between two chunks."""

    @abstractmethod
    def give_up(self) -> None:
        """Record that no further try comes."""

    def is_over(self) -> bool:
        """Whether the import has ended, by what is stored, with which this work goes on: of its
        last commit the answer may have been lost, and no chunk's number is given twice.
        """
        stored = self._desk.find(self._file)
        if stored.attempt == self.job.attempt:
            self.job = stored
        return self.job.is_finished

    def release(self) -> None:
        """Let the next attempt claim the import at once, whatever its name."""
        self._save(replace(self.job, lease_until=None, updated_at=self._clock()))

    def is_cancelled(self) -> bool:
        """Somebody has stopped the import, or its building is gone: no commit of this work can
        succeed any more.
        """
        try:
            return self._desk.find(self._file).is_cancelled
        except NotFound:
            return True

    def hand_over(self) -> None:
        """As `release`, after work that went well: the rest is the building's turn."""
        job = self.job.handed_over(at=self._clock())
        with self._chunk() as uow:
            uow.imports.hand_over(job)
        self.job = job

    def _save(self, job: ImportJob) -> None:
        with self._chunk() as uow:
            uow.imports.save(job)
        self.job = replace(job, events=())

    def _chunk(self) -> Chunk:
        return self._desk.chunk(self._file, self.job, self.job.chunks_done)

    def _is_out_of_time(self) -> bool:
        return self._until is not None and self._clock() > self._until


def order_work(
    order: ImportOrder,
    ordered: Callable[[ImportJob], ImportJob | None],
    *,
    uow: UnitOfWork,
    queue: OrderQueue[ImportOrder],
    actor: Actor,
    now: datetime,
) -> ImportJob:
    """Have an import worked on. Raises NotFound, Forbidden, and what `ordered` raises.

    `ordered` makes the ordered import of the one at hand; None: it is ordered already, and its
    order is sent again, in case the first never was.
    """
    actor.rights.must(Permission.IMPORT_DATA, Place(order.building_id), kind="import")
    job = uow.imports.get(order.building_id, order.import_id).as_seen_at(now)
    try:
        changed = ordered(job)
    except Conflict:
        # This very request may have ordered it before, and it is done by now.
        if not uow.done_before():
            raise
        return job
    if changed is not None:
        try:
            with uow:
                uow.only_once(job.id)
                uow.imports.save(changed)
        except DoneBefore:
            return uow.imports.get(order.building_id, order.import_id).as_seen_at(now)
        job = replace(changed, events=())
    queue.send(order)
    return job


def carry_out(
    order: ImportOrder,
    delivery: Delivery,
    work_on: Callable[[UploadedFile, ImportJob], ImportWork],
    *,
    is_ordered: Callable[[ImportJob], bool],
    desk: ImportDesk,
    queue: OrderQueue[ImportOrder],
    clock: Clock,
) -> ImportJob | None:
    """Do what was ordered of an import; None when there is nothing to do, or something is left.

    What does not fit into this delivery's time is ordered again, behind the building's other
    orders; these make way for it, so that imports end in the order in which they were approved.
    Errors are raised, so that the order comes again, and at its last delivery recorded in the
    import first.
    """
    try:
        job = desk.find(order)
    except NotFound:
        return None
    if not is_ordered(job):  # an old order: it must not hold the import up
        return None
    ahead = _ahead_of(order, delivery, desk, clock())
    if ahead is not None:
        # Its order is sent with ours, in case there is none any more: a second one does no harm.
        queue.send(_order_of(order, ahead))
        queue.send(order)
        return None
    file = uploaded_file(order.organization_id, job)
    claimed = desk.claim(
        file,
        attempt=delivery.attempt,
        now=clock(),
        until=delivery.ends,
        status=ImportStatus.APPLYING,
    )
    if claimed is None:
        return None
    work = work_on(file, claimed)
    if not is_ordered(claimed):
        work.release()
        return None
    try:
        return work.do()
    except OutOfTime:
        work.hand_over()
        queue.send(order)
        return None
    except Exception as error:
        if isinstance(error, Conflict) and work.is_cancelled():
            return None
        if work.is_over():
            pass
        elif delivery.is_last:
            work.give_up()
        else:
            work.release()
        raise


def _ahead_of(
    order: ImportOrder, delivery: Delivery, desk: ImportDesk, now: datetime
) -> ImportJob | None:
    """The building's import that was cut off before this order came, while it is to go on.

    One that nothing goes on with any more is ended here: no late order of it can overwrite what
    comes now.
    """
    first = desk.whose_turn(order)
    if first is None or first.id == order.import_id or not first.is_to_go_on:
        return None
    seen = first.as_seen_at(now)
    if not seen.is_finished:
        return first
    file = uploaded_file(order.organization_id, first)
    claimed = desk.claim(
        file,
        attempt=delivery.attempt,
        now=now,
        until=delivery.ends,
        status=ImportStatus.APPLYING,
    )
    if claimed is None:  # it has moved just now
        return first

    def chunk() -> Chunk:
        return desk.chunk(file, claimed, claimed.chunks_done)

    counts = end_lanes(chunk, claimed, at=now).counts
    with chunk() as uow:
        uow.imports.save(replace(seen, attempt=claimed.attempt, lease_until=None, counts=counts))
    return None


def _order_of(like: ImportOrder, job: ImportJob) -> ImportOrder:
    action: Literal["apply", "undo"] = "apply" if job.is_approved else "undo"
    return replace(like, import_id=job.id, action=action)
