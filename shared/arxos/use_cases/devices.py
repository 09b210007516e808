"""Adding devices to rooms and floors, finding, changing, moving and removing them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from arxos.domain.device import Device
from arxos.domain.errors import InvalidDeviceError, NotFound
from arxos.domain.identifiers import NewId
from arxos.domain.permissions import Permission
from arxos.domain.rights import Place
from arxos.domain.user import Actor
from arxos.ports.registry import DeviceFilter, Page, Slice, UnitOfWork
from arxos.use_cases.buildings import get_building
from arxos.use_cases.changing import Versions, change_record, remove_record

# A door has two rooms, a long cable tray some; each is an item in the device's transaction.
MAX_ROOMS = 20


def create_device(
    building_id: str,
    values: Mapping[str, Any],
    *,
    uow: UnitOfWork,
    actor: Actor,
    new_id: NewId,
    now: datetime,
) -> Device:
    """Install a device in the rooms, or on the floor, that `values` names.

    Raises NotFound for the building and InvalidDeviceError for rooms and floors it does not have.
    """
    building = get_building(building_id, uow=uow, actor=actor)
    place = find_place(building.id, values, Permission.CREATE_DEVICE, uow=uow, actor=actor)
    device = Device.create(
        at=now,
        created_by=actor.user_id,
        id=new_id("device"),
        building_id=building.id,
        **{**values, **place},
    )
    with uow:
        uow.devices.add(device)
    return device


def find_place(
    building_id: str,
    wanted: Mapping[str, Any],
    permission: Permission,
    *,
    uow: UnitOfWork,
    actor: Actor,
) -> dict[str, Any]:
    """`floor_id`, `room_id` and `room_ids` of a device that is to be in the rooms, or on the
    floor, that `wanted` names.

    Raises InvalidDeviceError for what there is not, and Forbidden.
    """
    room_ids = _rooms_wanted(wanted)
    floor_id = wanted.get("floor_id")
    if not room_ids and floor_id is None:
        fault = "A device is in a room (room_id) or on a floor (floor_id)"
        raise InvalidDeviceError(fault, {"room_id": fault})
    floors = []
    for number, room_id in enumerate(room_ids):
        path = "room_id" if number == 0 else f"room_ids.{number}"
        try:
            room = uow.rooms.get(building_id, room_id)
            actor.rights.must(permission, Place(building_id, room.floor_id), kind="room")
        except NotFound:
            fault = "There is no such room in this building"
            raise InvalidDeviceError(fault, {path: fault}) from None
        floors.append(room.floor_id)
    if floors and floor_id not in (None, floors[0]):
        fault = "This floor is not the floor of the room"
        raise InvalidDeviceError(fault, {"floor_id": fault})
    if not floors:
        try:
            actor.rights.must(permission, Place(building_id, floor_id), kind="floor")
            uow.floors.get(building_id, floor_id or "")
        except NotFound:
            fault = "There is no such floor in this building"
            raise InvalidDeviceError(fault, {"floor_id": fault}) from None
    return {
        "floor_id": floors[0] if floors else floor_id,
        "room_id": room_ids[0] if room_ids else None,
        "room_ids": room_ids,
    }


def _rooms_wanted(wanted: Mapping[str, Any]) -> tuple[str, ...]:
    room_id: str | None = wanted.get("room_id")
    listed: Sequence[str] = tuple(dict.fromkeys(wanted.get("room_ids") or ()))
    if room_id is not None and listed and listed[0] != room_id:
        listed = (room_id, *(other for other in listed if other != room_id))
    room_ids = tuple(listed) or ((room_id,) if room_id is not None else ())
    if len(room_ids) > MAX_ROOMS:
        fault = f"A device cannot be in more than {MAX_ROOMS} rooms"
        raise InvalidDeviceError(fault, {"room_ids": fault})
    return room_ids


def get_device(building_id: str, device_id: str, *, uow: UnitOfWork, actor: Actor) -> Device:
    """One device. Raises NotFound."""
    return _get_for(Permission.READ_DEVICE, building_id, device_id, uow, actor)


def list_devices(
    building_id: str, where: DeviceFilter, page: Page, *, uow: UnitOfWork, actor: Actor
) -> Slice[Device]:
    """A building's, floor's or room's devices. Raises NotFound for an unknown building."""
    building = get_building(building_id, uow=uow, actor=actor)
    seen = actor.rights.floors(Permission.READ_DEVICE, building.id)
    return uow.devices.list(building, replace(where, floor_ids=seen), page)


def update_device(
    building_id: str,
    device_id: str,
    changes: Mapping[str, Any],
    *,
    versions: Versions,
    uow: UnitOfWork,
    actor: Actor,
    now: datetime,
) -> Device:
    """The device with these fields changed; raises as `change_record`."""
    return change_record(
        lambda: _get_for(Permission.UPDATE_DEVICE, building_id, device_id, uow, actor),
        lambda device: device.edited(at=now, by=actor.user_id, **changes),
        lambda device: uow.devices.update(device),
        uow=uow,
        versions=versions,
    )


def change_device_status(
    building_id: str,
    device_id: str,
    status: str,
    *,
    versions: Versions,
    uow: UnitOfWork,
    actor: Actor,
    now: datetime,
) -> Device:
    """The device in its next status. Raises InvalidStatusTransitionError."""
    return change_record(
        lambda: _get_for(Permission.UPDATE_DEVICE, building_id, device_id, uow, actor),
        lambda device: device.change_status(status, at=now, by=actor.user_id),
        lambda device: uow.devices.update(device),
        uow=uow,
        versions=versions,
    )


def move_device(
    building_id: str,
    device_id: str,
    wanted: Mapping[str, Any],
    *,
    versions: Versions,
    uow: UnitOfWork,
    actor: Actor,
    now: datetime,
) -> Device:
    """The device in other rooms, or on another floor; the right must hold at both ends.

    Raises InvalidDeviceError for rooms and floors that the building does not have.
    """

    def move(device: Device) -> Device:
        place = find_place(building_id, wanted, Permission.UPDATE_DEVICE, uow=uow, actor=actor)
        return device.move(
            floor_id=place["floor_id"],
            room_ids=place["room_ids"],
            at=now,
            by=actor.user_id,
            by_hand=True,
        )

    return change_record(
        lambda: _get_for(Permission.UPDATE_DEVICE, building_id, device_id, uow, actor),
        move,
        lambda device: uow.devices.update(device),
        uow=uow,
        versions=versions,
    )


def delete_device(
    building_id: str,
    device_id: str,
    *,
    versions: Versions,
    uow: UnitOfWork,
    actor: Actor,
    now: datetime,
) -> Device:
    """Remove a device."""
    return remove_record(
        lambda: _get_for(Permission.DELETE_DEVICE, building_id, device_id, uow, actor),
        lambda device: uow.devices.remove(device.removed(at=now, by=actor.user_id)),
        uow=uow,
        versions=versions,
    )


def _get_for(
    permission: Permission, building_id: str, device_id: str, uow: UnitOfWork, actor: Actor
) -> Device:
    device = uow.devices.get(building_id, device_id)
    actor.rights.must(permission, Place(building_id, device.floor_id), kind="device")
    return device
