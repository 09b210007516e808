"""What an import would do: a file's floors, rooms and devices matched with the registry's records.

A record is known again by its source's id (`external_ids`), by its id in another source that the
file names too, or (devices) by tag, serial number or barcode. Floors and rooms that another file
brought (architecture and electrical models of one building) are met by number and place. What
another source brought is completed by this one, never overwritten; what a document says again word
for word changes nothing (domain/source_statement.py); what a person has set stays.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from arxos.domain.device import Device, Position
from arxos.domain.errors import InvalidInput
from arxos.domain.floor import Floor
from arxos.domain.group import Group, GroupKind
from arxos.domain.identifiers import derived_id, shards_for
from arxos.domain.nearest_room import RoomFinder
from arxos.domain.record import Record
from arxos.domain.record_matching import Matches, match, match_by_labels
from arxos.domain.room import Room
from arxos.domain.room_numbers import Place, RoomNumbers, place_of
from arxos.domain.source import (
    Problem,
    Severity,
    SourceDevice,
    SourceFloor,
    SourceGroup,
    SourceModel,
    SourceRoom,
)
from arxos.domain.source_cleaning import storable
from arxos.domain.source_statement import is_news, news, remembered, statement
from arxos.domain.text_rules import MAX_DESCRIPTION, folded, storable_text

R = TypeVar("R", bound=Record)
Thing = SourceFloor | SourceRoom | SourceDevice

# Two files that place one storey this close mean the same storey: models of one building differ
# by a floor build-up, not by half a storey.
SAME_STOREY_M = 1.5
# Each renumbered floor is three items (itself and two holders), and all go into one transaction.
MOST_RENUMBERED = 25
# Where a record is, and its number there, is not taken from a second document.
_PLACES = frozenset({"floor_number", "floor_id", "room_number", "room_ids"})
_CALLED = {
    "ifc": {"floor": "IfcBuildingStorey", "room": "IfcSpace", "device": "IfcElement"},
    "cobie": {"floor": "Floor", "room": "Space", "device": "Component"},
}


@dataclass(frozen=True, slots=True)
class KeptField:
    """A field that a person has set and that the file says otherwise.

    A conflict if the file says something new; else the file only repeats what it said before.
    """

    record: Record
    field: str
    said: Any
    is_conflict: bool


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A new or changed group, and which records enter and leave it."""

    group: Group
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(slots=True)
class ImportPlan:
    """New and changed records, parents before children; `unchanged` counts the rest.

    `removable`: records that only this document ever spoke of and that it speaks of no more,
    children before parents. They stay until somebody says that they shall go.
    """

    shards: int = 1
    floors: list[Floor] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    groups: list[GroupChange] = field(default_factory=list)
    removable: list[Floor | Room | Device] = field(default_factory=list)
    kept: list[KeptField] = field(default_factory=list)
    ambiguous: list[tuple[str, str, str]] = field(default_factory=list)
    """Key, name and reason of things in the file that might be several records."""
    lines: dict[str, int | None] = field(default_factory=dict)
    """Each record's id -> its row or line in the file."""
    ids: dict[str, str] = field(default_factory=dict)
    """Each room's and device's key in the file -> its record's id."""
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many records are to be written."""
        return len(self.floors) + len(self.rooms) + len(self.devices) + len(self.groups)

    @property
    def conflicts(self) -> int:
        """What a person should look at: hand edits that the file newly contradicts, and doubts."""
        return sum(k.is_conflict for k in self.kept) + len(self.ambiguous)


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
    groups: Iterable[Group] = (),
    members_of: Callable[[Group], Iterable[str]] = lambda _: (),
    at: datetime,
    by: str | None,
) -> ImportPlan:
    """Compare `model` with the building's present records; decides all, writes nothing.

    `members_of` is asked only for groups whose members the file newly says.
    """
    planner = _Planner(model, building_id, shards, floors, rooms, devices, at, by)
    return planner.plan(groups, members_of)


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
        self._source = model.source
        self._document = model.document or model.source
        self._building_id = building_id
        self._at, self._by = at, by
        self._floors, self._rooms, self._devices = list(floors), list(rooms), list(devices)
        records = max(len(self._rooms) + len(self._devices), len(model.rooms) + len(model.devices))
        self._plan = ImportPlan(shards=max(shards, shards_for(records)), problems=cleaned)
        self._seen: set[str] = set()
        self._floor_ids: dict[str, str] = {}
        self._room_ids: dict[str, str] = {}
        self._room_floors: dict[str, str] = {}
        self._finders: dict[str, RoomFinder] = {}

    def plan(
        self, groups: Iterable[Group], members_of: Callable[[Group], Iterable[str]]
    ) -> ImportPlan:
        self._plan_floors()
        self._plan_rooms()
        self._plan_devices()
        self._plan_groups(list(groups), members_of)
        self._find_removable()
        return self._plan

    # ---- Floors -----------------------------------------------------------------------------

    def _plan_floors(self) -> None:
        found = match(self._source, self._model.floors, self._floors)
        known = found.known
        numbers = _renumbered(self._model.floors, known, self._floors, self._document)
        taken = {f.floor_number for f in self._floors} - {
            known[key].floor_number for key in numbers
        } | set(numbers.values())
        claimed = {f.id for f in (*known.values(), *found.met.values())}
        for source in self._model.floors:
            said = {
                "name": source.name or None,
                "elevation_m": source.elevation_m,
                "description": source.description,
                "floor_number": source.floor_number,
            }
            if (floor := known.get(source.key)) is not None:
                self._floor_ids[source.key] = floor.id
                # The number it gets may be another than the file's: one that is free.
                self._keep(floor, said, source, instead={"floor_number": numbers[source.key]})
                continue
            other = found.met.get(source.key) or _same_storey(
                source, [f for f in self._floors if f.id not in claimed]
            )
            if other is not None:
                claimed.add(other.id)
                self._floor_ids[source.key] = other.id
                self._complete(other, said, source)
                continue
            number = source.floor_number
            while number in taken:
                number += 1
            if number != source.floor_number:
                self._warn(
                    "FLOOR_NUMBER_TAKEN",
                    f"Floor '{source.name}' would be number {source.floor_number}, which another"
                    f" floor of this building has; it was given {number}.",
                    "floor",
                    source,
                    "floor_number",
                )
            taken.add(number)
            self._floor_ids[source.key] = self._add(
                Floor,
                "floor",
                source,
                1,
                said,
                building_id=self._building_id,
                floor_number=number,
            )
        # Floors that change numbers among themselves must do so in one transaction: first of all.
        self._plan.floors.sort(key=lambda f: is_new(f) or not _changes(f, "floor_number"))

    # ---- Rooms ------------------------------------------------------------------------------

    def _plan_rooms(self) -> None:
        found = match(self._source, self._model.rooms, self._rooms)
        known = found.known
        places = {s.key: self._place(s, known.get(s.key)) for s in self._model.rooms}
        numbers = RoomNumbers(
            self._rooms, {known[key].id: place for key, place in places.items() if key in known}
        )
        in_file = {r.id for r in (*known.values(), *found.met.values())}
        # Rooms of other files that this one may mean too: those it knows itself are never guessed.
        others = {place_of(r): r for r in self._rooms if r.id not in in_file}
        per_place = Counter(places.values())
        for source in self._model.rooms:
            place = places[source.key]
            room = known.get(source.key)
            other = found.met.get(source.key)
            if other is None and per_place[place] == 1:
                other = others.get(place)
            if room is None and other is not None:
                self._place_room(source.key, other.id, other.floor_id)
                self._complete_room(other, source)
            elif room is None:
                self._add_room(source, place, numbers)
            else:
                self._keep_room(room, source, place, numbers)
        self._plan.rooms = list(numbers.in_order(self._plan.rooms))

    def _place(self, source: SourceRoom, room: Room | None) -> Place:
        """The floor and number that a room will have: the file's, if these are its to say."""
        floor_id = self._floor_ids[source.floor_key]
        if room is None:
            return floor_id, folded(source.room_number)
        return (
            self._settled(room, "floor_id", floor_id),
            folded(self._settled(room, "room_number", source.room_number)),
        )

    def _settled(self, record: Record, name: str, value: Any) -> Any:
        """What a field will hold: what it holds, if a person set it or the file repeats itself."""
        if name in record.hand_edits or not is_news(record, self._document, name, value):
            return getattr(record, name)
        return value

    def _add_room(self, source: SourceRoom, place: Place, numbers: RoomNumbers) -> None:
        room_id = self._id("room", source, self._plan.shards)
        shared = not numbers.claim(room_id, place)
        if shared:
            self._warn_shared_number(source)
        self._add(
            Room,
            "room",
            source,
            self._plan.shards,
            self._said_of_room(source),
            building_id=self._building_id,
            number_shared=shared,
        )
        self._place_room(source.key, room_id, place[0])

    def _said_of_room(self, source: SourceRoom) -> dict[str, Any]:
        return {
            **_room_values(source),
            "room_number": source.room_number,
            "floor_id": self._floor_ids[source.floor_key],
        }

    def _keep_room(
        self, room: Room, source: SourceRoom, place: Place, numbers: RoomNumbers
    ) -> None:
        shared = room.number_shared if place == place_of(room) else None
        if shared is None:
            shared = not numbers.claim(room.id, place)
        if shared:
            self._warn_shared_number(source)
        self._place_room(source.key, room.id, place[0])
        self._keep(room, self._said_of_room(source), source, also={"number_shared": shared})

    def _complete_room(self, room: Room, source: SourceRoom) -> None:
        """A room that another file brought: what it lacks is taken over, what it has stays."""
        values = _room_values(source)
        differing = [
            name.replace("_", " ")
            for name in ("name", "room_type")
            if values[name] is not None and getattr(room, name) not in (None, values[name])
        ]
        if differing and self._document not in room.said:
            self._warn(
                "ROOM_KNOWN_BY_NUMBER",
                f"Room '{source.room_number}' is known from another model;"
                f" what this file says otherwise ({', '.join(differing)}) was not taken over.",
                "room",
                source,
                "room_number",
            )
        self._complete(room, self._said_of_room(source), source)

    def _warn_shared_number(self, source: SourceRoom) -> None:
        self._warn(
            "ROOM_NUMBER_SHARED",
            f"Room number '{source.room_number}' occurs more than once on its floor;"
            " all these rooms were kept.",
            "room",
            source,
            "room_number",
        )

    def _place_room(self, key: str, room_id: str, floor_id: str) -> None:
        self._room_ids[key] = room_id
        self._room_floors[room_id] = floor_id

    # ---- Devices ----------------------------------------------------------------------------

    def _plan_devices(self) -> None:
        found = match(self._source, self._model.devices, self._devices)
        match_by_labels(self._source, self._model.devices, self._devices, found)
        rooms_by_number = self._rooms_by_number()
        for source in self._model.devices:
            place = self._place_of_device(source, rooms_by_number)
            if place is None:
                continue
            floor_id, room_ids = place
            values = _device_values(source)
            self._warn_ambiguous(source, found)
            if (device := found.known.get(source.key)) is not None:
                self._keep_device(device, floor_id, room_ids, values, source)
            elif (other := found.met.get(source.key)) is not None:
                self._complete(other, {**values, "room_ids": (floor_id, *room_ids)}, source)
            else:
                self._add(
                    Device,
                    "device",
                    source,
                    self._plan.shards,
                    {**values, "room_ids": (floor_id, *room_ids)},
                    building_id=self._building_id,
                    floor_id=floor_id,
                    room_id=room_ids[0] if room_ids else None,
                    room_ids=room_ids,
                )

    def _rooms_by_number(self) -> dict[str, list[tuple[str, str]]]:
        """The building's rooms, and those of this file, by folded number: (floor id, room id)."""
        found: dict[str, list[tuple[str, str]]] = {}
        for room in {r.id: r for r in (*self._rooms, *self._plan.rooms)}.values():
            found.setdefault(folded(room.room_number), []).append((room.floor_id, room.id))
        return found

    def _place_of_device(
        self, source: SourceDevice, by_number: Mapping[str, list[tuple[str, str]]]
    ) -> tuple[str, tuple[str, ...]] | None:
        """The device's floor and rooms; None, with an error, where the file names no such room."""
        floor_id = self._floor_ids.get(source.floor_key)
        room_ids = [self._room_ids[key] for key in source.room_keys]
        for number in source.room_numbers:
            fits = [
                (floor, room)
                for floor, room in by_number.get(folded(number), [])
                if floor_id in (None, floor)
            ]
            if len(fits) != 1:
                why = "no room" if not fits else f"{len(fits)} rooms"
                self._tell(
                    "error",
                    "ROOM_UNKNOWN",
                    f"Device '{source.name}' is in room '{number}', but the building has {why} of"
                    " that number" + (" there" if floor_id else "") + "; it was not taken over.",
                    "device",
                    source,
                    "room",
                )
                return None
            room_ids.append(fits[0][1])
            self._room_floors.setdefault(fits[0][1], fits[0][0])
        unique = tuple(dict.fromkeys(room_ids))
        if unique:
            return self._room_floors[unique[0]], unique
        if floor_id is None:
            raise AssertionError("a reader gives each device a floor or a room")
        return floor_id, self._nearest_room(floor_id, source)

    def _keep_device(
        self,
        device: Device,
        floor_id: str,
        room_ids: tuple[str, ...],
        values: dict[str, Any],
        source: SourceDevice,
    ) -> None:
        """A place is one thing: floor and rooms together."""
        place = (floor_id, *room_ids)
        moved = device
        if is_news(device, self._document, "room_ids", place):
            if {"floor_id", "room_ids"} & device.hand_edits.keys():
                heard = {
                    "floor_id": floor_id,
                    "room_id": room_ids[0] if room_ids else None,
                    "room_ids": room_ids,
                }
                if (device.floor_id, device.room_ids) != (floor_id, room_ids):
                    self._warn_kept(device, "room_ids", source, room_ids, is_conflict=True)
                moved, _ = device.heard(heard)
            elif (device.floor_id, device.room_ids) != (floor_id, room_ids):
                moved = device.move(floor_id=floor_id, room_ids=room_ids, at=self._at, by=self._by)
            moved = remembered(moved, self._document, {"room_ids": place})
        self._keep(moved, values, source, before=device)

    def _warn_ambiguous(self, source: SourceDevice, found: Matches[Device]) -> None:
        label = found.ambiguous.get(source.key)
        if label is not None:
            self._plan.ambiguous.append((source.key, source.name, label))
            self._warn(
                "DEVICE_AMBIGUOUS",
                f"Device '{source.name}' has the {label.replace('_', ' ')} of more than one device"
                " in the building or in the file; it was not taken for any of them.",
                "device",
                source,
                label,
            )

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

    # ---- Groups -----------------------------------------------------------------------------

    def _plan_groups(
        self, groups: list[Group], members_of: Callable[[Group], Iterable[str]]
    ) -> None:
        by_key = {g.external_ids.get(self._source): g for g in groups}
        by_name = {(str(g.group_kind), folded(g.name), g.category): g for g in groups}
        for source in self._model.groups:
            named = (source.group_kind, folded(source.name), source.category)
            group = by_key.get(source.key) or by_name.get(named)
            keys = (*source.device_keys, *source.room_keys)
            ids = tuple(dict.fromkeys(self._plan.ids[k] for k in keys if k in self._plan.ids))
            said = {
                name: value
                for name, value in (
                    ("name", source.name),
                    ("category", source.category),
                    ("description", source.description),
                    ("members", sorted(ids)),
                )
                if value is not None
            }
            if group is None:
                self._add_group(source, said, ids)
            else:
                self._keep_group(group, source, said, ids, members_of)

    def _add_group(self, source: SourceGroup, said: dict[str, Any], ids: tuple[str, ...]) -> None:
        group = Group.create(
            at=self._at,
            created_by=self._by,
            id=derived_id("group", self._building_id, self._source, source.key),
            building_id=self._building_id,
            group_kind=GroupKind(source.group_kind),
            name=storable_text(source.name) or "unnamed",
            category=storable_text(source.category or "") or None,
            description=storable_text(source.description or "", maximum=MAX_DESCRIPTION) or None,
            external_ids={self._source: storable_text(source.key)},
            said={self._document: statement(said)},
        )
        self._plan.groups.append(GroupChange(group, added=ids))
        self._plan.lines[group.id] = source.line
        self._plan.created += 1

    def _keep_group(
        self,
        group: Group,
        source: SourceGroup,
        said: dict[str, Any],
        ids: tuple[str, ...],
        members_of: Callable[[Group], Iterable[str]],
    ) -> None:
        """Members that this file does not know stay: another source or a person put them there."""
        new = news(group, self._document, said)
        added: tuple[str, ...] = ()
        removed: tuple[str, ...] = ()
        if "members" in new:
            present = set(members_of(group))
            mine = set(self._plan.ids.values())
            added = tuple(i for i in ids if i not in present)
            removed = tuple(sorted((present & mine).difference(ids)))
        texts = {n: storable_text(v) for n, v in new.items() if n not in ("members", "name")}
        changed, taken = group.heard({n: v for n, v in texts.items() if v})
        changed = changed.changed(at=self._at, by=self._by, **taken)
        changed = remembered(changed, self._document, said)
        if changed != group or added or removed:
            self._plan.groups.append(GroupChange(changed, added, removed))
            self._plan.lines[group.id] = source.line
        if changed.events or added or removed:
            self._plan.updated += 1
        else:
            self._plan.unchanged += 1

    # ---- What is gone -----------------------------------------------------------------------

    def _find_removable(self) -> None:
        """Records of this document alone that are not in it any more; never one that holds others.

        A room goes only if all its devices do, a floor only if all its rooms and devices do.
        """

        def gone(record: Record) -> bool:
            return (
                set(record.said) == {self._document}
                and record.external_ids.get(self._source) is not None
                and record.id not in self._seen
            )

        devices = [d for d in self._devices if gone(d)]
        going = {d.id for d in devices}
        held = {
            place
            for d in (*self._devices, *self._plan.devices)
            if d.id not in going
            for place in (d.floor_id, *d.room_ids)
        }
        rooms = [r for r in self._rooms if gone(r) and r.id not in held]
        going |= {r.id for r in rooms}
        held |= {r.floor_id for r in (*self._rooms, *self._plan.rooms) if r.id not in going}
        floors = [f for f in self._floors if gone(f) and f.id not in held]
        self._plan.removable = [*devices, *rooms, *floors]

    # ---- One record -------------------------------------------------------------------------

    def _add(
        self,
        type_: type[Record],
        kind: str,
        source: Thing,
        shards: int,
        said: Mapping[str, Any],
        **values: Any,
    ) -> str:
        record_id = self._id(kind, source, shards)
        said = {name: value for name, value in said.items() if value is not None}
        metadata = dict(getattr(source, "metadata", {}))
        told = {**said, "metadata": metadata} if metadata else said
        try:
            record = type_.create(
                at=self._at,
                created_by=self._by,
                id=record_id,
                external_ids={**source.other_ids, self._source: source.key},
                metadata=metadata,
                said={self._document: statement(told)},
                **{**said, **values},
            )
        except InvalidInput as refused:
            # What a file can get wrong was made storable before, so this is a fault of ours, and
            # worth failing on: a record silently left out would be lost.
            raise InvalidInput(
                f"{kind.capitalize()} '{source.key}' of the file breaks a rule: {refused.message}",
                refused.field_errors,
            ) from refused
        self._seen.add(record_id)
        self._plan.ids[source.key] = record_id
        self._plan.lines[record_id] = source.line
        self._queue(record)
        self._plan.created += 1
        return record_id

    def _id(self, kind: str, source: Thing, shards: int) -> str:
        return derived_id(kind, self._building_id, self._source, source.key, shards=shards)

    def _keep(
        self,
        record: Record,
        values: Mapping[str, Any],
        source: Thing,
        *,
        instead: Mapping[str, Any] | None = None,
        also: Mapping[str, Any] | None = None,
        before: Record | None = None,
    ) -> None:
        """Take over what is new in what the file says; what it does not say (None) stays.

        `instead` replaces words of the file by what they come to; `also` follows from the whole
        plan and is no word of the file; `before` is the record as loaded, if it has changed since.
        """
        before = record if before is None else before
        said = {name: value for name, value in values.items() if value is not None}
        if metadata := getattr(source, "metadata", None):
            said["metadata"] = dict(metadata)
        new = news(record, self._document, said)
        for name in sorted(record.hand_edits.keys() & said.keys()):
            if said[name] != getattr(record, name):
                self._warn_kept(record, name, source, said[name], is_conflict=name in new)
        changed, taken = record.heard(new)
        if instead:
            taken = {name: instead.get(name, value) for name, value in taken.items()}
        if "metadata" in taken:
            taken["metadata"] = {**record.metadata, **taken["metadata"]}
        changed = changed.changed(at=self._at, by=self._by, **taken, **(also or {}))
        # A word that could not be followed is not remembered: it may come true another time.
        followed = {
            name: value
            for name, value in said.items()
            if instead is None or instead.get(name, value) == value
        }
        self._finish(before, remembered(changed, self._document, followed), source)

    def _complete(self, record: Record, values: Mapping[str, Any], source: Thing) -> None:
        """A record that another source brought: only what it lacks is taken over."""
        said = {name: value for name, value in values.items() if value is not None}
        metadata = dict(getattr(source, "metadata", {}))
        if metadata:
            said["metadata"] = metadata
        new = news(record, self._document, said)
        repeated = self._document in record.said
        taken = {
            name: value
            for name, value in new.items()
            if name not in _PLACES
            and name != "metadata"
            and name not in record.hand_edits
            # What this document gave the record before is its own to change.
            and (repeated or getattr(record, name) in (None, "", ()))
        }
        if "metadata" in new:
            taken["metadata"] = {**new["metadata"], **record.metadata}
        ids = {
            **source.other_ids,
            **record.external_ids,
            **({self._source: source.key} if self._source not in record.external_ids else {}),
        }
        changed = record.changed(at=self._at, by=self._by, **taken, external_ids=ids)
        self._finish(record, remembered(changed, self._document, said), source)

    def _finish(self, before: Record, changed: Record, source: Thing) -> None:
        self._seen.add(before.id)
        self._plan.ids[source.key] = before.id
        self._plan.lines[before.id] = source.line
        if changed != before:
            self._queue(changed)
        # A record that only learns what the document says of it shows no change.
        if changed.events:
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

    # ---- Problems ---------------------------------------------------------------------------

    def _warn_kept(
        self, record: Record, name: str, source: Thing, said: Any, *, is_conflict: bool
    ) -> None:
        self._plan.kept.append(KeptField(record, name, said, is_conflict))
        self._plan.lines.setdefault(record.id, source.line)
        self._warn(
            "KEPT_BY_HAND",
            f"'{name.replace('_', ' ')}' of {record.kind} '{record.label}' was set by hand and"
            " stays; release it to follow the file again.",
            record.kind,
            source,
            name,
        )

    def _warn(self, code: str, message: str, kind: str, source: Thing, field_name: str) -> None:
        self._tell("warning", code, message, kind, source, field_name)

    def _tell(
        self,
        severity: Severity,
        code: str,
        message: str,
        kind: str,
        source: Thing,
        field_name: str,
    ) -> None:
        self._plan.problems.append(
            Problem(
                severity=severity,
                code=code,
                message=message,
                sheet_or_class=_CALLED.get(self._source, {}).get(kind, kind),
                row_or_line=source.line,
                key=source.key,
                field=field_name,
            )
        )


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
    sources: Iterable[SourceFloor],
    known: Mapping[str, Floor],
    floors: Iterable[Floor],
    document: str,
) -> dict[str, int]:
    """The numbers that the file gives the floors it knows, by key; empty when they do not fit.

    They fit when no floor that another file or a person brought has one of them.
    """
    numbers = {
        s.key: known[s.key].floor_number
        if "floor_number" in known[s.key].hand_edits
        or not is_news(known[s.key], document, "floor_number", s.floor_number)
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
