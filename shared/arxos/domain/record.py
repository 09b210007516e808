"""What every record of the registry has in common."""

import json
from collections.abc import ItemsView, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, ClassVar, Self

from arxos.domain.errors import InvalidInput, InvalidStatusTransitionError
from arxos.domain.events import DomainEvent
from arxos.domain.sensitive import masked
from arxos.domain.status import Transitions
from arxos.domain.text_rules import MAX_DESCRIPTION, name_fault, optional_text_fault

MAX_METADATA_BYTES = 16 * 1024
MAX_METADATA_DEPTH = 20
MAX_TAGS = 50
MAX_TAG = 100
MAX_EXTERNAL_IDS = 20

# What a change of a record is never about.
BOOKKEEPING = frozenset(
    {
        "events",
        "hand_edits",
        "said",
        "version",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
    }
    | {"floors_count", "rooms_count", "devices_count", "groups_count", "members_count"}
    | {"change_files", "deletion_id", "group_ids", "shards"}
)

# What a source says of a record; the rest (status, tags, ids) is never a source's.
SOURCED_FIELDS = (
    "name",
    "description",
    "metadata",
    "address",
    "coordinates",
    "floor_number",
    "elevation_m",
    "floor_id",
    "room_number",
    "room_type",
    "area_m2",
    "area_source",
    "volume_m3",
    "footprint",
    "room_id",
    "room_ids",
    "category",
    "device_type",
    "ifc_class",
    "manufacturer",
    "model",
    "serial_number",
    "tag_number",
    "barcode",
    "installed_on",
    "warranty_until",
    "position",
    "category",
    "members",
)


