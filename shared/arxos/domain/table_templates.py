"""Plain tables of floors, rooms and devices: their columns, and rows that show how to fill them."""

from collections.abc import Mapping
from enum import StrEnum


class TableKind(StrEnum):
    """What the rows of a table are."""

    FLOORS = "floors"
    ROOMS = "rooms"
    DEVICES = "devices"


# An example says how its column is written. Each table is complete by itself, also for an empty
# building, so no device here names a room.
_EXAMPLES: Mapping[TableKind, Mapping[str, tuple[str, str]]] = {
    TableKind.FLOORS: {
        "id": ("F-00", "F-01"),
        "floor_number": ("0", "1"),
        "name": ("Ground Floor", "First Floor"),
        "elevation_m": ("0.0", "3.2"),
        "description": ("Entrance and shops", ""),
    },
    TableKind.ROOMS: {
        "id": ("R-0.01", "R-1.04"),
        "floor": ("0", "1"),
        "room_number": ("0.01", "1.04"),
        "name": ("Reception", "Meeting Room"),
        "room_type": ("Lobby", "Office"),
        "area_m2": ("42.5", "18.0"),
        "volume_m3": ("127.5", "54.0"),
        "description": ("", "Twelve seats"),
    },
    TableKind.DEVICES: {
        "id": ("D-0001", "D-0002"),
        "floor": ("0", "1"),
        "room": ("", ""),
        "name": ("Air handling unit 1", "Desk lamp"),
        "device_type": ("AirHandlingUnit", "LightFixture"),
        "manufacturer": ("Heat & Co.", "Light AG"),
        "model": ("AHU-200", "L-7"),
        "serial_number": ("89756735", "L7-0042"),
        "tag_number": ("AHU-01", ""),
        "barcode": ("4006381333931", ""),
        "installed_on": ("2026-01-31", "2026-02-15"),
        "warranty_until": ("2028-01-31", "2027-02-15"),
        "x": ("12.5", ""),
        "y": ("3.25", ""),
        "z": ("0.0", ""),
        "description": ("On the roof's north side", ""),
    },
}

COLUMNS: Mapping[TableKind, tuple[str, ...]] = {
    kind: tuple(examples) for kind, examples in _EXAMPLES.items()
}


def template_rows(kind: TableKind) -> tuple[tuple[str, ...], ...]:
    """The columns' names, and two rows that can be imported as they are."""
    examples = _EXAMPLES[kind]
    return (tuple(examples), *zip(*examples.values(), strict=True))
