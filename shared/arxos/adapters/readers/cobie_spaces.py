"""The floors of a COBie workbook, and its spaces as rooms on them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from arxos.adapters.readers.cobie_attributes import Attributes
from arxos.adapters.readers.cobie_facility import Facility
from arxos.adapters.readers.cobie_reading import Reading
from arxos.adapters.readers.cobie_tables import Table
from arxos.adapters.readers.floor_numbers import Storey, StoreyKind, number_floors
from arxos.adapters.readers.header_row import folded_header
from arxos.adapters.readers.workbook_sheets import Row, number_of
from arxos.domain.source import SourceFloor, SourceRoom
from arxos.domain.text_rules import folded

# A Floor's Category, COBie's pick list and what tools make of it.
_KINDS: Mapping[str, StoreyKind] = {"site": "site", "roof": "roof"}


@dataclass(slots=True)
class Floors:
    """The workbook's floors in the order of its rows, and what their Category says they are."""

    all: list[SourceFloor] = field(default_factory=list)
    kinds: dict[str, StoreyKind] = field(default_factory=dict)

    def numbered(self, with_rooms: Collection[str]) -> list[SourceFloor]:
        """The floors from the lowest to the highest, each with its number."""
        storeys = [
            Storey(floor.name, floor.elevation_m, floor.key in with_rooms, self.kinds[floor.key])
            for floor in self.all
        ]
        numbers = number_floors(storeys)
        return [
            replace(self.all[index], floor_number=numbers.numbers[index]) for index in numbers.order
        ]

    def ground(self) -> SourceFloor | None:
        """Where is put what the workbook puts nowhere; None without floors."""
        floors = self.numbered(())
        inside = [floor for floor in floors if self.kinds[floor.key] is None] or floors
        return min(
            inside, key=lambda f: (abs(f.elevation_m or 0.0), abs(f.floor_number)), default=None
        )


def read_floors(reading: Reading, facility: Facility) -> Floors:
    """Floors without numbers: those depend on which have rooms."""
    floors = Floors()
    for table, row, name in reading.rows("Floor"):
        key, other = reading.key(table, row, name)
        elevation = reading.number(table, row, "Elevation", name)
        reading.floors.add(name, key)
        category = folded(reading.text(table, row, "Category") or "")
        floors.kinds[key] = _KINDS.get(category)
        floors.all.append(
            SourceFloor(
                key=key,
                name=reading.text(table, row, "Name") or name,
                floor_number=0,
                elevation_m=None if elevation is None else round(elevation * facility.elevation, 4),
                description=reading.description(table, row, name),
                other_ids=other,
                line=row.number,
            )
        )
    return floors


def read_spaces(
    reading: Reading, facility: Facility, attributes: Attributes, floors: Floors
) -> list[SourceRoom]:
    """Each space on the floor that it names; one that names none on the ground, with an error."""
    rooms = []
    ground = floors.ground()
    for table, row, name in reading.rows("Space"):
        floor_key = _floor_of(reading, table, row, name, ground)
        is_said = floor_key is not None
        if floor_key is None:
            if ground is None:
                reading.left_out("Space")
                continue
            floor_key = ground.key
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
            metadata = {**metadata, "usable_height_m": round(height * facility.height, 4)}
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
                floor_said=is_said,
            )
        )
    return rooms


def _floor_of(
    reading: Reading, table: Table, row: Row, name: str, ground: SourceFloor | None
) -> str | None:
    """The key of the floor that the space names; an error, told once, where it names none."""
    floor_name = table.text(row, "FloorName")
    floor_key = reading.floors.one(floor_name) if floor_name else None
    # That the sheet or the column is missing was told, once for all rows.
    if floor_key is not None or not (reading.says("Floor") and reading.says("Space", "FloorName")):
        return floor_key
    reading.error(
        "FLOOR_UNKNOWN",
        f"Space '{name}' names the floor '{floor_name}', which sheet 'Floor' does not have."
        if floor_name
        else f"Space '{name}' names no floor (FloorName).",
        "Space",
        line=row.number,
        key=name,
        field="FloorName",
        value=floor_name,
        kept="It was not taken over, as there is no floor to put it on."
        if ground is None
        else f"A space already known stays on its floor; a new one was put on '{ground.name}'.",
    )
    return None


def _area(
    reading: Reading, table: Table, row: Row, name: str, facility: Facility
) -> tuple[float | None, str | None]:
    factors = {"NetArea": facility.net_area, "GrossArea": facility.gross_area}
    for column, factor in factors.items():
        area = reading.number(table, row, column, name)
        if area is not None and area < 0:
            reading.bad_value(table, row, column, name, "an area cannot be negative")
        elif area:
            return round(area * factor, 4), f"COBie {column}"
    return None, None


def _volume(attributes: Mapping[str, Any], area: float | None) -> float | None:
    """A volume among a space's attributes, if it can be one: stated units are often wrong."""
    for name, value in attributes.items():
        if folded_header(name) in ("volume", "netvolume", "grossvolume"):
            volume = number_of(value)
            if volume and area and 1 < volume / area < 30:
                return round(volume, 4)
    return None
