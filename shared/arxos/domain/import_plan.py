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
from arxos.domain.nearest_room import RoomFinder
from arxos.domain.record import Record
from arxos.domain.room import Room
from arxos.domain.room_numbers import Place, RoomNumbers, place_of
from arxos.domain.source import Problem, SourceDevice, SourceFloor, SourceModel, SourceRoom
from arxos.domain.source_cleaning import storable
from arxos.domain.text_rules import folded

R = TypeVar("R", bound=Record)

# Two files that place one storey this close mean the same storey: models of one building differ
# by a floor build-up, not by half a storey.
SAME_STOREY_M = 1.5
# Each renumbered floor is three items (itself and two holders), and all go into one transaction.
MOST_RENUMBERED = 25


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
        self._model, cleaned = storable(model)
        model = self._model
        self._building_id = building_id
        self._at, self._by = at, by
        self._floors, self._rooms, self._devices = list(floors), list(rooms), list(devices)
        records = max(len(self._rooms) + len(self._devices), len(model.rooms) + len(model.devices))
        self._plan = ImportPlan(shards=max(shards, shards_for(records)), problems=cleaned)
        self._floor_ids: dict[str, str] = {}
        self._room_ids: dict[str, str] = {}
        self._room_floors: dict[str, str] = {}
        self._finders: dict[str, RoomFinder] = {}

    def plan(self) -> ImportPlan:
        self._plan_floors()
        self._plan_rooms()
        self._plan_devices()
        return self._plan

    def _plan_floors(self) -> None:
        known = _by_key(self._floors, self._model.source)
        numbers = _renumbered(self._model.floors, known, self._floors)
        taken = {f.floor_number for f in self._floors} - {
            known[key].floor_number for key in numbers
        } | set(numbers.values())
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
                        "floor_number": source.floor_number
                        if "floor_number" in floor.hand_edits
                        else numbers.get(source.key),
                    },
                    source,
                )
                continue
            other = _same_storey(source, [f for f in self._floors if f.id not in claimed])
            if other is not None:
                claimed.add(other.id)
                self._floor_ids[source.key] = other.id
                self._keep(other, _missing(other, {"elevation_m": source.elevation_m}), source)
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
        # Floors that change numbers among themselves must do so in one transaction: first of all.
        self._plan.floors.sort(key=lambda f: is_new(f) or not _changes(f, "floor_number"))

    def _plan_rooms(self) -> None:
        known = _by_key(self._rooms, self._model.source)
        places = {s.key: self._place(s, known.get(s.key)) for s in self._model.rooms}
        numbers = RoomNumbers(
            self._rooms, {known[key].id: place for key, place in places.items() if key in known}
        )
        in_file = {known[s.key].id for s in self._model.rooms if s.key in known}
        # Rooms of other files that this one may mean too: those it knows itself are never guessed.
        others = {place_of(r): r for r in self._rooms if r.id not in in_file}
        per_place = Counter(places.values())
        for source in self._model.rooms:
            place = places[source.key]
            values = _room_values(source)
            room = known.get(source.key)
            other = others.get(place) if per_place[place] == 1 else None
            if room is None and other is not None:
                self._place_room(source.key, other.id, other.floor_id)
                self._complete(other, source, values)
            elif room is None:
                self._add_room(source, place, values, numbers)
            else:
                self._keep_room(room, source, place, values, numbers)
        self._plan.rooms = list(numbers.in_order(self._plan.rooms))

    def _place(self, source: SourceRoom, room: Room | None) -> Place:
        """The floor and number that a room will have: the file's, unless a person set another."""
        kept = room.hand_edits if room is not None else {}
        floor_id = self._floor_ids[source.floor_key]
        return (
            room.floor_id if room is not None and "floor_id" in kept else floor_id,
            folded(
                room.room_number
                if room is not None and "room_number" in kept
                else source.room_number
            ),
        )

    def _add_room(
        self,
        source: SourceRoom,
        place: Place,
        values: dict[str, Any],
        numbers: RoomNumbers,
    ) -> None:
        room_id = self._id("room", source, self._plan.shards)
        shared = not numbers.claim(room_id, place)
        if shared:
            self._warn_shared_number(source)
        self._add(
            Room,
            "room",
            source,
            self._plan.shards,
            building_id=self._building_id,
            floor_id=place[0],
            room_number=source.room_number,
            number_shared=shared,
            metadata=source.metadata,
            **values,
        )
        self._place_room(source.key, room_id, place[0])

    def _keep_room(
        self,
        room: Room,
        source: SourceRoom,
        place: Place,
        values: dict[str, Any],
        numbers: RoomNumbers,
    ) -> None:
        shared = room.number_shared if place == place_of(room) else None
        if shared is None:
            shared = not numbers.claim(room.id, place)
        if shared:
            self._warn_shared_number(source)
        values |= {
            "room_number": source.room_number,
            "floor_id": self._floor_ids[source.floor_key],
            "number_shared": shared,
        }
        if source.metadata:
            values["metadata"] = {**room.metadata, **source.metadata}
        self._place_room(source.key, room.id, place[0])
        self._keep(room, values, source)

    def _complete(self, room: Room, source: SourceRoom, values: dict[str, Any]) -> None:
        """A room that another file brought: what it lacks is taken over, what it has stays."""
        differing = [
            name.replace("_m2", "").replace("_m3", "").replace("_", " ")
            for name in ("name", "room_type")
            if values[name] is not None and getattr(room, name) not in (None, values[name])
        ]
        if differing:
            self._warn(
                "ROOM_KNOWN_BY_NUMBER",
                f"Room '{source.room_number}' is known from another model by its number;"
                f" what this file says otherwise ({', '.join(differing)}) was not taken over.",
                "IfcSpace",
                source,
                "room_number",
            )
        self._keep(room, _missing(room, values), source)

    def _warn_shared_number(self, source: SourceRoom) -> None:
        self._warn(
            "ROOM_NUMBER_SHARED",
            f"Room number '{source.room_number}' occurs more than once on its floor;"
            " all these rooms were kept.",
            "IfcSpace",
            source,
            "room_number",
        )

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
            if not room_ids:
                room_ids = self._nearest_room(floor_id, source)
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
            place = {
                "floor_id": floor_id,
                "room_id": room_ids[0] if room_ids else None,
                "room_ids": room_ids,
            }
            kept, free = device.heard(place)
            if len(free) == len(place) and (device.floor_id, device.room_ids) != (
                floor_id,
                room_ids,
            ):
                kept = device.move(floor_id=floor_id, room_ids=room_ids, at=self._at, by=self._by)
            elif len(free) < len(place):
                self._tell_kept(device, place, source)
            self._keep(kept, values, source, before=device)

    def _nearest_room(self, floor_id: str, source: SourceDevice) -> tuple[str, ...]:
        """The room another file brought that the device stands in (import-mapping.md, rule 4).

        Electrical and HVAC models often carry no rooms of their own; those of a file that does
        were tried by its reader.
        """
        if source.position is None:
            return ()
        if floor_id not in self._finders:
            in_file = set(self._room_ids.values())
            self._finders[floor_id] = RoomFinder(
                (room.id, room.footprint)
                for room in self._rooms
                if room.floor_id == floor_id and room.footprint and room.id not in in_file
            )
        found = self._finders[floor_id].nearest(source.position[0], source.position[1])
        return (found,) if found else ()

    def _add(
        self,
        type_: type[Record],
        kind: str,
        source: SourceFloor | SourceRoom | SourceDevice,
        shards: int,
        **values: Any,
    ) -> str:
        record_id = self._id(kind, source, shards)
        try:
            record = type_.create(
                at=self._at,
                created_by=self._by,
                id=record_id,
                external_ids={self._model.source: source.key},
                **values,
            )
        except InvalidInput as refused:
            # What a file can get wrong was made storable before, so this is a fault of ours, and
            # worth failing on: a record silently left out would be lost.
            raise InvalidInput(
                f"{kind.capitalize()} '{source.key}' of the file breaks a rule: {refused.message}",
                refused.field_errors,
            ) from refused
        self._queue(record)
        self._plan.created += 1
        return record_id

    def _id(self, kind: str, source: SourceFloor | SourceRoom | SourceDevice, shards: int) -> str:
        return derived_id(kind, self._building_id, self._model.source, source.key, shards=shards)

    def _keep(
        self,
        record: Record,
        values: Mapping[str, Any],
        source: SourceFloor | SourceRoom | SourceDevice,
        *,
        before: Record | None = None,
    ) -> None:
        """Take over what the file says; what it does not say (None) and hand edits stay.

        `before` is the record as it was loaded, where the plan has changed it already.
        """
        before = record if before is None else before
        said = {name: value for name, value in values.items() if value is not None}
        self._tell_kept(record, said, source)
        record, said = record.heard(said)
        changed = record.changed(at=self._at, by=self._by, **said)
        # Without an event too: what the source says of fields kept by hand may be new.
        if changed is not before:
            self._queue(changed)
            self._plan.updated += 1
        else:
            self._plan.unchanged += 1

    def _tell_kept(
        self,
        record: Record,
        said: Mapping[str, Any],
        source: SourceFloor | SourceRoom | SourceDevice,
    ) -> None:
        for name in sorted(record.hand_edits.keys() & said.keys() - {"room_id", "floor_id"}):
            if said[name] != getattr(record, name):
                self._warn(
                    "KEPT_BY_HAND",
                    f"'{name.replace('_', ' ')}' of {record.kind} '{record.label}' was set by hand"
                    " and stays; release it to follow the file again.",
                    f"Ifc{record.kind.capitalize()}",
                    source,
                    name,
                )

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
        source: SourceFloor | SourceRoom | SourceDevice,
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


