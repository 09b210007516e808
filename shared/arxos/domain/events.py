"""What happened to a record, in the past tense: the source of the audit history."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainEvent:
    """`changes` maps each changed field to its value before and after (None before: it is new).

    `kept`, of a removal: what else the record held, for an undo; no history tells it.
    """

    record_kind: str
    record_id: str
    record_label: str
    by: str | None
    at: datetime | None
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    kept: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """BuildingCreated, DeviceMoved …"""
        return type(self).__name__


class BuildingCreated(DomainEvent):
    """A building entered the registry."""


class BuildingUpdated(DomainEvent):
    """A building's fields changed."""


class BuildingStatusChanged(DomainEvent):
    """A building's status moved on."""


class BuildingRemoved(DomainEvent):
    """A building left the registry with all it held."""


class FloorAdded(DomainEvent):
    """A floor entered its building."""


class FloorUpdated(DomainEvent):
    """A floor's fields changed."""


class FloorStatusChanged(DomainEvent):
    """A floor's status moved on."""


class FloorRemoved(DomainEvent):
    """A floor left its building."""


class RoomAdded(DomainEvent):
    """A room entered its floor."""


class RoomUpdated(DomainEvent):
    """A room's fields changed."""


class RoomStatusChanged(DomainEvent):
    """A room's status moved on."""


class RoomRemoved(DomainEvent):
    """A room left its floor."""


class DeviceAdded(DomainEvent):
    """A device entered its room or floor."""


class DeviceUpdated(DomainEvent):
    """A device's fields changed."""


class DeviceStatusChanged(DomainEvent):
    """A device's status moved on."""


class DeviceMoved(DomainEvent):
    """A device changed its room or floor."""


class DeviceRemoved(DomainEvent):
    """A device left the building."""


class GroupAdded(DomainEvent):
    """A system or zone entered its building."""


class GroupUpdated(DomainEvent):
    """A group's fields changed."""


class GroupMembersChanged(DomainEvent):
    """Devices or rooms entered or left a group."""


class GroupRemoved(DomainEvent):
    """A group left its building, when its last member had left it."""


class DeletionStarted(DomainEvent):
    """A building, floor or room is to leave the registry with all it holds."""


class ExportStarted(DomainEvent):
    """A building, or a part of it, is being written into a file."""


class CheckStarted(DomainEvent):
    """A file, or the building itself, is being held against the rules of a handover."""


class UserInvited(DomainEvent):
    """A user joined the organisation."""


class UserUpdated(DomainEvent):
    """A user's name, role or grants changed."""


class UserDeactivated(DomainEvent):
    """A user may not sign in any more."""


class UserReactivated(DomainEvent):
    """A user may sign in again."""


class ImportStarted(DomainEvent):
    """A file was announced for a building."""


class ImportApproved(DomainEvent):
    """Somebody has read an import's plan and wants it carried out."""


class ImportUndoOrdered(DomainEvent):
    """Somebody wants what an import had done taken back."""


class ImportUndone(DomainEvent):
    """What an import had done was taken back."""


class ImportApplied(DomainEvent):
    """A file's content is in the registry."""


class ImportCancelled(DomainEvent):
    """Somebody stopped an import; what it had written is whole."""


class ImportFailed(DomainEvent):
    """A file could not be taken over; nothing of it was kept."""
