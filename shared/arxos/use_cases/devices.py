"""Adding devices to rooms and floors, finding, changing, moving and removing them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from arxos.domain.device import Device
from arxos.domain.errors import InvalidDeviceError, NotFound
from arxos.domain.identifiers import NewId
from arxos.domain.permissions import Permission
from arxos.domain.rights import Place, Rights
from arxos.domain.user import Actor
from arxos.ports.lists import DeviceFilter, Page, Slice
from arxos.ports.registry import UnitOfWork
from arxos.ports.vault import Vault
from arxos.use_cases.buildings import get_building_for
from arxos.use_cases.changing import Versions, change_record, create_record
from arxos.use_cases.known import Known, Lookup
from arxos.use_cases.past_places import rooms_on
from arxos.use_cases.sealing import with_sealed
from arxos.use_cases.sorting import check_devices_to_sort

# A door has two rooms, a long cable tray some; each is an item in the device's transaction.
MAX_ROOMS = 20
NO_PLACE = "A device is in a room (room_id) or on a floor (floor_id)"


def create_device(
    building_id: str,
    values: Mapping[str, Any],
    *,
    uow: UnitOfWork,
    actor: Actor,
    new_id: NewId,
    now: datetime,
    vault: Vault | None = None,
) -> Device:
    """Install a device in the rooms, or on the floor, that `values` names.

    Raises NotFound for the building and InvalidDeviceError for rooms and floors it does not have.
    """
    building = get_building_for(Permission.CREATE_DEVICE, building_id, uow=uow, actor=actor)
    device = new_device(
        building.id, values, known=uow, actor=actor, new_id=new_id, now=now, vault=vault
    )
    return create_record(
        device.id,
        lambda: uow.devices.add(device),
        lambda made: uow.devices.get(building.id, made),
        device,
        uow=uow,
    )


def new_device(
    building_id: str,
    values: Mapping[str, Any],
    *,
    known: Known,
    actor: Actor,
    new_id: NewId,
    now: datetime,
    vault: Vault | None = None,
) -> Device:
    """The device that `values` describes, not stored yet. Raises as `find_place`."""
    place = find_place(building_id, values, Permission.CREATE_DEVICE, known=known, actor=actor)
    device_id = new_id("device")
    return Device.create(
        at=now,
        created_by=actor.user_id,
        id=device_id,
        building_id=building_id,
        **{**with_sealed(values, device_id, {}, vault), **place},
    )


def find_place(
    building_id: str,
    wanted: Mapping[str, Any],
    permission: Permission,
    *,
    known: Known,
    actor: Actor,
) -> dict[str, Any]:
    """`floor_id`, `room_id` and `room_ids` of a device that is to be in the rooms, or on the
    floor, that `wanted` names.

    Raises InvalidDeviceError for what there is not, and Forbidden.
    """
    room_ids = _rooms_wanted(wanted)
    floor_id = wanted.get("floor_id")
    if not room_ids and floor_id is None:
        raise InvalidDeviceError(NO_PLACE, {"room_id": NO_PLACE})
    floors = []
    for number, room_id in enumerate(room_ids):
        path = "room_id" if number == 0 else f"room_ids.{number}"
        try:
            room = known.rooms.get(building_id, room_id)
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
            known.floors.get(building_id, floor_id or "")
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
    """One device, with those of its rooms that the caller sees. Raises NotFound."""
    device = device_for(Permission.READ_DEVICE, building_id, device_id, uow.devices, actor)
    (shown,) = with_seen_rooms((device,), building_id, uow=uow, rights=actor.rights)
    return shown


def list_devices(
    building_id: str, where: DeviceFilter, page: Page, *, uow: UnitOfWork, actor: Actor
) -> Slice[Device]:
    """A building's, floor's or room's devices. Raises NotFound for an unknown building."""
    building = get_building_for(Permission.READ_DEVICE, building_id, uow=uow, actor=actor)
    seen = actor.rights.floors(Permission.READ_DEVICE, building.id)
    where = replace(where, floor_ids=seen)
    check_devices_to_sort(building, where, uow=uow)
    found = uow.devices.list(building, where, page)
    shown = with_seen_rooms(found.items, building.id, uow=uow, rights=actor.rights)
    return Slice(shown, found.position)


def with_seen_rooms(
    devices: Sequence[Device], building_id: str, *, uow: UnitOfWork, rights: Rights
) -> tuple[Device, ...]:
    """The devices without those of their rooms that lie on floors which the rights do not show.

    The first of a device's rooms is on its own floor. Who sees the whole building costs no read;
    others one, if some of the devices have further rooms.
    """
    floors = rights.floors(Permission.READ_ROOM, building_id)
    further = {room_id for device in devices for room_id in device.room_ids[1:]}
    if floors is None or not further:
        return tuple(devices)
    seen = rooms_on(floors, building_id, further, uow)
    return tuple(
        replace(
            device,
            room_ids=(*device.room_ids[:1], *(r for r in device.room_ids[1:] if r in seen)),
        )
        for device in devices
    )


def update_device(
    building_id: str,
    device_id: str,
    changes: Mapping[str, Any],
    *,
    versions: Versions,
    uow: UnitOfWork,
    actor: Actor,
    now: datetime,
    vault: Vault | None = None,
) -> Device:
    """The device with these fields changed; raises as `change_record`."""
    return change_record(
        lambda: device_for(Permission.UPDATE_DEVICE, building_id, device_id, uow.devices, actor),
        lambda device: updated_device(device, changes, actor=actor, now=now, vault=vault),
        lambda device: uow.devices.update(device),
        uow=uow,
        versions=versions,
    )


def updated_device(
    device: Device,
    changes: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    vault: Vault | None = None,
) -> Device:
    """The device as the actor changes it. Raises InvalidInput."""
    values = with_sealed(changes, device.id, device.sensitive, vault)
    return device.edited(at=now, by=actor.user_id, **values)


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
    return change_record(
        lambda: device_for(Permission.UPDATE_DEVICE, building_id, device_id, uow.devices, actor),
        lambda device: moved_device(device, wanted, known=uow, actor=actor, now=now),
        lambda device: uow.devices.update(device),
        uow=uow,
        versions=versions,
    )


def moved_device(
    device: Device, wanted: Mapping[str, Any], *, known: Known, actor: Actor, now: datetime
) -> Device:
    """The device where a person wants it. Raises as `find_place`."""
    permission = Permission.UPDATE_DEVICE
    place = find_place(device.building_id, wanted, permission, known=known, actor=actor)
    return device.move(
        floor_id=place["floor_id"],
        room_ids=place["room_ids"],
        at=now,
        by=actor.user_id,
        by_hand=True,
    )


def device_for(
    permission: Permission,
    building_id: str,
    device_id: str,
    devices: Lookup[Device],
    actor: Actor,
) -> Device:
    """A device that the actor may do this to. Raises NotFound, and Forbidden."""
    device = devices.get(building_id, device_id)
    actor.rights.must(permission, Place(building_id, device.floor_id), kind="device")
    return device
