"""The words by which records are found: written behind the records, read by search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from arxos.domain.record import Record
from arxos.domain.search_words import Drawer, WordEntry


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a drawer's words: after one, until another; None: its beginning, or its end.

    What the texts are is the index's to say; they hold no organisation.
    """

    after: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """What one read found, in order of the words. `end`: where the next begins; None: no next."""

    entries: tuple[WordEntry, ...]
    end: str | None


class SearchIndex(Protocol):
    """The words of one organisation."""

    def window(self, drawer: Drawer, beginning: str, span: Span) -> Window:
        """A bounded number of the words that begin so (a single character: that are just it).

        Raises InvalidInput for a span that no window had.
        """
        ...

    def records(self, entries: Sequence[WordEntry]) -> Mapping[str, Record]:
        """The records of these entries and their buildings as they are now, by id; none for what
        is gone.
        """
        ...


class SearchWords(Protocol):
    """The words of all organisations, for the program that keeps them."""

    def write(self, put: Sequence[WordEntry], removed: Sequence[WordEntry]) -> None:
        """Keep some and forget others; none twice. May be repeated without harm."""
        ...
