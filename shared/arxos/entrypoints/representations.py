"""Records as the API shows them (product.md, "Records")."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from arxos.domain.timestamps import to_iso

if TYPE_CHECKING:
    from datetime import date, datetime

    from arxos.domain.building import Building
    from arxos.domain.device import Device
    from arxos.domain.floor import Floor
    from arxos.domain.import_job import ImportJob
    from arxos.domain.record import Record
    from arxos.domain.room import Room
    from arxos.domain.user import User
    from arxos.ports.imports import Upload


def show_building(building: "Building") -> dict[str, Any]:
    return {
        **_record(building),
        "name": building.name,
        "address": asdict(building.address),
        "coordinates": asdict(building.coordinates) if building.coordinates else None,
        "floors_count": building.floors_count,
        "rooms_count": building.rooms_count,
        "devices_count": building.devices_count,
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
        "devices_count": room.devices_count,
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
    }


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
        "errors_count": job.errors_count,
        "warnings_count": job.warnings_count,
        "started_by": job.started_by,
        "started_by_name": job.started_by_name,
        "created_at": _time(job.created_at),
        "updated_at": _time(job.updated_at),
    }


def show_upload(upload: "Upload") -> dict[str, Any]:
    return asdict(upload)


def show_user(user: "User") -> dict[str, Any]:
    return {
        "id": user.id,
        "organization_id": user.organization_id,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "role": user.role.value,
        "grants": [
            {
                "role": grant.role.value,
                "scope": grant.scope,
                "building_id": grant.building_id,
                "floor_id": grant.floor_id,
            }
            for grant in user.grants
        ],
        "is_active": user.is_active,
        "version": user.version,
        "created_at": _time(user.created_at),
        "updated_at": _time(user.updated_at),
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


def _time(moment: "datetime | None") -> str | None:
    return to_iso(moment) if moment else None


def _date(day: "date | None") -> str | None:
    return day.isoformat() if day else None
