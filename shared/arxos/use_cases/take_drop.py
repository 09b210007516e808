"""A file that another system has put into the bucket becomes an import of its own."""

from dataclasses import replace
from datetime import datetime

from arxos.domain.errors import Conflict, NotFound
from arxos.domain.identifiers import derived_ulid, is_id
from arxos.domain.import_job import ImportJob, ImportStatus
from arxos.ports.drops import Drop
from arxos.ports.imports import UploadStore, uploaded_file
from arxos.ports.registry import UnitOfWork

DROPPED = "drop"
"""Who started such an import, in place of a user's name."""


def take_drop(
    drop: Drop, *, uow: UnitOfWork, uploads: UploadStore, max_bytes: int, now: datetime
) -> ImportJob | None:
    """The import that is made of a drop; None when it was made before.

    It is planned or applied, as its building says. The import's id comes from the event, so an
    event that comes twice, or again after a kill, meets its first import. Raises NotFound for a
    building that there is not, and InvalidInput for a file Arxos cannot read: it stays where it is.
    """
    if not is_id(drop.organization_id, "organization") or not is_id(drop.building_id, "building"):
        raise NotFound("building")
    building = uow.buildings.get(drop.building_id)
    job = ImportJob(
        id=derived_ulid("import", drop.at, drop.location, drop.sequence),
        building_id=building.id,
        filename=drop.filename,
        mode=building.drop_mode,
        started_by_name=DROPPED,
        created_at=now,
        updated_at=now,
    )
    try:
        with uow:
            uow.imports.add(job.started())
    except Conflict:
        job = uow.imports.get(building.id, job.id)
        if job.status is not ImportStatus.AWAITING_UPLOAD:
            return None
    if drop.size > max_bytes:
        said = f"The file is larger than {max_bytes} bytes."
        return _ended(job.failed("FILE_TOO_LARGE", said, at=now), uow)
    if not uploads.adopt(drop, uploaded_file(drop.organization_id, job)):
        said = (
            "Another file took this one's place before it was read; that is an import of its own."
        )
        return _ended(job.failed("FILE_REPLACED", said, at=now), uow)
    return job


def _ended(job: ImportJob, uow: UnitOfWork) -> ImportJob:
    with uow:
        uow.imports.cancel(job)
    return replace(job, events=())