@dataclass(frozen=True, slots=True)
class HandEdit:
    """A field that a person set against its source. `source_value` is what the source said last.

    Fields without one hold what their source said, so that a later import can tell three things
    apart: what its source said before, what it says now, and what the record holds.
    """

    source_value: Any
    at: datetime
    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A frozen value that is always valid; a change gives a new one and the event that tells it.

    Ids, clocks and actors are passed in. `version` counts the changes of the record's own fields
    (not of its counters) and is the lock against lost updates. `deletion_id`, of a building, floor
    or room, marks one that is being removed with all that is in it. `said` remembers what documents
    said of its fields last (domain/source_statement.py). `change_files` is the history's own:
    which chunks changed it, to be told of with its removal (ADR 0005).
    """

    kind: ClassVar[str]
    error: ClassVar[type[InvalidInput]]
    transitions: ClassVar[Transitions]
    created_event: ClassVar[type[DomainEvent]]
    updated_event: ClassVar[type[DomainEvent]]
    status_event: ClassVar[type[DomainEvent]]
    removed_event: ClassVar[type[DomainEvent]]

    id: str = ""
    description: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    external_ids: Mapping[str, str] = field(default_factory=dict)
    hand_edits: Mapping[str, HandEdit] = field(default_factory=dict)
    said: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None
    created_by: str | None = None
    updated_by: str | None = None
    change_files: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    events: tuple[DomainEvent, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        faults = self._faults()
        if faults:
            raise self.error(next(iter(faults.values())), faults)

    def _faults(self) -> dict[str, str]:
        """Each faulty field's path and sentence; subclasses add theirs."""
        faults = {}
        label = self.kind.capitalize()
        if fault := optional_text_fault(
            self.description,
            label=f"{label} description",
            maximum=MAX_DESCRIPTION,
            multiline=True,
        ):
            faults["description"] = fault
        if fault := metadata_fault(self.metadata):
            faults["metadata"] = fault
        if fault := tags_fault(self.tags):
            faults["tags"] = fault
        if fault := external_ids_fault(self.external_ids):
            faults["external_ids"] = fault
        return faults

    @property
    def label(self) -> str:
        """How a person calls it; frozen as text in the history."""
        return self.id

    @property
    def current_status(self) -> str:
        """The status as text."""
        return str(getattr(self, "status", ""))

    @classmethod
    def create(cls, *, at: datetime, created_by: str | None, **values: Any) -> Self:
        """A new record with the event of its creation."""
        record = cls(created_at=at, updated_at=at, created_by=created_by, **values)
        event = record._telling(cls.created_event, FieldsOfNew(record), at=at, by=created_by)
        return replace(record, updated_by=created_by, events=(event,))

    def changed(self, *, at: datetime, by: str | None, **values: Any) -> Self:
        """The record with these fields, and its `…Updated` event; itself when nothing differs."""
        return self._changed(self.updated_event, at=at, by=by, **values)

    def edited(self, *, at: datetime, by: str | None, **values: Any) -> Self:
        """As `changed`, by a person: what came from a source keeps these values from now on."""
        return self.changed(at=at, by=by, **values)._marked(at=at, by=by, before=self)

    def _marked(self, *, at: datetime, by: str | None, before: Self) -> Self:
        if self is before or not before.external_ids:
            return self
        marks = dict(before.hand_edits)
        for name in SOURCED_FIELDS:
            was, now = getattr(before, name, None), getattr(self, name, None)
            if was == now:
                continue
            source_value = marks[name].source_value if name in marks else was
            if source_value == now:
                del marks[name]  # back to what the source says
            else:
                marks[name] = HandEdit(source_value, at, by)
        return replace(self, hand_edits=marks)

    def heard(self, said: Mapping[str, Any]) -> tuple[Self, dict[str, Any]]:
        """The record remembering what its source says of fields kept by hand; and what is left.

        The record itself is returned when its source says nothing new of them.
        """
        kept = {name: value for name, value in said.items() if name in self.hand_edits}
        left = {name: value for name, value in said.items() if name not in kept}
        news = {
            name: replace(self.hand_edits[name], source_value=value)
            for name, value in kept.items()
            if self.hand_edits[name].source_value != value
        }
        record = replace(self, hand_edits={**self.hand_edits, **news}) if news else self
        return record, left

    def released(self, names: Iterable[str], *, at: datetime, by: str | None) -> Self:
        """The record with these fields as their source said last, and following it again.

        Raises the kind's InvalidInput for a field that no person has set.
        """
        faults = {
            name: f"'{name}' is not kept by hand" for name in names if name not in self.hand_edits
        }
        if faults:
            raise self.error("Only fields that are kept by hand can be released", faults)
        values = {name: self.hand_edits[name].source_value for name in names}
        marks = {k: v for k, v in self.hand_edits.items() if k not in values}
        return replace(self.changed(at=at, by=by, **values), hand_edits=marks)

    def removed(self, *, at: datetime, by: str | None) -> Self:
        """The record with the event of its removal, which holds all its fields as they were."""
        changes = {
            f.name: (getattr(self, f.name), None)
            for f in fields(self)
            if f.name not in BOOKKEEPING and f.name != "id" and _is_said(getattr(self, f.name))
        }
        event = self._event(self.removed_event, changes, at=at, by=by)
        return replace(self, events=(*self.events, replace(event, kept=self._kept())))

    def _kept(self) -> dict[str, Any]:
        """What an undo of the removal needs beside the fields."""
        edits = {
            name: {"source_value": edit.source_value, "at": edit.at, "by": edit.by}
            for name, edit in self.hand_edits.items()
        }
        said = {document: dict(words) for document, words in self.said.items()}
        kept = {"hand_edits": edits, "said": said, "group_ids": getattr(self, "group_ids", ())}
        return {name: value for name, value in kept.items() if value}

    def change_status(
        self, status: str, *, at: datetime | None = None, by: str | None = None
    ) -> Self:
        """The record with its next status.

        Raises InvalidStatusTransitionError when that status may not follow the present one.
        """
        allowed = self.transitions[self.current_status]
        if status not in allowed:
            raise InvalidStatusTransitionError(self.kind, self.current_status, status, allowed)
        status_type = type(getattr(self, "status"))  # noqa: B009  each subclass has its own enum
        return self._changed(self.status_event, at=at, by=by, status=status_type(status))

    def stored(self) -> Self:
        """The record as it is once its change is written."""
        return replace(self, version=self.version + 1, events=())

    def _changed(
        self, event: type[DomainEvent], *, at: datetime | None, by: str | None, **values: Any
    ) -> Self:
        changes = {
            name: (getattr(self, name), value)
            for name, value in values.items()
            if getattr(self, name) != value
        }
        if not changes:
            return self
        changed = replace(
            self,
            **{name: after for name, (_, after) in changes.items()},
            updated_at=at,
            updated_by=by,
        )
        return replace(changed, events=(*self.events, changed._event(event, changes, at=at, by=by)))

    def _event(
        self,
        event: type[DomainEvent],
        changes: Mapping[str, tuple[Any, Any]],
        *,
        at: datetime | None,
        by: str | None,
    ) -> DomainEvent:
        return self._telling(event, masked(changes), at=at, by=by)

    def _telling(
        self,
        event: type[DomainEvent],
        changes: Mapping[str, tuple[Any, Any]],
        *,
        at: datetime | None,
        by: str | None,
    ) -> DomainEvent:
        return event(
            record_kind=self.kind,
            record_id=self.id,
            record_label=self.label,
            by=by,
            at=at,
            changes=changes,
        )


