"""The components of a COBie workbook as devices: of which type each is, and in which spaces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from arxos.adapters.readers.cobie_attributes import Attributes
from arxos.adapters.readers.cobie_reading import Reading
from arxos.adapters.readers.cobie_spaces import Floors
from arxos.adapters.readers.cobie_tables import Table
from arxos.adapters.readers.cobie_types import ComponentType, read_types
from arxos.adapters.readers.workbook_sheets import Row, text_of
from arxos.domain.source import SourceDevice, SourceFloor
from arxos.domain.text_rules import folded


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a component is; `is_said` False: where it is put, because the workbook says nowhere."""

    floor_key: str
    room_keys: tuple[str, ...] = ()
    is_said: bool = True


def read_components(reading: Reading, attributes: Attributes, floors: Floors) -> list[SourceDevice]:
    """Each component in its spaces; one without is put on the ground floor, with a warning."""
    types = read_types(reading, attributes)
    ground = floors.ground()
    devices = []
    for table, row, name in reading.rows("Component"):
        place = _place_of(reading, table, row, name, ground)
        if place is None:
            reading.left_out("Component")
            continue
        type_, is_type_said = _type_of(reading, table, row, name, types)
        key, other = reading.key(table, row, name)
        reading.components.add(name, key)
        made_of = table.text(row, "ExtObject") or ""
        installed = reading.date(table, row, "InstallationDate", name)
        begins = reading.date(table, row, "WarrantyStartDate", name) or installed
        devices.append(
            SourceDevice(
                key=key,
                floor_key=place.floor_key,
                room_keys=place.room_keys,
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
                metadata=_metadata(table, row, name, type_, attributes),
                other_ids=other,
                line=row.number,
                place_said=place.is_said,
                type_said=is_type_said,
            )
        )
    return devices


def _metadata(
    table: Table, row: Row, name: str, type_: ComponentType, attributes: Attributes
) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if type_.details:
        metadata["type"] = type_.details
    if stated := attributes.get(("component", folded(name))):
        metadata["attributes"] = stated
    if asset := table.text(row, "AssetIdentifier"):
        metadata["asset_identifier"] = asset
    return metadata


def _type_of(
    reading: Reading, table: Table, row: Row, name: str, types: Mapping[str, ComponentType]
) -> tuple[ComponentType, bool]:
    """The component's type, and whether the workbook says it."""
    stated = text_of(table.get(row, "TypeName"))
    if stated is not None and (found := types.get(folded(stated))) is not None:
        return found, True
    # That the sheet or the column is missing was told, once for all rows.
    if reading.says("Type") and reading.says("Component", "TypeName"):
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
            kept="A component already known keeps its type; a new one was taken over without what a"
            " type says (manufacturer, model, warranty).",
        )
    return ComponentType(name=stated or "Unclassified"), False


def _place_of(
    reading: Reading, table: Table, row: Row, name: str, ground: SourceFloor | None
) -> _Place | None:
    """Where the component is; None where there is no floor to put it on."""
    cell = table.text(row, "Space")
    found, unknown = reading.spaces.several(cell) if cell else ([], [])
    if found and not unknown:
        return _Place(reading.floor_of_space[found[0]], tuple(found))
    # Some tools name a floor where there is no space.
    if cell is not None and not found and (floor_key := reading.floors.one(cell)) is not None:
        return _Place(floor_key)
    # That a sheet or the column is missing was told, once for all rows.
    is_told = all(map(reading.says, ("Floor", "Space"))) and reading.says("Component", "Space")
    for space in unknown if is_told else ():
        reading.error(
            "SPACE_UNKNOWN",
            f"Component '{name}' is in space '{space}', which sheet 'Space' does not have.",
            "Component",
            line=row.number,
            key=name,
            field="Space",
            value=space,
            kept=_kept(found, ground),
        )
    if found:
        return _Place(reading.floor_of_space[found[0]], tuple(found), is_said=False)
    if ground is None:
        if reading.says("Floor"):
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
    if is_told and not unknown:
        reading.warn(
            "NO_SPACE",
            f"Component '{name}' names no space. A component already known stays where it is; a"
            f" new one was put on floor '{ground.name}'.",
            "Component",
            line=row.number,
            key=name,
            field="Space",
        )
    return _Place(ground.key, is_said=False)


def _kept(found: Sequence[str], ground: SourceFloor | None) -> str:
    known = "A component already known stays where it is;"
    if found:
        return f"{known} a new one was put into the other spaces that the cell names."
    if ground is None:
        return "It was not taken over, as there is no floor to put it on."
    return f"{known} a new one was put on floor '{ground.name}'."


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
