"""A building, floor or room on its way out, with all that is in it."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from arxos.domain.events import DeletionStarted, DomainEvent
from arxos.domain.permissions import Permission
from arxos.domain.record import Record
from arxos.domain.rights import READ_OF, Place, Rights

# A deletion that has not moved for so long has no order left in the queue: five deliveries, each
# 90 seconds after the one before, are over by then.
GIVEN_UP_AFTER = timedelta(minutes=15)

COUNTED = {"floor": "floors", "room": "rooms", "device": "devices"}

# What a caller must be allowed to do at the place of what is to go.
_RIGHTS = {
    "building": (
        Permission.DELETE_BUILDING,
        Permission.DELETE_FLOOR,
        Permission.DELETE_ROOM,
        Permission.DELETE_DEVICE,
        Permission.DELETE_GROUP,
    ),
    "floor": (Permission.DELETE_FLOOR, Permission.DELETE_ROOM, Permission.DELETE_DEVICE),
    "room": (Permission.DELETE_ROOM, Permission.DELETE_DEVICE),
}


class DeletionStatus(StrEnum):
    """`queued → running → done`, or `failed`, from where it can be asked for again."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is to go; `label` is how a person called it, kept for when it is gone."""

    kind: str
    id: str
    building_id: str
    floor_id: str | None
    label: str

    @classmethod
    def of(cls, record: Record) -> Self:
        """The target that a building, floor or room is."""
        floor_id = record.id if record.kind == "floor" else getattr(record, "floor_id", None)
        return cls(
            kind=record.kind,
            id=record.id,
            building_id=getattr(record, "building_id", record.id),
            floor_id=floor_id,
            label=record.label,
        )

    @property
    def place(self) -> Place:
        """Where it is."""
        return Place(self.building_id, self.floor_id)

    def must_be_removable(self, rights: Rights) -> None:
        """Raises Forbidden, or NotFound, without the right to remove it and all kinds in it."""
        for permission in _RIGHTS[self.kind]:
            rights.must(permission, self.place, kind=self.kind)

    def is_visible(self, rights: Rights) -> bool:
        """Whether these rights show the target itself, and so how far its removal is."""
        return rights.allow(READ_OF[self.kind], self.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedCounts:
    """What has gone already with the target."""

    floors: int = 0
    rooms: int = 0
    devices: int = 0

    @property
    def sum(self) -> int:
        """Of all kinds."""
        return self.floors + self.rooms + self.devices

    def plus(self, kind: str) -> Self:
        """One more."""
        name = COUNTED[kind]
        values: dict[str, Any] = {name: getattr(self, name) + 1}
        return replace(self, **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """How far the removal of a target is. `version` counts its saves: each is conditional on it,
    so that of two workers on one deletion only one commits, and everything is counted once.
    """

    id: str
    target: Target
    total: int
    status: DeletionStatus = DeletionStatus.QUEUED
    removed: RemovedCounts = field(default_factory=RemovedCounts)
    message: str | None = None
    version: int = 1
    started_by: str | None = None
    started_by_name: str | None = None
    created_at: datetime
    updated_at: datetime
    events: tuple[DomainEvent, ...] = field(default=(), compare=False, repr=False)

    @property
    def progress(self) -> float:
        """From 0 to 1; 1 only when all is gone."""
        if self.status is DeletionStatus.DONE:
            return 1.0
        return min(0.99, round(self.removed.sum / self.total, 3)) if self.total else 0.0

    def started(self) -> Self:
        """The deletion with the event of its beginning, which belongs to its target."""
        event = DeletionStarted(
            record_kind=self.target.kind,
            record_id=self.target.id,
            record_label=self.target.label,
            by=self.started_by,
            at=self.created_at,
            changes={"deletion_id": (None, self.id)},
        )
        return replace(self, events=(event,))

    def moved_on(self, removed: RemovedCounts, *, at: datetime) -> Self:
        """Under way, with so much gone."""
        return replace(self, status=DeletionStatus.RUNNING, removed=removed, updated_at=at)

    def done(self, *, at: datetime) -> Self:
        """At its end: the target is gone too."""
        return replace(self, status=DeletionStatus.DONE, message=None, updated_at=at)

    def failed(self, *, at: datetime) -> Self:
        """Given up. What has gone stays gone; asked for again, the rest goes too."""
        return replace(
            self,
            status=DeletionStatus.FAILED,
            message=(
                f"Arxos could not remove all of this {self.target.kind}. What has been removed is"
                " gone, and the counts are right; send the same DELETE again to remove the rest."
            ),
            updated_at=at,
        )

    def again(self, *, at: datetime) -> Self:
        """Back in the queue."""
        return replace(self, status=DeletionStatus.QUEUED, message=None, updated_at=at)

    def stored(self) -> Self:
        """The deletion as it is once it is written."""
        return replace(self, version=self.version + 1, events=())

    def as_seen_at(self, now: datetime) -> Self:
        """The deletion as a reader should see it: a worker that died leaves no other trace."""
        under_way = self.status in (DeletionStatus.QUEUED, DeletionStatus.RUNNING)
        if under_way and now > self.updated_at + GIVEN_UP_AFTER:
            return self.failed(at=self.updated_at)
        return self
