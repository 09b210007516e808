"""The floors of a COBie workbook, and its spaces as rooms on them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from arxos.adapters.readers.cobie_attributes import Attributes
from arxos.adapters.readers.cobie_facility import Facility
from arxos.adapters.readers.cobie_reading import Reading
from arxos.adapters.readers.cobie_tables import Table
from arxos.adapters.readers.floor_numbers import Storey, number_floors
from arxos.adapters.readers.header_row import folded_header
from arxos.adapters.readers.workbook_sheets import Row, number_of
from arxos.domain.source import SourceFloor, SourceRoom
from arxos.domain.text_rules import folded


def read_floors(reading: Reading, facility: Facility) -> list[SourceFloor]:
    """Floors without numbers: those depend on which have rooms."""
    floors = []
    for table, row, name in reading.rows("Floor"):
        key, other = reading.key(table, row, name)
        elevation = reading.number(table, row, "Elevation", name)
        reading.floors.add(name, key)
        floors.append(
            SourceFloor(
                key=key,
                name=reading.text(table, row, "Name") or name,
                floor_number=0,
                elevation_m=None if elevation is None else round(elevation * facility.length, 4),
                description=reading.description(table, row, name),
                other_ids=other,
                line=row.number,
            )
        )
    return floors


def numbered(floors: Sequence[SourceFloor], with_rooms: Collection[str]) -> list[SourceFloor]:
    """The floors in their order, each with its number."""
    numbers = number_floors(
        [Storey(floor.name, floor.elevation_m, floor.key in with_rooms) for floor in floors]
    )
    return [replace(floors[index], floor_number=numbers.numbers[index]) for index in numbers.order]


def read_spaces(reading: Reading, facility: Facility, attributes: Attributes) -> list[SourceRoom]:
    """Each space on the floor that it names; an error for one that names none."""
    rooms = []
    for table, row, name in reading.rows("Space"):
        floor_name = table.text(row, "FloorName")
        floor_key = reading.floors.one(floor_name) if floor_name else None
        if floor_key is None:
            what = f"names no floor '{floor_name}' that" if floor_name else "names no floor that"
            reading.error(
                "FLOOR_UNKNOWN",
                f"Space '{name}' {what}, and sheet 'Floor' has none of that name; it was not"
                " taken over.",
                "Space",
                line=row.number,
                key=name,
                field="FloorName",
                value=floor_name,
            )
            continue
        key, other = reading.key(table, row, name)
        reading.spaces.add(name, key)
        reading.floor_of_space[key] = floor_key
        area, source = _area(reading, table, row, name, facility)
        stated = attributes.get(("space", folded(name)), {})
        metadata: dict[str, Any] = {"attributes": stated} if stated else {}
        tag = table.text(row, "RoomTag")
        if tag is not None:
            metadata = {**metadata, "room_tag": tag}
        height = reading.number(table, row, "UsableHeight", name)
        if height:
            metadata = {**metadata, "usable_height_m": round(height * facility.length, 4)}
        rooms.append(
            SourceRoom(
                key=key,
                floor_key=floor_key,
                room_number=reading.text(table, row, "Name", limit=100) or name[:100],
                name=reading.text(table, row, "Description"),
                room_type=reading.text(table, row, "Category"),
                area_m2=area,
                area_source=source,
                volume_m3=_volume(stated, area),
                metadata=metadata,
                other_ids=other,
                line=row.number,
            )
        )
    return rooms


def _area(
    reading: Reading, table: Table, row: Row, name: str, facility: Facility
) -> tuple[float | None, str | None]:
    for column in ("NetArea", "GrossArea"):
        area = reading.number(table, row, column, name)
        if area is not None and area < 0:
            reading.bad_value(table, row, column, name, "an area cannot be negative")
        elif area:
            return round(area * facility.area, 4), f"COBie {column}"
    return None, None


def _volume(attributes: Mapping[str, Any], area: float | None) -> float | None:
    """A volume among a space's attributes, if it can be one: stated units are often wrong."""
    for name, value in attributes.items():
        if folded_header(name) in ("volume", "netvolume", "grossvolume"):
            volume = number_of(value)
            if volume and area and 1 < volume / area < 30:
                return round(volume, 4)
    return None
