"""An import's plan as a list that a person can read, and a digest that says whether it still holds.

What is not listed stays as it is. Each entry says what would happen to one record and why.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from arxos.domain.events import DeviceMoved
from arxos.domain.import_plan import GroupChange, ImportPlan, is_new
from arxos.domain.plain_values import plain
from arxos.domain.record import Record

# What DynamoDB writes for a record, indexes, number holders, counters and history included,
# measured on imports of the sample models (benchmarks/README.md).
WRITE_UNITS_PER_RECORD = 6.0
RECORDS_PER_SECOND = 600.0
# On demand, a million write units in us-east-1; other regions take up to a half more.
DOLLARS_PER_WRITE_UNIT = 0.625e-6


class EntryKind(StrEnum):
    """In the order in which a plan lists them."""

    CONFLICT = "conflict"
    CREATE = "create"
    UPDATE = "update"
    MOVE = "move"
    KEEP = "keep"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEntry:
    """What would happen to one record: `fields` maps each field to before and after.

    `place` is where the record is, or will be, in words.
    """

    kind: EntryKind
    record_kind: str
    record_id: str | None
    label: str
    place: str | None = None
    key: str | None = None
    line: int | None = None
    fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What carrying the plan out would take: DynamoDB write units, seconds, US dollars."""

    records: int
    write_units: int
    seconds: float
    dollars: float


def predict(records: int) -> Prediction:
    """An estimate for so many new and changed records; removals are not in it."""
    units = round(records * WRITE_UNITS_PER_RECORD)
    return Prediction(
        records=records,
        write_units=units,
        seconds=round(records / RECORDS_PER_SECOND + 0.5, 1),
        dollars=round(units * DOLLARS_PER_WRITE_UNIT, 6),
    )


def entries_of(plan: ImportPlan) -> list[PlanEntry]:
    """All entries, kind by kind."""
    order = list(EntryKind)
    return sorted(_entries(plan), key=lambda entry: order.index(entry.kind))


def digest_of(entries: list[PlanEntry]) -> str:
    """The same for the same plan: the records it changes, and their fields before and after."""
    lines = [
        json.dumps([e.kind, e.record_id, e.key, plain(e.fields)], sort_keys=True)
        for e in entries
        if e.kind is not EntryKind.KEEP
    ]
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _entries(plan: ImportPlan) -> Iterator[PlanEntry]:
    for key, name, label in plan.ambiguous:
        yield PlanEntry(
            kind=EntryKind.CONFLICT,
            record_kind="device",
            record_id=None,
            label=name,
            key=key,
            reason=f"Its {label.replace('_', ' ')} is that of more than one device; it would be"
            " created as a new one.",
        )
    for kept in plan.kept:
        change = {"before": plain(getattr(kept.record, kept.field)), "after": plain(kept.said)}
        yield PlanEntry(
            kind=EntryKind.CONFLICT if kept.is_conflict else EntryKind.KEEP,
            record_kind=kept.record.kind,
            record_id=kept.record.id,
            label=kept.record.label,
            place=_place(kept.record, plan),
            line=plan.lines.get(kept.record.id),
            fields={kept.field: change},
            reason=(
                "Set by hand, and the file now says something new; the hand edit stays unless it is"
                " released."
                if kept.is_conflict
                else "Set by hand; it stays until it is released."
            ),
        )
    for record in (*plan.floors, *plan.rooms, *plan.devices):
        yield from _entries_of(record, plan)
    for group in plan.groups:
        yield from _entries_of_group(group, plan)
    for record in plan.removable:
        yield PlanEntry(
            kind=EntryKind.REMOVE,
            record_kind=record.kind,
            record_id=record.id,
            label=record.label,
            place=_place(record, plan),
            reason="The file does not have it any more, and no other source does; it goes only if"
            " the plan is applied with removals.",
        )


def _entries_of(record: Record, plan: ImportPlan) -> Iterator[PlanEntry]:
    if not record.events:
        return
    moved = any(isinstance(event, DeviceMoved) for event in record.events)
    kind = EntryKind.CREATE if is_new(record) else EntryKind.MOVE if moved else EntryKind.UPDATE
    yield PlanEntry(
        kind=kind,
        record_kind=record.kind,
        record_id=record.id,
        label=record.label,
        place=_place(record, plan),
        line=plan.lines.get(record.id),
        fields=_fields(record),
        reason={
            EntryKind.CREATE: "The building has nothing that this could be.",
            EntryKind.MOVE: "The file has it in another place.",
            EntryKind.UPDATE: "The file says something new.",
        }[kind],
    )


def _entries_of_group(change: GroupChange, plan: ImportPlan) -> Iterator[PlanEntry]:
    new = is_new(change.group)
    fields = _fields(change.group)
    if change.added or change.removed:
        fields["members"] = {"before": list(change.removed), "after": list(change.added)}
    if fields:
        yield PlanEntry(
            kind=EntryKind.CREATE if new else EntryKind.UPDATE,
            record_kind="group",
            record_id=change.group.id,
            label=change.group.label,
            line=plan.lines.get(change.group.id),
            fields=fields,
            reason="The building has no such group." if new else "The file says something new.",
        )


def _place(record: Record, plan: ImportPlan) -> str | None:
    """`Ground floor, 101 Office`; None for a floor, which is a place itself."""
    ids = [getattr(record, "floor_id", None), *getattr(record, "room_ids", ())]
    return ", ".join(plan.places.get(i, i) for i in ids if i is not None) or None


def _fields(record: Record) -> dict[str, dict[str, Any]]:
    fields: dict[str, dict[str, Any]] = {}
    for event in record.events:
        for name, (before, after) in event.changes.items():
            first = fields.get(name, {}).get("before", plain(before))
            fields[name] = {"before": first, "after": plain(after)}
    return fields
