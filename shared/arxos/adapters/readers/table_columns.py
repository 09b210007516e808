"""The columns of plain tables of floors, rooms and devices, and what else they may be called."""

from collections.abc import Mapping
from typing import Literal

TableKind = Literal["floors", "rooms", "devices"]

# In the order of the templates that can be downloaded.
COLUMNS: Mapping[TableKind, tuple[str, ...]] = {
    "floors": ("id", "floor_number", "name", "elevation_m", "description"),
    "rooms": (
        "id",
        "floor",
        "room_number",
        "name",
        "room_type",
        "area_m2",
        "volume_m3",
        "description",
    ),
    "devices": (
        "id",
        "floor",
        "room",
        "name",
        "device_type",
        "manufacturer",
        "model",
        "serial_number",
        "tag_number",
        "barcode",
        "installed_on",
        "warranty_until",
        "x",
        "y",
        "z",
        "description",
    ),
}

# Without one of each group the rows mean nothing; the kind of a table is the one that fits best.
REQUIRED: Mapping[TableKind, tuple[str, ...]] = {
    "floors": ("floor_number",),
    "rooms": ("floor", "room_number"),
    "devices": ("name", "device_type"),
}

_COMMON = {
    "external_id": "id",
    "key": "id",
    "guid": "id",
    "globalid": "id",
    "ext identifier": "id",
    "comment": "description",
    "remarks": "description",
    "notes": "description",
    "beschreibung": "description",
}
ALIASES: Mapping[TableKind, Mapping[str, str]] = {
    "floors": {
        **_COMMON,
        "number": "floor_number",
        "floor": "floor_number",
        "level": "floor_number",
        "storey": "floor_number",
        "floor no": "floor_number",
        "floor name": "name",
        "elevation": "elevation_m",
        "height": "elevation_m",
        "etage": "floor_number",
        "geschoss": "floor_number",
    },
    "rooms": {
        **_COMMON,
        "number": "room_number",
        "room": "room_number",
        "room no": "room_number",
        "space": "room_number",
        "raumnummer": "room_number",
        "floor number": "floor",
        "floor name": "floor",
        "level": "floor",
        "storey": "floor",
        "etage": "floor",
        "geschoss": "floor",
        "room name": "name",
        "raumname": "name",
        "type": "room_type",
        "use": "room_type",
        "category": "room_type",
        "area": "area_m2",
        "net area": "area_m2",
        "area sqm": "area_m2",
        "fläche": "area_m2",
        "volume": "volume_m3",
    },
    "devices": {
        **_COMMON,
        "floor number": "floor",
        "floor name": "floor",
        "level": "floor",
        "room number": "room",
        "room no": "room",
        "space": "room",
        "location": "room",
        "raum": "room",
        "device": "name",
        "device name": "name",
        "asset": "name",
        "asset name": "name",
        "component": "name",
        "type": "device_type",
        "category": "device_type",
        "asset type": "device_type",
        "maker": "manufacturer",
        "vendor": "manufacturer",
        "hersteller": "manufacturer",
        "model number": "model",
        "serial": "serial_number",
        "serial no": "serial_number",
        "s/n": "serial_number",
        "seriennummer": "serial_number",
        "tag": "tag_number",
        "asset tag": "tag_number",
        "bar code": "barcode",
        "installed": "installed_on",
        "installation date": "installed_on",
        "install date": "installed_on",
        "warranty": "warranty_until",
        "warranty end": "warranty_until",
        "warranty expires": "warranty_until",
    },
}

# Headings that mean an imperial measure: the value is converted.
SQUARE_FEET = frozenset({"areasqft", "areaft2", "areasf", "sqft", "netareasqft"})
