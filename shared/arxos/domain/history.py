"""What happened to records, as the history tells it, and a record as it was at some time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from arxos.domain.plain_values import restored
from arxos.domain.record import Record

R = TypeVar("R", bound=Record)


class ChangedKind(StrEnum):
    """The kinds of records that have a history."""

    BUILDING = "building"
    DEVICE = "device"
    FLOOR = "floor"
    GROUP = "group"
    IMPORT = "import"
    ROOM = "room"
    USER = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One event as it was recorded. Labels and names are frozen text, true at its time.

    `version` is the record's from this change on; `changes` maps each field to its value before
    and after, as plain JSON. `kept` is what an import's removal keeps for the import's undo.
    """

    id: str
    at: datetime | None
    event: str
    record_kind: str
    record_id: str
    record_label: str
    user_id: str | None
    user_name: str | None
    request_id: str | None
    import_id: str | None = None
    version: int | None = None
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    kept: Mapping[str, Any] = field(default_factory=dict)


def as_it_was(record: R, changes: Iterable[Change], moment: datetime) -> R | None:
    """The record at `moment`, from what happened to it, the newest first; None: not there yet.

    Counts and what is kept by hand have no history: they stay as they are now.
    """
    names = {f.name for f in fields(record)}
    values: dict[str, Any] = {}
    for change in changes:
        if change.version is not None and change.version > record.version:
            continue  # after `record` was read
        if change.at is None or change.at <= moment:
            values["version"] = change.version or record.version
            values["updated_at"], values["updated_by"] = change.at, change.user_id
            break
        if change.event == record.created_event.__name__:
            return None
        for name, (before, _) in change.changes.items():
            if name in names:
                values[name] = restored(record, name, before)
    return replace(record, events=(), **values)


def before_removal(type_: type[R], removal: Change) -> R:
    """A removed record as it was last: its removal tells every field that held something."""
    of_type = {f.name for f in fields(type_)}
    values = {
        name: restored(type_, name, before)
        for name, (before, _) in removal.changes.items()
        if name in of_type
    }
    if "floor_number" in of_type:
        values.setdefault("floor_number", 0)  # once, nothing was told of a zero
    return type_(id=removal.record_id, version=(removal.version or 1) - 1, **values)
