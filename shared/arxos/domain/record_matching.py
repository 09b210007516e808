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


@dataclass(slots=True)
class Matches(Generic[R]):
    """`known`: by the source's own key; `met`: brought by another source; both by file key.

    `ambiguous`: a thing's key in the file -> the label, or PLACE, that fits several.
    """

    known: dict[str, R] = field(default_factory=dict)
    met: dict[str, R] = field(default_factory=dict)
    ambiguous: dict[str, str] = field(default_factory=dict)


def match(source: str, things: Sequence[S], records: Sequence[R]) -> Matches[R]:
    """By the source's key, then by the ids the thing has in other sources."""
    found: Matches[R] = Matches()
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
            if other is not None and other.id not in taken and source not in other.external_ids:
                found.met[thing.key] = other
                taken.add(other.id)
                break
    return found


def match_by_labels(
    source: str, things: Sequence[SourceDevice], records: Sequence[Device], found: Matches[Device]
) -> None:
    """Adds devices that tag, serial number or barcode tell, where exactly one fits.

    Only those of other sources: what this source has a key for it never calls by another.
    """
    taken = {r.id for r in (*found.known.values(), *found.met.values())}
    left = [t for t in things if t.key not in found.known and t.key not in found.met]
    free = [r for r in records if r.id not in taken and source not in r.external_ids]
    for label in LABELS:
        ours = _by_label(label, left)
        theirs = _by_label(label, free)
        for value, things_called in ours.items():
            records_called = theirs.get(value, [])
            if not records_called:
                continue
            if len(things_called) == len(records_called) == 1:
                (thing,), (record,) = things_called, records_called
                if thing.key not in found.met and record.id not in taken:
                    found.met[thing.key] = record
                    taken.add(record.id)
            else:
                for thing in things_called:
                    found.ambiguous.setdefault(thing.key, label)
        left = [t for t in left if t.key not in found.met]
    for key in found.met.keys() & found.ambiguous.keys():
        del found.ambiguous[key]


def match_by_place(
    source: str,
    things: Sequence[SourceDevice],
    records: Sequence[Device],
    found: Matches[Device],
    places: Mapping[str, tuple[str, tuple[str, ...]]],
) -> None:
    """Adds devices of another source that are the only one of their type and name at their place.

    Only where nothing surer decides: neither has a label that the other contradicts. `places`
    are the registry's floor and rooms, by the thing's key.
    """
    taken = {r.id for r in (*found.known.values(), *found.met.values())}
    theirs: dict[tuple[str, str, str], list[Device]] = {}
    for record in records:
        if record.id not in taken and source not in record.external_ids and record.room_id:
            called = (record.room_id, folded(record.device_type), folded(record.name))
            theirs.setdefault(called, []).append(record)
    if not theirs:
        return
    pairs = []
    for thing in things:
        if thing.key in found.known or thing.key in found.met or thing.key in found.ambiguous:
            continue
        _, rooms = places.get(thing.key, ("", ()))
        if rooms:
            called = (rooms[0], folded(thing.device_type), folded(thing.name))
            pairs += [(thing, r) for r in theirs.get(called, ()) if _may_be(thing, r)]
    of_thing = Counter(thing.key for thing, _ in pairs)
    of_record = Counter(record.id for _, record in pairs)
    for thing, record in pairs:
        if of_thing[thing.key] == of_record[record.id] == 1:
            found.met[thing.key] = record
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
