"""Finishes what the IFC process read: footprints, areas, volumes, and devices' rooms by place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.room_sizes import FOOTPRINT, area_in_doubt, checked_volume
from arxos.domain.nearest_room import RoomFinder
from arxos.domain.source import (
    Problem,
    SourceBuilding,
    SourceDevice,
    SourceFloor,
    SourceGroup,
    SourceModel,
    SourceRoom,
)

_DECIMALS = 4
_ALL_KINDS = frozenset({"floor", "room", "device", "group"})
_LOSSES = frozenset({"INSTANCES_LOST", "DUPLICATE_STEP_ID", "DANGLING_REFERENCE"})


@dataclass(frozen=True, slots=True)
class Footprint:
    """A room's outline, the area it encloses, and the height of the room's solid."""

    ring: tuple[tuple[float, float], ...]
    area_m2: float
    height_m: float


def finish(
    lines: Iterable[dict[str, Any]], footprints: dict[int, Footprint], problems: ProblemList
) -> SourceModel:
    """`lines` as `ifc_child` writes them; `footprints` go by the space's step id."""
    of_kind: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        of_kind.setdefault(line["kind"], []).append(line)
    rooms = [
        _finished_room(line, footprints.get(line["step_id"]), problems)
        for line in of_kind.get("room", [])
    ]
    devices = _placed_devices(
        [_device(line["device"]) for line in of_kind.get("device", [])], rooms
    )
    stated = [Problem(**line["problem"]) for line in of_kind.get("problem", [])]
    building = SourceBuilding(**of_kind["building"][0]["building"])
    told = (*stated, *problems.all())
    return SourceModel(
        source="ifc",
        # Discipline files of one building have different IfcBuilding ids, and each keeps its own.
        document=f"ifc:{building.key}"[:100],
        schema=of_kind["file"][0]["schema"],
        building=building,
        floors=tuple(SourceFloor(**line["floor"]) for line in of_kind.get("floor", [])),
        rooms=tuple(rooms),
        devices=tuple(devices),
        groups=tuple(_group(line["group"]) for line in of_kind.get("group", [])),
        problems=told,
        # What could not be read of a damaged file is not gone from the building.
        incomplete=_ALL_KINDS if any(p.code in _LOSSES for p in told) else frozenset(),
    )


def _device(fields: dict[str, Any]) -> SourceDevice:
    position = fields["position"]
    return SourceDevice(
        **{
            **fields,
            "room_keys": tuple(fields["room_keys"]),
            "room_numbers": (),
            "position": None if position is None else tuple(position),
        }
    )


def _group(fields: dict[str, Any]) -> SourceGroup:
    members = {name: tuple(fields[name]) for name in ("device_keys", "room_keys")}
    return SourceGroup(**{**fields, **members})


def _finished_room(
    line: dict[str, Any], footprint: Footprint | None, problems: ProblemList
) -> SourceRoom:
    room = SourceRoom(**line["room"])
    height: float | None = line["height_m"]
    area, source = room.area_m2, room.area_source
    if footprint is not None:
        height = height or footprint.height_m
        if area is None:
            area, source = footprint.area_m2, FOOTPRINT
        elif doubt := area_in_doubt(area, footprint.area_m2):
            _warn(problems, room, "AREA_IN_DOUBT", doubt, "area_m2")
    volume, said = checked_volume(area, room.volume_m3, height)
    if said is not None:
        _warn(problems, room, "VOLUME_NOT_SANE", said, "volume_m3")
    return replace(
        room,
        area_m2=None if area is None else round(area, _DECIMALS),
        area_source=source,
        volume_m3=None if volume is None else round(volume, _DECIMALS),
        footprint=footprint.ring if footprint is not None else None,
    )


def _warn(problems: ProblemList, room: SourceRoom, code: str, message: str, field: str) -> None:
    problems.warn(
        code,
        f"Room '{room.room_number}': {message}",
        ifc_class="IfcSpace",
        line=room.line,
        key=room.key,
        field=field,
    )


def _placed_devices(
    devices: Sequence[SourceDevice], rooms: Sequence[SourceRoom]
) -> list[SourceDevice]:
    """import-mapping.md, rule 4: the rooms of its own storey, nearest footprint within 0.3 m."""
    rings: dict[str, list[tuple[str, tuple[tuple[float, float], ...]]]] = {}
    for room in rooms:
        if room.footprint is not None:
            rings.setdefault(room.floor_key, []).append((room.key, room.footprint))
    finders = {floor_key: RoomFinder(of_floor) for floor_key, of_floor in rings.items()}
    placed = []
    for device in devices:
        finder = finders.get(device.floor_key)
        if not device.room_keys and device.position is not None and finder is not None:
            room_key = finder.nearest(device.position[0], device.position[1])
            if room_key is not None:
                device = replace(device, room_keys=(room_key,))
        placed.append(device)
    return placed
