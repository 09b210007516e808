"""The columns of plain tables of floors, rooms and devices, and what else they may be called."""

from collections.abc import Mapping

from arxos.domain.table_templates import COLUMNS, TableKind

__all__ = ["ALIASES", "COLUMNS", "REQUIRED", "SQUARE_FEET", "TableKind"]

# Without one of each group the rows mean nothing; the kind of a table is the one that fits best.
REQUIRED: Mapping[TableKind, tuple[str, ...]] = {
    TableKind.FLOORS: ("floor_number",),
    TableKind.ROOMS: ("floor", "room_number"),
    TableKind.DEVICES: ("name", "device_type"),
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
    TableKind.FLOORS: {
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
    TableKind.ROOMS: {
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
    TableKind.DEVICES: {
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
