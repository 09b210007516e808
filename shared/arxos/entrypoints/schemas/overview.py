"""A building at a glance: its tree and its numbers."""

from pydantic import Field

from arxos.domain.status import BuildingStatus, DeviceStatus, FloorStatus, RoomStatus
from arxos.entrypoints.schemas.fields import (
    BuildingId,
    Count,
    DeviceId,
    FloorId,
    Metres,
    RoomId,
    Shown,
)


class TreeBuilding(Shown):
    """The root of a tree."""

    id: BuildingId
    name: str
    status: BuildingStatus
    floors_count: Count
    rooms_count: Count
    devices_count: Count


class TreeDevice(Shown):
    """A device in a tree."""

    id: DeviceId
    name: str
    device_type: str
    status: DeviceStatus


class TreeRoom(Shown):
    """A room in a tree; with its first devices where they were asked for."""

    id: RoomId
    room_number: str
    name: str | None
    room_type: str | None
    status: RoomStatus
    area_m2: float | None = Field(ge=0)
    devices_count: Count
    devices: list[TreeDevice] = Field(default=[])


class TreeFloor(Shown):
    """A floor in a tree, with those of its rooms that are on this page."""

    id: FloorId
    floor_number: int
    name: str | None
    status: FloorStatus
    elevation_m: Metres | None
    rooms_count: Count
    devices_count: Count
    rooms: list[TreeRoom]
    rooms_complete: bool = Field(description="False: the next page has more rooms of this floor.")


class FloorCounts(Shown):
    """How much is on a floor."""

    floor_id: FloorId
    floor_number: int
    name: str | None
    rooms_count: Count
    devices_count: Count


class ValueCount(Shown):
    """How many have a value; null: none."""

    value: str | None
    count: Count


class ValueArea(Shown):
    """How much area has a value; null: none."""

    value: str | None
    area_m2: float = Field(ge=0)


class Summary(Shown):
    """A building's numbers. Those of the whole building are null for who sees some floors only."""

    building_id: BuildingId
    name: str
    status: BuildingStatus
    floors_count: Count
    rooms_count: Count
    devices_count: Count
    area_m2: float | None = Field(ge=0)
    by_floor: list[FloorCounts]
    rooms_by_status: list[ValueCount] | None
    rooms_by_type: list[ValueCount] | None
    area_m2_by_room_type: list[ValueArea] | None
    devices_by_status: list[ValueCount] | None
    devices_by_type: list[ValueCount] | None
    devices_by_manufacturer: list[ValueCount] | None
