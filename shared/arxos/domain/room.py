"""A room (space) on a floor."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from arxos.domain.errors import InvalidRoomError
from arxos.domain.events import RoomAdded, RoomRemoved, RoomStatusChanged, RoomUpdated
from arxos.domain.record import Record
from arxos.domain.sensitive import Sealed
from arxos.domain.status import ROOM_TRANSITIONS, RoomStatus
from arxos.domain.text_rules import name_fault, optional_text_fault

Footprint = tuple[tuple[float, float], ...]
MAX_ROOM_NUMBER = 100
MAX_FOOTPRINT_POINTS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Room(Record):
    """`room_number` is unique on its floor. Areas in m2, volumes in m3.

    `number_shared` is true where an import brought a number its floor already had: both rooms are
    kept, with a warning, and only the first holds the number. `footprint` is the outer ring of the
    floor area in building metres, not closed (the first point is not repeated).
    """

    kind: ClassVar = "room"
    error: ClassVar = InvalidRoomError
    transitions: ClassVar = ROOM_TRANSITIONS
    created_event: ClassVar = RoomAdded
    updated_event: ClassVar = RoomUpdated
    status_event: ClassVar = RoomStatusChanged
    removed_event: ClassVar = RoomRemoved

    building_id: str
    floor_id: str
    room_number: str
    name: str | None = None
    room_type: str | None = None
    area_m2: float | None = None
    area_source: str | None = None
    volume_m3: float | None = None
    footprint: Footprint | None = None
    status: RoomStatus = RoomStatus.PLANNED
    number_shared: bool = False
    devices_count: int = 0
    deletion_id: str | None = None
    group_ids: tuple[str, ...] = ()
    sensitive: Mapping[str, Sealed] = field(default_factory=dict)

    def _faults(self) -> dict[str, str]:
        faults = Record._faults(self)
        if fault := name_fault(self.room_number, label="Room number", maximum=MAX_ROOM_NUMBER):
            faults["room_number"] = fault
        for field_name, label in (
            ("name", "Room name"),
            ("room_type", "Room type"),
            ("area_source", "Area source"),
        ):
            if fault := optional_text_fault(getattr(self, field_name), label=label):
                faults[field_name] = fault
        for field_name, label in (("area_m2", "Area"), ("volume_m3", "Volume")):
            value = getattr(self, field_name)
            if value is not None and not 0 <= value < 1e9:
                faults[field_name] = f"{label} cannot be negative or larger than 1,000,000,000"
        if self.footprint is not None and not 3 <= len(self.footprint) <= MAX_FOOTPRINT_POINTS:
            faults["footprint"] = f"A footprint has 3 to {MAX_FOOTPRINT_POINTS} points"
        return faults

    @property
    def label(self) -> str:
        return f"{self.room_number} {self.name}" if self.name else self.room_number
