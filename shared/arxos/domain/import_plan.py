"""What an import would do to a building's records, as import_planning.py found it."""

from dataclasses import dataclass, field
from typing import Any

from arxos.domain.device import Device
from arxos.domain.floor import Floor
from arxos.domain.group import Group
from arxos.domain.record import Record
from arxos.domain.room import Room
from arxos.domain.source import Problem


@dataclass(frozen=True, slots=True)
class KeptField:
    """A field that a person has set and that the file says otherwise.

    A conflict if the file says something new; else the file only repeats what it said before.
    """

    record: Record
    field: str
    said: Any
    is_conflict: bool


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A new or changed group, and which records enter and leave it."""

    group: Group
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(slots=True)
class ImportPlan:
    """New and changed records, parents before children; `unchanged` counts the file's others, and
    `same` holds them until the plan has been listed.

    `removable`: records that only this document ever spoke of and that it speaks of no more,
    groups first, then children before parents. They stay until somebody says that they shall go.
    `is_first`: the building has no record that this document ever spoke of. `gaps`: a warning
    where the file lacks what its document had.
    """

    shards: int = 1
    floors: list[Floor] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    groups: list[GroupChange] = field(default_factory=list)
    removable: list[Group | Floor | Room | Device] = field(default_factory=list)
    same: list[Record] = field(default_factory=list)
    kept: list[KeptField] = field(default_factory=list)
    ambiguous: list[tuple[str, str, str]] = field(default_factory=list)
    """Key, name and reason of things in the file that might be several records."""
    lines: dict[str, int | None] = field(default_factory=dict)
    """Each record's id -> its row or line in the file."""
    ids: dict[str, str] = field(default_factory=dict)
    """Each room's and device's key in the file -> its record's id."""
    places: dict[str, str] = field(default_factory=dict)
    """Each floor's and room's id -> what people call it."""
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)
    is_first: bool = True
    gaps: list[Problem] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many records are to be written."""
        return len(self.floors) + len(self.rooms) + len(self.devices) + len(self.groups)

    @property
    def conflicts(self) -> int:
        """What a person should look at: hand edits that the file newly contradicts, and doubts."""
        return sum(k.is_conflict for k in self.kept) + len(self.ambiguous)

    @property
    def needs_a_person(self) -> bool:
        """It is not applied by itself: hand edits are contradicted, or the file is not whole."""
        return bool(self.conflicts or self.gaps)


def is_new(record: Record) -> bool:
    """Whether the plan creates the record rather than changes it."""
    return any(isinstance(event, record.created_event) for event in record.events)
