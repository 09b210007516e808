"""Ending the lanes of imports, so that counters are exact and nothing more is written in them.

Whoever holds an import ends its lanes and counts their records in it; anybody may settle a lane,
and leaves it behind for that count.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from arxos.domain.errors import ChangedMeanwhile, Conflict, NotFound
from arxos.domain.import_job import ImportJob
from arxos.domain.import_lane import CLOSED, ImportLane
from arxos.ports.registry import UnitOfWork

Chunk = Callable[[], UnitOfWork]
# A lane that is written in loses a race now and then; not for ever.
MAX_TRIES = 20


def end_lanes(chunk: Chunk, job: ImportJob, *, at: datetime) -> ImportJob:
    """The import that the caller holds, with all its lanes ended and counted."""
    for lane in chunk().lanes.all(job.building_id, job.id):
        job = collect_lane(chunk, lane, job, at=at)
    return job


def settle_others(chunk: Chunk, job: ImportJob) -> list[ImportLane]:
    """Settle what other imports have left in the building, whose turn is this import's; its own
    lanes.
    """
    ours = []
    for lane in chunk().lanes.all(job.building_id):
        if lane.import_id == job.id:
            ours.append(lane)
        else:
            settle_lane(chunk, lane, CLOSED)
    return ours


def collect_lane(chunk: Chunk, lane: ImportLane, job: ImportJob, *, at: datetime) -> ImportJob:
    """The import that the caller holds, with this lane closed, gone, and counted.

    Raises Conflict when another holds the import by now.
    """
    closed = lane if lane.is_over else _closed(chunk, lane, CLOSED)
    for _ in range(MAX_TRIES):
        if closed is None:
            break
        counts = replace(
            job.counts,
            created=job.counts.created + closed.created,
            updated=job.counts.updated + closed.updated,
        )
        counted = replace(job, counts=counts, updated_at=at, events=())
        # Somebody may settle it at the same moment.
        with suppress(ChangedMeanwhile, NotFound):
            with chunk() as uow:
                is_gone = uow.lanes.remove(closed)
                if is_gone:
                    uow.imports.save(counted)
            if is_gone:
                return counted
        closed = _closed(chunk, closed, CLOSED)
    raise Conflict("Another invocation has taken over this import.")


def settle_lane(chunk: Chunk, lane: ImportLane, fault: str) -> None:
    """Close a lane, for that reason, and make all counters exact."""
    for _ in range(MAX_TRIES):
        closed = _closed(chunk, lane, fault)
        if closed is None:
            return
        with suppress(ChangedMeanwhile, NotFound):
            with chunk() as uow:
                is_all = uow.lanes.settle(closed)
            if is_all:
                return
    raise ChangedMeanwhile


def _closed(chunk: Chunk, lane: ImportLane, fault: str) -> ImportLane | None:
    """The lane as it is when nothing is written in it any more; None: it is gone."""
    for _ in range(MAX_TRIES):
        try:
            now = chunk().lanes.get(lane.building_id, lane.import_id, lane.first_chunk)
        except NotFound:
            return None
        if now.is_over:
            return now
        with suppress(ChangedMeanwhile), chunk() as uow:
            uow.lanes.close(now, fault)
    raise ChangedMeanwhile
