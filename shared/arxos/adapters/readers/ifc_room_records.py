"""IfcSpaces as rooms."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from arxos.adapters.readers.ifc_model import Entity, attribute
from arxos.adapters.readers.ifc_properties import Property, named
from arxos.adapters.readers.ifc_quantities import room_size
from arxos.adapters.readers.ifc_reading import Reading, code_and_title
from arxos.adapters.readers.source_text import meaningful
from arxos.domain.source import SourceRoom

_OMNICLASS = re.compile(r"omniclass\b.*\bcategory", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RoomRecord:
    """A room, and what is needed to finish it once its shape is known."""

    room: SourceRoom
    step_id: int
    height_m: float | None
    has_shape: bool


def room_records(reading: Reading, spaces: Sequence[Entity]) -> list[RoomRecord]:
    """One room for each IfcSpace."""
    return [_room(reading, space) for space in spaces]


def _room(reading: Reading, space: Entity) -> RoomRecord:
    key = reading.keys.key_of(space, "room")
    number = reading.text(space, "Name", key, label="room number")
    name = reading.text(space, "LongName", key, label="room name")
    if number is None:
        number = name or f"Room {key[-6:]}"
        reading.warn(
            "ROOM_NUMBER_MISSING",
            f"A room has no number (Name); it got '{number}' from its"
            f" {'LongName' if name else 'GlobalId'}.",
            space,
            key,
            "room_number",
        )
    what = f"Room '{number}'"
    properties = reading.properties.of(space)
    size = room_size(properties, reading.units)
    room = SourceRoom(
        key=key,
        floor_key=reading.floor_of(space, [space], what, key),
        room_number=number,
        name=name,
        room_type=_room_type(reading, space, properties),
        area_m2=size.area_m2,
        area_source=size.area_source,
        volume_m3=size.volume_m3,
        description=reading.text(space, "Description", key),
        line=reading.line(space),
    )
    placed = reading.placements.of(space) is not None
    if not placed:
        reading.warn(
            "PLACEMENT_CYCLIC",
            f"The placement of {what} is relative to itself; it has no footprint.",
            space,
            key,
            "footprint",
        )
    has_shape = placed and attribute(space, "Representation") is not None
    return RoomRecord(room, space.id(), size.height_m, has_shape)


def _room_type(reading: Reading, space: Entity, properties: Sequence[Property]) -> str | None:
    """import-mapping.md, "room type": the order counts."""
    classification = reading.classification_of(space)
    if classification is not None:
        return classification
    omniclass = next(
        (
            text
            for prop in properties
            if _OMNICLASS.match(prop.name.strip())
            and (text := meaningful(prop.value, prop.name)) is not None
        ),
        None,
    )
    by_property = (
        omniclass
        or code_and_title(
            named(properties, "Category Code"), named(properties, "Category Description")
        )
        or named(properties, "Category", "Pset_SpaceCommon")
        or attribute(space, "ObjectType")
    )
    found = reading.cleaner.clean(by_property, field="room type", ifc_class=space.is_a())
    if found is not None:
        return found
    predefined = attribute(space, "PredefinedType")
    return predefined if predefined not in (None, "NOTDEFINED", "USERDEFINED") else None
