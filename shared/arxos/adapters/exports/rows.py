"""The rows that an export's lines make in its format, the same whoever asks.

The writer puts them into a file. A reader makes them again from the lines in the file, to see what
somebody has changed since (`arxos.adapters.readers.own_edits`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from arxos.adapters.exports import embedded
from arxos.adapters.exports.cells import Value, cell
from arxos.adapters.exports.cobie_rows import CobieRows
from arxos.adapters.exports.kept_rows import KeptRows
from arxos.adapters.exports.table_rows import ALL_COLUMNS, TableRows
from arxos.adapters.readers.cobie_sheets import COLUMNS
from arxos.domain.own_exports import Line


@dataclass(frozen=True, slots=True)
class SheetHead:
    """A sheet's own name, and its headings. What it is called in the file is its title."""

    name: str
    headings: tuple[str, ...]


Began = Callable[[Mapping[str, SheetHead]], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A row of a sheet, by its title, and the record it is about first of all; None: of none."""

    sheet: str
    values: tuple[Value, ...]
    record_id: str | None = None


def rows_of(lines: Iterable[Line], began: Began) -> Iterator[Made]:
    """Every row, sheet by sheet mixed. `began` is told the sheets by title before the first.

    The first line is the header, stored sheets are next: their columns are part of the sheets'.
    """
    lines = iter(lines)
    head = next(lines)
    kept = KeptRows()
    first: Line | None = None
    for line in lines:
        if line["kind"] == "kept_sheet":
            kept.begin_sheet(line["name"], line["columns"])
        elif line["kind"] == "kept_columns":
            kept.add_columns(line["name"], line["columns"])
        elif line["kind"] == "kept_row":
            kept.add_row(line["values"])
        else:
            first = line
            break
    kept.finish()
    is_cobie = head["as"] == "cobie"
    only = head["scope"].get("kind")
    maker = CobieRows(head, kept) if is_cobie else TableRows(kept.of_tables)
    sheets = maker.sheets()
    if isinstance(maker, TableRows):
        sheets = {kind: columns for kind, columns in sheets.items() if only in (None, kind)}
        sheets |= {sheet: tuple(kept.columns[sheet].values()) for sheet in _unknown(kept)}
    titles = _titles(sheets)
    began({titles[name]: SheetHead(name, tuple(headings)) for name, headings in sheets.items()})
    if isinstance(maker, CobieRows):
        yield from (Made(titles[sheet], values) for sheet, values in maker.begin())
    else:
        for sheet in _unknown(kept):
            for cells in kept.rest(sheet):
                values = tuple(cell(cells.get(column)) for column in kept.columns[sheet])
                yield Made(titles[sheet], values)
    for line in lines if first is None else chain((first,), lines):
        for number, (sheet, values) in enumerate(maker.of(line)):
            if sheet in titles:
                yield Made(titles[sheet], values, line["id"] if number == 0 else None)
    yield from (Made(titles[sheet], values) for sheet, values in maker.finish())


def _unknown(kept: KeptRows) -> list[str]:
    """Stored sheets that are nothing that Arxos or COBie knows."""
    return [sheet for sheet in kept.columns if sheet not in COLUMNS and sheet not in ALL_COLUMNS]


# What no sheet of a workbook may hold in its name, nor a file in an archive.
_FORBIDDEN = str.maketrans(dict.fromkeys('[]:*?/\\"<>|', "_"))
_MAX_TITLE = 31


def _titles(names: Iterable[str]) -> dict[str, str]:
    """What each sheet is called in a workbook: short enough, and none as another or as our own."""
    taken = {embedded.SHEET.casefold()}
    titles = {}
    for name in names:
        wanted = name.translate(_FORBIDDEN).strip("'")[:_MAX_TITLE].strip() or "Sheet"
        title, number = wanted, 1
        while title.casefold() in taken:
            number += 1
            end = f" ({number})"
            title = wanted[: _MAX_TITLE - len(end)] + end
        taken.add(title.casefold())
        titles[name] = title
    return titles


def shown_headings(headings: Sequence[str]) -> list[str]:
    """Headings as a cell can hold them."""
    return [str(cell(heading) or "") for heading in headings]
