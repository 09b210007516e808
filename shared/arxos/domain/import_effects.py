"""What an import did to each record in all, from its changes: the ground on which it is undone."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from arxos.domain.device import Device
from arxos.domain.floor import Floor
from arxos.domain.group import Group, GroupKind
from arxos.domain.history import Change
from arxos.domain.plain_values import plain, restored
from arxos.domain.record import BOOKKEEPING, HandEdit, Record
from arxos.domain.room import Room
from arxos.domain.timestamps import from_iso

_NOTHING: tuple[Any, ...] = (None, [], {}, "", 0, False)


@dataclass(slots=True)
class Effect:
    """Each field as it was before the import, and after it, as plain JSON.

    `version` is the one that its last change made; `updated` names the fields that it changed while
    the record was there. `kept` is what the removal kept of the record
    beside its fields. `members` says of each record whether it was in the group before, and after.
    """

    kind: str
    label: str
    version: int | None = None
    created: bool = False
    removed: bool = False
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    updated: set[str] = field(default_factory=set)
    kept: Mapping[str, Any] = field(default_factory=dict)
    members: dict[str, tuple[bool, bool]] = field(default_factory=dict)

    @property
    def is_made(self) -> bool:
        """The import created it, and left it there."""
        return self.created and not self.removed

    @property
    def is_gone(self) -> bool:
        """The import removed what was there before."""
        return self.removed and not self.created

    @property
    def is_changed(self) -> bool:
        """It was there before, and still is."""
        return not self.created and not self.removed

    @property
    def entered(self) -> list[str]:
        """The records that the import put into the group."""
        return [i for i, (was, is_) in self.members.items() if is_ and not was]

    @property
    def left(self) -> list[str]:
        """The records that the import took out of the group."""
        return [i for i, (was, is_) in self.members.items() if was and not is_]

    def take_in(self, change: Change) -> None:
        """One more change, older than those before."""
        if self.version is None:
            self.version = change.version
        type_ = _TYPES[change.record_kind]
        self.created |= change.event == type_.created_event.__name__
        if change.event == type_.removed_event.__name__:
            self.removed, self.kept = True, change.kept
        else:
            self.updated |= change.changes.keys()
        for name, (before, after) in change.changes.items():
            self.after.setdefault(name, after)
            self.before[name] = before
        for member in change.changes.get("members_added", (None, None))[1] or ():
            self.members[member] = (False, self.members.get(member, (True, True))[1])
        for member in change.changes.get("members_removed", (None, None))[0] or ():
            self.members[member] = (True, self.members.get(member, (False, False))[1])


def effects_of(changes: Iterable[Change], *, before: datetime | None) -> dict[str, Effect]:
    """By the record's id, from an import's changes, the newest first.

    What was written from the moment `before` on is the undo's own work, and left out.
    """
    effects: dict[str, Effect] = {}
    for change in changes:
        is_undo = before is not None and change.at is not None and change.at >= before
        if is_undo or change.record_kind not in _TYPES:
            continue
        new = Effect(change.record_kind, change.record_label)
        effects.setdefault(change.record_id, new).take_in(change)
    return effects


def edit_since(record: Record, effect: Effect) -> str | None:
    """The first field of a record, made by the import, that has changed since; None: none has.

    A field that the import did not set was empty. `said`: another document speaks of the record.
    """
    if record.version == effect.version:
        return None
    for name in _own_fields(type(record)):
        now, then = plain(getattr(record, name)), effect.after.get(name)
        if now != then and not (now in _NOTHING and then in _NOTHING):
            return name
    if record.hand_edits:
        return next(iter(record.hand_edits))
    return "said" if len(record.said) > 1 else None


def returned(
    record_id: str, effect: Effect, *, building_id: str, at: datetime, by: str | None
) -> Record:
    """A record that the import removed, as it was before it.

    It is a new record of the same id, so it begins at a version that nobody has seen yet. What the
    import's document said of fields that the import changed first is forgotten.
    """
    type_ = _TYPES[effect.kind]
    probe = replace(_PROBES[effect.kind], building_id=building_id)
    given = {
        name: restored(probe, name, value)
        for name, value in effect.before.items()
        if name in _own_fields(type_)
    }
    edits = {
        name: HandEdit(
            restored(probe, name, edit["source_value"]), from_iso(edit["at"]), edit["by"]
        )
        for name, edit in effect.kept.get("hand_edits", {}).items()
    }
    made: Record = type_.create(
        at=at,
        created_by=by,
        id=record_id,
        hand_edits=edits,
        said=without_words(effect.kept.get("said", {}), effect.updated),
        version=(effect.version or 0) + 1,
        **{**given, "building_id": building_id},
    )
    return made


def without_words(
    said: Mapping[str, Mapping[str, str]], names: AbstractSet[str]
) -> dict[str, dict[str, str]]:
    """What documents said, but for these fields: said again, it is news."""
    return {
        document: {name: digest for name, digest in words.items() if name not in names}
        for document, words in said.items()
    }


def _own_fields(type_: type[Record]) -> list[str]:
    return [f.name for f in fields(type_) if f.name not in BOOKKEEPING and f.name != "id"]


_TYPES: dict[str, type[Any]] = {"floor": Floor, "room": Room, "device": Device, "group": Group}

# `restored` asks a record for the types of its fields.
_PROBES: dict[str, Any] = {
    "floor": Floor(id="flr_0", building_id="bld_0", floor_number=0),
    "room": Room(id="rm_0", building_id="bld_0", floor_id="flr_0", room_number="0"),
    "device": Device(id="dev_0", building_id="bld_0", floor_id="flr_0", name="-", device_type="-"),
    "group": Group(id="grp_0", building_id="bld_0", group_kind=GroupKind.ZONE, name="-"),
}
