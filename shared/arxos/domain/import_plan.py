"""What an import would do: a file's floors, rooms and devices matched with the registry's records.

A record is known again by its source's id (`external_ids`). Floors and rooms that another file
brought (architecture and electrical models of one building) are met by number and place, and are
then only completed, never overwritten.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from arxos.domain.device import Device, Position
from arxos.domain.errors import InvalidInput
from arxos.domain.floor import Floor
from arxos.domain.identifiers import derived_id, shards_for
from arxos.domain.record import Record
from arxos.domain.room import Room
from arxos.domain.source import Problem, SourceDevice, SourceFloor, SourceModel, SourceRoom
from arxos.domain.text_rules import folded

R = TypeVar("R", bound=Record)

# Two files that place one storey this close mean the same storey: models of one building differ
# by a floor build-up, not by half a storey.
SAME_STOREY_M = 1.5


@dataclass(slots=True)
class ImportPlan:
    """New and changed records, parents before children; `unchanged` counts the rest."""

    shards: int = 1
    floors: list[Floor] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many records are to be written."""
        return len(self.floors) + len(self.rooms) + len(self.devices)


def is_new(record: Record) -> bool:
    """Whether the plan creates the record rather than changes it."""
    return any(isinstance(event, record.created_event) for event in record.events)


def plan_import(
    model: SourceModel,
    *,
    building_id: str,
    shards: int,
    floors: Iterable[Floor],
    rooms: Iterable[Room],
    devices: Iterable[Device],
    at: datetime,
    by: str | None,
) -> ImportPlan:
    """Compare `model` with the building's present records; decides all, writes nothing."""
    return _Planner(model, building_id, shards, floors, rooms, devices, at, by).plan()


