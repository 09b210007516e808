"""Finding records across the organisation by their words, and keeping those words."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from arxos.domain.errors import InvalidInput
from arxos.domain.record import Record
from arxos.domain.rights import READ_OF, Place, Rights
from arxos.domain.search_words import (
    Drawer,
    Query,
    Rank,
    RecordChange,
    WordEntry,
    differences,
    searchable,
)
from arxos.domain.user import Actor
from arxos.ports.lists import Page, Slice
from arxos.ports.search import SearchIndex, SearchWords, Span

# Of one request. Who may see little of a large organisation gets pages with few hits, or none,
# and a cursor that goes on.
MOST_WINDOWS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A record that was found, the field that matched best, and the name of its building."""

    record: Record
    matched: str
    building_name: str | None


@dataclass(frozen=True, slots=True)
class _Position:
    """The window of each drawer (None: all of it was shown), and what was shown of them last."""

    spans: tuple[Span | None, ...]
    last: Rank | None = None


def search(
    query: Query, kind: str | None, page: Page, *, index: SearchIndex, actor: Actor
) -> Slice[Hit]:
    """What the actor may read that has all words of the query, best matches first.

    The words lag a moment behind the records, so each hit is fetched, and tested again as it is
    now. A page may then hold fewer than asked for.
    """
    drawers = (Drawer.of(kind),) if kind else tuple(Drawer)
    at: _Position | None = _parse(page.position, len(drawers))
    entries: list[WordEntry] = []
    for _ in range(MOST_WINDOWS):
        if at is None or len(entries) == page.limit:
            break
        found, at = _read(query, kind, drawers, at, page.limit - len(entries), index, actor.rights)
        entries += found
    hits = _hits(query, entries, index, actor.rights)
    return Slice(hits, _format(at) if at is not None else None)


def index_records(changes: Sequence[RecordChange], *, words: SearchWords) -> int:
    """Keep the words of changed records, in the order of the changes; how many were written.

    The same changes again write the same again: whoever delivers them may repeat them, as long as
    the changes of one record keep their order.
    """
    put, removed = differences(changes)
    words.write(put, removed)
    return len(put) + len(removed)


def _read(
    query: Query,
    kind: str | None,
    drawers: Sequence[Drawer],
    at: _Position,
    limit: int,
    index: SearchIndex,
    rights: Rights,
) -> tuple[list[WordEntry], _Position | None]:
    """The next of the windows at a position, at most `limit`; and where to go on."""
    ranked: list[tuple[Rank, WordEntry]] = []
    ends: list[str | None] = []
    for drawer, span in zip(drawers, at.spans, strict=True):
        if span is None:
            ends.append(None)
            continue
        window = index.window(drawer, query.lead, span)
        ends.append(window.end)
        for entry in window.entries:
            if kind in (None, entry.kind) and rights.allow(READ_OF[entry.kind], entry.place):
                rank = query.rank(entry)
                if rank is not None and (at.last is None or rank > at.last):
                    ranked.append((rank, entry))
    ranked.sort(key=lambda pair: pair[0])
    if len(ranked) > limit:
        # The same windows again, whatever is written into them meanwhile, behind what was shown.
        spans = tuple(
            Span(span.after, end) if span is not None else None
            for span, end in zip(at.spans, ends, strict=True)
        )
        return [entry for _, entry in ranked[:limit]], _Position(spans, ranked[limit - 1][0])
    next_spans = tuple(Span(after=end) if end is not None else None for end in ends)
    following = _Position(next_spans) if any(next_spans) else None
    return [entry for _, entry in ranked], following


def _hits(
    query: Query, entries: Sequence[WordEntry], index: SearchIndex, rights: Rights
) -> tuple[Hit, ...]:
    records = index.records(entries) if entries else {}
    hits = []
    for entry in entries:
        record = records.get(entry.record_id)
        if record is None:
            continue
        now = searchable(record)
        matched = query.matched(now)
        if matched is None or not rights.allow(READ_OF[now.kind], now.place):
            continue
        building: Any = records.get(now.building_id)
        may_see_it = rights.allow(READ_OF["building"], Place(now.building_id))
        name = building.name if building is not None and may_see_it else None
        hits.append(Hit(record=record, matched=matched, building_name=name))
    return tuple(hits)


def _format(at: _Position) -> str:
    spans = [[span.after, span.until] if span is not None else None for span in at.spans]
    return json.dumps([spans, at.last], ensure_ascii=False, separators=(",", ":"))


def _parse(position: str | None, drawers: int) -> _Position:
    if position is None:
        return _Position((Span(),) * drawers)
    try:
        given, last = json.loads(position)
        spans = tuple(Span(*span) if span is not None else None for span in given)
        rank = Rank(*last) if last is not None else None
    except (ValueError, TypeError):
        raise _bad_cursor() from None
    texts = [text for span in spans if span for text in (span.after, span.until)]
    if len(spans) != drawers or not all(t is None or isinstance(t, str) for t in texts):
        raise _bad_cursor()
    if rank is not None and [type(value) for value in rank] != [int, int, str, str]:
        raise _bad_cursor()
    return _Position(spans, rank)


def _bad_cursor() -> InvalidInput:
    message = "The cursor does not belong to this list; begin again without one."
    return InvalidInput(message, {"cursor": message})
