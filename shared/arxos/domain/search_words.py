"""The words by which a record is found, what a query means, and in which order hits are shown."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from arxos.domain.errors import InvalidInput
from arxos.domain.record import Record
from arxos.domain.rights import Place
from arxos.domain.text_rules import folded

MAX_QUERY = 100
# Of one record: what is written for it, and so what an import of many devices costs, is bounded.
MAX_WORDS = 16
MAX_WORD_CHARACTERS = 40


class Kind(StrEnum):
    """What is searched for, in the order in which it is shown."""

    BUILDING = "building"
    FLOOR = "floor"
    ROOM = "room"
    DEVICE = "device"


KINDS = tuple(Kind)
# All fields but the name identify: they are found whole.
FIELDS: Mapping[str, tuple[str, ...]] = {
    Kind.BUILDING: ("name",),
    Kind.FLOOR: ("floor_number", "name"),
    Kind.ROOM: ("room_number", "name"),
    Kind.DEVICE: ("serial_number", "tag_number", "barcode", "name"),
}
_NAME = "name"

# What always parts two words; "AHU-01" and "O'Hare" are one word with parts.
_BETWEEN_WORDS = re.compile(r"[\s,;:|()\[\]{}\"“”„«»、。・]+")
# Scripts written without spaces: Thai, Lao, Burmese, Khmer, kana, Chinese characters.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]+"
)


class Drawer(StrEnum):
    """Which part of the words is read: an organisation has few buildings and floors, and many
    rooms and devices, among which the few would not be found in time to be shown first.
    """

    BUILDINGS = "B"
    CONTENTS = "C"

    @classmethod
    def of(cls, kind: str) -> "Drawer":
        """Where records of a kind are."""
        return cls.BUILDINGS if kind in (Kind.BUILDING, Kind.FLOOR) else cls.CONTENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Searchable:
    """What search knows of a record."""

    kind: str
    id: str
    building_id: str
    floor_id: str | None
    values: Mapping[str, str]

    @property
    def place(self) -> Place:
        """Where a right to read it must hold."""
        return Place(self.building_id, self.floor_id)


class Word(NamedTuple):
    """One way to a record. `whole`: all of a number, serial, tag or barcode."""

    text: str
    field: str
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WordEntry:
    """A word of a record as it is kept: with all its other words, so that a query of several
    words is answered from one of them, and with the place, so that rights are.
    """

    organization_id: str
    text: str
    whole: bool
    kind: str
    record_id: str
    building_id: str
    floor_id: str | None
    words: tuple[str, ...]

    @property
    def place(self) -> Place:
        """Where a right to read the record must hold."""
        return Place(self.building_id, self.floor_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """What a record was and is; None before its creation and after its removal."""

    organization_id: str
    before: Searchable | None
    after: Searchable | None


class Rank(NamedTuple):
    """Hits are shown in this order: best match, then kind, then word."""

    match: int
    kind: int
    text: str
    record_id: str


def searchable(record: Record) -> Searchable:
    """A record as search sees it."""
    building_id: str = getattr(record, "building_id", record.id)
    values = {name: getattr(record, name) for name in FIELDS[record.kind]}
    return Searchable(
        kind=record.kind,
        id=record.id,
        building_id=building_id,
        floor_id=record.id if record.kind == "floor" else getattr(record, "floor_id", None),
        values={name: str(value) for name, value in values.items() if value is not None},
    )


def words_of(record: Searchable) -> tuple[Word, ...]:
    """At most MAX_WORDS, all different: identifiers whole, then the name's, then parts."""
    identifiers = [field for field in FIELDS[record.kind] if field != _NAME]
    found = [
        Word("".join(map(_joined, _chunks(record.values.get(field, "")))), field, True)
        for field in identifiers
    ]
    for field in (_NAME, *identifiers):
        found += (Word(text, field, False) for text in _words(record.values.get(field, "")))
    distinct: dict[str, Word] = {}
    for word in found:
        if word.text:
            distinct.setdefault(word.text, word)
    return tuple(distinct.values())[:MAX_WORDS]


def entries_of(organization_id: str, record: Searchable) -> dict[tuple[str, ...], WordEntry]:
    """What is kept for a record, by what tells one entry from another."""
    cut: dict[str, Word] = {}
    for word in words_of(record):
        cut.setdefault(word.text[:MAX_WORD_CHARACTERS], word)
    entries = (
        WordEntry(
            organization_id=organization_id,
            text=text,
            whole=word.whole,
            kind=record.kind,
            record_id=record.id,
            building_id=record.building_id,
            floor_id=record.floor_id,
            words=tuple(cut),
        )
        for text, word in cut.items()
    )
    return {(organization_id, e.text, str(e.whole), e.record_id): e for e in entries}


