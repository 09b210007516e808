"""Finding the rooms of a building."""

from arxos.domain.room import Room
from arxos.ports.registry import Page, RoomFilter, Slice, UnitOfWork


def get_room(building_id: str, room_id: str, *, uow: UnitOfWork) -> Room:
    """One room. Raises NotFound."""
    return uow.rooms.get(building_id, room_id)


def list_rooms(building_id: str, where: RoomFilter, page: Page, *, uow: UnitOfWork) -> Slice[Room]:
    """A building's or a floor's rooms. Raises NotFound for an unknown building."""
    return uow.rooms.list(uow.buildings.get(building_id), where, page)
