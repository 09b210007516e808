"""Puts what the sample events are about into a registry: the records of the API's examples."""

from dataclasses import replace
from typing import Any

from arxos.domain.building import Building
from arxos.domain.check_job import CheckJob, CheckSource
from arxos.domain.export_job import ExportJob
from arxos.domain.import_job import ImportJob
from arxos.domain.permissions import Role
from arxos.domain.user import Actor
from arxos.ports.registry import UnitOfWork
from scripts.openapi.examples import AT, BUILDING, CHECK, EXPORT, IMPORT, REQUEST_ID, USER

ACTOR = Actor(
    organization_id=USER.organization_id,
    user_id=USER.id,
    name=USER.name,
    role=Role.ADMIN,
    request_id=REQUEST_ID,
)
EMPTY_BUILDING: Building = replace(BUILDING, floors_count=0, rooms_count=0, devices_count=0)


def put_example_records(uow: UnitOfWork) -> None:
    """The building, and an import, a check and an export of it that have only been asked for."""
    asked: dict[str, Any] = {
        "building_id": BUILDING.id,
        "started_by": USER.id,
        "started_by_name": USER.name,
        "created_at": AT,
        "updated_at": AT,
    }
    with uow:
        uow.buildings.add(EMPTY_BUILDING)
    with uow:
        uow.imports.add(ImportJob(id=IMPORT.id, filename=IMPORT.filename, **asked).started())
        check = CheckJob(id=CHECK.id, source=CheckSource.FILE, filename=CHECK.filename, **asked)
        uow.checks.add(check.started(BUILDING.name))
        export = ExportJob(id=EXPORT.id, format=EXPORT.format, filename=EXPORT.filename, **asked)
        uow.exports.add(export.started(BUILDING.name))
