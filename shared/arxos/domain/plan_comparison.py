"""What becomes of one record: the file's words against the document's last ones and the registry.

Three ways, field by field. What the document says newly is taken over; what it says again word for
word changes nothing (source_statement.py); what a person has set stays, with a warning. What
another source brought is completed by this one, never overwritten.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from arxos.domain.device import Device
from arxos.domain.errors import InvalidInput
from arxos.domain.floor import Floor
from arxos.domain.identifiers import derived_id
from arxos.domain.import_plan import ImportPlan, KeptField
from arxos.domain.own_exports import OWN
from arxos.domain.plan_silences import Silences
from arxos.domain.record import Record
from arxos.domain.room import Room
from arxos.domain.source import (
    Problem,
    Severity,
    SourceDevice,
    SourceFloor,
    SourceGroup,
    SourceRoom,
)
from arxos.domain.source_statement import is_news, remembered, statement
from arxos.domain.status import DeviceStatus, FloorStatus, RoomStatus

Thing = SourceFloor | SourceRoom | SourceDevice
Saying = Thing | SourceGroup

# Where a record is, and its number there, is not taken from a second document.
_PLACES = frozenset({"floor_number", "floor_id", "room_number", "room_ids"})
_STATUSES: dict[str, type[StrEnum]] = {
    "floor": FloorStatus,
    "room": RoomStatus,
    "device": DeviceStatus,
}
_CALLED = {
    "ifc": {"floor": "IfcBuildingStorey", "room": "IfcSpace", "device": "IfcElement"},
    "cobie": {"floor": "Floor", "room": "Space", "device": "Component"},
}


@dataclass(slots=True, kw_only=True)
class Comparison:
    """One document's file compared with one building; what it comes to is added to `plan`."""

    source: str
    document: str
    building_id: str
    at: datetime
    by: str | None
    plan: ImportPlan
    incomplete: frozenset[str] = frozenset()
    """Kinds of records that may be there though the file does not have them."""
    silences: Silences = field(default_factory=Silences)
    _spoken_of: set[str] = field(default_factory=set)

    def add(
        self,
        type_: type[Record],
        kind: str,
        source: Thing,
        shards: int,
        said: Mapping[str, Any],
        **values: Any,
    ) -> str:
        """Create the record from what the file says of it, and from `values`; its id."""
        record_id = self.id_of(kind, source, shards)
        words = _words(said, source)
        try:
            record = type_.create(
                at=self.at,
                created_by=self.by,
                id=record_id,
                external_ids=self._external_ids(source),
                said={self.document: statement(words)},
                **{"metadata": {}, **_beside(source, kind), **words, **values},
            )
        except InvalidInput as refused:
            # What a file can get wrong was made storable before, so this is a fault of ours, and
            # worth failing on: a record silently left out would be lost.
            raise InvalidInput(
                f"{kind.capitalize()} '{source.key}' of the file breaks a rule: {refused.message}",
                refused.field_errors,
            ) from refused
        self._spoken_of.add(record_id)
        self.plan.ids[source.key] = record_id
        self.plan.lines[record_id] = source.line
        self._queue(record)
        self.plan.created += 1
        return record_id

    def id_of(self, kind: str, source: Thing, shards: int) -> str:
        """The id that the thing's record gets: the same in every run."""
        return derived_id(kind, self.building_id, self.source, source.key, shards=shards)

    def keep(
        self,
        record: Record,
        values: Mapping[str, Any],
        source: Thing,
        *,
        instead: Mapping[str, Any] | None = None,
        also: Mapping[str, Any] | None = None,
        before: Record | None = None,
    ) -> None:
        """Take over what is new in what the file says; what it does not say (None) stays.

        `instead` replaces words of the file by what they come to; `also` follows from the whole
        plan and is no word of the file; `before` is the record as loaded, if it has changed since.
        """
        before = record if before is None else before
        said = _words(values, source)
        self.listen(record, said, source)
        if source.edited is not None:
            said = {name: value for name, value in said.items() if name in source.edited}
        new = self._news(record, said)
        for name in sorted(record.hand_edits.keys() & said.keys()):
            if said[name] != getattr(record, name):
                self.warn_kept(record, name, source, said[name], is_conflict=name in new)
        changed, taken = record.heard(new)
        if instead:
            taken = {name: instead.get(name, value) for name, value in taken.items()}
        if "metadata" in taken:
            taken["metadata"] = {**record.metadata, **taken["metadata"]}
        if self.source != OWN and record.external_ids.get(self.source) != source.key:
            ids = {**source.other_ids, **record.external_ids, self.source: source.key}
            taken = {**taken, "external_ids": ids}
        changed = changed.changed(at=self.at, by=self.by, **taken, **(also or {}))
        # A word that could not be followed is not remembered: it may come true another time.
        followed = {
            name: value
            for name, value in said.items()
            if instead is None or instead.get(name, value) == value
        }
        self._finish(before, remembered(changed, self.document, followed), source)

    def complete(self, record: Record, values: Mapping[str, Any], source: Thing) -> None:
        """A record that another source brought: only what it lacks is taken over."""
        said = _words(values, source)
        self.listen(record, said, source)
        new = self._news(record, said)
        repeated = self.document in record.said
        taken = {
            name: value
            for name, value in new.items()
            if name not in _PLACES
            and name != "metadata"
            and name not in record.hand_edits
            # What this document gave the record before is its own to change.
            and (repeated or getattr(record, name) in (None, "", ()))
        }
        if "metadata" in new:
            taken["metadata"] = {**new["metadata"], **record.metadata}
        ids = {
            **source.other_ids,
            **record.external_ids,
        }
        if self.source not in record.external_ids and self.source != OWN:
            ids[self.source] = source.key
        changed = record.changed(at=self.at, by=self.by, **taken, external_ids=ids)
        self._finish(record, remembered(changed, self.document, said), source)

    def _finish(self, before: Record, changed: Record, source: Thing) -> None:
        self._spoken_of.add(before.id)
        self.plan.ids[source.key] = before.id
        self.plan.lines[before.id] = source.line
        if changed != before:
            self._queue(changed)
        # A record that only learns what the document says of it shows no change.
        if changed.events:
            self.plan.updated += 1
        else:
            self.stays(changed)

    def listen(self, record: Record, said: Mapping[str, Any], source: Saying) -> None:
        """Note what the file says no more, if it is to say all of such records."""
        if record.kind not in self.incomplete:
            self.silences.note(record, self.document, said, source)

    def stays(self, record: Record) -> None:
        """The file has the record and says nothing new of it."""
        self.plan.unchanged += 1
        self.plan.same.append(record)

    def _queue(self, record: Record) -> None:
        if isinstance(record, Floor):
            self.plan.floors.append(record)
        elif isinstance(record, Room):
            self.plan.rooms.append(record)
        elif isinstance(record, Device):
            self.plan.devices.append(record)

    def mention(self, record: Record) -> None:
        """The file has the record, whatever becomes of it."""
        self._spoken_of.add(record.id)

    def speaks_of(self, record: Record) -> bool:
        """Whether the file has the record, of what has been compared so far."""
        return record.id in self._spoken_of

    def speaks_of_id(self, record_id: str) -> bool:
        """As `speaks_of`, of the record with that id."""
        return record_id in self._spoken_of

    def is_news(self, record: Record, name: str, value: Any, source: Thing) -> bool:
        """Whether the file says something new of the field, which somebody has set in it."""
        if source.edited is not None and name not in source.edited:
            return False
        return is_news(record, self.document, name, value)

    def _news(self, record: Record, said: Mapping[str, Any]) -> dict[str, Any]:
        return {n: v for n, v in said.items() if is_news(record, self.document, n, v)}

    def _external_ids(self, source: Thing) -> dict[str, str]:
        """An export's keys are ids of ours, which say nothing outside: they are not kept."""
        own = self.source == OWN
        return {**source.other_ids, **({} if own else {self.source: source.key})}

    def settled(self, record: Record, name: str, value: Any, source: Thing) -> Any:
        """What a field will hold: what it holds, if a person set it or the file repeats itself."""
        if name in record.hand_edits or not self.is_news(record, name, value, source):
            return getattr(record, name)
        return value

    # ---- Problems ---------------------------------------------------------------------------

    def warn_kept(
        self, record: Record, name: str, source: Saying, said: Any, *, is_conflict: bool
    ) -> None:
        """A person's word stays, and the file's is told."""
        self.plan.kept.append(KeptField(record, name, said, is_conflict))
        self.plan.lines.setdefault(record.id, source.line)
        self.warn(
            "KEPT_BY_HAND",
            f"'{name.replace('_', ' ')}' of {record.kind} '{record.label}' was set by hand and"
            " stays; release it to follow the file again.",
            record.kind,
            source,
            name,
        )

    def warn(self, code: str, message: str, kind: str, source: Saying, field_name: str) -> None:
        """Something of the file was taken over otherwise than it is said."""
        self._tell("warning", code, message, kind, source, field_name)

    def error(self, code: str, message: str, kind: str, source: Saying, field_name: str) -> None:
        """Something of the file was not taken over."""
        self._tell("error", code, message, kind, source, field_name)

    def _tell(
        self,
        severity: Severity,
        code: str,
        message: str,
        kind: str,
        source: Saying,
        field_name: str,
    ) -> None:
        self.plan.problems.append(
            Problem(
                severity=severity,
                code=code,
                message=message,
                sheet_or_class=_CALLED.get(self.source, {}).get(kind, kind),
                row_or_line=source.line,
                key=source.key,
                field=field_name,
            )
        )


def _words(values: Mapping[str, Any], source: Thing) -> dict[str, Any]:
    """What the file says of a record; it does not speak of what is None, or of no metadata."""
    said = {name: value for name, value in values.items() if value is not None}
    if metadata := getattr(source, "metadata", None):
        said["metadata"] = dict(metadata)
    return said


def _beside(source: Thing, kind: str) -> dict[str, Any]:
    """What only an export of ours says, and only of a record that is new: tags and status."""
    beside: dict[str, Any] = {"tags": source.tags} if source.tags else {}
    if source.status is not None:
        beside["status"] = _STATUSES[kind](source.status)
    return beside
