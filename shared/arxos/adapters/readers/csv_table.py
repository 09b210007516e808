"""Reads .csv tables of floors, rooms and devices, in the encodings and dialects they come in."""

import csv
from collections.abc import Iterator
from pathlib import Path

from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.tables import read_tables
from arxos.adapters.readers.workbook_sheets import MAX_COLUMNS, MAX_ROWS, Row, Sheet
from arxos.domain.errors import UnreadableFile
from arxos.domain.source import SourceModel

_SAMPLE_BYTES = 64 * 1024
_DELIMITERS = ",;\t|"
MAX_CELL = 32_767


class CsvReader:
    """A `BuildingFileReader` for .csv."""

    def read(self, path: Path, *, profile: str) -> SourceModel:  # noqa: ARG002  IFC only
        """See `arxos.ports.readers.BuildingFileReader.read`."""
        problems = ProblemList()
        head = path.read_bytes()[:_SAMPLE_BYTES] if path.stat().st_size else b""
        encoding = _encoding(path, head, problems)
        try:
            rows = tuple(_rows(path, encoding, problems))
        except (csv.Error, UnicodeDecodeError) as error:
            raise UnreadableFile(f"The file is no table that can be read: {error}.") from error
        # Named after the file, so that `rooms.csv` is known for what it is.
        return read_tables([Sheet(path.stem, rows)], problems)


def _encoding(path: Path, head: bytes, problems: ProblemList) -> str:
    if not head:
        raise UnreadableFile("The file is empty.")
    if head.startswith(b"PK"):
        raise UnreadableFile(
            "This is a workbook or a zip archive, not a .csv table. Upload it with its own ending."
        )
    if head.startswith(b"version https://git-lfs"):
        raise UnreadableFile(
            "This is a Git LFS pointer, not the table itself. Fetch the real file (git lfs pull)"
            " and upload that."
        )
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in head:
        raise UnreadableFile("This is not text, and so no .csv table.")
    try:
        with path.open(encoding="utf-8-sig") as file:
            while file.read(1 << 20):
                pass
    except UnicodeDecodeError:
        problems.warn(
            "LETTERS_GUESSED",
            "The table is not UTF-8; it was read as Windows-1252 (Western). Check names with"
            " accents.",
        )
        return "cp1252"
    return "utf-8-sig"


def _rows(path: Path, encoding: str, problems: ProblemList) -> Iterator[Row]:
    csv.field_size_limit(MAX_CELL * 4)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        sample = file.read(_SAMPLE_BYTES)
        file.seek(0)
        found = 0
        for cells in (reader := csv.reader(file, delimiter=_delimiter(sample))):
            values = tuple(cell if cell.strip() else None for cell in cells[:MAX_COLUMNS])
            if not any(values):
                continue
            found += 1
            if found > MAX_ROWS:
                problems.warn(
                    "TOO_MANY_ROWS",
                    f"The table has more than {MAX_ROWS:,} rows; the rest was not read. Split it.",
                    line=reader.line_num,
                )
                return
            yield Row(reader.line_num, values)


def _delimiter(sample: str) -> str:
    """The one that stands most often in the first line: headings rarely hold any."""
    first = next((line for line in sample.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=first.count) if any(d in first for d in _DELIMITERS) else ","
