"""Adding rooms to a floor, finding, changing and removing them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from arxos.domain.errors import HasChildren, InvalidRoomError, NotFound
from arxos.domain.identifiers import NewId
from arxos.domain.permissions import Permission
from arxos.domain.rights import Place
from arxos.domain.room import Room
from arxos.domain.user import Actor
from arxos.ports.registry import Page, RoomFilter, Slice, UnitOfWork
from arxos.use_cases.buildings import get_building
from arxos.use_cases.changing import Versions, change_record, remove_record


def create_room(
    building_id: str,
    values: Mapping[str, Any],
    *,
    uow: UnitOfWork,
    actor: Actor,
    new_id: NewId,
    now: datetime,
) -> Room:
    """Add a planned room to the floor that `values` names.

    Raises NotFound for the building, InvalidRoomError for the floor, Duplicate for a number that
    the floor has already.
    """
    building = get_building(building_id, uow=uow, actor=actor)
    check_floor(building.id, values["floor_id"], Permission.CREATE_ROOM, uow=uow, actor=actor)
    room = Room.create(
        at=now, created_by=actor.user_id, id=new_id("room"), building_id=building.id, **values
    )
    with uow:
        uow.rooms.add(room)
    return room


def check_floor(
    building_id: str, floor_id: str | None, permission: Permission, *, uow: UnitOfWork, actor: Actor
) -> None:
    """Raises InvalidRoomError for a floor that the caller cannot see, Forbidden otherwise."""
    try:
        actor.rights.must(permission, Place(building_id, floor_id), kind="floor")
        uow.floors.get(building_id, floor_id or "")
    except NotFound:
        fault = "There is no such floor in this building"
        raise InvalidRoomError(fault, {"floor_id": fault}) from None


def get_room(building_id: str, room_id: str, *, uow: UnitOfWork, actor: Actor) -> Room:
    """One room. Raises NotFound."""
    return _get_for(Permission.READ_ROOM, building_id, room_id, uow, actor)


def list_rooms(
    building_id: str, where: RoomFilter, page: Page, *, uow: UnitOfWork, actor: Actor
) -> Slice[Room]:
    """A building's or a floor's rooms. Raises NotFound for an unknown building."""
    building = get_building(building_id, uow=uow, actor=actor)
    seen = actor.rights.floors(Permission.READ_ROOM, building.id)
    return uow.rooms.list(building, replace(where, floor_ids=seen), page)


def update_room(
    building_id: str,
    room_id: str,
    changes: Mapping[str, Any],
    *,
    versions: Versions,
    uow: UnitOfWork,
    actor: Actor,
    now: datetime,
) -> Room:
    """The room with these fields changed; raises Duplicate, and as `change_record`.

    A room moves to another floor only while it is empty: its devices would stay behind.
    """

    def change(room: Room) -> Room:
        if (floor_id := changes.get("floor_id", room.floor_id)) != room.floor_id:
            if room.devices_count:
                fault = "A room that holds devices cannot move to another floor: move them first"
                raise InvalidRoomError(fault, {"floor_id": fault})
            check_floor(building_id, floor_id, Permission.UPDATE_ROOM, uow=uow, actor=actor)
        return change_room(room, changes, at=now, by=actor.user_id)

    return change_record(
        lambda: _get_for(Permission.UPDATE_ROOM, building_id, room_id, uow, actor),
        change,
        lambda room: uow.rooms.update(room),
        uow=uow,
        versions=versions,
    )


def change_room(room: Room, changes: Mapping[str, Any], *, at: datetime, by: str) -> Room:
    """The room as a person changes it; an area set by hand says so in `area_source`."""
    values = dict(changes)
    if values.get("area_m2") is not None and "area_source" not in values:
        values["area_source"] = "set by hand"
    if {"room_number", "floor_id"} & values.keys():
        # A number set by a person is held or refused, never shared.
        place = (values.get("floor_id", room.floor_id), values.get("room_number", room.room_number))
        if place != (room.floor_id, room.room_number):
            values["number_shared"] = False
    return room.edited(at=at, by=by, **values)


def change_room_status(
    building_id: str,
    room_id: str,
    status: str,
    *,
    versions: Versions,
    uow: UnitOfWork,
    actor: Actor,
    now: datetime,
) -> Room:
    """The room in its next status. Raises InvalidStatusTransitionError."""
    return change_record(
        lambda: _get_for(Permission.UPDATE_ROOM, building_id, room_id, uow, actor),
        lambda room: room.change_status(status, at=now, by=actor.user_id),
        lambda room: uow.rooms.update(room),
        uow=uow,
        versions=versions,
    )


def delete_room(
    building_id: str,
    room_id: str,
    *,
    versions: Versions,
    uow: UnitOfWork,
    actor: Actor,
    now: datetime,
) -> Room:
    """Remove a room that holds nothing. Raises HasChildren."""

    def read() -> Room:
        room = _get_for(Permission.DELETE_ROOM, building_id, room_id, uow, actor)
        if room.devices_count:
            raise HasChildren("room", f"{room.devices_count} devices")
        return room

    return remove_record(
        read,
        lambda room: uow.rooms.remove(room.removed(at=now, by=actor.user_id)),
        uow=uow,
        versions=versions,
    )


def _get_for(
    permission: Permission, building_id: str, room_id: str, uow: UnitOfWork, actor: Actor
) -> Room:
    room = uow.rooms.get(building_id, room_id)
    actor.rights.must(permission, Place(building_id, room.floor_id), kind="room")
    return room
