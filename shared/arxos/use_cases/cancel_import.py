"""Stopping an import, at any time before its end."""

from datetime import datetime

from arxos.domain.errors import Conflict, DoneBefore
from arxos.domain.import_job import CANCELLABLE, ImportJob
from arxos.domain.permissions import Permission
from arxos.domain.rights import Place
from arxos.domain.user import Actor
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.import_lanes import end_lanes


def cancel_import(
    building_id: str, import_id: str, *, uow: UnitOfWork, actor: Actor, now: datetime
) -> ImportJob:
    """Stop an import where it is: from this commit on, nothing of it can be written any more.

    What its last chunk wrote is whole, and can be undone. Cancelling twice cancels once. Raises
    NotFound, and Conflict for an import that has ended otherwise.
    """
    actor.rights.must(Permission.IMPORT_DATA, Place(building_id), kind="import")
    for remaining in (True, False):
        job = uow.imports.get(building_id, import_id)
        if job.is_cancelled:
            break
        if job.status not in CANCELLABLE:
            if uow.done_before():  # by this very request, and taken back since
                return job
            raise Conflict(
                f"Only what has not ended can be cancelled; this import is '{job.status}'."
            )
        try:
            with uow:
                uow.only_once(job.id)
                uow.imports.cancel(job.cancelled(at=now, by=actor.user_id, name=actor.name))
        except DoneBefore:
            break
        except Conflict:  # its applying began at this moment; or another has cancelled it
            if remaining:
                continue
            raise
        break
    # With what a worker has counted meanwhile, and what was written in its lanes.
    return end_lanes(lambda: uow, uow.imports.get(building_id, import_id), at=now)