def _renumbered(
    sources: Iterable[SourceFloor], known: Mapping[str, Floor], floors: Iterable[Floor]
) -> dict[str, int]:
    """The numbers that the file gives the floors it knows, by key; empty when they do not fit.

    They fit when no floor that another file or a person brought has one of them.
    """
    numbers = {
        s.key: known[s.key].floor_number
        if "floor_number" in known[s.key].hand_edits
        else s.floor_number
        for s in sources
        if s.key in known
    }
    ids = {known[key].id for key in numbers}
    others = {f.floor_number for f in floors if f.id not in ids}
    moved = [key for key, number in numbers.items() if known[key].floor_number != number]
    if (
        len(set(numbers.values())) < len(numbers)
        or others & set(numbers.values())
        or len(moved) > MOST_RENUMBERED
    ):
        return {key: known[key].floor_number for key in numbers}
    return numbers


def _changes(record: Record, field_name: str) -> bool:
    return any(field_name in event.changes for event in record.events)


def _room_values(source: SourceRoom) -> dict[str, Any]:
    return {
        "name": source.name or None,
        "room_type": source.room_type,
        "area_m2": source.area_m2,
        "area_source": source.area_source,
        "volume_m3": source.volume_m3,
        "footprint": source.footprint,
        "description": source.description,
    }


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
