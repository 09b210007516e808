"""The rows that an export's lines make in its format, the same whoever asks.

The writer puts them into a file. A reader makes them again from the lines in the file, to see what
somebody has changed since (`arxos.adapters.readers.own_edits`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from arxos.adapters.exports.cells import Value
from arxos.adapters.exports.cobie_rows import CobieRows
from arxos.adapters.exports.kept_rows import KeptRows
from arxos.adapters.exports.table_rows import ALL_COLUMNS, TableRows
from arxos.adapters.readers.cobie_sheets import COLUMNS
from arxos.domain.own_exports import Line

Began = Callable[[Mapping[str, Sequence[str]]], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A row of a sheet, and the record it is about first of all; None: about none."""

    sheet: str
    values: tuple[Value, ...]
    record_id: str | None = None


def rows_of(lines: Iterable[Line], began: Began) -> Iterator[Made]:
    """Every row, sheet by sheet mixed. `began` is told the sheets and columns before the first.

    The first line is the header, stored sheets are next: their columns are part of the sheets'.
    """
    lines = iter(lines)
    head = next(lines)
    kept = KeptRows()
    first: Line | None = None
    for line in lines:
        if line["kind"] == "kept_sheet":
            kept.begin_sheet(line["name"], line["columns"])
        elif line["kind"] == "kept_row":
            kept.add_row(line["values"])
        else:
            first = line
            break
    kept.finish()
    is_cobie = head["as"] == "cobie"
    maker = CobieRows(head, kept) if is_cobie else TableRows()
    only = head["scope"].get("kind")
    began(maker.sheets() if isinstance(maker, CobieRows) else _tables(only, kept))
    if isinstance(maker, CobieRows):
        yield from (Made(*row) for row in maker.begin())
    else:
        for sheet in _unknown(kept):
            for cells in kept.rest(sheet):
                yield Made(sheet, tuple(cells.get(c) for c in kept.columns[sheet]))
    for line in lines if first is None else chain((first,), lines):
        for number, (sheet, values) in enumerate(maker.of(line)):
            if is_cobie or only in (None, sheet):
                yield Made(sheet, values, line["id"] if number == 0 else None)
    yield from (Made(*row) for row in maker.finish())


def _tables(only: str | None, kept: KeptRows) -> dict[str, Sequence[str]]:
    tables: dict[str, Sequence[str]] = {
        kind: columns for kind, columns in ALL_COLUMNS.items() if only in (None, kind)
    }
    return tables | {sheet: kept.columns[sheet] for sheet in _unknown(kept)}


def _unknown(kept: KeptRows) -> list[str]:
    """Stored sheets that are nothing that Arxos or COBie knows."""
    return [sheet for sheet in kept.columns if sheet not in COLUMNS and sheet not in ALL_COLUMNS]
