"""An import's plan as a list that a person can read, and a digest that says whether it still holds.

Each entry says what would happen to one record and why. They are made one by one and never all
held: a first import of a large building has more of them than fit beside it.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from arxos.domain.events import DeviceMoved
from arxos.domain.import_lane import IN_LANES_FROM
from arxos.domain.import_plan import GroupChange, ImportPlan, is_new
from arxos.domain.plain_values import plain
from arxos.domain.record import Record

# What DynamoDB writes for a record, indexes, number holders, counters and history included,
# measured on imports of the sample models (benchmarks/README.md).
WRITE_UNITS_PER_RECORD = 6.0
# Its counters and groups are written too, and a removal holds fewer in a transaction.
WRITE_UNITS_PER_REMOVAL = 8.0
RECORDS_PER_SECOND = 600.0
# Many devices are written by several writers at once, who start first.
RECORDS_PER_SECOND_IN_LANES, SECONDS_TO_START = 2_500.0, 2.0
# On demand, a million write units in us-east-1; other regions take up to a half more.
DOLLARS_PER_WRITE_UNIT = 0.625e-6


_NEW = "The building has nothing that this could be."
# Which of the two, the history of its id tells; to ask it for each record would be a request each.
_NEW_OR_DELETED = (
    "The building has nothing that this could be: it is new in the file, or was deleted here since"
    " it was imported."
)


class EntryKind(StrEnum):
    """In the order in which a plan lists them; what is unchanged only where it is asked for."""

    CONFLICT = "conflict"
    CREATE = "create"
    UPDATE = "update"
    MOVE = "move"
    KEEP = "keep"
    REMOVE = "remove"
    UNCHANGED = "unchanged"


# What these say may differ without another plan: they write nothing.
_NO_PART_OF_THE_DIGEST = frozenset({EntryKind.KEEP, EntryKind.UNCHANGED})


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
    """What carrying the plan out would take: DynamoDB write units, seconds, US dollars.

    `removals` are those that are proposed. They are in it, whether they will be approved or not.
    """

    records: int
    removals: int
    write_units: int
    seconds: float
    dollars: float


def predict(records: int, *, removals: int = 0) -> Prediction:
    """An estimate for so many new and changed records, and so many removed ones."""
    units = round(records * WRITE_UNITS_PER_RECORD + removals * WRITE_UNITS_PER_REMOVAL)
    # As if all were devices: of what large files hold, nearly all are.
    writing = records / RECORDS_PER_SECOND
    if records >= IN_LANES_FROM:
        writing = SECONDS_TO_START + records / RECORDS_PER_SECOND_IN_LANES
    return Prediction(
        records=records,
        removals=removals,
        write_units=units,
        seconds=round(writing + removals / RECORDS_PER_SECOND + 0.5, 1),
        dollars=round(units * DOLLARS_PER_WRITE_UNIT, 6),
    )


class PlanListing:
    """A plan's entries, kind by kind, made anew each time they are gone through.

    Once they have been, `counts` says how many of each kind there are. `digest` is the same for the
    same plan: the records it changes, and their fields before and after.
    """

    def __init__(self, plan: ImportPlan) -> None:
        self._plan = plan
        self.counts: dict[str, int] = {}
        self.digest = ""

    def __iter__(self) -> Iterator[PlanEntry]:
        counts: Counter[str] = Counter()
        hashed = hashlib.sha256()
        separator = b""
        for kind in EntryKind:
            for entry in _entries(self._plan, kind):
                counts[kind.value] += 1
                if kind not in _NO_PART_OF_THE_DIGEST:
                    hashed.update(separator + _line(entry))
                    separator = b"\n"
                yield entry
        self.counts = dict(counts)
        self.digest = hashed.hexdigest()[:32]

    def go_through(self) -> None:
        """For the counts and the digest alone."""
        for _ in self:
            pass


def _line(entry: PlanEntry) -> bytes:
    told = [entry.kind, entry.record_id, entry.key, plain(entry.fields)]
    return json.dumps(told, sort_keys=True).encode("utf-8", "surrogatepass")


def _entries(plan: ImportPlan, kind: EntryKind) -> Iterator[PlanEntry]:
    if kind is EntryKind.CONFLICT:
        yield from _ambiguous(plan)
    if kind in (EntryKind.CONFLICT, EntryKind.KEEP):
        yield from _kept(plan, is_conflict=kind is EntryKind.CONFLICT)
    elif kind is EntryKind.REMOVE:
        yield from _removable(plan)
    elif kind is EntryKind.UNCHANGED:
        yield from _unchanged(plan)
    else:
        for record in (*plan.floors, *plan.rooms, *plan.devices):
            if _kind_of(record) is kind:
                yield _entry_of(record, kind, plan)
        for group in plan.groups:
            if is_new(group.group) is (kind is EntryKind.CREATE) and kind is not EntryKind.MOVE:
                yield from _entries_of_group(group, plan)


def _ambiguous(plan: ImportPlan) -> Iterator[PlanEntry]:
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


def _kept(plan: ImportPlan, *, is_conflict: bool) -> Iterator[PlanEntry]:
    for kept in plan.kept:
        if kept.is_conflict is not is_conflict:
            continue
        change = {"before": plain(getattr(kept.record, kept.field)), "after": plain(kept.said)}
        yield PlanEntry(
            kind=EntryKind.CONFLICT if is_conflict else EntryKind.KEEP,
            record_kind=kept.record.kind,
            record_id=kept.record.id,
            label=kept.record.label,
            place=_place(kept.record, plan),
            line=plan.lines.get(kept.record.id),
            fields={kept.field: change},
            reason=(
                "Set by hand, and the file now says something new; the hand edit stays unless it is"
                " released."
                if is_conflict
                else "Set by hand; it stays until it is released."
            ),
        )


def _removable(plan: ImportPlan) -> Iterator[PlanEntry]:
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


def _unchanged(plan: ImportPlan) -> Iterator[PlanEntry]:
    for record in plan.same:
        yield PlanEntry(
            kind=EntryKind.UNCHANGED,
            record_kind=record.kind,
            record_id=record.id,
            label=record.label,
            place=_place(record, plan),
            line=plan.lines.get(record.id),
            reason="The file says nothing new of it.",
        )


def _kind_of(record: Record) -> EntryKind | None:
    """None: it only learns what its document says of it, which nobody sees."""
    if not record.events:
        return None
    if is_new(record):
        return EntryKind.CREATE
    moved = any(isinstance(event, DeviceMoved) for event in record.events)
    return EntryKind.MOVE if moved else EntryKind.UPDATE


def _entry_of(record: Record, kind: EntryKind, plan: ImportPlan) -> PlanEntry:
    return PlanEntry(
        kind=kind,
        record_kind=record.kind,
        record_id=record.id,
        label=record.label,
        place=_place(record, plan),
        line=plan.lines.get(record.id),
        fields=_fields(record),
        reason={
            EntryKind.CREATE: _NEW if plan.is_first else _NEW_OR_DELETED,
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