def _is_said(value: Any) -> bool:
    """Whether a field holds something; floor 0 and 0 m are something."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number or bool(value)


class FieldsOfNew(Mapping[str, tuple[Any, Any]]):
    """The changes of a creation: each field that is set, from nothing to what it is.

    Worked out when asked for: an import plans a hundred thousand records at once, and half of their
    memory would be these.
    """

    __slots__ = ("_record",)

    def __init__(self, record: Record) -> None:
        self._record = record

    def _all(self) -> Mapping[str, tuple[Any, Any]]:
        return masked(
            {
                f.name: (None, getattr(self._record, f.name))
                for f in fields(self._record)
                if f.name not in BOOKKEEPING
                and f.name != "id"
                and _is_said(getattr(self._record, f.name))
            }
        )

    def __getitem__(self, name: str) -> tuple[Any, Any]:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def items(self) -> ItemsView[str, tuple[Any, Any]]:
        """All at once, which is how they are asked for."""
        return self._all().items()

    def __repr__(self) -> str:
        return repr(self._all())


def metadata_fault(value: object) -> str | None:
    """Why `value` is no metadata: not a JSON object, or over 16 KB of UTF-8 JSON."""
    if not isinstance(value, Mapping):
        return "Metadata must be a JSON object"
    if not value:
        return None
    if _depth(value) > MAX_METADATA_DEPTH:
        return f"Metadata cannot be nested deeper than {MAX_METADATA_DEPTH} levels"
    try:
        size = len(json.dumps(value, ensure_ascii=False, allow_nan=False).encode())
    except (TypeError, ValueError):
        return "Metadata must be a JSON object of texts, lists, objects and finite numbers"
    if size > MAX_METADATA_BYTES:
        return f"Metadata cannot be larger than {MAX_METADATA_BYTES // 1024} KB"
    return None


def _depth(value: object, level: int = 1) -> int:
    """How deep objects and lists are nested; never looks further than one level too deep."""
    if level > MAX_METADATA_DEPTH or not isinstance(value, (Mapping, list)):
        return level - 1 if not isinstance(value, (Mapping, list)) else level
    inside = value.values() if isinstance(value, Mapping) else value
    return max((_depth(v, level + 1) for v in inside), default=level)


def external_ids_fault(value: Mapping[str, str]) -> str | None:
    """Why `value` is no map from a source's name to the record's id there."""
    if len(value) > MAX_EXTERNAL_IDS:
        return f"There cannot be more than {MAX_EXTERNAL_IDS} external ids"
    for source, external_id in value.items():
        if fault := name_fault(source, label="The source of an external id", maximum=50):
            return fault
        if fault := name_fault(external_id, label="An external id"):
            return fault
    return None


def tags_fault(value: tuple[str, ...]) -> str | None:
    """Why `value` is no list of tags."""
    if len(value) > MAX_TAGS:
        return f"There cannot be more than {MAX_TAGS} tags"
    for tag in value:
        if fault := name_fault(tag, label="A tag", maximum=MAX_TAG):
            return fault
    return None
