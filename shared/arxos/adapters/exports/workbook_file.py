"""Workbooks of an export, written row by row: memory does not grow with the building."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from arxos.adapters.exports import embedded
from arxos.adapters.exports.cells import MAX_CELL
from arxos.adapters.exports.cobie_sheet_rows import EXTERNAL, REFERENCE, is_required
from arxos.adapters.exports.rows import rows_of
from arxos.adapters.readers.workbook_sheets import MAX_COLUMNS
from arxos.domain.own_exports import Line

# Excel's limit, with the header.
MAX_SHEET_ROWS = 1_048_576
# The colours of COBie's template.
_YELLOW, _ORANGE, _PURPLE, _GREEN = "#FFFF99", "#FFCC99", "#CC99FF", "#CCFFCC"
_COLOURS = {"Yellow": _YELLOW, "Orange": _ORANGE, "Purple": _PURPLE, "Green": _GREEN}
_INSTRUCTION = (
    ("COBie 2.4 (NBIMS-US V3, 4.2)", ""),
    ("Yellow", "Required"),
    ("Orange", "Reference to another sheet, or a value of a pick list"),
    ("Purple", "What the row is called in another system"),
    ("Green", "As specified"),
)
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))


def write_workbook(lines: Iterable[Line], path: Path, folder: Path) -> None:
    """COBie or tables, as the header says. `folder`: where the sheets lie until they are packed."""
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(path),
        {
            "constant_memory": True,
            "tmpdir": str(folder),
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.use_zip64()
    file = _Workbook(book)
    packer = embedded.Packer()

    def packed(lines: Iterable[Line]) -> Iterator[Line]:
        for line in lines:
            if line["kind"] == "export" and line["as"] == "cobie":
                file.instruct(line)
            texts = packer.add(json.dumps(line, ensure_ascii=False, separators=(",", ":")))
            file.keep(texts)
            yield line

    for made in rows_of(packed(lines), file.begin):
        file.add(made.sheet, made.values)
    file.keep(packer.finish())
    file.end()
    book.close()


class _Workbook:
    """Sheets that are filled side by side, each in a file of its own."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._sheets: dict[str, Any] = {}
        self._rows: dict[str, int] = {}
        self._formats: dict[str, list[Any]] = {}
        self._waiting: list[str] = []
        self._made: dict[str, tuple[Any, Any]] = {}
        self._text = book.add_format({"quote_prefix": True})

    def instruct(self, head: Line) -> None:
        """The sheet that says what the colours mean."""
        sheet = self._book.add_worksheet("Instruction")
        sheet.set_column(0, 1, 40)
        told = (*_INSTRUCTION, ("Building", head["building"]["name"]), ("Made", head["made_at"]))
        for row, (left, right) in enumerate(told):
            colour = _COLOURS.get(left)
            shape = self._book.add_format({"bg_color": colour}) if colour else self._text
            sheet.write_string(row, 0, left, shape)
            sheet.write_string(row, 1, right, self._text)

    def begin(self, sheets: Mapping[str, Sequence[str]]) -> None:
        """Every sheet with its header."""
        taken = {"instruction", embedded.SHEET.casefold()}
        for name, columns in sheets.items():
            title = self._title(name, taken)
            sheet = self._book.add_worksheet(title)
            sheet.freeze_panes(1, 1)
            formats = [self._format(name, column) for column in columns[:MAX_COLUMNS]]
            for index, column in enumerate(columns[:MAX_COLUMNS]):
                sheet.set_column(index, index, 18)
                sheet.write_string(0, index, column[:MAX_CELL], formats[index][0])
            self._sheets[name], self._rows[name] = sheet, 1
            self._formats[name] = [data for _, data in formats]
        own = self._book.add_worksheet(embedded.SHEET)
        own.set_column(0, 0, 80)
        own.write_string(0, 0, embedded.MARK)
        own.write_string(0, 1, embedded.NOTE)
        self._sheets[embedded.SHEET], self._rows[embedded.SHEET] = own, 1
        waiting, self._waiting = self._waiting, []
        self.keep(waiting)

    def add(self, name: str, values: Sequence[Any]) -> None:
        """One more row; what Excel has no room for is in the export's own lines."""
        row = self._rows[name]
        if row >= MAX_SHEET_ROWS:
            return
        self._rows[name] = row + 1
        sheet, formats = self._sheets[name], self._formats[name]
        for column, value in enumerate(values[:MAX_COLUMNS]):
            if isinstance(value, str):
                sheet.write_string(row, column, value, formats[column])
            elif isinstance(value, bool):
                sheet.write_boolean(row, column, value, formats[column])
            elif value is not None:
                sheet.write_number(row, column, value, formats[column])

    def keep(self, texts: Sequence[str]) -> None:
        """The export's own lines, packed."""
        if embedded.SHEET not in self._sheets:
            self._waiting += texts
            return
        for text in texts:
            row = self._rows[embedded.SHEET]
            self._sheets[embedded.SHEET].write_string(row, 0, text)
            self._rows[embedded.SHEET] = row + 1

    def end(self) -> None:
        """Filters on every table; Excel shows the first sheet with data."""
        for name, formats in self._formats.items():
            if formats:
                self._sheets[name].autofilter(0, 0, self._rows[name] - 1, len(formats) - 1)

    def _title(self, name: str, taken: set[str]) -> str:
        title = name.translate(_FORBIDDEN).strip("'")[:31] or "Sheet"
        number = 1
        while title.casefold() in taken:
            number += 1
            title = f"{title[:26]} ({number})"
        taken.add(title.casefold())
        return title

    def _format(self, sheet: str, column: str) -> tuple[Any, Any]:
        """Of the header and of the cells below it."""
        colour = _GREEN
        if column in EXTERNAL:
            colour = _PURPLE
        elif column in REFERENCE:
            colour = _ORANGE
        elif is_required(sheet, column):
            colour = _YELLOW
        if colour not in self._made:
            header = self._book.add_format({"bold": True, "bg_color": colour, "border": 1})
            data = self._book.add_format({"bg_color": colour, "quote_prefix": True})
            self._made[colour] = (header, data)
        return self._made[colour]
