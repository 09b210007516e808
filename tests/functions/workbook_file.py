"""Rows of a COBie workbook as a file."""

from pathlib import Path

import openpyxl

from tests.domain.handover.workbooks import Rows


def workbook(path: Path, rows: Rows) -> bytes:
    """A workbook of these rows, a sheet each."""
    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    for name, given in rows.items():
        sheet = book.create_sheet(name)
        sheet.append(list(given[0]))
        for row in given:
            sheet.append(list(row.values()))
    book.save(path)
    return path.read_bytes()
