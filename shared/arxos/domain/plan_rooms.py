"""Which room each space of the file is, on which floor, and whether it shares its number.

Rooms that another file brought (architecture and electrical models of one building) are met by
floor and number.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from arxos.domain.plan_comparison import Comparison
from arxos.domain.record_matching import Matches, match
from arxos.domain.room import Room
from arxos.domain.room_numbers import Place, RoomNumbers, place_of
from arxos.domain.source import SourceRoom
from arxos.domain.text_rules import folded


@dataclass(slots=True)
class RoomsOfFile:
    """Each room's key in the file -> its record's id; and that id -> the floor it will be on."""

    ids: dict[str, str] = field(default_factory=dict)
    floor_ids: dict[str, str] = field(default_factory=dict)


def plan_rooms(
    comparison: Comparison,
    sources: Sequence[SourceRoom],
    rooms: Sequence[Room],
    floor_ids: Mapping[str, str],
) -> RoomsOfFile:
    """Adds the rooms to the plan. `floor_ids`: each floor's key in the file -> its record's id."""
    planner = _RoomPlanner(comparison, rooms, floor_ids)
    planner.plan(sources)
    return planner.of_file


class _RoomPlanner:
    def __init__(
        self, comparison: Comparison, rooms: Sequence[Room], floor_ids: Mapping[str, str]
    ) -> None:
        self._comparison = comparison
        self._rooms = rooms
        self._floor_ids = floor_ids
        self.of_file = RoomsOfFile()

    def plan(self, sources: Sequence[SourceRoom]) -> None:
        """Adds the rooms to the plan."""
        found = match(self._comparison.source, self._comparison.document, sources, self._rooms)
        self._meet_by_number(sources, found)
        known = found.known
        places = {s.key: self._place(s, known.get(s.key)) for s in sources}
        numbers = RoomNumbers(
            self._rooms, {known[key].id: place for key, place in places.items() if key in known}
        )
        for source in sources:
            room = known.get(source.key)
            if room is not None:
                self._keep_room(room, source, places[source.key], numbers)
            elif (other := found.met.get(source.key)) is not None:
                self._place_room(source.key, other.id, other.floor_id)
                self._complete_room(other, source)
            else:
                self._add_room(source, places[source.key], numbers)
        self._comparison.plan.rooms = list(numbers.in_order(self._comparison.plan.rooms))

    def _meet_by_number(self, sources: Sequence[SourceRoom], found: Matches[Room]) -> None:
        """Adds the rooms that are met by floor and number: those the file knows are no guess."""
        places = {s.key: self._place(s, found.known.get(s.key)) for s in sources}
        taken = found.taken()
        others = {place_of(r): r for r in self._rooms if r.id not in taken}
        per_place = Counter(places.values())
        for source in sources:
            place = places[source.key]
            if found.has(source.key) or per_place[place] > 1 or place not in others:
                continue
            if "room" in self._comparison.incomplete:
                found.met[source.key] = others[place]
            else:
                found.take(source.key, others[place])

    def _place(self, source: SourceRoom, room: Room | None) -> Place:
        """The floor and number that a room will have: the file's, if these are its to say."""
        floor_id = self._floor_ids[source.floor_key]
        if room is None:
            return floor_id, folded(source.room_number)
        if not source.floor_said:
            floor_id = room.floor_id
        return (
            self._comparison.settled(room, "floor_id", floor_id, source),
            folded(self._comparison.settled(room, "room_number", source.room_number, source)),
        )

    def _add_room(self, source: SourceRoom, place: Place, numbers: RoomNumbers) -> None:
        room_id = self._comparison.id_of("room", source, self._comparison.plan.shards)
        shared = not numbers.claim(room_id, place)
        if shared:
            self._warn_shared_number(source)
        self._comparison.add(
            Room,
            "room",
            source,
            self._comparison.plan.shards,
            self._said_of_room(source),
            building_id=self._comparison.building_id,
            floor_id=place[0],
            number_shared=shared,
        )
        self._place_room(source.key, room_id, place[0])

    def _said_of_room(self, source: SourceRoom) -> dict[str, Any]:
        return {
            **_room_values(source),
            "room_number": source.room_number,
            "floor_id": self._floor_ids[source.floor_key] if source.floor_said else None,
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
        self._comparison.keep(
            room, self._said_of_room(source), source, also={"number_shared": shared}
        )

    def _complete_room(self, room: Room, source: SourceRoom) -> None:
        """A room that another file brought: what it lacks is taken over, what it has stays."""
        values = _room_values(source)
        differing = [
            name.replace("_", " ")
            for name in ("name", "room_type")
            if values[name] is not None and getattr(room, name) not in (None, values[name])
        ]
        if differing and self._comparison.document not in room.said:
            self._comparison.warn(
                "ROOM_KNOWN_BY_NUMBER",
                f"Room '{source.room_number}' is known from another model;"
                f" what this file says otherwise ({', '.join(differing)}) was not taken over.",
                "room",
                source,
                "room_number",
            )
        self._comparison.complete(room, self._said_of_room(source), source)

    def _warn_shared_number(self, source: SourceRoom) -> None:
        self._comparison.warn(
            "ROOM_NUMBER_SHARED",
            f"Room number '{source.room_number}' occurs more than once on its floor;"
            " all these rooms were kept.",
            "room",
            source,
            "room_number",
        )

    def _place_room(self, key: str, room_id: str, floor_id: str) -> None:
        self.of_file.ids[key] = room_id
        self.of_file.floor_ids[room_id] = floor_id


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
