"""Reads .csv tables of floors, rooms and devices, in the encodings and dialects they come in."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from arxos.adapters.exports.cells import csv_value
from arxos.adapters.readers.csv_text import Lines, find_encoding
from arxos.adapters.readers.own_files import read_own_table
from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.tables import read_tables
from arxos.adapters.readers.workbook_sheets import MAX_COLUMNS, MAX_ROWS, Row, Sheet
from arxos.domain.errors import UnreadableFile
from arxos.domain.source import SourceModel

if TYPE_CHECKING:
    import _csv

_SAMPLE_CHARACTERS = 64 * 1024
_DELIMITERS = ",;\t|"
# Titles and notes stand above a header now and then.
_HEADER_WITHIN_LINES = 20
MAX_CELL = 32_767
# What is read stands in memory: as many cells as 200,000 rows of 25 columns have.
MAX_CELLS = 5_000_000


class CsvReader:
    """A `BuildingFileReader` for .csv."""

    def read(self, path: Path, *, profile: str) -> SourceModel:  # noqa: ARG002  IFC only
        """See `arxos.ports.readers.BuildingFileReader.read`."""
        problems = ProblemList()
        # Named after the file, so that `rooms.csv` is known for what it is.
        sheet = read_sheet(path, path.stem, problems)
        return read_own_table(sheet, problems) or read_tables([sheet], problems)


def read_sheet(path: Path, name: str, problems: ProblemList) -> Sheet:
    """The table's rows. Raises UnreadableFile for what is no table."""
    encoding = find_encoding(path, problems)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        delimiter = _delimiter(file.read(_SAMPLE_CHARACTERS))
    rows = tuple(_rows(path, encoding, delimiter, problems))
    # Semicolons part the cells where commas part the decimals.
    return Sheet(name, rows, decimal_comma=delimiter == ";")


def _rows(path: Path, encoding: str, delimiter: str, problems: ProblemList) -> Iterator[Row]:
    csv.field_size_limit(MAX_CELL * 4)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        lines = Lines(file)
        rows, cells_found = 0, 0
        reader = csv.reader(lines, delimiter=delimiter)
        for cells in _readable(reader):
            lines.row_ended()
            values = tuple(csv_value(c) if c.strip() else None for c in cells[:MAX_COLUMNS])
            if not any(values):
                continue
            rows += 1
            cells_found += len(values)
            if rows > MAX_ROWS or cells_found > MAX_CELLS:
                what = f"{MAX_ROWS:,} rows" if rows > MAX_ROWS else f"{MAX_CELLS:,} cells"
                problems.warn(
                    "TOO_MANY_ROWS",
                    f"The table has more than {what}; the rest was not read. Split it.",
                    line=reader.line_num,
                )
                return
            yield Row(reader.line_num, values)


def _readable(reader: "_csv.Reader") -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise UnreadableFile(
            f"The row that ends in line {reader.line_num} is none of a table: one of its cells is"
            f" longer than {MAX_CELL * 4:,} characters, or a quotation mark in it is never closed."
        ) from error


def _delimiter(sample: str) -> str:
    """The one that stands most often in the line of headings: these rarely hold any themselves.

    That is the first line with two or more of one; a title above it may have a comma.
    """
    most = [
        max((line.count(delimiter), -i) for i, delimiter in enumerate(_DELIMITERS))
        for line in sample.splitlines()[:_HEADER_WITHIN_LINES]
    ]
    first = next((best for best in most if best[0] >= 2), next((b for b in most if b[0]), (0, 0)))
    return _DELIMITERS[-first[1]]
