"""The lines of an export of ours: a building written down record by record, and known again.

Every export carries them, whatever its format (docs/json-lines.md, ADR 0010). A line is a JSON
object with its `kind`; what a record has not is left out of its line. `as_exported` is the digest
of the rest of the line: where it fits, nobody has changed the line since.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.floor import Floor
from arxos.domain.group import Group
from arxos.domain.identifiers import derived_id
from arxos.domain.plain_values import plain
from arxos.domain.record import Record
from arxos.domain.room import Room
from arxos.domain.source import SourceDevice, SourceFloor, SourceGroup, SourceRoom
from arxos.domain.source_statement import digest
from arxos.domain.timestamps import to_iso

Line = dict[str, Any]
R = TypeVar("R", bound=Record)
Thing = SourceFloor | SourceRoom | SourceDevice | SourceGroup

OWN = "arxos"
"""The source that our own exports are: its keys are the ids of the records they were made from."""
FORMAT, VERSION = "arxos-building", 1
# What stands in a line and is not of the record: the place, where a table stands alone.
_BESIDE = frozenset({"as_exported", "head", "place"})
# Not of an export: secrets, and what is kept about a record rather than in it.
_LEFT_OUT = frozenset(
    {
        "change_files",
        "events",
        "hand_edits",
        "said",
        "sensitive",
        "deletion_id",
        "shards",
        "number_shared",
    }
    | {"building_id", "room_id", "created_by", "updated_by", "drop_mode"}
    | {"floors_count", "rooms_count", "devices_count", "groups_count", "members_count"}
)


def header(
    building: Building, *, at: datetime, as_: str, scope: Mapping[str, Any], made_by: str | None
) -> Line:
    """The first line: of which building, when, by whom, and what of it."""
    return {
        "kind": "export",
        "format": FORMAT,
        "version": VERSION,
        "as": as_,
        "made_at": to_iso(at),
        "made_by": made_by,
        "scope": {name: value for name, value in scope.items() if value is not None},
        "building": _fields(building),
    }


def line_of(record: Floor | Room | Device | Group, **changes: Any) -> Line:
    """A record's line; `changes` replaces what of it is not to be shown."""
    line = {"kind": record.kind, **_fields(record), **changes}
    return sealed({name: value for name, value in line.items() if value not in (None, [], {}, ())})


def sealed(line: Line) -> Line:
    """The line with the digest of all that is in it."""
    return {**line, "as_exported": digest(line)}


def is_as_exported(line: Line) -> bool:
    """Whether nobody has changed the line since it was written."""
    rest = {name: value for name, value in line.items() if name not in _BESIDE}
    return line.get("as_exported") == digest(rest)


def own_matches(things: Sequence[Thing], records: Iterable[R]) -> dict[str, R]:
    """The records that an export's things were made from, or that an import of it made, by key."""
    present = {_unsharded(record.id): record for record in records}
    if not present:
        return {}
    kind, building_id = next((r.kind, getattr(r, "building_id", "")) for r in present.values())
    found = {}
    for thing in things:
        record = present.get(_unsharded(thing.key))
        if record is None:
            record = present.get(_unsharded(derived_id(kind, building_id, OWN, thing.key)))
        if record is not None:
            found[thing.key] = record
    return found


def _unsharded(record_id: str) -> str:
    """A building that has grown spreads new records over more shards than before."""
    prefix, _, rest = record_id.partition("_")
    return f"{prefix}_{rest[1:]}"


def _fields(record: Record) -> Line:
    found = {
        f.name: plain(getattr(record, f.name)) for f in fields(record) if f.name not in _LEFT_OUT
    }
    return {name: value for name, value in found.items() if value not in (None, [], {}, "")}
