"""What a building file says, in the same words whatever its format (IFC, COBie, CSV).

A reader turns a file into one `SourceModel`; importing compares it with the registry's records.
`key` is what identifies a thing in its source (an IFC GlobalId, a COBie ExtIdentifier or Name).
"""

from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning"]


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
    """A storey. `elevation_m` in metres above the building's own zero."""

    key: str
    name: str
    floor_number: int
    elevation_m: float | None = None
    description: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRoom:
    """A space on one floor. Areas in m2, volumes in m3, `footprint` an outer ring in metres.

    `area_source` names the rule that gave the area ("Qto/BaseQuantities NetFloorArea",
    "GSA BIM Area", "footprint" …).
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
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDevice:
    """A piece of equipment or furniture. `room_keys`: all its rooms, the main one first.

    `position` is (x, y, z) in metres in the building's coordinates.
    """

    key: str
    floor_key: str
    room_keys: tuple[str, ...] = ()
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
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceModel:
    """Everything one file says of one building, parents before children."""

    source: str
    """The external-id name that `key`s go by: "ifc", "cobie" …"""
    schema: str
    building: SourceBuilding | None = None
    floors: tuple[SourceFloor, ...] = ()
    rooms: tuple[SourceRoom, ...] = ()
    devices: tuple[SourceDevice, ...] = ()
    problems: tuple[Problem, ...] = ()
