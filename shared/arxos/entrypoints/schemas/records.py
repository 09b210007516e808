"""The registry's records: buildings, floors, rooms, devices and groups."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from arxos.domain.group import GroupKind
from arxos.domain.import_job import ImportMode
from arxos.domain.status import BuildingStatus, DeviceStatus, FloorStatus, GroupStatus, RoomStatus
from arxos.entrypoints.schemas.fields import (
    BuildingId,
    By,
    Count,
    DeviceId,
    FloorId,
    GroupId,
    Metres,
    RoomId,
    Sensitive,
    Shown,
    Version,
)


class _Record(Shown):
    description: str | None
    metadata: dict[str, Any] = Field(description="Any JSON object of at most 16 KB.")
    tags: list[str]
    external_ids: dict[str, str] = Field(
        description="The record's id in other systems, such as `ifc` or `cobie`."
    )
    kept_fields: list[str] = Field(
        description="Fields that a person has set and later imports leave alone."
    )
    version: Version
    created_at: datetime
    updated_at: datetime
    created_by: By
    updated_by: By


class Address(Shown):
    """A postal address."""

    street: str
    city: str
    state: str
    postal_code: str
    country: str | None


class Coordinates(Shown):
    """WGS 84, in degrees."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Building(_Record):
    """A building. Its counts are exact, but for `devices_count` while a large import is applied:
    what is about to be written is in it.
    """

    id: BuildingId
    status: BuildingStatus
    name: str
    address: Address
    coordinates: Coordinates | None
    sensitive: Sensitive
    drop_mode: ImportMode = Field(
        description="What becomes of files that other systems put into the bucket for it."
    )
    floors_count: Count
    rooms_count: Count
    devices_count: Count
    groups_count: Count


class Floor(_Record):
    """A storey of a building."""

    id: FloorId
    building_id: BuildingId
    status: FloorStatus
    floor_number: int = Field(description="Unique in its building, negative below ground.")
    name: str | None
    elevation_m: Metres | None
    rooms_count: Count
    devices_count: Count


class Room(_Record):
    """A room on a floor."""

    id: RoomId
    building_id: BuildingId
    floor_id: FloorId
    status: RoomStatus
    room_number: str
    name: str | None
    room_type: str | None
    area_m2: float | None = Field(ge=0)
    area_source: str | None = Field(description="Where the area comes from.")
    volume_m3: float | None = Field(ge=0)
    footprint: list[Annotated[list[float], Field(min_length=2, max_length=2)]] | None = Field(
        description="The outline as points in building metres, not closed."
    )
    sensitive: Sensitive
    devices_count: Count
    group_ids: list[GroupId]


class Position(Shown):
    """Metres in the building's coordinates."""

    x: float
    y: float
    z: float


class Device(_Record):
    """A device in a room, in several, or on a floor alone."""

    id: DeviceId
    building_id: BuildingId
    floor_id: FloorId
    room_id: RoomId | None = Field(description="Its main room, the first of `room_ids`.")
    room_ids: list[RoomId]
    status: DeviceStatus
    name: str
    device_type: str
    ifc_class: str | None
    manufacturer: str | None
    model: str | None
    serial_number: str | None
    tag_number: str | None
    barcode: str | None
    installed_on: date | None
    warranty_until: date | None
    position: Position | None
    sensitive: Sensitive
    group_ids: list[GroupId]


class Group(_Record):
    """A system of devices, or a zone of rooms and devices."""

    id: GroupId
    building_id: BuildingId
    status: GroupStatus
    kind: GroupKind
    name: str
    category: str | None
    members_count: Count


class Member(Shown):
    """A device or a room of a group."""

    kind: Literal["device", "room"]
    id: str
    name: str | None
    room_number: str | None
    floor_id: FloorId
    room_id: RoomId | None
