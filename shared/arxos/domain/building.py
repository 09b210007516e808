"""A building: the root that floors, rooms, devices and imports belong to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from arxos.domain.address import Address, Coordinates
from arxos.domain.errors import InvalidBuildingError
from arxos.domain.events import (
    BuildingCreated,
    BuildingRemoved,
    BuildingStatusChanged,
    BuildingUpdated,
)
from arxos.domain.import_job import ImportMode
from arxos.domain.record import Record
from arxos.domain.sensitive import Sealed
from arxos.domain.status import BUILDING_TRANSITIONS, BuildingStatus
from arxos.domain.text_rules import name_fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Building(Record):
    """A building of one organisation. A new one is `planned`.

    The counts are kept by the store in the same transaction as what they count, so they are exact.
    `shards` is how many partitions its rooms and devices are spread over (ADR 0003). `drop_mode` is
    what becomes of files that other systems put into the bucket for it.
    """

    kind: ClassVar = "building"
    error: ClassVar = InvalidBuildingError
    transitions: ClassVar = BUILDING_TRANSITIONS
    created_event: ClassVar = BuildingCreated
    updated_event: ClassVar = BuildingUpdated
    status_event: ClassVar = BuildingStatusChanged
    removed_event: ClassVar = BuildingRemoved

    name: str
    address: Address
    coordinates: Coordinates | None = None
    status: BuildingStatus = BuildingStatus.PLANNED
    drop_mode: ImportMode = ImportMode.PLAN
    floors_count: int = 0
    rooms_count: int = 0
    devices_count: int = 0
    groups_count: int = 0
    shards: int = 1
    deletion_id: str | None = None
    sensitive: Mapping[str, Sealed] = field(default_factory=dict)

    def _faults(self) -> dict[str, str]:
        # Zero-argument super() does not survive slots=True, which remakes the class.
        faults = Record._faults(self)
        if fault := name_fault(self.name, label="Building name"):
            faults = {"name": fault, **faults}
        return faults

    @property
    def label(self) -> str:
        return self.name
