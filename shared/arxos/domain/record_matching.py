"""Which record of the registry a thing in a file is: by its id, another's id, labels, or place.

What fits more than one is never guessed; the file's thing is then new, and a warning lists it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import dist
from typing import Generic, TypeVar

from arxos.domain.device import Device
from arxos.domain.own_exports import OWN, own_matches
from arxos.domain.record import Record
from arxos.domain.source import SourceDevice, SourceFloor, SourceRoom
from arxos.domain.text_rules import folded

R = TypeVar("R", bound=Record)
S = TypeVar("S", SourceFloor, SourceRoom, SourceDevice)

# What identifies a device whatever file speaks of it, the surest first.
LABELS = ("tag_number", "serial_number", "barcode")
# What a device without any of them may still be known by.
PLACE = "place"
_SAME_PLACE_M = 0.3


@dataclass(frozen=True, slots=True)
class Keys:
    """One kind's keys in the file, and which records of its source the file calls by none of them.

    A tool that writes new ids into every export must not make a building of doubles: what only
    this document ever spoke of, and speaks of no more under its old key, may be there under
    another. It then takes that key. Where several documents of one source speak of a record, its
    one key is that of the first; the others know it by its labels, each time.
    """

    source: str
    document: str
    keys: frozenset[str]

    def is_free(self, record: Record) -> bool:
        """The file does not have the record by its own key."""
        return record.external_ids.get(self.source) not in self.keys

    def is_lost(self, record: Record) -> bool:
        """The record's key is this document's alone, and the file has it no more."""
        if self.source not in record.external_ids or not self.is_free(record):
            return False
        others = record.external_ids.keys() - {self.source} | {OWN}
        return self.document in record.said and all(
            document == self.document or document.partition(":")[0] in others
            for document in record.said
        )

    def is_foreign_or_lost(self, record: Record) -> bool:
        """Another source's record, or one that this document has lost."""
        return self.source not in record.external_ids or self.is_lost(record)


@dataclass(slots=True)
class Matches(Generic[R]):
    """`known`: this source's own; `met`: brought by another document; both by the file's key.

    `ambiguous`: a thing's key in the file -> the label, or PLACE, that fits several.
    """

    keys: Keys
    known: dict[str, R] = field(default_factory=dict)
    met: dict[str, R] = field(default_factory=dict)
    ambiguous: dict[str, str] = field(default_factory=dict)

    def has(self, key: str) -> bool:
        """Whether it is settled which record this is."""
        return key in self.known or key in self.met

    def get(self, key: str) -> R | None:
        """The record that this is."""
        return self.known.get(key) or self.met.get(key)

    def taken(self) -> set[str]:
        """The ids of the records that have been found."""
        return {record.id for record in (*self.known.values(), *self.met.values())}

    def take(self, key: str, record: R) -> None:
        """The thing of that key is this record."""
        (self.known if self.keys.is_lost(record) else self.met)[key] = record


def match(source: str, document: str, things: Sequence[S], records: Sequence[R]) -> Matches[R]:
    """By the source's key, then by the ids the thing has in other sources."""
    found: Matches[R] = Matches(Keys(source, document, frozenset(t.key for t in things)))
    if source == OWN:
        by_key = own_matches(things, records)
    else:
        by_key = {r.external_ids[source]: r for r in records if source in r.external_ids}
    taken = set()
    for thing in things:
        if (record := by_key.get(thing.key)) is not None:
            found.known[thing.key] = record
            taken.add(record.id)
    by_other: dict[tuple[str, str], R] = {
        (name, key): record
        for record in records
        if record.id not in taken
        for name, key in record.external_ids.items()
    }
    for thing in things:
        if thing.key in found.known:
            continue
        for name, key in thing.other_ids.items():
            other = by_other.get((name, key))
            if other is not None and other.id not in taken and found.keys.is_foreign_or_lost(other):
                found.take(thing.key, other)
                taken.add(other.id)
                break
    return found


def match_by_labels(
    things: Sequence[SourceDevice], records: Sequence[Device], found: Matches[Device]
) -> None:
    """Adds devices that tag, serial number or barcode tell, where exactly one fits.

    Of several, the one that this document has lost.
    """
    taken = found.taken()
    left = [t for t in things if not found.has(t.key)]
    free = [r for r in records if r.id not in taken and found.keys.is_free(r)]
    for label in LABELS:
        ours = _by_label(label, left)
        theirs = _by_label(label, free)
        for value, things_called in ours.items():
            records_called = theirs.get(value, [])
            if not records_called:
                continue
            if len(records_called) > 1:
                lost = [r for r in records_called if found.keys.is_lost(r)]
                records_called = lost if len(lost) == 1 else records_called
            if len(things_called) == len(records_called) == 1:
                (thing,), (record,) = things_called, records_called
                if not found.has(thing.key) and record.id not in taken:
                    found.take(thing.key, record)
                    taken.add(record.id)
            else:
                for thing in things_called:
                    found.ambiguous.setdefault(thing.key, label)
        left = [t for t in left if not found.has(t.key)]
    for key in [key for key in found.ambiguous if found.has(key)]:
        del found.ambiguous[key]


def match_by_place(
    things: Sequence[SourceDevice],
    records: Sequence[Device],
    found: Matches[Device],
    places: Mapping[str, tuple[str, tuple[str, ...]]],
) -> None:
    """Adds devices that are the only one of their type and name at their place.

    Only where nothing surer decides: neither has a label that the other contradicts. `places`
    are the registry's floor and rooms, by the thing's key.
    """
    taken = found.taken()
    theirs: dict[tuple[str, str, str], list[Device]] = {}
    for record in records:
        if record.id not in taken and record.room_id and found.keys.is_foreign_or_lost(record):
            called = (record.room_id, folded(record.device_type), folded(record.name))
            theirs.setdefault(called, []).append(record)
    if not theirs:
        return
    pairs = []
    for thing in things:
        if found.has(thing.key) or thing.key in found.ambiguous:
            continue
        _, rooms = places.get(thing.key, ("", ()))
        if rooms and thing.place_said and thing.type_said:
            called = (rooms[0], folded(thing.device_type), folded(thing.name))
            pairs += [(thing, r) for r in theirs.get(called, ()) if _may_be(thing, r)]
    of_thing = Counter(thing.key for thing, _ in pairs)
    of_record = Counter(record.id for _, record in pairs)
    for thing, record in pairs:
        if of_thing[thing.key] == of_record[record.id] == 1:
            found.take(thing.key, record)
        else:
            found.ambiguous[thing.key] = PLACE


def _may_be(thing: SourceDevice, record: Device) -> bool:
    """Both stand within 0.3 m, or neither says where; and no label tells them apart."""
    if any(_contradicts(getattr(thing, label), getattr(record, label)) for label in LABELS):
        return False
    if thing.position is None or record.position is None:
        return thing.position is None and record.position is None
    at = record.position
    return dist(thing.position, (at.x, at.y, at.z)) <= _SAME_PLACE_M


def _contradicts(one: str | None, other: str | None) -> bool:
    return bool(one and other) and folded(one or "") != folded(other or "")


T = TypeVar("T", SourceDevice, Device)


def _by_label(label: str, things: Iterable[T]) -> Mapping[str, list[T]]:
    called: dict[str, list[T]] = {}
    for thing in things:
        if value := getattr(thing, label):
            called.setdefault(folded(value), []).append(thing)
    return called
