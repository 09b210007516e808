"""The search words in memory."""

from collections.abc import Sequence

from arxos.domain.errors import (
    InvalidInput,
)
from arxos.domain.record import Record
from arxos.domain.search_words import KINDS, Drawer, Kind, WordEntry
from arxos.ports.search import Span, Window
from tests.fakes.store import FakeTable, Key


class FakeSearchWords:
    """The words of all organisations, in the order of their sort keys."""

    def __init__(self) -> None:
        self.entries: dict[Key, WordEntry] = {}

    def write(self, put: Sequence[WordEntry], removed: Sequence[WordEntry]) -> None:
        for entry in removed:
            self.entries.pop(self._key(entry), None)
        for entry in put:
            self.entries[self._key(entry)] = entry

    def _key(self, entry: WordEntry) -> Key:
        order = f"{int(not entry.whole)}{KINDS.index(Kind(entry.kind))}"
        partition = (entry.organization_id, Drawer.of(entry.kind), entry.text[:2])
        return (*partition, f"{entry.text}#{order}#{entry.record_id}")


class FakeSearchIndex:
    def __init__(self, table: FakeTable, words: FakeSearchWords, org: str) -> None:
        self._table, self._words, self._org = table, words, org
        self.words_per_window = 400

    def window(self, drawer: Drawer, beginning: str, span: Span) -> Window:
        positions = [p for p in (span.after, span.until) if p is not None]
        if not all(p.startswith(beginning) for p in positions):
            raise InvalidInput("The cursor does not belong to this list", {"cursor": "…"})
        found = [
            (key[3], entry)
            for key, entry in sorted(self._words.entries.items())
            if key[:3] == (self._org, drawer, beginning[:2])
            and key[3].startswith(beginning)
            and (span.after is None or key[3] > span.after)
        ]
        if span.until is not None:
            shown = [entry for sk, entry in found if sk <= span.until]
            return Window(tuple(shown), span.until)
        kept = found[: self.words_per_window]
        more = len(found) > len(kept)
        return Window(tuple(entry for _, entry in kept), kept[-1][0] if more else None)

    def records(self, entries: Sequence[WordEntry]) -> dict[str, Record]:
        wanted = {e.record_id for e in entries} | {e.building_id for e in entries}
        records = (v for key, v in self._table.items.items() if key[0] == self._org)
        return {r.id: r for r in records if isinstance(r, Record) and r.id in wanted}
