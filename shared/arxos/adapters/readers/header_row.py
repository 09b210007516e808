"""Finds a table's header row and matches its columns, forgiving case, blanks and old names."""

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from arxos.adapters.readers.measure_units import Dimension, Unit, headings_and_units
from arxos.adapters.readers.workbook_sheets import Row, Value, text_of

# Titles, notes and a logo stand above a header now and then.
_HEADER_WITHIN_ROWS = 20
_ALIKE = 0.75
_NEARLY_THE_SAME = 0.88


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each known column stands, and which columns are not known, with the nearest known.

    `doubled` are headings that stand there again; `guessed` the places of columns whose heading
    is only nearly what it should be; `units` what known columns' headings say they are in.
    """

    row: int
    names: tuple[str, ...]
    known: Mapping[str, int]
    unknown: Mapping[int, str | None]
    doubled: tuple[str, ...] = ()
    guessed: tuple[int, ...] = ()
    units: Mapping[str, Unit] = field(default_factory=dict)

    def value(self, row: Row, column: str) -> Value:
        """The row's cell in a known column; None where there is none."""
        index = self.known.get(column)
        return row.cells[index] if index is not None and index < len(row.cells) else None

    def all_of(self, row: Row) -> tuple[Value, ...]:
        """The row's cells, as many as there are columns."""
        cells = row.cells[: len(self.names)]
        return (*cells, *(None,) * (len(self.names) - len(cells)))


def folded_header(text: str) -> str:
    """`Floor Name`, `floor_name` and `FloorName ` are one column."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).casefold())


def find_columns(
    rows: Sequence[Row],
    expected: Iterable[str],
    aliases: Mapping[str, str],
    *,
    least: int = 2,
    surely: Collection[str] = (),
    measures: Mapping[str, Dimension] | None = None,
) -> Columns | None:
    """The row near the top that holds most of the expected columns; None if none holds `least`.

    `aliases` maps other names, folded, to expected ones. A heading that is nearly one of `surely`
    is taken for it. `measures` are columns whose heading may end in a unit.
    """
    names = tuple(expected)
    by_folded = {folded_header(a): name for a, name in aliases.items() if name in names}
    by_folded |= {folded_header(name): name for name in names}
    best: Columns | None = None
    for row in rows[:_HEADER_WITHIN_ROWS]:
        columns = _match(row, by_folded, measures or {})
        if len(columns.known) >= least and (best is None or len(columns.known) > len(best.known)):
            best = columns
    return best if best is None else _with_nearly_named(best, surely)


def _with_nearly_named(columns: Columns, surely: Collection[str]) -> Columns:
    for column in surely:
        if column in columns.known:
            continue
        near = [
            index
            for index, nearest in columns.unknown.items()
            if nearest == column and _likeness(columns.names[index], column) >= _NEARLY_THE_SAME
        ]
        if len(near) == 1:
            unknown = {i: n for i, n in columns.unknown.items() if i != near[0]}
            known = {**columns.known, column: near[0]}
            columns = replace(columns, known=known, unknown=unknown, guessed=(near[0],))
    return columns


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, folded_header(one), folded_header(other)).ratio()


def _match(row: Row, by_folded: Mapping[str, str], measures: Mapping[str, Dimension]) -> Columns:
    names = tuple(text_of(cell) or "" for cell in row.cells)
    known: dict[str, int] = {}
    units: dict[str, Unit] = {}
    unknown: dict[int, str | None] = {}
    doubled = []
    for index, name in enumerate(names):
        if not name:
            continue
        column, unit = by_folded.get(folded_header(name)), None
        if column is None:
            column, unit = _measure(name, by_folded, measures)
        if column is None:
            unknown[index] = None
        elif column in known:
            doubled.append(name)
            unknown[index] = None
        else:
            known[column] = index
            if unit is not None:
                units[column] = unit
    left = {folded: name for folded, name in by_folded.items() if name not in known}
    for index in unknown:
        near = difflib.get_close_matches(folded_header(names[index]), left, n=1, cutoff=_ALIKE)
        unknown[index] = left[near[0]] if near else None
    return Columns(row.number, names, known, unknown, tuple(doubled), units=units)


def _measure(
    heading: str, by_folded: Mapping[str, str], measures: Mapping[str, Dimension]
) -> tuple[str | None, Unit | None]:
    """The column of measures that a heading with a unit names, and the unit."""
    for bare, unit in headings_and_units(heading) if measures else ():
        # `sq ft` alone is an area's heading.
        column = by_folded.get(folded_header(bare or unit.dimension))
        if column is not None and measures.get(column) == unit.dimension:
            return column, unit
    return None, None
