"""Turns an opened IFC file into records; footprints and what hangs on them come afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from arxos.adapters.readers.ifc_building import (
    building_address,
    building_name,
    coordinates,
    find_buildings,
)
from arxos.adapters.readers.ifc_device_records import RoomOfSpace, device_records
from arxos.adapters.readers.ifc_devices import devices_in
from arxos.adapters.readers.ifc_groups import group_records, groups_in
from arxos.adapters.readers.ifc_keys import Keys
from arxos.adapters.readers.ifc_model import Entity, IfcModel, attribute
from arxos.adapters.readers.ifc_placement import WORLD, Frame, Placements
from arxos.adapters.readers.ifc_properties import Properties
from arxos.adapters.readers.ifc_reading import Reading
from arxos.adapters.readers.ifc_room_records import RoomRecord, room_records
from arxos.adapters.readers.ifc_storeys import Storeys, cyclic_parts, storey_above
from arxos.adapters.readers.ifc_units import read_units
from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.source_text import TextCleaner
from arxos.adapters.readers.step_text import lines_of
from arxos.domain.source import SourceBuilding, SourceDevice, SourceFloor, SourceGroup


@dataclass(frozen=True, slots=True)
class IfcRecords:
    """What a file says, before its geometry is worked out. `building_frame` is in metres."""

    schema: str
    building: SourceBuilding
    building_frame: Frame
    floors: list[SourceFloor]
    rooms: list[RoomRecord]
    devices: list[SourceDevice]
    groups: list[SourceGroup]


def read_records(model: IfcModel, path: Path, profile: str, problems: ProblemList) -> IfcRecords:
    """The file's building with all that is in it; `check_what_was_read` came first."""
    buildings = find_buildings(model)
    storeys, spaces = model.by_type("IfcBuildingStorey"), model.by_type("IfcSpace")
    elements = devices_in(model, profile)
    systems = groups_in(model)
    lines = lines_of(path, {e.id() for e in (*buildings, *storeys, *spaces, *elements, *systems)})
    units = read_units(model, problems)
    placements = Placements()
    frame = placements.of(buildings[0]) or WORLD
    rooms_on = {s.id() for space in spaces if (s := storey_above(space, model)) is not None}
    reading = Reading(
        model=model,
        units=units,
        placements=placements,
        building_frame=frame,
        properties=Properties(model),
        storeys=Storeys(model, units, placements, frame, rooms_on, problems),
        keys=Keys(problems, lines),
        cleaner=TextCleaner(problems),
        problems=problems,
        lines=lines,
    )
    _warn_about_structure(reading, buildings)
    building = _building(reading, buildings[0])
    floors = _floors(reading)
    if not floors and (spaces or elements):
        floors = [_made_up_floor(reading, building)]
    rooms = room_records(reading, spaces)
    of_space = {room.step_id: RoomOfSpace(room.room.key, room.room.floor_key) for room in rooms}
    devices = device_records(reading, elements, of_space)
    groups = group_records(
        reading,
        systems,
        {room.step_id: room.room.key for room in rooms},
        {element.id(): device.key for element, device in zip(elements, devices, strict=True)},
    )
    x, y, z = frame.origin
    in_metres = Frame(
        frame.x, frame.y, frame.z, (x * units.length, y * units.length, z * units.length)
    )
    return IfcRecords(
        model.file.schema_identifier, building, in_metres, floors, rooms, devices, groups
    )


def _building(reading: Reading, building: Entity) -> SourceBuilding:
    latitude, longitude = coordinates(reading.model, reading.problems)
    return SourceBuilding(
        key=reading.keys.key_of(building, "building"),
        name=building_name(reading.model, building, reading.cleaner),
        address=building_address(reading.model, building, reading.properties, reading.cleaner),
        latitude=latitude,
        longitude=longitude,
    )


def _floors(reading: Reading) -> list[SourceFloor]:
    """Lowest first."""
    keys = {
        entity.id(): reading.keys.key_of(entity, "floor")
        for entity in reading.model.by_type("IfcBuildingStorey")
    }
    reading.floor_keys.update(keys)
    floors = []
    for storey in reading.storeys.all:
        entity, key = storey.entity, keys[storey.entity.id()]
        number = reading.storeys.number(entity)
        name = reading.text(entity, "Name", key, label="floor name") or reading.text(
            entity, "LongName", key, label="floor name"
        )
        if name is None:
            name = f"Floor {number}"
            reading.warn(
                "FLOOR_NAME_MISSING", f"A storey has no name; it is called '{name}'.", entity, key,
                "name",
            )  # fmt: skip
        elevation = storey.elevation_m
        floors.append(
            SourceFloor(
                key=key,
                name=name,
                floor_number=number,
                elevation_m=None if elevation is None else round(elevation, 4) + 0.0,
                description=reading.text(entity, "Description", key),
                line=reading.line(entity),
            )
        )
    return floors


def _made_up_floor(reading: Reading, building: SourceBuilding) -> SourceFloor:
    """Everything must stand on a floor, and some files have none."""
    reading.only_floor_key = f"{building.key}~floor"
    reading.problems.warn(
        "NO_STOREYS",
        "The file has no storeys (IfcBuildingStorey); everything was put on one floor, number 0.",
        ifc_class="IfcBuildingStorey",
    )
    return SourceFloor(key=reading.only_floor_key, name="Ground Floor", floor_number=0)


def _warn_about_structure(reading: Reading, buildings: Sequence[Entity]) -> None:
    if len(buildings) > 1:
        reading.problems.warn(
            "SEVERAL_BUILDINGS",
            f"The file holds {len(buildings)} buildings; all their storeys were read as floors of"
            " one building. Export each building to its own file to keep them apart.",
            ifc_class="IfcBuilding",
        )
    for entity in cyclic_parts(reading.model):
        reading.problems.warn(
            "AGGREGATION_CYCLIC",
            f"#{entity.id()} ({entity.is_a()}) is, through others, a part of itself; the circle"
            " was cut.",
            ifc_class=entity.is_a(),
            line=reading.lines.get(entity.id()),
            key=attribute(entity, "GlobalId"),
        )
