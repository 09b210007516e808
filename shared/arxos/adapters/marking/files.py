"""The marked copy of an uploaded workbook or CSV table."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from arxos.adapters.marking.marks import marks_of
from arxos.adapters.marking.package import mark_workbook
from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.workbook_sheets import Sheet, read_workbook, text_of
from arxos.domain.handover.rule import Finding


def mark_file(source: Path, target: Path, findings: Sequence[Finding]) -> None:
    """Write the marked copy, an .xlsx. Raises UnreadableFile."""
    if source.suffix == ".csv":
        _mark_csv(source, target, findings)
        return
    sheets = read_workbook(source, ProblemList())
    mark_workbook(source, target, findings, marks_of(findings, sheets))


def _mark_csv(source: Path, target: Path, findings: Sequence[Finding]) -> None:
    """A CSV file has no colours: its texts, as they are, become a sheet of a workbook."""
    from arxos.adapters.readers.csv_table import read_sheet

    sheet = read_sheet(source, "Table", ProblemList())
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        copy = Path(folder) / "table.xlsx"
        _write(sheet, copy)
        marked = Path(folder) / "marked.xlsx"
        mark_workbook(copy, marked, findings, marks_of(findings, [sheet]))
        shutil.move(marked, target)


def _write(sheet: Sheet, path: Path) -> None:
    """Each row in the line where it stands in the file; texts, never formulas."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        page = book.add_worksheet(sheet.name)
        for row in sheet.rows:
            for column, value in enumerate(row.cells):
                if value is not None:
                    page.write_string(row.number - 1, column, text_of(value) or "")
