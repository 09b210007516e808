"""Which room holds which number of its floor once an import is carried out, and in which order.

A number is held by one room (docs/access-patterns.md). Rooms renumber among themselves between two
versions of a model; a room can take a number only after the room that had it has given it up.
"""

from collections.abc import Iterable, Iterator, Mapping

from arxos.domain.errors import Duplicate
from arxos.domain.room import Room
from arxos.domain.text_rules import folded

Place = tuple[str, str]
"""A floor's id and a folded room number."""


def place_of(room: Room) -> Place:
    """Where a room's number counts."""
    return room.floor_id, folded(room.room_number)


def number_taken(room: Room) -> Duplicate:
    """The error for a room whose number another room of its floor holds."""
    return Duplicate("room_number", f"This floor has a room number '{room.room_number}' already.")


class RoomNumbers:
    """Decides claims one by one; whoever claims first holds the number."""

    def __init__(self, rooms: Iterable[Room], destinations: Mapping[str, Place]) -> None:
        """`destinations`: where the file puts each room (by id) that it knows already."""
        self._held: dict[Place, str] = {}
        self._moving: set[str] = set()
        for room in rooms:
            place = place_of(room)
            if not room.number_shared:
                self._held[place] = room.id
            if destinations.get(room.id, place) != place:
                self._moving.add(room.id)
        self._claimed: set[Place] = set()
        self._after: dict[str, str] = {}

    def claim(self, room_id: str, place: Place) -> bool:
        """Whether the room may hold the number; if not, it is one more room of that number."""
        if place in self._claimed:
            return False
        holder = self._held.get(place)
        if holder is not None and holder != room_id:
            if holder not in self._moving or self._waits_for(holder, room_id):
                return False
            self._after[room_id] = holder
        self._claimed.add(place)
        return True

    def in_order(self, rooms: Iterable[Room]) -> Iterator[Room]:
        """The rooms, each after the one whose number it takes."""
        waiting = {room.id: room for room in rooms}
        for first in list(waiting):
            chain = [first]
            while (before := self._after.get(chain[-1])) in waiting and before is not None:
                chain.append(before)
            for room_id in reversed(chain):
                if room_id in waiting:
                    yield waiting.pop(room_id)

    def _waits_for(self, room_id: str, goal: str) -> bool:
        """Whether `room_id` is to be written after `goal`, so that `goal` cannot wait for it."""
        step: str | None = room_id
        while step is not None:
            if step == goal:
                return True
            step = self._after.get(step)
        return False
