"""Gives cells of a sheet another style, and puts in those that are not there yet."""

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping

from arxos.adapters.marking.marks import Cell, Mark, reference
from arxos.adapters.marking.xml_text import Tag, first, inserted, must, tags
from arxos.domain.handover.rule import RuleSeverity

StyleFor = Callable[[int, RuleSeverity], int]
"""The style that looks like another one, with the colour of a severity."""

# What may follow <legacyDrawing> in a sheet.
_AFTER_NOTES = frozenset(
    b"legacyDrawingHF drawingHF picture oleObjects controls webPublishItems tableParts"
    b" extLst".split()
)
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def with_styles(sheet: bytes, marks: Mapping[Cell, Mark], style_for: StyleFor, part: str) -> bytes:
    """The sheet with the marked cells coloured."""
    return _Colouring(sheet, marks, style_for, part).done()


class _Colouring:
    def __init__(
        self, sheet: bytes, marks: Mapping[Cell, Mark], style_for: StyleFor, part: str
    ) -> None:
        self._sheet = sheet
        self._marks = marks
        self._style_for = style_for
        self._part = part
        self._by_row: dict[int, list[int]] = {}
        for row, column in sorted(marks):
            self._by_row.setdefault(row, []).append(column)
        self._columns = _column_styles(sheet)
        self._pieces: list[bytes] = []
        self._copied = 0

    def done(self) -> bytes:
        begin = must(first(self._sheet, b"sheetData"), self._part)
        row, waiting, prefix, row_style = 0, [], begin.prefix, None
        column = 0
        for tag in tags(self._sheet, begin.end):
            if tag.name == b"sheetData":
                break
            if tag.name == b"row" and not tag.is_end:
                row = int(tag.attribute("r") or row + 1)
                column, prefix = 0, tag.prefix
                waiting = list(self._by_row.get(row, ()))
                row_style = tag.attribute("s")
                if tag.is_empty and waiting:
                    self._put(tag.start, tag.end, self._opened(tag))
                    self._insert(tag.end, row, waiting, prefix, row_style)
                    self._pieces.append(b"</" + (prefix + b":" if prefix else b"") + b"row>")
                    waiting = []
            elif tag.name == b"row":
                self._insert(tag.start, row, waiting, prefix, row_style)
                waiting = []
            elif tag.name == b"c" and not tag.is_end:
                at = tag.attribute("r")
                column = _column_of(at) if at else column + 1
                before = bisect_left(waiting, column)
                self._insert(tag.start, row, waiting[:before], prefix, row_style)
                waiting = waiting[before:]
                if waiting and waiting[0] == column:
                    self._restyle(tag, row, column)
                    waiting = waiting[1:]
        self._pieces.append(self._sheet[self._copied :])
        return b"".join(self._pieces)

    def _put(self, start: int, end: int, new: bytes) -> None:
        self._pieces += (self._sheet[self._copied : start], new)
        self._copied = end

    def _opened(self, tag: Tag) -> bytes:
        text = self._sheet[tag.start : tag.end]
        return text[: text.rindex(b"/")].rstrip() + b">"

    def _restyle(self, tag: Tag, row: int, column: int) -> None:
        style = self._style_for(int(tag.attribute("s") or 0), self._marks[row, column].severity)
        self._put(tag.start, tag.end, tag.with_attribute("s", str(style)))

    def _insert(
        self, at: int, row: int, columns: list[int], prefix: bytes, row_style: str | None
    ) -> None:
        """Cells that a blank has no place for yet, in the style of their row or column."""
        name = (prefix + b":" if prefix else b"") + b"c"
        new = []
        for column in columns:
            base = int(row_style) if row_style else self._columns.get(column, 0)
            style = self._style_for(base, self._marks[row, column].severity)
            new.append(b'<%s r="%s" s="%d"/>' % (name, reference((row, column)).encode(), style))
        if new:
            self._put(at, at, b"".join(new))


def with_notes(sheet: bytes, relation: str, part: str) -> bytes:
    """The sheet with its notes' drawing, in the place that the format has for it."""
    data = must(
        first(sheet, b"sheetData", is_end=True)
        or next((t for t in tags(sheet) if t.name == b"sheetData" and t.is_empty), None),
        part,
    )
    depth = 0
    for tag in tags(sheet, data.end):
        ends_the_sheet = tag.is_end and depth == 0
        if ends_the_sheet or (depth == 0 and tag.name in _AFTER_NOTES):
            name = (tag.prefix.decode() + ":" if tag.prefix else "") + "legacyDrawing"
            new = f'<{name} xmlns:r="{_RELATIONS}" r:id="{relation}"/>'
            return inserted(sheet, tag.start, new.encode())
        depth += -1 if tag.is_end else int(not tag.is_empty)
    raise AssertionError("a sheet that was read has an end")


def _column_styles(sheet: bytes) -> dict[int, int]:
    found: dict[int, int] = {}
    for tag in tags(sheet):
        if tag.name == b"sheetData":
            break
        style = tag.attribute("style") if tag.name == b"col" else None
        if style:
            low, high = int(tag.attribute("min") or 1), int(tag.attribute("max") or 1)
            found.update(dict.fromkeys(range(low, min(high, 600) + 1), int(style)))
    return found


def _column_of(at: str) -> int:
    number = 0
    for letter in re.sub(r"[^A-Z]", "", at.upper()):
        number = number * 26 + ord(letter) - 64
    return number
