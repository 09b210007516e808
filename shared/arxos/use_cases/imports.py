"""Announcing a building file and following its import."""

from dataclasses import dataclass
from datetime import datetime

from arxos.domain.identifiers import NewId
from arxos.domain.import_job import ImportJob, ImportMode, ImportProfile
from arxos.domain.permissions import Permission
from arxos.domain.rights import Place
from arxos.domain.user import Actor
from arxos.ports.imports import Upload, UploadStore
from arxos.ports.lists import Page, Slice
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.changing import create_record


@dataclass(frozen=True, slots=True, kw_only=True)
class StartImport:
    """Which file is to come, and what is to happen with it."""

    building_id: str
    filename: str
    mode: ImportMode = ImportMode.APPLY
    profile: ImportProfile = ImportProfile.EQUIPMENT


def start_import(
    command: StartImport,
    *,
    uow: UnitOfWork,
    uploads: UploadStore,
    actor: Actor,
    new_id: NewId,
    now: datetime,
) -> tuple[ImportJob, Upload]:
    """Record an import that waits for its file, and the form that takes the file.

    Raises NotFound for an unknown building and InvalidInput for a file Arxos cannot read.
    """
    actor.rights.must(Permission.IMPORT_DATA, Place(command.building_id), kind="building")
    building = uow.buildings.get(command.building_id)
    job = ImportJob(
        id=new_id("import"),
        building_id=building.id,
        filename=command.filename,
        mode=command.mode,
        profile=command.profile,
        started_by=actor.user_id,
        started_by_name=actor.name,
        created_at=now,
        updated_at=now,
    ).started()
    announced = create_record(
        job.id,
        lambda: uow.imports.add(job),
        lambda made: uow.imports.get(building.id, made),
        job,
        uow=uow,
    )
    return announced, uploads.presign(actor.organization_id, announced)


def get_import(
    building_id: str, import_id: str, *, uow: UnitOfWork, actor: Actor, now: datetime
) -> ImportJob:
    """One import and how far it is. Raises NotFound."""
    actor.rights.must(Permission.READ_IMPORT, Place(building_id), kind="import")
    return uow.imports.get(building_id, import_id).as_seen_at(now)


def list_imports(
    building_id: str, page: Page, *, uow: UnitOfWork, actor: Actor, now: datetime
) -> Slice[ImportJob]:
    """A building's imports, the newest first. Raises NotFound for an unknown building."""
    actor.rights.must(Permission.READ_IMPORT, Place(building_id), kind="building")
    building = uow.buildings.get(building_id)
    found = uow.imports.list(building.id, page)
    return Slice(tuple(job.as_seen_at(now) for job in found.items), found.position)
