"""A floor (storey) of a building."""

from dataclasses import dataclass
from typing import ClassVar

from arxos.domain.errors import InvalidFloorError
from arxos.domain.events import FloorAdded, FloorRemoved, FloorStatusChanged, FloorUpdated
from arxos.domain.record import Record
from arxos.domain.status import FLOOR_TRANSITIONS, FloorStatus
from arxos.domain.text_rules import optional_text_fault

FLOOR_NUMBERS = range(-200, 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor(Record):
    """`floor_number` is unique in its building, negative below ground; `elevation_m` in metres."""

    kind: ClassVar = "floor"
    error: ClassVar = InvalidFloorError
    transitions: ClassVar = FLOOR_TRANSITIONS
    created_event: ClassVar = FloorAdded
    updated_event: ClassVar = FloorUpdated
    status_event: ClassVar = FloorStatusChanged
    removed_event: ClassVar = FloorRemoved

    building_id: str
    floor_number: int
    name: str | None = None
    elevation_m: float | None = None
    status: FloorStatus = FloorStatus.PLANNED
    rooms_count: int = 0
    devices_count: int = 0
    deletion_id: str | None = None

    def _faults(self) -> dict[str, str]:
        faults = Record._faults(self)
        if fault := optional_text_fault(self.name, label="Floor name"):
            faults["name"] = fault
        if self.floor_number not in FLOOR_NUMBERS:
            faults["floor_number"] = (
                f"Floor number must lie between {FLOOR_NUMBERS.start} and {FLOOR_NUMBERS.stop - 1}"
            )
        return faults

    @property
    def label(self) -> str:
        return self.name or f"Floor {self.floor_number}"
