"""Sheets that no reader understands, as they are, so that an export can give them back."""

from arxos.adapters.readers.workbook_sheets import Row, Sheet, Value, text_of
from arxos.domain.source import KeptSheet


def as_it_is(sheet: Sheet) -> KeptSheet | None:
    """The first row as headings, blank rows in their places; None for an empty sheet."""
    filled = [(row.number, cells) for row in sheet.rows if (cells := _filled(row))]
    if not filled:
        return None
    width = max(len(cells) for _, cells in filled)
    by_number = dict(filled)
    last = max(by_number)
    first = by_number.pop(1, ())
    return KeptSheet(
        name=sheet.name,
        columns=tuple(text_of(c) or "" for c in _padded(first, width)),
        rows=tuple(_padded(by_number.get(n, ()), width) for n in range(2, last + 1)),
    )


def _filled(row: Row) -> tuple[Value, ...]:
    """The cells up to the last that holds something."""
    cells = row.cells
    while cells and cells[-1] in (None, ""):
        cells = cells[:-1]
    return cells


def _padded(cells: tuple[Value, ...], width: int) -> tuple[Value, ...]:
    return (*cells, *(None,) * (width - len(cells)))
