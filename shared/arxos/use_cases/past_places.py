"""A record's history for who sees only some floors: what happened on others is not told."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from arxos.domain.history import Change
from arxos.ports.registry import UnitOfWork

# Where a room or a device is; of a place that is hidden none of these is told.
_PLACE = frozenset({"floor_id", "position", "room_id", "room_ids"})


def told_of(
    changes: Iterable[Change], *, floors: frozenset[str], is_here: bool
) -> tuple[list[Change], bool]:
    """What happened on these floors, the newest first, and whether the record was there before.

    `is_here`: whether it was there after the first of these changes. Of a move between one of the
    floors and another, the other end is left out.
    """
    told = []
    for change in changes:
        was_here = is_here
        if "floor_id" in change.changes:
            before, after = change.changes["floor_id"]
            was_here, is_here = before in floors, after in floors
        if was_here or is_here:
            told.append(_without_hidden_ends(change, was_here, is_here))
        is_here = was_here
    return told, is_here


def _without_hidden_ends(change: Change, was_here: bool, is_here: bool) -> Change:
    def end(name: str, value: Any, is_told: bool) -> Any:
        return value if is_told else ([] if name == "room_ids" and value is not None else None)

    masked = {
        name: (end(name, before, was_here), end(name, after, is_here))
        for name, (before, after) in change.changes.items()
        if name in _PLACE
    }
    return replace(change, changes={**change.changes, **masked})


def without_hidden_rooms(
    changes: list[Change], building_id: str, floors: frozenset[str], uow: UnitOfWork
) -> list[Change]:
    """The first of a device's rooms is on its own floor; the others only if they are now."""
    further = {
        room_id
        for change in changes
        for room_ids in change.changes.get("room_ids", ())
        for room_id in (room_ids or ())[1:]
    }
    if not further:
        return changes
    seen = rooms_on(floors, building_id, further, uow)

    def told(room_ids: list[str] | None) -> list[str] | None:
        return room_ids and [*room_ids[:1], *(r for r in room_ids[1:] if r in seen)]

    return [
        replace(
            change,
            changes={
                name: (told(before), told(after)) if name == "room_ids" else (before, after)
                for name, (before, after) in change.changes.items()
            },
        )
        for change in changes
    ]


def rooms_on(
    floors: frozenset[str], building_id: str, room_ids: Iterable[str], uow: UnitOfWork
) -> frozenset[str]:
    """Those of these rooms that are on these floors."""
    rooms = uow.rooms.get_some(building_id, room_ids).values()
    return frozenset(room.id for room in rooms if room.floor_id in floors)
