"""What a building file says, in the same words whatever its format (IFC, COBie, CSV).

A reader turns a file into one `SourceModel`; importing compares it with the registry's records.
`key` is what identifies a thing in its source (an IFC GlobalId, a COBie ExtIdentifier or Name).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

Severity = Literal["error", "warning"]


class ProblemSeverity(StrEnum):
    """An `error` was not taken over; a `warning` was, with a repair or a guess."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing a reader found wrong, said so that a BIM manager can find and mend it.

    An `error` means that a row or element was not taken over; a `warning`, that it was, with a
    repair or a guess which `message` names.
    """

    severity: Severity
    code: str
    message: str
    sheet_or_class: str | None = None
    row_or_line: int | None = None
    key: str | None = None
    field: str | None = None
    value: str | None = None


# A record's ids in other sources, by their names: a COBie workbook made from an IFC model names
# its GlobalIds, {"ifc": "2O2Fr$t4X7Zf8NOew3FLOH"}.
OtherIds = Mapping[str, str]

# Of a thing in an export of ours (domain/own_exports.py): the fields that somebody has changed in
# the file since. Only these are words about a record that is known. None: every field is.
Edited = tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceBuilding:
    """The building as the file names it. Never overwrites the registry's own name or address."""

    key: str
    name: str | None = None
    address: dict[str, str] = field(default_factory=dict)
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFloor:
    """A storey. `elevation_m` in metres above the building's own zero.

    `number_said` False: the file has only a name for it ("Roof"), and `floor_number` is what a new
    floor would get. No floor is met by it, and one that is known keeps its own.
    """

    key: str
    name: str
    floor_number: int
    elevation_m: float | None = None
    description: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    status: str | None = None
    other_ids: OtherIds = field(default_factory=dict)
    edited: Edited = None
    line: int | None = None
    number_said: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRoom:
    """A space on one floor. Areas in m2, volumes in m3, `footprint` an outer ring in metres.

    `area_source` names the rule that gave the area ("Qto/BaseQuantities NetFloorArea",
    "GSA BIM Area", "footprint" …).
    `floor_said` False: the file does not say on which floor, or says one that it does not have.
    A room that is known stays where it is; `floor_key` is only where a new one is put.
    """

    key: str
    floor_key: str
    room_number: str
    name: str | None = None
    room_type: str | None = None
    area_m2: float | None = None
    area_source: str | None = None
    volume_m3: float | None = None
    footprint: tuple[tuple[float, float], ...] | None = None
    description: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    status: str | None = None
    other_ids: OtherIds = field(default_factory=dict)
    edited: Edited = None
    line: int | None = None
    floor_said: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDevice:
    """A piece of equipment or furniture. `room_keys`: all its rooms, the main one first.

    `room_numbers` are rooms that the file names and does not describe: the building's own, by
    number; then `floor_key` may be empty. `position` is (x, y, z) in metres in the building's
    coordinates.
    `place_said` False: the file does not say where it is (the column is missing), or names a place
    that it does not have. A device that is known stays where it is, and nothing of its place is
    remembered as said; `floor_key` and `room_keys` are only where a new one is put.
    `type_said` False: likewise of `device_type`, which is only what a new one is called.
    """

    key: str
    floor_key: str
    room_keys: tuple[str, ...] = ()
    room_numbers: tuple[str, ...] = ()
    name: str
    device_type: str
    ifc_class: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial_number: str | None = None
    tag_number: str | None = None
    barcode: str | None = None
    installed_on: str | None = None
    warranty_until: str | None = None
    position: tuple[float, float, float] | None = None
    description: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    status: str | None = None
    other_ids: OtherIds = field(default_factory=dict)
    edited: Edited = None
    line: int | None = None
    place_said: bool = True
    type_said: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceGroup:
    """A system of devices, or a zone of rooms, by the members' keys.

    `members_said` False: it may have members that are not listed, because the file's column of
    them is missing or names some that it does not have. Those listed enter it; nobody leaves it,
    and nothing of its members is remembered as said.
    """

    key: str
    group_kind: Literal["system", "zone"]
    name: str
    category: str | None = None
    description: str | None = None
    device_keys: tuple[str, ...] = ()
    room_keys: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    other_ids: OtherIds = field(default_factory=dict)
    edited: Edited = None
    line: int | None = None
    members_said: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSheet:
    """A sheet as the file has it, so that what has no record of its own is not thrown away.

    `rows` hold texts, numbers, truth values and None, as many as there are `columns`. `document`
    is the one it came from, where that is another than the file's own: exports of ours say so.
    `of_table`: no sheet of its own, but the columns that a table of floors, rooms or devices has
    beside the known ones; their cells are in the records' metadata.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | int | float | bool | None, ...], ...] = ()
    document: str = ""
    of_table: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceColumn:
    """How a table's column was understood: as `field`, or as none and kept in the metadata."""

    sheet: str
    heading: str
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceModel:
    """Everything one file says of one building, parents before children."""

    source: str
    """The external-id name that `key`s go by: "ifc", "cobie" …"""
    schema: str
    building: SourceBuilding | None = None
    document: str = ""
    """Which of the documents of one building this is, the same for each version of it: what this
    one says is compared with what it said last time. Empty: there is only one of its source."""
    floors: tuple[SourceFloor, ...] = ()
    rooms: tuple[SourceRoom, ...] = ()
    devices: tuple[SourceDevice, ...] = ()
    groups: tuple[SourceGroup, ...] = ()
    kept_sheets: tuple[KeptSheet, ...] = ()
    columns: tuple[SourceColumn, ...] = ()
    problems: tuple[Problem, ...] = ()
    incomplete: frozenset[str] = frozenset()
    """Kinds of records ("floor", "room", "device", "group") of which the file does not say all: a
    sheet or a column that is needed was missing, or rows were refused. That a record of such a kind
    is not in the file proves nothing, so it must not be proposed for removal. A sheet that is there
    and has no rows is complete: it says that there are none."""
