"""Finds the room a point lies in, or stands within a hand's breadth of, from room footprints."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor, hypot

Point = tuple[float, float]
Ring = Sequence[Point]

# import-mapping.md, "Which room a device is in", rule 4: sockets and lights sit in the wall.
REACH_M = 0.3


# Rooms are looked up by the squares they touch: a storey may have thousands.
_SQUARE_M = 5.0


@dataclass(frozen=True, slots=True)
class _Room:
    key: str
    ring: Ring
    area: float
    left: float
    bottom: float
    right: float
    top: float


class RoomFinder:
    """The footprints of one storey's rooms."""

    def __init__(self, rooms: Iterable[tuple[str, Ring]]) -> None:
        self._by_square: dict[tuple[int, int], list[_Room]] = {}
        self._widespread: list[_Room] = []
        for key, ring in rooms:
            if len(ring) >= 3:
                self._add(key, ring)

    def _add(self, key: str, ring: Ring) -> None:
        xs, ys = [x for x, _ in ring], [y for _, y in ring]
        room = _Room(
            key,
            ring,
            abs(signed_area(ring)),
            min(xs) - REACH_M,
            min(ys) - REACH_M,
            max(xs) + REACH_M,
            max(ys) + REACH_M,
        )
        columns = range(_square(room.left), _square(room.right) + 1)
        rows = range(_square(room.bottom), _square(room.top) + 1)
        if len(columns) * len(rows) > 10_000:  # a whole site, or an outline in a wrong unit
            self._widespread.append(room)
            return
        for column in columns:
            for row in rows:
                self._by_square.setdefault((column, row), []).append(room)

    def nearest(self, x: float, y: float) -> str | None:
        """The room's key; of rooms that overlap there, the smallest (a closet within a hall)."""
        near = self._by_square.get((_square(x), _square(y)), [])
        best: tuple[float, float, str] | None = None
        for room in (*near, *self._widespread):
            if room.left <= x <= room.right and room.bottom <= y <= room.top:
                distance = distance_to(room.ring, x, y)
                found = (distance, room.area, room.key)
                if distance <= REACH_M and (best is None or found < best):
                    best = found
        return best[2] if best else None


def _square(metres: float) -> int:
    return floor(metres / _SQUARE_M)


def signed_area(ring: Ring) -> float:
    """Positive for a counter-clockwise ring, in its unit squared."""
    return 0.5 * sum(
        x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True)
    )


def distance_to(ring: Ring, x: float, y: float) -> float:
    """0 inside the ring, otherwise the distance to its nearest edge."""
    inside = False
    nearest = float("inf")
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
        nearest = min(nearest, _distance_to_edge(x, y, x1, y1, x2, y2))
    return 0.0 if inside else nearest


def _distance_to_edge(x: float, y: float, x1: float, y1: float, x2: float, y2: float) -> float:
    dx, dy = x2 - x1, y2 - y1
    length2 = dx * dx + dy * dy
    along = 0.0 if length2 == 0 else max(0.0, min(1.0, ((x - x1) * dx + (y - y1) * dy) / length2))
    return hypot(x - x1 - along * dx, y - y1 - along * dy)
