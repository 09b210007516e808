"""IFC elements as devices, and the rooms they are in as far as the file says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from arxos.adapters.readers.ifc_devices import (
    device_type,
    identity,
    installed_on,
    predefined_type,
    warranty_until,
)
from arxos.adapters.readers.ifc_model import Entity, attribute
from arxos.adapters.readers.ifc_profiles import OPENINGS
from arxos.adapters.readers.ifc_reading import Reading
from arxos.adapters.readers.source_text import meaningful
from arxos.domain.source import SourceDevice

_METADATA_LENGTH = 200


@dataclass(frozen=True, slots=True)
class RoomOfSpace:
    """The room that an IfcSpace became."""

    key: str
    floor_key: str


def device_records(
    reading: Reading, elements: Sequence[Entity], rooms: dict[int, RoomOfSpace]
) -> list[SourceDevice]:
    """One device for each element. `rooms` goes by the space's step id."""
    return [_device(reading, element, rooms) for element in elements]


def _device(reading: Reading, element: Entity, rooms: dict[int, RoomOfSpace]) -> SourceDevice:
    key = reading.keys.key_of(element, "device")
    type_object = reading.model.type_of.get(element.id())
    kind = device_type(element, type_object)
    name = reading.text(element, "Name", key, label="device name")
    if name is None:
        name = (reading.text(type_object, "Name", key) if type_object else None) or kind
        reading.warn(
            "DEVICE_NAME_MISSING", f"A device has no name; it is called '{name}'.", element, key,
            "name",
        )  # fmt: skip
    what = f"'{name}'"
    room_keys, floor_key = _rooms_and_floor(reading, element, rooms, what, key)
    properties = reading.properties.of(element)
    who = identity(properties)

    def fitted(value: str | None, field: str) -> str | None:
        return reading.cleaner.clean(
            value, field=field, ifc_class=element.is_a(), key=key, line=reading.line(element)
        )

    return SourceDevice(
        key=key,
        floor_key=floor_key,
        room_keys=room_keys,
        name=name,
        device_type=kind,
        ifc_class=element.is_a(),
        manufacturer=fitted(who.manufacturer, "manufacturer"),
        model=fitted(who.model, "model"),
        serial_number=fitted(who.serial_number, "serial number"),
        tag_number=fitted(who.tag_number, "tag number"),
        barcode=fitted(who.barcode, "bar code"),
        installed_on=installed_on(properties),
        warranty_until=warranty_until(properties),
        position=reading.position_of(element, what, key),
        description=reading.text(element, "Description", key),
        metadata=_metadata(reading, element, type_object),
        line=reading.line(element),
    )


def _rooms_and_floor(
    reading: Reading, element: Entity, rooms: dict[int, RoomOfSpace], what: str, key: str
) -> tuple[tuple[str, ...], str]:
    """import-mapping.md, "Which room a device is in", rules 1, 2, 3 and 5; 4 needs footprints."""
    wholes = _wholes(reading, element)
    containers = [
        container
        for part in wholes
        if (container := reading.model.container_of.get(part.id())) is not None
    ]
    references = reading.model.referenced_in.get(element.id(), [])
    spaces = [c for c in containers[:1] if c.id() in rooms]
    spaces += [r for r in references if r.id() in rooms]
    if not spaces:
        spaces = [c for c in containers if c.id() in rooms][:1]
    if not spaces and any(element.is_a(ifc_class) for ifc_class in OPENINGS):
        spaces = [
            space
            for space in reading.model.bounded_spaces_of.get(element.id(), [])
            if space.id() in rooms
        ]
    if spaces:
        found = [rooms[space.id()] for space in spaces]
        return tuple(dict.fromkeys(room.key for room in found)), found[0].floor_key
    floor_key = reading.floor_of(element, [*containers, *references, *wholes], what, key)
    return (), floor_key


def _wholes(reading: Reading, element: Entity) -> list[Entity]:
    """The element, then its assembly or the wall it is set in, outwards."""
    chain: list[Entity] = []
    seen: set[int] = set()
    current: Entity | None = element
    while current is not None and current.id() not in seen:
        chain.append(current)
        seen.add(current.id())
        model = reading.model
        current = model.whole_of.get(current.id()) or model.host_of.get(current.id())
    return chain


def _metadata(reading: Reading, element: Entity, type_object: Entity | None) -> dict[str, Any]:
    """What has no field of its own and helps to tell devices apart; never whole property sets."""
    type_name = attribute(type_object, "Name") if type_object is not None else None
    object_type = attribute(element, "ObjectType")
    values = {
        "ifc_type_name": type_name,
        "object_type": None if object_type == type_name else object_type,
        "predefined_type": predefined_type(element, type_object),
        "classification": reading.classification_of(element),
        # In many exports the element's number in the authoring tool, so not the tag on the device.
        "ifc_tag": attribute(element, "Tag"),
    }
    return {
        name: text[:_METADATA_LENGTH]
        for name, value in values.items()
        if (text := meaningful(value)) is not None
    }
