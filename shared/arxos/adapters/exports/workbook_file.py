"""Workbooks of an export, written row by row: memory does not grow with the building."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from arxos.adapters.exports import embedded
from arxos.adapters.exports.cobie_sheet_rows import EXTERNAL, REFERENCE, is_required
from arxos.adapters.exports.rows import SheetHead, rows_of, shown_headings
from arxos.adapters.exports.seal import seal
from arxos.adapters.readers.workbook_sheets import MAX_COLUMNS
from arxos.domain.own_exports import Line

# Excel's limit, with the header.
MAX_SHEET_ROWS = 1_048_576
# The colours of COBie's template.
_YELLOW, _ORANGE, _PURPLE, _GREEN = "#FFFF99", "#FFCC99", "#CC99FF", "#CCFFCC"
_COLOURS = {"Yellow": _YELLOW, "Orange": _ORANGE, "Purple": _PURPLE, "Green": _GREEN}
_INSTRUCTION = (
    (embedded.INSTRUCTION_MARK, ""),
    ("Yellow", "Required"),
    ("Orange", "Reference to another sheet, or a value of a pick list"),
    ("Purple", "What the row is called in another system"),
    ("Green", "As specified"),
)


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
            if line["kind"] == "export":
                file.head = line
            texts = packer.add(json.dumps(line, ensure_ascii=False, separators=(",", ":")))
            file.keep(texts)
            yield line

    for made in rows_of(packed(lines), file.begin):
        file.add(made.sheet, made.values)
    file.keep(packer.finish())
    file.end()
    book.close()
    seal(path)


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
        self._own: Any = None
        self._own_rows = 1
        self.head: Line = {}

    def _instruct(self) -> None:
        """The sheet that says what the colours mean."""
        head = self.head
        sheet = self._book.add_worksheet(embedded.INSTRUCTION)
        sheet.set_column(0, 1, 40)
        told = (*_INSTRUCTION, ("Building", head["building"]["name"]), ("Made", head["made_at"]))
        for row, (left, right) in enumerate(told):
            colour = _COLOURS.get(left)
            shape = self._book.add_format({"bg_color": colour}) if colour else self._text
            sheet.write_string(row, 0, left, shape)
            sheet.write_string(row, 1, right, self._text)

    def begin(self, sheets: Mapping[str, SheetHead]) -> None:
        """Every sheet with its header. A stored Instruction is given back in place of ours."""
        if self.head["as"] == "cobie" and embedded.INSTRUCTION not in sheets:
            self._instruct()
        for title, head in sheets.items():
            sheet = self._book.add_worksheet(title)
            sheet.freeze_panes(1, 1)
            headings = shown_headings(head.headings[:MAX_COLUMNS])
            formats = [self._format(head.name, column) for column in headings]
            for index, heading in enumerate(headings):
                sheet.set_column(index, index, 18)
                if heading:
                    sheet.write_string(0, index, heading, formats[index][0])
            self._sheets[title], self._rows[title] = sheet, 1
            self._formats[title] = [data for _, data in formats]
        self._own = self._book.add_worksheet(embedded.SHEET)
        # Pages of letters for nobody: neither shown nor printed, unless somebody asks for it.
        self._own.hide()
        self._own.set_column(0, 0, 80)
        self._own.write_string(0, 0, embedded.MARK)
        self._own.write_string(0, 1, embedded.NOTE)
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
        if self._own is None:
            self._waiting += texts
            return
        for text in texts:
            self._own.write_string(self._own_rows, 0, text)
            self._own_rows += 1

    def end(self) -> None:
        """Filters on every table; Excel shows the first sheet with data."""
        for name, formats in self._formats.items():
            if formats:
                self._sheets[name].autofilter(0, 0, self._rows[name] - 1, len(formats) - 1)

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
