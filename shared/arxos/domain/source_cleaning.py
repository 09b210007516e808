"""Makes what a file says storable, value by value: one bad value must not stop an import.

Whatever had to be changed or left out is told in a warning; nothing else of its record is touched.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from arxos.domain.measures import measured
from arxos.domain.record import metadata_fault
from arxos.domain.room import MAX_FOOTPRINT_POINTS, MAX_ROOM_NUMBER
from arxos.domain.source import Problem, SourceDevice, SourceFloor, SourceModel, SourceRoom
from arxos.domain.text_rules import (
    MAX_DESCRIPTION,
    MAX_NAME,
    name_fault,
    optional_text_fault,
    storable_text,
)

S = TypeVar("S", SourceFloor, SourceRoom, SourceDevice)

_FLOOR_TEXTS = {"name": MAX_NAME, "description": MAX_DESCRIPTION}
_ROOM_TEXTS = {
    "room_number": MAX_ROOM_NUMBER,
    "name": MAX_NAME,
    "room_type": MAX_NAME,
    "area_source": MAX_NAME,
    "description": MAX_DESCRIPTION,
}
_DEVICE_TEXTS = {
    "name": MAX_NAME,
    "device_type": MAX_NAME,
    "ifc_class": MAX_NAME,
    "manufacturer": MAX_NAME,
    "model": MAX_NAME,
    "serial_number": MAX_NAME,
    "tag_number": MAX_NAME,
    "barcode": MAX_NAME,
    "description": MAX_DESCRIPTION,
}
_LONGEST_SHOWN = 200
# Where a COBie workbook says it: the sheet, and the columns by our fields.
_SheetNames = tuple[str, Mapping[str, str]]
_OF_COBIE: Mapping[str, _SheetNames] = {
    "Floor": ("Floor", {"name": "Name", "description": "Description", "elevation_m": "Elevation"}),
    "Room": (
        "Space",
        {
            "room_number": "Name",
            "name": "Description",
            "room_type": "Category",
            "area_m2": "NetArea",
        },
    ),
    "Device": (
        "Component",
        {
            "name": "Name",
            "description": "Description",
            "device_type": "TypeName",
            "serial_number": "SerialNumber",
            "tag_number": "TagNumber",
            "barcode": "BarCode",
            "installed_on": "InstallationDate",
            "warranty_until": "WarrantyStartDate",
        },
    ),
}


def storable(model: SourceModel) -> tuple[SourceModel, list[Problem]]:
    """The model with every value one that the domain accepts, and what had to be done for it."""
    cleaning = _Cleaning(_OF_COBIE if model.source == "cobie" else {})
    cleaned = replace(
        model,
        floors=tuple(cleaning.floor(floor) for floor in model.floors),
        rooms=tuple(cleaning.room(room) for room in model.rooms),
        devices=tuple(cleaning.device(device) for device in model.devices),
    )
    return cleaned, cleaning.problems


class _Cleaning:
    def __init__(self, sheets: Mapping[str, "_SheetNames"]) -> None:
        self.problems: list[Problem] = []
        self._sheets = sheets

    def floor(self, floor: SourceFloor) -> SourceFloor:
        changes = self._texts(floor, _FLOOR_TEXTS, "Floor")
        changes |= self._numbers(floor, ("elevation_m",), "Floor", least=-math.inf)
        changes |= self._metadata(floor, "Floor")
        return _changed(floor, {**changes, **_keys(floor)})

    def room(self, room: SourceRoom) -> SourceRoom:
        changes = self._texts(room, _ROOM_TEXTS, "Room")
        if changes.get("room_number") == "":
            changes["room_number"] = _key(room.key)[:MAX_ROOM_NUMBER]
        changes |= self._numbers(room, ("area_m2", "volume_m3"), "Room", least=0)
        if room.footprint is not None and not _is_ring(room.footprint):
            changes["footprint"] = None
            self._warn(room, "Room", "footprint", None, "it has too few or too many points")
        changes |= self._metadata(room, "Room")
        return _changed(room, {**changes, **_keys(room), "floor_key": _key(room.floor_key)})

    def device(self, device: SourceDevice) -> SourceDevice:
        changes = self._texts(device, _DEVICE_TEXTS, "Device")
        if (changes.get("device_type", device.device_type)) == "":
            changes["device_type"] = "Unclassified"
        if (changes.get("name", device.name)) == "":
            changes["name"] = changes.get("device_type", device.device_type)
        for field in ("installed_on", "warranty_until"):
            value = getattr(device, field)
            if value is not None and not _is_date(value):
                changes[field] = None
                self._warn(device, "Device", field, value, "it is no date (YYYY-MM-DD)")
        if device.position is not None and not all(map(math.isfinite, device.position)):
            changes["position"] = None
            self._warn(device, "Device", "position", str(device.position), "it is no place")
        changes |= self._metadata(device, "Device")
        rooms = tuple(_key(key) for key in device.room_keys)
        keys = {**_keys(device), "floor_key": _key(device.floor_key), "room_keys": rooms}
        return _changed(device, {**changes, **keys})

    def _texts(self, source: S, limits: Mapping[str, int], kind: str) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        for field, maximum in limits.items():
            value = getattr(source, field)
            if value is None:
                continue
            fault = optional_text_fault(
                value, label="it", maximum=maximum, multiline=maximum == MAX_DESCRIPTION
            )
            if fault is not None:
                changes[field] = storable_text(value, maximum=maximum)
                stored = f"stored as '{changes[field][:50]}'" if changes[field] else "left out"
                self._warn(source, kind, field, value, fault, stored)
            elif field in ("room_number", "name", "device_type") and name_fault(value, label=""):
                changes[field] = ""
        return changes

    def _numbers(
        self, source: S, fields: tuple[str, ...], kind: str, *, least: float
    ) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        for field in fields:
            value = getattr(source, field)
            if value is not None and not (math.isfinite(value) and least <= value < 1e9):
                changes[field] = None
                self._warn(source, kind, field, str(value), "it is out of all bounds")
            elif value is not None and measured(value) != value:
                changes[field] = measured(value)
        return changes

    def _metadata(self, source: S, kind: str) -> dict[str, Any]:
        fault = metadata_fault(source.metadata)
        if fault is None:
            return {}
        self._warn(source, kind, "metadata", None, fault)
        return {"metadata": {}}

    def _warn(
        self,
        source: SourceFloor | SourceRoom | SourceDevice,
        kind: str,
        field: str,
        value: str | None,
        fault: str,
        done: str = "left out",
    ) -> None:
        sheet, columns = self._sheets.get(kind, (None, {}))
        self.problems.append(
            Problem(
                severity="warning",
                code="VALUE_NOT_STORABLE",
                sheet_or_class=sheet,
                message=f"{kind} '{source.key}': the {field.replace('_', ' ')} was {done},"
                f" because {fault}.",
                row_or_line=source.line,
                key=source.key,
                field=columns.get(field, field),
                value=value[:_LONGEST_SHOWN] if value else value,
            )
        )


def _changed(source: S, changes: dict[str, Any]) -> S:
    different = {k: v for k, v in changes.items() if getattr(source, k) != v}
    return replace(source, **different) if different else source


def _keys(source: SourceFloor | SourceRoom | SourceDevice) -> dict[str, str]:
    return {"key": _key(source.key)}


def _key(key: str) -> str:
    """A key is part of the record's external ids, which are texts like others."""
    return key if name_fault(key, label="") is None else storable_text(key) or "unnamed"


def _is_ring(footprint: tuple[tuple[float, float], ...]) -> bool:
    return 3 <= len(footprint) <= MAX_FOOTPRINT_POINTS


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
