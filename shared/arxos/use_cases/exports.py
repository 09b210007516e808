"""Exports of a building or of a part of it: ordering one, and following it.

What may be seen is decided when an export is ordered, and again whenever somebody asks for it.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from arxos.domain.building import Building
from arxos.domain.errors import InvalidInput, NotFound
from arxos.domain.export_job import (
    ExportFormat,
    ExportJob,
    ExportKind,
    ExportScope,
    ExportStatus,
)
from arxos.domain.identifiers import NewId
from arxos.domain.permissions import Permission
from arxos.domain.rights import Place, Rights
from arxos.domain.status import DeviceStatus, FloorStatus, RoomStatus
from arxos.domain.text_rules import folded
from arxos.domain.user import Actor
from arxos.ports.exports import ExportOrder
from arxos.ports.lists import Page, Slice
from arxos.ports.orders import OrderQueue
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.changing import create_record

_SUFFIX = {
    ExportFormat.COBIE: ".xlsx",
    ExportFormat.XLSX: ".xlsx",
    ExportFormat.CSV: ".zip",
    ExportFormat.JSON: ".jsonl",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StartExport:
    """What of a building is wanted, and as what. All given conditions hold."""

    building_id: str
    format: ExportFormat
    floor_id: str | None = None
    kind: ExportKind | None = None
    device_type: str | None = None
    room_type: str | None = None
    status: str | None = None
    room_id: str | None = None
    group_id: str | None = None
    q: str | None = None


def start_export(
    command: StartExport,
    *,
    uow: UnitOfWork,
    queue: OrderQueue[ExportOrder],
    actor: Actor,
    new_id: NewId,
    now: datetime,
) -> ExportJob:
    """Order an export of what the caller may see.

    Raises NotFound, Forbidden, InvalidInput, and ServiceUnavailable when it could not be ordered:
    the same request again orders the same export.
    """
    floor_ids = _visible_floors(command, actor.rights)
    building = uow.buildings.get(command.building_id)
    _check_status(command)
    if command.floor_id is not None:
        uow.floors.get(building.id, command.floor_id)
    if command.room_id is not None:
        room = uow.rooms.get(building.id, command.room_id)
        if floor_ids is not None and room.floor_id not in floor_ids:
            raise NotFound("room")
    if command.group_id is not None:
        # Groups are the building's: who sees some floors of it does not see them.
        actor.rights.must(Permission.EXPORT_DATA, Place(building.id), kind="group")
        uow.groups.get(building.id, command.group_id)
    is_table = command.format in (ExportFormat.CSV, ExportFormat.XLSX)
    if command.kind is not None and not is_table:
        message = "Only tables (csv, xlsx) can be exported one by one"
        raise InvalidInput(message, {"kind": message})
    job = ExportJob(
        id=new_id("export"),
        building_id=building.id,
        format=command.format,
        scope=ExportScope(
            floor_ids=floor_ids,
            kind=command.kind,
            device_type=command.device_type,
            room_type=command.room_type,
            status=command.status,
            room_id=command.room_id,
            group_id=command.group_id,
            q=command.q,
        ),
        filename=_filename(building, command, now),
        started_by=actor.user_id,
        started_by_name=actor.name,
        created_at=now,
        updated_at=now,
    ).started(building.name)
    ordered = create_record(
        job.id,
        lambda: uow.exports.add(job),
        lambda made: uow.exports.get(building.id, made),
        job,
        uow=uow,
    )
    if ordered.status is ExportStatus.BUILDING:
        # Of an export that this request made before, the order may never have been sent.
        queue.send(
            ExportOrder(
                organization_id=actor.organization_id, building_id=building.id, export_id=ordered.id
            )
        )
    return replace(ordered, events=())


def get_export(
    building_id: str, export_id: str, *, uow: UnitOfWork, actor: Actor, now: datetime
) -> ExportJob:
    """One export and how far it is. Raises NotFound, also for what the caller may not see now."""
    job = uow.exports.get(building_id, export_id)
    if job.expires_at < now or not job.scope.is_visible(actor.rights, building_id):
        raise NotFound("export")
    return job.as_seen_at(now)


def list_exports(
    building_id: str, page: Page, *, uow: UnitOfWork, actor: Actor, now: datetime
) -> Slice[ExportJob]:
    """Those of a building's exports that the caller may see, the newest first."""
    actor.rights.must_within(Permission.EXPORT_DATA, building_id)
    building = uow.buildings.get(building_id)
    found = uow.exports.list(building.id, page)
    shown = (
        job.as_seen_at(now)
        for job in found.items
        if job.expires_at >= now and job.scope.is_visible(actor.rights, building_id)
    )
    return Slice(tuple(shown), found.position)


def _check_status(command: StartExport) -> None:
    """Raises InvalidInput for a status that what is asked for never has."""
    statuses = {ExportKind.FLOORS: FloorStatus, ExportKind.ROOMS: RoomStatus}
    known = [str(s) for s in statuses.get(command.kind or ExportKind.DEVICES, DeviceStatus)]
    if command.status is not None and command.status not in known:
        of = command.kind or "devices"
        message = f"'{command.status}' is no status of {of}; these are: {', '.join(known)}"
        raise InvalidInput(f"Status {message}", {"status": message})


def _visible_floors(command: StartExport, rights: Rights) -> tuple[str, ...] | None:
    """The floors that the export may hold; None: the whole building."""
    building_id = command.building_id
    if command.floor_id is not None:
        place = Place(building_id, command.floor_id)
        rights.must(Permission.EXPORT_DATA, place, kind="floor")
        return (command.floor_id,)
    rights.must_within(Permission.EXPORT_DATA, building_id)
    floors = rights.floors(Permission.EXPORT_DATA, building_id)
    return None if floors is None else tuple(sorted(floors))


def _filename(building: Building, command: StartExport, now: datetime) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", folded(building.name)).strip("-")[:60] or "building"
    what = "-cobie" if command.format is ExportFormat.COBIE else ""
    if command.kind is not None:
        what = f"-{command.kind}"
    suffix = _SUFFIX[command.format]
    if command.format is ExportFormat.CSV and command.kind is not None:
        suffix = ".csv"
    return f"{name}{what}-{now:%Y-%m-%d}{suffix}"