class _Planner:
    def __init__(
        self,
        model: SourceModel,
        building_id: str,
        shards: int,
        floors: Iterable[Floor],
        rooms: Iterable[Room],
        devices: Iterable[Device],
        at: datetime,
        by: str | None,
    ) -> None:
        self._model = model
        self._building_id = building_id
        self._at, self._by = at, by
        self._floors, self._rooms, self._devices = list(floors), list(rooms), list(devices)
        records = max(len(self._rooms) + len(self._devices), len(model.rooms) + len(model.devices))
        self._plan = ImportPlan(shards=max(shards, shards_for(records)))
        self._floor_ids: dict[str, str] = {}
        self._room_ids: dict[str, str] = {}
        self._room_floors: dict[str, str] = {}

    def plan(self) -> ImportPlan:
        self._plan_floors()
        self._plan_rooms()
        self._plan_devices()
        return self._plan

    def _plan_floors(self) -> None:
        known = _by_key(self._floors, self._model.source)
        taken = {f.floor_number for f in self._floors}
        claimed = {known[s.key].id for s in self._model.floors if s.key in known}
        for source in self._model.floors:
            if (floor := known.get(source.key)) is not None:
                self._floor_ids[source.key] = floor.id
                self._keep(
                    floor,
                    {
                        "name": source.name,
                        "elevation_m": source.elevation_m,
                        "description": source.description,
                    },
                )
                continue
            other = _same_storey(source, [f for f in self._floors if f.id not in claimed])
            if other is not None:
                claimed.add(other.id)
                self._floor_ids[source.key] = other.id
                self._keep(other, _missing(other, {"elevation_m": source.elevation_m}))
                continue
            number = source.floor_number
            while number in taken:
                number += 1
            if number != source.floor_number:
                self._warn(
                    "FLOOR_NUMBER_TAKEN",
                    f"Floor '{source.name}' would be number {source.floor_number}, which another"
                    f" floor of this building has; it was given {number}.",
                    "IfcBuildingStorey",
                    source,
                    "floor_number",
                )
            taken.add(number)
            self._floor_ids[source.key] = self._add(
                Floor,
                "floor",
                source,
                1,
                building_id=self._building_id,
                floor_number=number,
                name=source.name or None,
                elevation_m=source.elevation_m,
                description=source.description,
            )

    def _plan_rooms(self) -> None:
        known = _by_key(self._rooms, self._model.source)
        numbered = {(r.floor_id, folded(r.room_number)): r for r in self._rooms}
        per_number = Counter(
            (self._floor_ids[s.floor_key], folded(s.room_number)) for s in self._model.rooms
        )
        holders = {place for place, room in numbered.items() if not room.number_shared}
        for source in self._model.rooms:
            floor_id = self._floor_ids[source.floor_key]
            place = (floor_id, folded(source.room_number))
            room = known.get(source.key)
            values: dict[str, Any] = {
                "name": source.name,
                "room_type": source.room_type,
                "area_m2": source.area_m2,
                "area_source": source.area_source,
                "volume_m3": source.volume_m3,
                "footprint": source.footprint,
                "description": source.description,
            }
            if room is None:
                other = numbered.get(place)
                if other is not None and per_number[place] == 1:
                    self._place_room(source.key, other.id, other.floor_id)
                    self._keep(other, _missing(other, values))
                    continue
                shared = place in holders
                if shared:
                    self._warn(
                        "ROOM_NUMBER_SHARED",
                        f"Room number '{source.room_number}' occurs more than once on its floor;"
                        " all these rooms were kept.",
                        "IfcSpace",
                        source,
                        "room_number",
                    )
                holders.add(place)
                room_id = self._add(
                    Room,
                    "room",
                    source,
                    self._plan.shards,
                    building_id=self._building_id,
                    floor_id=floor_id,
                    room_number=source.room_number,
                    number_shared=shared,
                    metadata=source.metadata,
                    **values,
                )
                self._place_room(source.key, room_id, floor_id)
                continue
            self._place_room(source.key, room.id, floor_id)
            moved = room.floor_id != floor_id or folded(room.room_number) != place[1]
            if moved:
                values["number_shared"] = place in holders
                holders.add(place)
            if source.metadata:
                values["metadata"] = {**room.metadata, **source.metadata}
            self._keep(room, {**values, "room_number": source.room_number, "floor_id": floor_id})

    def _place_room(self, key: str, room_id: str, floor_id: str) -> None:
        self._room_ids[key] = room_id
        self._room_floors[room_id] = floor_id

    def _plan_devices(self) -> None:
        known = _by_key(self._devices, self._model.source)
        for source in self._model.devices:
            room_ids = tuple(dict.fromkeys(self._room_ids[k] for k in source.room_keys))
            floor_id = (
                self._room_floors[room_ids[0]] if room_ids else self._floor_ids[source.floor_key]
            )
            values = _device_values(source)
            device = known.get(source.key)
            if device is None:
                self._add(
                    Device,
                    "device",
                    source,
                    self._plan.shards,
                    building_id=self._building_id,
                    floor_id=floor_id,
                    room_id=room_ids[0] if room_ids else None,
                    room_ids=room_ids,
                    metadata=source.metadata,
                    **values,
                )
                continue
            if source.metadata:
                values["metadata"] = {**device.metadata, **source.metadata}
            if (device.floor_id, device.room_ids) != (floor_id, room_ids):
                device = device.move(floor_id=floor_id, room_ids=room_ids, at=self._at, by=self._by)
            self._keep(device, values)

    def _add(
        self,
        type_: type[Record],
        kind: str,
        source: SourceFloor | SourceRoom | SourceDevice,
        shards: int,
        **values: Any,
    ) -> str:
        record_id = derived_id(
            kind, self._building_id, self._model.source, source.key, shards=shards
        )
        try:
            record = type_.create(
                at=self._at,
                created_by=self._by,
                id=record_id,
                external_ids={self._model.source: source.key},
                **values,
            )
        except InvalidInput as refused:
            # Readers clean what they hand over, so this is a reader's fault worth failing on:
            # a record silently left out would be lost.
            raise InvalidInput(
                f"{kind.capitalize()} '{source.key}' of the file breaks a rule: {refused.message}",
                refused.field_errors,
            ) from refused
        self._queue(record)
        self._plan.created += 1
        return record_id

    def _keep(self, record: Record, values: Mapping[str, Any]) -> None:
        """Take over what the file says; what it does not say (None) stays."""
        said = {name: value for name, value in values.items() if value is not None}
        changed = record.changed(at=self._at, by=self._by, **said)
        if changed.events:
            self._queue(changed)
            self._plan.updated += 1
        else:
            self._plan.unchanged += 1

    def _queue(self, record: Record) -> None:
        if isinstance(record, Floor):
            self._plan.floors.append(record)
        elif isinstance(record, Room):
            self._plan.rooms.append(record)
        elif isinstance(record, Device):
            self._plan.devices.append(record)

    def _warn(
        self,
        code: str,
        message: str,
        sheet_or_class: str,
        source: SourceFloor | SourceRoom,
        field_name: str,
    ) -> None:
        self._plan.problems.append(
            Problem(
                severity="warning",
                code=code,
                message=message,
                sheet_or_class=sheet_or_class,
                row_or_line=source.line,
                key=source.key,
                field=field_name,
            )
        )


def _by_key(records: Iterable[R], source: str) -> dict[str, R]:
    return {r.external_ids[source]: r for r in records if source in r.external_ids}


def _missing(record: Record, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `values` that the record lacks."""
    return {name: value for name, value in values.items() if getattr(record, name) is None}


def _same_storey(source: SourceFloor, floors: list[Floor]) -> Floor | None:
    """The floor that another file brought for the same storey: by name, else by number."""

    def near(floor: Floor) -> bool:
        if floor.elevation_m is None or source.elevation_m is None:
            return True
        return abs(floor.elevation_m - source.elevation_m) <= SAME_STOREY_M

    name = folded(source.name)
    for floor in floors:
        if floor.name and folded(floor.name) == name and near(floor):
            return floor
    for floor in floors:
        if floor.floor_number == source.floor_number and near(floor):
            return floor
    return None


def _device_values(source: SourceDevice) -> dict[str, Any]:
    return {
        "name": source.name,
        "device_type": source.device_type,
        "ifc_class": source.ifc_class,
        "manufacturer": source.manufacturer,
        "model": source.model,
        "serial_number": source.serial_number,
        "tag_number": source.tag_number,
        "barcode": source.barcode,
        "installed_on": date.fromisoformat(source.installed_on) if source.installed_on else None,
        "warranty_until": (
            date.fromisoformat(source.warranty_until) if source.warranty_until else None
        ),
        "position": Position(*source.position) if source.position else None,
        "description": source.description,
    }