def differences(
    changes: Iterable[RecordChange],
) -> tuple[tuple[WordEntry, ...], tuple[WordEntry, ...]]:
    """What to write and what to remove after these changes, in their order; each entry once.

    Nothing for a change that touches no word and no place, such as a counter's.
    """
    put: dict[tuple[str, ...], WordEntry] = {}
    removed: dict[tuple[str, ...], WordEntry] = {}
    for change in changes:
        org = change.organization_id
        before = entries_of(org, change.before) if change.before else {}
        after = entries_of(org, change.after) if change.after else {}
        for key in before.keys() - after.keys():
            put.pop(key, None)
            removed[key] = before[key]
        for key, entry in after.items():
            if before.get(key) != entry:
                removed.pop(key, None)
                put[key] = entry
    return tuple(put.values()), tuple(removed.values())


@dataclass(frozen=True, slots=True)
class Query:
    """Words that a record must all have, at least their beginnings."""

    terms: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Query":
        """Raises InvalidInput for what no word can begin with."""
        if not 1 <= len(text) <= MAX_QUERY:
            fault = f"The words to search for must have 1 to {MAX_QUERY} characters"
            raise InvalidInput(fault, {"q": fault})
        joined = dict.fromkeys(_joined(chunk) for chunk in _chunks(text))
        if not (terms := tuple(term for term in joined if term)):
            fault = "The words to search for must have at least one letter or digit"
            raise InvalidInput(fault, {"q": fault})
        return cls(terms)

    @property
    def lead(self) -> str:
        """The term to look up, as it is kept: one with a digit, or else the longest, since fewest
        records have it. One character leads only where there is nothing else: words are kept by
        their first two, so it finds what is just that character, such as floor 2 or room A.
        """
        best = max(self.terms, key=lambda t: (len(t) > 1, any(c.isdecimal() for c in t), len(t)))
        return best[:MAX_WORD_CHARACTERS]

    def rank(self, entry: WordEntry) -> Rank | None:
        """Where the record of an entry found by `lead` is shown; None: it is none, or another of
        its entries stands for it.
        """
        terms = [term[:MAX_WORD_CHARACTERS] for term in self.terms]
        if not all(any(w.startswith(term) for w in entry.words) for term in terms):
            return None
        if entry.text != min(w for w in entry.words if w.startswith(self.lead)):
            return None
        if entry.whole and terms == [entry.text]:
            match = 0
        else:
            match = 1 if all(term in entry.words for term in terms) else 2
        return Rank(match, KINDS.index(Kind(entry.kind)), entry.text, entry.record_id)

    def matched(self, record: Searchable) -> str | None:
        """The field that matches best; None: not all terms are found in the record."""
        words = words_of(record)
        if not all(any(w.text.startswith(term) for w in words) for term in self.terms):
            return None
        tests: tuple[Callable[[Word], bool], ...] = (
            lambda w: w.whole and w.text in self.terms,
            lambda w: w.text in self.terms,
            lambda w: any(w.text.startswith(term) for term in self.terms),
        )
        return next(word.field for test in tests for word in words if test(word))


def _words(text: str) -> Iterable[str]:
    """Each word joined, then its parts; of unspaced scripts also what begins inside a run."""
    for chunk in _chunks(text):
        joined = _joined(chunk)
        yield joined
        parts = "".join(c if _is_of_a_word(c) else " " for c in chunk).split()
        if len(parts) > 1:
            yield from (part for part in parts if len(part) > 1)
        for run in _UNSPACED.findall(joined):
            yield from (run[start:] for start in range(max(1, len(run) - 1)))


def _chunks(text: str) -> list[str]:
    # Case again: what decomposing leaves may be a capital (the trademark sign's TM).
    return [chunk for chunk in _BETWEEN_WORDS.split(folded(text).casefold()) if chunk]


def _joined(text: str) -> str:
    return "".join(c for c in text if _is_of_a_word(c))


def _is_of_a_word(character: str) -> bool:
    """Letters and digits of all scripts, and the vowel signs that some write between them."""
    return character.isalnum() or unicodedata.category(character)[0] == "M"
