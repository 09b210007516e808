"""The cells of one plain table, as texts, numbers and dates; what is wrong in them is told."""

from collections.abc import Iterator
from typing import Any

from arxos.adapters.readers.header_row import Columns
from arxos.adapters.readers.measure_units import Unit, number_and_unit
from arxos.adapters.readers.number_texts import DecimalMark, decimal_mark
from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.source_text import meaningful
from arxos.adapters.readers.table_columns import MEASURES
from arxos.adapters.readers.workbook_sheets import Row, Sheet, Value, date_of, text_of


class TableCells:
    """A sheet whose columns are known."""

    def __init__(self, sheet: Sheet, columns: Columns, problems: ProblemList) -> None:
        self._sheet, self._columns, self._problems = sheet, columns, problems
        self._marks = self._decimal_marks()

    def rows(self) -> Iterator[Row]:
        """Those below the headings."""
        return (row for row in self._sheet.rows if row.number > self._columns.row)

    def says(self, column: str) -> bool:
        """Whether the table has the column."""
        return column in self._columns.known

    def text(self, row: Row, column: str) -> str | None:
        """The cell's text; None for a blank or a placeholder."""
        return meaningful(text_of(self._columns.value(row, column)), column)

    def number(self, row: Row, column: str, *, least: float | None = None) -> float | None:
        """The cell in metres, square metres …; None, with an error, for what is no number."""
        text = self.text(row, column)
        if text is None:
            return None
        number, unit = self._measured(self._columns.value(row, column), column)
        if number is None or (least is not None and number < least):
            why = "that is no number" if number is None else f"that is less than {least:g}"
            self.leave_out(row, column, text, why)
            return None
        return number if unit is None or unit.factor == 1 else round(number * unit.factor, 4)

    def unit(self, row: Row, column: str) -> Unit | None:
        """What the cell or the heading says that its number is in."""
        return self._measured(self._columns.value(row, column), column)[1]

    def date(self, row: Row, column: str) -> str | None:
        """The cell as a day; None, with an error, for what is none."""
        text = self.text(row, column)
        if text is None:
            return None
        day = date_of(self._columns.value(row, column))
        if day is None:
            self.leave_out(row, column, text, "that does not mean one day (2026-11-22 does)")
        return day

    def not_understood(self, row: Row) -> dict[str, Any]:
        """The cells of columns that are not understood: kept, not lost."""
        more = {}
        for index in self._columns.unknown:
            value = row.cells[index] if index < len(row.cells) else None
            if value is not None:
                more[self._columns.names[index][:100]] = value
        return {"columns": more} if more else {}

    # ---- Problems ---------------------------------------------------------------------------

    def refuse(self, row: Row, column: str, value: str | None, why: str) -> None:
        """A row that is not taken over."""
        what = f"'{value[:80]}'" if value is not None else "empty"
        self._problems.error(
            "ROW_REFUSED",
            f"Row {row.number} was not taken over: {column} is {what}, and {why}.",
            ifc_class=self._sheet.name,
            line=row.number,
            field=column,
            value=value,
        )

    def leave_out(self, row: Row, column: str, value: str, why: str) -> None:
        """A cell that is not taken over."""
        self._problems.error(
            "VALUE_WRONG",
            f"{column} in row {row.number} is '{value[:80]}', and {why}. The row was taken over"
            " without it.",
            ifc_class=self._sheet.name,
            line=row.number,
            field=column,
            value=value,
        )

    def warn(self, code: str, message: str, row: Row, column: str, value: str | None) -> None:
        """A row that was taken over with a repair or a guess."""
        self._problems.warn(
            code,
            message,
            ifc_class=self._sheet.name,
            line=row.number,
            field=column,
            value=value,
        )

    # ---- Numbers ----------------------------------------------------------------------------

    def _measured(self, value: Value, column: str) -> tuple[float | None, Unit | None]:
        mark = self._marks.get(column, DecimalMark())
        unit = self._columns.units.get(column)
        number = mark.number(value)
        if number is None and isinstance(value, str):
            said = number_and_unit(value)
            if said is not None and said[1].dimension == MEASURES.get(column):
                return mark.number(said[0]), said[1]
        return number, unit

    def _decimal_marks(self) -> dict[str, DecimalMark]:
        """Each column's; where its cells do not show it, the table's other columns do."""
        there = [column for column in MEASURES if self.says(column)]
        values = {c: [self._columns.value(row, c) for row in self.rows()] for c in there}
        likely = decimal_mark(
            (value for column in there for value in values[column]), self._sheet.decimal_comma
        )
        marks = {column: decimal_mark(values[column]) for column in there}
        return {column: mark if mark.is_shown else likely for column, mark in marks.items()}
