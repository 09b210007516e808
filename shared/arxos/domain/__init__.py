"""Buildings, floors, rooms and devices as the field speaks of them; pure, no AWS, no HTTP."""

from arxos.domain.address import Address, Coordinates
from arxos.domain.building import Building
from arxos.domain.device import Device, Position
from arxos.domain.errors import (
    ArxosError,
    Conflict,
    Duplicate,
    InvalidBuildingError,
    InvalidDeviceError,
    InvalidFloorError,
    InvalidInput,
    InvalidRoomError,
    InvalidStatusTransitionError,
    NotFound,
)
from arxos.domain.floor import Floor
from arxos.domain.room import Room
from arxos.domain.status import BuildingStatus, DeviceStatus, FloorStatus, RoomStatus

__all__ = [
    "Address",
    "ArxosError",
    "Building",
    "BuildingStatus",
    "Conflict",
    "Coordinates",
    "Device",
    "DeviceStatus",
    "Duplicate",
    "Floor",
    "FloorStatus",
    "InvalidBuildingError",
    "InvalidDeviceError",
    "InvalidFloorError",
    "InvalidInput",
    "InvalidRoomError",
    "InvalidStatusTransitionError",
    "NotFound",
    "Position",
    "Room",
    "RoomStatus",
]
