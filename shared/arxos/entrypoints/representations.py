"""Records as the API shows them (product.md, "Records")."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from arxos.domain.search_words import searchable
from arxos.domain.summary import values_of
from arxos.domain.timestamps import to_iso

if TYPE_CHECKING:
    from datetime import date, datetime

    from arxos.domain.building import Building
    from arxos.domain.check_job import CheckJob
    from arxos.domain.deletion import Deletion
    from arxos.domain.device import Device
    from arxos.domain.export_job import ExportJob
    from arxos.domain.floor import Floor
    from arxos.domain.group import Group
    from arxos.domain.handover.rule import Finding
    from arxos.domain.history import Change
    from arxos.domain.import_job import ImportJob
    from arxos.domain.plan_entries import PlanEntry
    from arxos.domain.record import Record
    from arxos.domain.rights import Grant
    from arxos.domain.room import Room
    from arxos.domain.source import Problem
    from arxos.domain.user import User
    from arxos.ports.imports import Upload
    from arxos.use_cases.explaining import Explanation
    from arxos.use_cases.import_plans import PlanPage
    from arxos.use_cases.overview import FloorNode, RoomNode, Summary
    from arxos.use_cases.search import Hit


def show_building(building: "Building") -> dict[str, Any]:
    return {
        **_record(building),
        "name": building.name,
        "address": asdict(building.address),
        "coordinates": asdict(building.coordinates) if building.coordinates else None,
        "sensitive": _names_only(building),
        "drop_mode": building.drop_mode.value,
        "floors_count": building.floors_count,
        "rooms_count": building.rooms_count,
        "devices_count": building.devices_count,
        "groups_count": building.groups_count,
    }


def show_floor(floor: "Floor") -> dict[str, Any]:
    return {
        **_record(floor),
        "building_id": floor.building_id,
        "floor_number": floor.floor_number,
        "name": floor.name,
        "elevation_m": floor.elevation_m,
        "rooms_count": floor.rooms_count,
        "devices_count": floor.devices_count,
    }


def show_room(room: "Room") -> dict[str, Any]:
    return {
        **_record(room),
        "building_id": room.building_id,
        "floor_id": room.floor_id,
        "room_number": room.room_number,
        "name": room.name,
        "room_type": room.room_type,
        "area_m2": room.area_m2,
        "area_source": room.area_source,
        "volume_m3": room.volume_m3,
        "footprint": [list(point) for point in room.footprint] if room.footprint else None,
        "sensitive": _names_only(room),
        "devices_count": room.devices_count,
        "group_ids": list(room.group_ids),
    }


def show_device(device: "Device") -> dict[str, Any]:
    return {
        **_record(device),
        "building_id": device.building_id,
        "floor_id": device.floor_id,
        "room_id": device.room_id,
        "room_ids": list(device.room_ids),
        "name": device.name,
        "device_type": device.device_type,
        "ifc_class": device.ifc_class,
        "manufacturer": device.manufacturer,
        "model": device.model,
        "serial_number": device.serial_number,
        "tag_number": device.tag_number,
        "barcode": device.barcode,
        "installed_on": _date(device.installed_on),
        "warranty_until": _date(device.warranty_until),
        "position": device.position._asdict() if device.position else None,
        "sensitive": _names_only(device),
        "group_ids": list(device.group_ids),
    }


def show_group(group: "Group") -> dict[str, Any]:
    return {
        **_record(group),
        "building_id": group.building_id,
        "kind": group.group_kind.value,
        "name": group.name,
        "category": group.category,
        "members_count": group.members_count,
    }


def show_member(record: "Device | Room") -> dict[str, Any]:
    return {
        "kind": record.kind,
        "id": record.id,
        "name": record.name,
        "room_number": getattr(record, "room_number", None),
        "floor_id": record.floor_id,
        "room_id": getattr(record, "room_id", None),
    }


def show_tree_building(building: "Building") -> dict[str, Any]:
    return {
        "id": building.id,
        "name": building.name,
        "status": building.current_status,
        "floors_count": building.floors_count,
        "rooms_count": building.rooms_count,
        "devices_count": building.devices_count,
    }


def show_tree_floor(node: "FloorNode") -> dict[str, Any]:
    floor = node.floor
    return {
        "id": floor.id,
        "floor_number": floor.floor_number,
        "name": floor.name,
        "status": floor.current_status,
        "elevation_m": floor.elevation_m,
        "rooms_count": floor.rooms_count,
        "devices_count": floor.devices_count,
        "rooms": [_tree_room(room) for room in node.rooms],
        "rooms_complete": node.is_complete,
    }


def _tree_room(node: "RoomNode") -> dict[str, Any]:
    room = node.room
    shown = {
        "id": room.id,
        "room_number": room.room_number,
        "name": room.name,
        "room_type": room.room_type,
        "status": room.current_status,
        "area_m2": room.area_m2,
        "devices_count": room.devices_count,
    }
    if node.devices is None:
        return shown
    devices = [
        {"id": d.id, "name": d.name, "device_type": d.device_type, "status": d.current_status}
        for d in node.devices
    ]
    return {**shown, "devices": devices}


def show_summary(summary: "Summary") -> dict[str, Any]:
    building, tally = summary.building, summary.tally

    def counts(facet: str) -> list[dict[str, Any]] | None:
        return None if tally is None else [_count(*c) for c in values_of(tally, facet)]

    areas = None if tally is None else values_of(tally, "area_cm2_by_room_type")
    return {
        "building_id": building.id,
        "name": building.name,
        "status": building.current_status,
        "floors_count": building.floors_count,
        "rooms_count": building.rooms_count,
        "devices_count": building.devices_count,
        "area_m2": None if areas is None else _m2(sum(area for _, area in areas)),
        "by_floor": [
            {
                "floor_id": floor.id,
                "floor_number": floor.floor_number,
                "name": floor.name,
                "rooms_count": floor.rooms_count,
                "devices_count": floor.devices_count,
            }
            for floor in summary.floors
        ],
        "rooms_by_status": counts("rooms_by_status"),
        "rooms_by_type": counts("rooms_by_type"),
        "area_m2_by_room_type": None
        if areas is None
        else [{"value": value, "area_m2": _m2(area)} for value, area in areas],
        "devices_by_status": counts("devices_by_status"),
        "devices_by_type": counts("devices_by_type"),
        "devices_by_manufacturer": counts("devices_by_manufacturer"),
    }


def _count(value: str | None, count: int) -> dict[str, Any]:
    return {"value": value, "count": count}


def _m2(cm2: int) -> float:
    return cm2 / 10_000


def show_import(job: "ImportJob") -> dict[str, Any]:
    return {
        "id": job.id,
        "building_id": job.building_id,
        "filename": job.filename,
        "mode": job.mode.value,
        "profile": job.profile.value,
        "status": job.status.value,
        "progress": job.progress,
        "counts": asdict(job.counts),
        "errors": [asdict(problem) for problem in job.errors],
        "warnings": [asdict(problem) for problem in job.warnings],
        "columns": [asdict(column) for column in job.columns],
        "check": asdict(job.check) if job.check else None,
        "errors_count": job.errors_count,
        "warnings_count": job.warnings_count,
        "started_by": job.started_by,
        "started_by_name": job.started_by_name,
        "created_at": _time(job.created_at),
        "updated_at": _time(job.updated_at),
    }


def show_export(job: "ExportJob", download_url: str | None = None) -> dict[str, Any]:
    return {
        "id": job.id,
        "building_id": job.building_id,
        "format": job.format.value,
        "scope": {name: value for name, value in job.scope.shown().items() if value is not None},
        "filename": job.filename,
        "status": job.status.value,
        "progress": job.progress,
        "counts": dict(job.counts),
        "size_bytes": job.size_bytes,
        "message": job.message,
        "download_url": download_url,
        "expires_at": _time(job.expires_at),
        "started_by": job.started_by,
        "started_by_name": job.started_by_name,
        "created_at": _time(job.created_at),
        "updated_at": _time(job.updated_at),
    }


def show_check_line(job: "CheckJob") -> dict[str, Any]:
    failed = {"code": job.error_code, "message": job.error_message}
    return {
        "id": job.id,
        "building_id": job.building_id,
        "source": job.source.value,
        "filename": job.filename,
        "import_id": job.import_id,
        "status": job.status.value,
        "progress": job.progress,
        "score": job.score,
        "counts": {name: job.counts.get(name, 0) for name in ("error", "warning", "info")},
        "error": failed if job.error_code else None,
        "started_by": job.started_by,
        "started_by_name": job.started_by_name,
        "created_at": _time(job.created_at),
        "updated_at": _time(job.updated_at),
    }


def show_check(job: "CheckJob") -> dict[str, Any]:
    return {
        **show_check_line(job),
        "rules": [{**asdict(rule), "severity": rule.severity.value} for rule in job.rules],
        "findings": [show_finding(finding) for finding in job.findings],
    }


def show_download(url: str) -> dict[str, Any]:
    return {"download_url": url}


def show_finding(finding: "Finding") -> dict[str, Any]:
    return {**asdict(finding), "severity": finding.severity.value}


def show_hit(hit: "Hit") -> dict[str, Any]:
    """What search found: enough to name it, to say where it is, and to open it."""
    record = hit.record
    found = searchable(record)
    number = getattr(record, "room_number", getattr(record, "floor_number", None))
    place = f"/api/v1/buildings/{found.building_id}"
    return {
        "kind": found.kind,
        "id": found.id,
        "building_id": found.building_id,
        "building_name": hit.building_name,
        "floor_id": found.floor_id,
        "room_id": record.id if found.kind == "room" else getattr(record, "room_id", None),
        "name": getattr(record, "name", None),
        "number": str(number) if number is not None else None,
        "serial_number": getattr(record, "serial_number", None),
        "tag_number": getattr(record, "tag_number", None),
        "barcode": getattr(record, "barcode", None),
        "matched": hit.matched,
        "path": place if found.kind == "building" else f"{place}/{found.kind}s/{found.id}",
    }


def show_change(change: "Change") -> dict[str, Any]:
    return {
        "id": change.id,
        "at": _time(change.at),
        "event": change.event,
        "record_kind": change.record_kind,
        "record_id": change.record_id,
        "record_label": change.record_label,
        "user_id": change.user_id,
        "user_name": change.user_name,
        "request_id": change.request_id,
        "import_id": change.import_id,
        "changes": {
            name: {"before": _changed(name, before), "after": _changed(name, after)}
            for name, (before, after) in change.changes.items()
        },
    }


def _changed(field: str, value: Any) -> Any:
    """A value of the history in the shape that its record shows it in."""
    return dict(zip("xyz", value, strict=True)) if field == "position" and value else value


def as_of(shown: dict[str, Any]) -> dict[str, Any]:
    """A record as it was at some time: null for what has no history."""
    unknown = {
        name: None
        for name in shown
        if name.endswith("_count") or name in ("group_ids", "kept_fields", "sensitive")
    }
    return {**shown, **unknown}


def show_deletion(deletion: "Deletion") -> dict[str, Any]:
    return {
        "id": deletion.id,
        "target": asdict(deletion.target),
        "status": deletion.status.value,
        "progress": deletion.progress,
        "total": deletion.total,
        "removed": asdict(deletion.removed),
        "message": deletion.message,
        "started_by": deletion.started_by,
        "started_by_name": deletion.started_by_name,
        "created_at": _time(deletion.created_at),
        "updated_at": _time(deletion.updated_at),
    }


def show_plan(plan: "PlanPage") -> dict[str, Any]:
    return {
        "status": plan.job.status.value,
        "digest": plan.job.plan_digest,
        "counts": asdict(plan.job.counts),
        "entries": {kind: plan.job.plan_index.get(kind, 0) for kind in _ENTRY_KINDS},
        "prediction": asdict(plan.prediction),
    }


_ENTRY_KINDS = ("conflict", "create", "update", "move", "keep", "remove", "unchanged")


def show_plan_entry(entry: "PlanEntry") -> dict[str, Any]:
    return {**asdict(entry), "kind": entry.kind.value}


def show_problem(problem: "Problem") -> dict[str, Any]:
    return asdict(problem)


def show_upload(upload: "Upload") -> dict[str, Any]:
    return asdict(upload)


def show_explanation(explanation: "Explanation") -> dict[str, Any]:
    return {
        "allowed": explanation.allowed,
        "permission": explanation.permission,
        "through": _grant(explanation.through) if explanation.through else None,
        "reason": explanation.reason,
    }


def show_user(user: "User") -> dict[str, Any]:
    return {
        "id": user.id,
        "organization_id": user.organization_id,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "role": user.role.value,
        "grants": [_grant(grant) for grant in user.grants],
        "is_active": user.is_active,
        "version": user.version,
        "created_at": _time(user.created_at),
        "updated_at": _time(user.updated_at),
    }


def _grant(grant: "Grant") -> dict[str, Any]:
    return {
        "role": grant.role.value,
        "scope": grant.scope,
        "building_id": grant.building_id,
        "floor_id": grant.floor_id,
    }


def _record(record: "Record") -> dict[str, Any]:
    return {
        "id": record.id,
        "status": record.current_status,
        "description": record.description,
        "metadata": dict(record.metadata),
        "tags": list(record.tags),
        "external_ids": dict(record.external_ids),
        "kept_fields": sorted(record.hand_edits),
        "version": record.version,
        "created_at": _time(record.created_at),
        "updated_at": _time(record.updated_at),
        "created_by": record.created_by,
        "updated_by": record.updated_by,
    }


def _names_only(record: "Building | Room | Device") -> dict[str, None]:
    """Which sensitive fields there are; `shown` in `http` puts the values of one record in."""
    return dict.fromkeys(sorted(record.sensitive))


def _time(moment: "datetime | None") -> str | None:
    return to_iso(moment) if moment else None


def _date(day: "date | None") -> str | None:
    return day.isoformat() if day else None
