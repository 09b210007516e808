"""A group of a building: a system of devices, or a zone of rooms and devices."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Self

from arxos.domain.errors import InvalidGroupError
from arxos.domain.events import GroupAdded, GroupMembersChanged, GroupRemoved, GroupUpdated
from arxos.domain.identifiers import is_id
from arxos.domain.record import Record
from arxos.domain.status import GROUP_TRANSITIONS, GroupStatus
from arxos.domain.text_rules import name_fault, optional_text_fault

# What one request can replace in its 29 seconds with room to spare: 42 transactions.
MAX_MEMBERS = 2_000
# A record leaves its groups in the transaction of its removal, with two items for each.
MAX_GROUPS_OF_A_RECORD = 20


class GroupKind(StrEnum):
    """A system is made of devices; a zone is made of rooms, and may hold devices too."""

    SYSTEM = "system"
    ZONE = "zone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Record):
    """`group_kind` never changes. Members are known by their ids, whose prefix says their kind."""

    kind: ClassVar = "group"
    error: ClassVar = InvalidGroupError
    transitions: ClassVar = GROUP_TRANSITIONS
    created_event: ClassVar = GroupAdded
    updated_event: ClassVar = GroupUpdated
    removed_event: ClassVar = GroupRemoved

    building_id: str
    group_kind: GroupKind
    name: str
    category: str | None = None
    status: GroupStatus = GroupStatus.ACTIVE
    members_count: int = 0

    def _faults(self) -> dict[str, str]:
        faults = Record._faults(self)
        if fault := name_fault(self.name, label="Group name"):
            faults["name"] = fault
        if fault := optional_text_fault(self.category, label="Category"):
            faults["category"] = fault
        return faults

    @property
    def label(self) -> str:
        return self.name

    def with_members(
        self, *, added: Sequence[str], removed: Sequence[str], at: datetime, by: str | None
    ) -> Self:
        """The group after these records entered and left it; itself when none did.

        The event tells only who came and who went: a list of thousands is no field of a record.
        """
        if not added and not removed:
            return self
        changes = {
            "members_added": (None, tuple(added)),
            "members_removed": (tuple(removed), None),
        }
        told = {name: change for name, change in changes.items() if any(change)}
        changed = replace(
            self,
            members_count=self.members_count + len(added) - len(removed),
            updated_at=at,
            updated_by=by,
        )
        return replace(
            changed,
            events=(*self.events, changed._event(GroupMembersChanged, told, at=at, by=by)),
        )


def kind_of_member(record_id: str) -> str:
    """`device` or `room`."""
    return "device" if is_id(record_id, "device") else "room"
