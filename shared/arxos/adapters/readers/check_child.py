"""The process in which uploaded files are held against rules: strangers' files may swell it.

Run as `python -m arxos.adapters.readers.check_child TASK JOB`; JOB is a JSON file.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arxos.adapters.readers.check_lines import finding, result_lines
from arxos.adapters.readers.child_process import write_lines
from arxos.adapters.readers.cobie_tables import Table
from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.workbook_sheets import Row, Sheet, date_of, number_of, text_of
from arxos.domain.errors import UnreadableFile
from arxos.domain.handover.cell_tests import CheckedRow
from arxos.domain.handover.cobie import RULES, check_cobie
from arxos.domain.handover.reading import add_problems, check_of_reading, reading_rules
from arxos.domain.handover.rule import CheckResult, Findings

# What COBie's own rules say better.
_SAID_BY_RULES = frozenset({"COLUMN_MISSING", "SHEET_MISSING"})


def main(arguments: list[str]) -> int:
    """What is wrong with a file, line by line."""
    task, job_path = arguments
    if task == "mark":
        return write_lines(_marked, job_path)
    return write_lines(lambda job: _checked(task, job), job_path)


def _marked(job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    from arxos.adapters.marking.files import mark_file

    with Path(job["findings"]).open(encoding="utf-8") as lines:
        findings = [finding(json.loads(line)) for line in lines]
    try:
        mark_file(Path(job["input"]), Path(job["target"]), findings)
    except UnreadableFile as error:
        yield {"kind": "unreadable", "message": error.message}
        return
    yield {"kind": "end"}


def _checked(task: str, job: dict[str, Any]) -> Iterator[dict[str, Any]]:
    try:
        if task == "ids":
            from arxos.adapters.readers.ids_check import check_ids

            work = Path(job["output"]).parent
            result: CheckResult | None = check_ids(Path(job["input"]), Path(job["model"]), work)
        else:
            result = check_file(Path(job["input"]), cobie_only=task == "cobie")
    except UnreadableFile as error:
        yield {"kind": "unreadable", "message": error.message}
        return
    if result is None:
        yield {"kind": "other"}
    else:
        yield from result_lines(result)
    yield {"kind": "end"}


def check_file(path: Path, *, cobie_only: bool = False) -> CheckResult | None:
    """What is wrong with a workbook or a CSV table; with `cobie_only` None for what is no COBie.

    Raises UnreadableFile.
    """
    from arxos.adapters.readers.check_sheet import without_checks
    from arxos.adapters.readers.cobie import is_cobie
    from arxos.adapters.readers.cobie_sheets import NOT_DATA
    from arxos.adapters.readers.csv_table import CsvReader
    from arxos.adapters.readers.own_files import is_own_sheet, read_own_workbook
    from arxos.adapters.readers.workbook_sheets import read_workbook

    if path.suffix == ".csv":
        model = CsvReader().read(path, profile="")
        read = len(model.floors) + len(model.rooms) + len(model.devices)
        return check_of_reading(model.problems, of=read)
    problems = ProblemList()
    sheets = without_checks(read_workbook(path, problems, not_data=NOT_DATA))
    if is_cobie(sheets):
        return _check_cobie([s for s in sheets if not is_own_sheet(s)], problems)
    if cobie_only:
        return None
    own = read_own_workbook(sheets, problems)
    if own is None:
        return _check_table(sheets, problems)
    return check_of_reading(own.problems, of=sum(len(sheet.rows) for sheet in sheets))


def _check_cobie(sheets: Sequence[Sheet], problems: ProblemList) -> CheckResult:
    from arxos.adapters.readers.cobie_tables import find_tables

    tables, _ = find_tables(sheets, problems)
    said = [problem for problem in problems.all() if problem.code not in _SAID_BY_RULES]
    rules = reading_rules(said)
    findings = Findings((*RULES, *rules.values()))
    check_cobie({name: _Table(table) for name, table in tables.items()}, findings)
    add_problems(said, rules, findings, of=sum(len(table.rows) for table in tables.values()))
    return findings.result()


def _check_table(sheets: Sequence[Sheet], problems: ProblemList) -> CheckResult:
    from arxos.adapters.readers.tables import read_tables

    model = read_tables(sheets, problems)
    return check_of_reading(model.problems, of=sum(len(sheet.rows) for sheet in sheets))


class _Table:
    """A `CheckedSheet` of a workbook."""

    def __init__(self, table: Table) -> None:
        self.name = table.name
        self.header_row = table.columns.row
        self._known = table.columns.known
        self._rows = tuple(_Row(row, table.columns.known) for row in table.rows)

    def has(self, column: str) -> bool:
        return column in self._known

    def rows(self) -> Sequence[CheckedRow]:
        return self._rows


@dataclass(frozen=True, slots=True)
class _Row:
    """A `CheckedRow` of a workbook."""

    row: Row
    known: Mapping[str, int]

    @property
    def number(self) -> int:
        return self.row.number

    def _value(self, column: str) -> Any:
        index = self.known.get(column)
        return self.row.cells[index] if index is not None and index < len(self.row.cells) else None

    def text(self, column: str) -> str | None:
        return text_of(self._value(column))

    def number_in(self, column: str) -> float | None:
        return number_of(self._value(column))

    def day_in(self, column: str) -> str | None:
        return date_of(self._value(column))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
