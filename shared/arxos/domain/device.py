"""A device: a piece of equipment or furniture in a room, or on a floor alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, NamedTuple, Self

from arxos.domain.errors import InvalidDeviceError
from arxos.domain.events import (
    DeviceAdded,
    DeviceMoved,
    DeviceRemoved,
    DeviceStatusChanged,
    DeviceUpdated,
)
from arxos.domain.record import Record
from arxos.domain.sensitive import Sealed
from arxos.domain.status import DEVICE_TRANSITIONS, DeviceStatus
from arxos.domain.text_rules import name_fault, optional_text_fault


class Position(NamedTuple):
    """Metres in the building's coordinates."""

    x: float
    y: float
    z: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Device(Record):
    """`room_id` is its main room and the first of `room_ids` (a door has two).

    `group_ids` are kept by the groups (domain/group.py), as counters are by what they count.
    """

    kind: ClassVar = "device"
    error: ClassVar = InvalidDeviceError
    transitions: ClassVar = DEVICE_TRANSITIONS
    created_event: ClassVar = DeviceAdded
    updated_event: ClassVar = DeviceUpdated
    status_event: ClassVar = DeviceStatusChanged
    removed_event: ClassVar = DeviceRemoved

    building_id: str
    floor_id: str
    name: str
    device_type: str
    room_id: str | None = None
    room_ids: tuple[str, ...] = ()
    ifc_class: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial_number: str | None = None
    tag_number: str | None = None
    barcode: str | None = None
    installed_on: date | None = None
    warranty_until: date | None = None
    position: Position | None = None
    group_ids: tuple[str, ...] = ()
    status: DeviceStatus = DeviceStatus.INSTALLED
    sensitive: Mapping[str, Sealed] = field(default_factory=dict)

    def _faults(self) -> dict[str, str]:
        faults = Record._faults(self)
        if fault := name_fault(self.name, label="Device name"):
            faults["name"] = fault
        if fault := name_fault(self.device_type, label="Device type"):
            faults["device_type"] = fault
        for field_name in (
            "ifc_class",
            "manufacturer",
            "model",
            "serial_number",
            "tag_number",
            "barcode",
        ):
            label = field_name.replace("_", " ").replace("ifc", "IFC").capitalize()
            if fault := optional_text_fault(getattr(self, field_name), label=label):
                faults[field_name] = fault
        if self.room_ids[:1] != ((self.room_id,) if self.room_id else ()):
            faults["room_ids"] = "The first of a device's rooms is its room_id"
        return faults

    @property
    def label(self) -> str:
        return self.name

    def move(
        self,
        *,
        floor_id: str,
        room_ids: tuple[str, ...],
        at: datetime,
        by: str | None,
        by_hand: bool = False,
    ) -> Self:
        """The device in other rooms (the first is its main one), or on a floor alone.

        `by_hand`: a person says so, and later imports leave it there.
        """
        moved = self._changed(
            DeviceMoved,
            at=at,
            by=by,
            floor_id=floor_id,
            room_id=room_ids[0] if room_ids else None,
            room_ids=room_ids,
        )
        return moved._marked(at=at, by=by, before=self) if by_hand else moved
