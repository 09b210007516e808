"""Adding rooms to a floor, finding, changing and removing them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from arxos.domain.errors import InvalidRoomError, NotFound
from arxos.domain.identifiers import NewId
from arxos.domain.permissions import Permission
from arxos.domain.rights import Place
from arxos.domain.room import Room
from arxos.domain.user import Actor
from arxos.ports.lists import Page, RoomFilter, Slice
from arxos.ports.registry import UnitOfWork
from arxos.ports.vault import Vault
from arxos.use_cases.buildings import get_building_for
from arxos.use_cases.changing import Versions, change_record, create_record
from arxos.use_cases.known import Known, Lookup
from arxos.use_cases.records import check_holds_nothing
from arxos.use_cases.sealing import with_sealed
from arxos.use_cases.sorting import check_rooms_to_sort


def create_room(
    building_id: str,
    values: Mapping[str, Any],
    *,
    uow: UnitOfWork,
    actor: Actor,
    new_id: NewId,
    now: datetime,
    vault: Vault | None = None,
) -> Room:
    """Add a planned room to the floor that `values` names.

    Raises NotFound for the building, InvalidRoomError for the floor, Duplicate for a number that
    the floor has already.
    """
    building = get_building_for(Permission.CREATE_ROOM, building_id, uow=uow, actor=actor)
    room = new_room(
        building.id, values, known=uow, actor=actor, new_id=new_id, now=now, vault=vault
    )
    return create_record(
        room.id,
        lambda: uow.rooms.add(room),
        lambda made: uow.rooms.get(building.id, made),
        room,
        uow=uow,
    )


def new_room(
    building_id: str,
    values: Mapping[str, Any],
    *,
    known: Known,
    actor: Actor,
    new_id: NewId,
    now: datetime,
    vault: Vault | None = None,
) -> Room:
    """The room that `values` describes, not stored yet. Raises as `check_floor`."""
    check_floor(building_id, values["floor_id"], Permission.CREATE_ROOM, known=known, actor=actor)
    room_id = new_id("room")
    sealed = with_sealed(values, room_id, {}, vault)
    return Room.create(
        at=now, created_by=actor.user_id, id=room_id, building_id=building_id, **sealed
    )


def check_floor(
    building_id: str, floor_id: str | None, permission: Permission, *, known: Known, actor: Actor
) -> None:
    """Raises InvalidRoomError for a floor that the caller cannot see, Forbidden otherwise."""
    try:
        actor.rights.must(permission, Place(building_id, floor_id), kind="floor")
        known.floors.get(building_id, floor_id or "")
    except NotFound:
        fault = "There is no such floor in this building"
        raise InvalidRoomError(fault, {"floor_id": fault}) from None


def get_room(building_id: str, room_id: str, *, uow: UnitOfWork, actor: Actor) -> Room:
    """One room. Raises NotFound."""
    return room_for(Permission.READ_ROOM, building_id, room_id, uow.rooms, actor)


def list_rooms(
    building_id: str, where: RoomFilter, page: Page, *, uow: UnitOfWork, actor: Actor
) -> Slice[Room]:
    """A building's or a floor's rooms. Raises NotFound for an unknown building."""
    building = get_building_for(Permission.READ_ROOM, building_id, uow=uow, actor=actor)
    seen = actor.rights.floors(Permission.READ_ROOM, building.id)
    where = replace(where, floor_ids=seen)
    check_rooms_to_sort(building, where, uow=uow)
    return uow.rooms.list(building, where, page)


def update_room(
    building_id: str,
    room_id: str,
    changes: Mapping[str, Any],
    *,
    versions: Versions,
    uow: UnitOfWork,
    actor: Actor,
    now: datetime,
    vault: Vault | None = None,
) -> Room:
    """The room with these fields changed; raises Duplicate, and as `change_record`."""
    return change_record(
        lambda: room_for(Permission.UPDATE_ROOM, building_id, room_id, uow.rooms, actor),
        lambda room: updated_room(room, changes, known=uow, actor=actor, now=now, vault=vault),
        lambda room: uow.rooms.update(room),
        uow=uow,
        versions=versions,
    )


def updated_room(
    room: Room,
    changes: Mapping[str, Any],
    *,
    known: Known,
    actor: Actor,
    now: datetime,
    vault: Vault | None = None,
) -> Room:
    """The room as the actor changes it. Raises InvalidRoomError.

    A room moves to another floor only while it is empty: its devices would stay behind.
    """
    if (floor_id := changes.get("floor_id", room.floor_id)) != room.floor_id:
        if room.devices_count:
            fault = "A room that holds devices cannot move to another floor: move them first"
            raise InvalidRoomError(fault, {"floor_id": fault})
        permission = Permission.UPDATE_ROOM
        check_floor(room.building_id, floor_id, permission, known=known, actor=actor)
    values = with_sealed(changes, room.id, room.sensitive, vault)
    return change_room(room, values, at=now, by=actor.user_id)


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


def room_to_delete(building_id: str, room_id: str, rooms: Lookup[Room], actor: Actor) -> Room:
    """A room that holds nothing, and that the actor may delete. Raises HasChildren."""
    room = room_for(Permission.DELETE_ROOM, building_id, room_id, rooms, actor)
    check_holds_nothing(room)
    return room


def room_for(
    permission: Permission, building_id: str, room_id: str, rooms: Lookup[Room], actor: Actor
) -> Room:
    """A room that the actor may do this to. Raises NotFound, and Forbidden."""
    room = rooms.get(building_id, room_id)
    actor.rights.must(permission, Place(building_id, room.floor_id), kind="room")
    return room
