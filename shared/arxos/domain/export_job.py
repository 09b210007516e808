"""An export: a building, or a part of it, on its way into a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from arxos.domain.events import DomainEvent, ExportStarted
from arxos.domain.permissions import Permission
from arxos.domain.rights import Place, Rights

# How long the file and the record of an export are kept.
KEPT_FOR = timedelta(days=7)
# An export that has not moved for so long has no order left in the queue: five deliveries, each
# eleven minutes after the one before, are over by then.
GIVEN_UP_AFTER = timedelta(minutes=60)


class ExportFormat(StrEnum):
    """`csv` and `xlsx` are tables; `json` is JSON lines (docs/json-lines.md)."""

    CSV = "csv"
    XLSX = "xlsx"
    COBIE = "cobie"
    JSON = "json"


class ExportKind(StrEnum):
    """The one table that an export of tables is to hold."""

    FLOORS = "floors"
    ROOMS = "rooms"
    DEVICES = "devices"


class ExportStatus(StrEnum):
    """`building → ready`, or `failed`."""

    BUILDING = "building"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportScope:
    """What of a building is exported; all given conditions hold.

    Of a system its devices are, of a zone its rooms and what is in them. `status` and `q` (found
    anywhere in a name, number, tag, serial number or barcode, whatever its case and accents) are
    the devices', but where one table of floors or rooms is asked for. `floor_ids` are those that
    whoever started it might see then; None: the whole building.
    """

    floor_ids: tuple[str, ...] | None = None
    kind: ExportKind | None = None
    device_type: str | None = None
    room_type: str | None = None
    status: str | None = None
    room_id: str | None = None
    group_id: str | None = None
    q: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the building is left out."""
        return self == ExportScope()

    def is_visible(self, rights: Rights, building_id: str) -> bool:
        """Whether these rights show all that the export may hold."""
        if self.floor_ids is None:
            return rights.allow(Permission.EXPORT_DATA, Place(building_id))
        return all(
            rights.allow(Permission.EXPORT_DATA, Place(building_id, floor_id))
            for floor_id in self.floor_ids
        )

    def shown(self) -> dict[str, Any]:
        """The conditions by name, for people and for the file's first line."""
        return {
            "floor_ids": list(self.floor_ids) if self.floor_ids is not None else None,
            "kind": self.kind.value if self.kind else None,
            "device_type": self.device_type,
            "room_type": self.room_type,
            "status": self.status,
            "room_id": self.room_id,
            "group_id": self.group_id,
            "q": self.q,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJob:
    """One export and how far it is. `attempt` names the invocation that works on it now."""

    id: str
    building_id: str
    format: ExportFormat
    scope: ExportScope = field(default_factory=ExportScope)
    filename: str
    status: ExportStatus = ExportStatus.BUILDING
    progress: float = 0.0
    counts: Mapping[str, int] = field(default_factory=dict)
    size_bytes: int | None = None
    message: str | None = None
    attempt: str | None = None
    started_by: str | None = None
    started_by_name: str | None = None
    created_at: datetime
    updated_at: datetime
    events: tuple[DomainEvent, ...] = field(default=(), compare=False, repr=False)

    @property
    def is_ready(self) -> bool:
        """Whether there is a file."""
        return self.status is ExportStatus.READY

    @property
    def expires_at(self) -> datetime:
        """When the file and this record are gone."""
        return self.created_at + KEPT_FOR

    def started(self, building_name: str) -> Self:
        """The export with the event of its beginning, which belongs to its building."""
        event = ExportStarted(
            record_kind="building",
            record_id=self.building_id,
            record_label=building_name,
            by=self.started_by,
            at=self.created_at,
            changes={"export_id": (None, self.id), "format": (None, self.format.value)},
        )
        return replace(self, events=(event,))

    def moved_on(self, counts: Mapping[str, int], total: int, *, at: datetime) -> Self:
        """Under way, with so many records written."""
        share = sum(counts.values()) / total if total else 0.0
        progress = min(0.95, round(share * 0.95, 3))
        return replace(self, progress=max(self.progress, progress), counts=counts, updated_at=at)

    def ready(
        self,
        counts: Mapping[str, int],
        size_bytes: int,
        *,
        message: str | None = None,
        at: datetime,
    ) -> Self:
        """The file is there. `message`: what its people should know of it."""
        return replace(
            self,
            status=ExportStatus.READY,
            progress=1.0,
            counts=counts,
            size_bytes=size_bytes,
            message=message,
            updated_at=at,
        )

    def failed(self, message: str, *, at: datetime) -> Self:
        """Given up."""
        return replace(self, status=ExportStatus.FAILED, message=message, updated_at=at)

    def as_seen_at(self, now: datetime) -> Self:
        """The export as a reader should see it: a worker that died leaves no other trace."""
        if self.status is ExportStatus.BUILDING and now > self.updated_at + GIVEN_UP_AFTER:
            return self.failed(FAILED_BY_US, at=self.updated_at)
        return self


FAILED_BY_US = "Arxos could not build this export, through no fault of the building. Start another."
