"""An import's plan and problems as workbooks and CSV, written row by row."""

import csv
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from arxos.adapters.exports.cells import Value, cell, csv_text
from arxos.domain.plan_entries import EntryKind, PlanEntry
from arxos.domain.source import Problem
from arxos.ports.reports import Lines, ProblemFormat

_ENTRY_COLUMNS = {
    "Change": 11,
    "Record": 10,
    "Name or number": 32,
    "Place": 28,
    "Field": 22,
    "Before": 32,
    "After": 48,
    "Reason": 60,
    "Row or line": 12,
    "Record id": 34,
}
_PROBLEM_COLUMNS = {
    "severity": 10,
    "code": 26,
    "message": 80,
    "sheet_or_class": 22,
    "row_or_line": 12,
    "key": 28,
    "field": 20,
    "value": 32,
}


class ReportFiles:
    """See `arxos.ports.reports.ReportWriter`."""

    @contextmanager
    def plan(self, summary: Lines, entries: Iterable[PlanEntry]) -> Iterator[Path]:
        with _folder() as folder:
            with _Workbook(folder) as book:
                book.pairs("Summary", summary)
                book.table("Entries", _ENTRY_COLUMNS, _entry_rows(entries))
            yield book.path

    @contextmanager
    def problems(self, problems: Iterable[Problem], format_: ProblemFormat) -> Iterator[Path]:
        rows = ([asdict(problem).get(name) for name in _PROBLEM_COLUMNS] for problem in problems)
        with _folder() as folder:
            if format_ is ProblemFormat.CSV:
                yield _written_csv(folder / "report.csv", list(_PROBLEM_COLUMNS), rows)
                return
            with _Workbook(folder) as book:
                book.table("Problems", _PROBLEM_COLUMNS, rows)
            yield book.path


class _Workbook:
    """A workbook in which no text is taken for a formula, a link or a number."""

    def __init__(self, folder: Path) -> None:
        import xlsxwriter  # only who asks for a workbook pays for it

        self.path = folder / "report.xlsx"
        self._book = xlsxwriter.Workbook(
            str(self.path), {"constant_memory": True, "tmpdir": str(folder)}
        )
        self._book.use_zip64()
        self._text = self._book.add_format({"quote_prefix": True, "valign": "top"})
        self._heading = self._book.add_format({"bold": True, "bottom": 1})

    def __enter__(self) -> "_Workbook":
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()

    def pairs(self, title: str, pairs: Lines) -> None:
        sheet = self._book.add_worksheet(title)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 48)
        for row, (name, value) in enumerate(pairs):
            sheet.write_string(row, 0, name, self._heading)
            self._write(sheet, row, 1, cell(value))

    def table(self, title: str, columns: dict[str, int], rows: Iterable[Sequence[Any]]) -> None:
        sheet = self._book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        for column, (name, width) in enumerate(columns.items()):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, self._heading)
        last = 0
        for last, values in enumerate(rows, 1):
            for column, value in enumerate(values):
                self._write(sheet, last, column, cell(value))
        sheet.autofilter(0, 0, last, len(columns) - 1)

    def _write(self, sheet: Any, row: int, column: int, value: Value) -> None:
        if isinstance(value, str):
            sheet.write_string(row, column, value, self._text)
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif value is not None:
            sheet.write_number(row, column, value)


def _entry_rows(entries: Iterable[PlanEntry]) -> Iterator[list[Any]]:
    """A row for each field that changes; one for all fields of what is new."""
    for entry in entries:
        start = [entry.kind.value, entry.record_kind, entry.label, entry.place]
        end = [entry.reason, entry.line if entry.line is not None else entry.key, entry.record_id]
        if entry.kind is EntryKind.CREATE or not entry.fields:
            told = "\n".join(f"{name}: {_told(f['after'])}" for name, f in entry.fields.items())
            yield [*start, None, None, told or None, *end]
            continue
        for name, change in entry.fields.items():
            yield [*start, name, _told(change["before"]), _told(change["after"]), *end]


def _told(value: Any) -> Value:
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    shown: Value = value
    return shown


def _written_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Path:
    # With a mark of the encoding: Excel takes a .csv for Windows-1252 without.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([csv_text(cell(value)) for value in row] for row in rows)
    return path


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="arxos-report-") as folder:
        yield Path(folder)
