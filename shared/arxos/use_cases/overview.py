"""A building as a whole: its tree, page by page, and its numbers."""

import json
from dataclasses import dataclass

from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.errors import InvalidInput, NotFound
from arxos.domain.floor import Floor
from arxos.domain.permissions import Permission
from arxos.domain.rights import Place
from arxos.domain.room import Room
from arxos.domain.summary import Tally
from arxos.domain.user import Actor
from arxos.ports.lists import DeviceFilter, Page, RoomFilter, Slice
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.buildings import get_building, with_counts_of, with_seen_counts

# Each floor of a page is a Query, and each room whose devices are asked for too.
FLOORS_PER_PAGE = 25
ROOMS_WITH_DEVICES_PER_PAGE = 25
DEVICES_PER_ROOM = 20


@dataclass(frozen=True, slots=True)
class RoomNode:
    """A room; with its first devices, when they were asked for."""

    room: Room
    devices: tuple[Device, ...] | None = None


@dataclass(frozen=True, slots=True)
class FloorNode:
    """A floor with the rooms of this page; `is_complete` when no later page has more of them."""

    floor: Floor
    rooms: tuple[RoomNode, ...]
    is_complete: bool


def get_tree(
    building_id: str,
    page: Page,
    *,
    floor_id: str | None,
    with_devices: bool,
    uow: UnitOfWork,
    actor: Actor,
) -> tuple[Building, Slice[FloorNode]]:
    """The building, and its floors from the lowest up, each with its rooms by number.

    `page.limit` counts rooms. A floor whose rooms do not fit goes on, as the same floor, on the
    next page. Raises NotFound for the building, InvalidInput for a position of no such tree.
    """
    building = get_building(building_id, uow=uow, actor=actor)
    limit = min(page.limit, ROOMS_WITH_DEVICES_PER_PAGE) if with_devices else page.limit
    shown_building = with_seen_counts(building, uow=uow, rights=actor.rights)
    begin, begin_id, position = _parse(page.position)
    floors = [
        f
        for f in _floors(building.id, floor_id, uow, actor)
        if begin is None or f.floor_number >= begin
    ]
    seen = actor.rights.floors(Permission.READ_ROOM, building.id)
    nodes: list[FloorNode] = []
    for number, floor in enumerate(floors):
        if limit == 0 or number == FLOORS_PER_PAGE:
            return shown_building, Slice(tuple(nodes), _position(floor, None))
        rooms: Slice[Room] = Slice((), None)
        if floor.rooms_count:
            where = RoomFilter(floor_id=floor.id, floor_ids=seen)
            start = position if floor.id == begin_id else None
            rooms = uow.rooms.list(building, where, Page(limit, start))
        shown = tuple(
            RoomNode(room, _devices(building, room, uow, actor) if with_devices else None)
            for room in rooms.items
        )
        limit -= len(shown)
        nodes.append(FloorNode(floor, shown, is_complete=rooms.position is None))
        if rooms.position is not None:
            return shown_building, Slice(tuple(nodes), _position(floor, rooms.position))
    return shown_building, Slice(tuple(nodes), None)


@dataclass(frozen=True, slots=True)
class Summary:
    """A building's numbers. `tally` (domain/summary.py) is of the whole building, and None for
    who sees only some of its floors; `floors` are those that the caller may see, and the
    building's own counts are of these.
    """

    building: Building
    floors: tuple[Floor, ...]
    tally: Tally | None


def get_summary(building_id: str, *, uow: UnitOfWork, actor: Actor) -> Summary:
    """The numbers that are kept with every change; nothing is counted here."""
    building = get_building(building_id, uow=uow, actor=actor)
    whole = all(
        actor.rights.allow(permission, Place(building.id))
        for permission in (Permission.READ_ROOM, Permission.READ_DEVICE)
    )
    floors = tuple(_floors(building.id, None, uow, actor))
    sees_all = actor.rights.floors(Permission.READ_FLOOR, building.id) is None
    return Summary(
        building if sees_all else with_counts_of(building, floors),
        floors,
        uow.buildings.tallies(building.id) if whole else None,
    )


def _floors(building_id: str, floor_id: str | None, uow: UnitOfWork, actor: Actor) -> list[Floor]:
    """Those that the caller may see, from the lowest up; one of them, if it is named."""
    seen = actor.rights.floors(Permission.READ_FLOOR, building_id)
    if floor_id is None:
        floors = (f for f in uow.floors.all(building_id) if seen is None or f.id in seen)
        return sorted(floors, key=lambda f: f.floor_number)
    if seen is not None and floor_id not in seen:
        return []
    try:
        return [uow.floors.get(building_id, floor_id)]
    except NotFound:
        return []


def _devices(building: Building, room: Room, uow: UnitOfWork, actor: Actor) -> tuple[Device, ...]:
    if not room.devices_count:
        return ()
    seen = actor.rights.floors(Permission.READ_DEVICE, building.id)
    where = DeviceFilter(room_id=room.id, floor_ids=seen)
    return uow.devices.list(building, where, Page(DEVICES_PER_ROOM)).items


def _position(floor: Floor, rooms: str | None) -> str:
    return json.dumps([floor.floor_number, floor.id, rooms], separators=(",", ":"))


def _parse(position: str | None) -> tuple[int | None, str | None, str | None]:
    if position is None:
        return None, None, None
    try:
        number, floor_id, rooms = json.loads(position)
        return int(number), str(floor_id), None if rooms is None else str(rooms)
    except (ValueError, TypeError):
        message = "The cursor does not belong to this list; begin again without one."
        raise InvalidInput(message, {"cursor": message}) from None
