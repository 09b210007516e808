"""The components of a COBie workbook as devices: of which type each is, and in which spaces."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from arxos.adapters.readers.cobie_attributes import Attributes
from arxos.adapters.readers.cobie_reading import Reading
from arxos.adapters.readers.cobie_tables import Table
from arxos.adapters.readers.cobie_types import ComponentType, read_types
from arxos.adapters.readers.workbook_sheets import Row, text_of
from arxos.domain.source import SourceDevice, SourceFloor
from arxos.domain.text_rules import folded


def read_components(
    reading: Reading,
    attributes: Attributes,
    floors: Sequence[SourceFloor],
) -> list[SourceDevice]:
    """Each component in its spaces; one without is put on the ground floor, with a warning."""
    types = read_types(reading, attributes)
    devices = []
    for table, row, name in reading.rows("Component"):
        type_ = _type_of(reading, table, row, name, types)
        room_keys = _rooms_of(reading, table, row, name)
        floor_key = _floor_of(reading, table, row, name, room_keys, floors)
        if floor_key is None:
            continue
        key, other = reading.key(table, row, name)
        reading.components.add(name, key)
        made_of = table.text(row, "ExtObject") or ""
        installed = reading.date(table, row, "InstallationDate", name)
        begins = reading.date(table, row, "WarrantyStartDate", name) or installed
        metadata: dict[str, Any] = {}
        if type_.details:
            metadata["type"] = type_.details
        if stated := attributes.get(("component", folded(name))):
            metadata["attributes"] = stated
        if asset := table.text(row, "AssetIdentifier"):
            metadata["asset_identifier"] = asset
        devices.append(
            SourceDevice(
                key=key,
                floor_key=floor_key,
                room_keys=tuple(room_keys),
                name=reading.text(table, row, "Name") or name[:200],
                device_type=type_.name[:200],
                ifc_class=made_of if made_of.casefold().startswith("ifc") else None,
                manufacturer=type_.manufacturer,
                model=type_.model,
                serial_number=reading.text(table, row, "SerialNumber"),
                tag_number=reading.text(table, row, "TagNumber"),
                barcode=reading.text(table, row, "BarCode"),
                installed_on=installed,
                warranty_until=_after(begins, type_.warranty_months),
                description=reading.description(table, row, name),
                metadata=metadata,
                other_ids=other,
                line=row.number,
            )
        )
    return devices


def _type_of(
    reading: Reading, table: Table, row: Row, name: str, types: Mapping[str, ComponentType]
) -> ComponentType:
    stated = text_of(table.get(row, "TypeName"))
    if stated is not None and (found := types.get(folded(stated))) is not None:
        return found
    reading.error(
        "TYPE_UNKNOWN",
        f"Component '{name}' is of type '{stated}', which sheet 'Type' does not have."
        if stated
        else f"Component '{name}' names no type (TypeName).",
        "Component",
        line=row.number,
        key=name,
        field="TypeName",
        value=stated,
        kept="It was taken over without what a type says (manufacturer, model, warranty).",
    )
    return ComponentType(name=stated or "Unclassified")


def _rooms_of(reading: Reading, table: Table, row: Row, name: str) -> list[str]:
    cell = table.text(row, "Space")
    if cell is None:
        return []
    found, unknown = reading.spaces.several(cell)
    for space in unknown:
        reading.error(
            "SPACE_UNKNOWN",
            f"Component '{name}' is in space '{space}', which sheet 'Space' does not have.",
            "Component",
            line=row.number,
            key=name,
            field="Space",
            value=space,
            kept="It was taken over without this space.",
        )
    return found


def _floor_of(
    reading: Reading,
    table: Table,
    row: Row,
    name: str,
    room_keys: Sequence[str],
    floors: Sequence[SourceFloor],
) -> str | None:
    if room_keys:
        return reading.floor_of_space[room_keys[0]]
    cell = table.text(row, "Space")
    # Some tools name a floor where there is no space.
    if cell is not None and (floor_key := reading.floors.one(cell)) is not None:
        return floor_key
    if not floors:
        reading.error(
            "FLOOR_UNKNOWN",
            f"Component '{name}' is in no space, and the workbook has no floor to put it on;"
            " it was not taken over.",
            "Component",
            line=row.number,
            key=name,
            field="Space",
        )
        return None
    ground = min(floors, key=lambda f: (abs(f.elevation_m or 0.0), f.line or 0))
    reading.warn(
        "NO_SPACE",
        f"Component '{name}' is in no space that is known; it was put on floor '{ground.name}'.",
        "Component",
        line=row.number,
        key=name,
        field="Space",
    )
    return ground.key


def _after(day: str | None, months: int | None) -> str | None:
    """The day so many months later: the last of the month where it has no such day."""
    if day is None or months is None:
        return None
    begin = date.fromisoformat(day)
    month = begin.month - 1 + months
    year, month = begin.year + month // 12, month % 12 + 1
    if year > 9999:
        return None
    for last in (begin.day, 30, 29, 28):
        try:
            return date(year, month, min(begin.day, last)).isoformat()
        except ValueError:
            continue
    return None
