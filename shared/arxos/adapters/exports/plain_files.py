"""The formats of an export that are text: JSON lines, and tables as CSV."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from arxos.adapters.exports.cells import csv_text
from arxos.adapters.exports.rows import SheetHead, rows_of, shown_headings
from arxos.adapters.exports.table_rows import ALL_COLUMNS, KIND_OF
from arxos.domain.own_exports import Line

# The member of a zip of tables that holds the export's own lines, and the column of a single table.
OWN_MEMBER = "arxos.jsonl"
OWN_COLUMN = "arxos"


def write_json_lines(lines: Iterable[Line], path: Path, folder: Path) -> None:  # noqa: ARG001
    """A line each (docs/json-lines.md)."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write(as_text(line) + "\n")


def write_csv(lines: Iterable[Line], path: Path, folder: Path) -> None:
    """One table, if the header's scope asks for one; else a zip of all, with the own lines."""
    lines = iter(lines)
    head = next(lines)
    if (kind := head["scope"].get("kind")) is not None:
        _write_one(head, lines, path, kind)
        return
    tables = _Tables(folder)
    own = (folder / OWN_MEMBER).open("w", encoding="utf-8", newline="\n")
    with own:
        for made in rows_of(_copied(head, lines, own), tables.begin):
            tables.add(made.sheet, [csv_text(value) for value in made.values])
    tables.close()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        for name, file in tables.paths.items():
            archive.write(file, f"{name}.csv")
        archive.write(folder / OWN_MEMBER, OWN_MEMBER)


def as_text(line: Line) -> str:
    """A line as JSON, as short as it can be."""
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))


def _write_one(head: Line, lines: Iterator[Line], path: Path, kind: str) -> None:
    """With a last column that holds each record's own line."""
    present: list[Line] = []

    def seen(lines: Iterable[Line]) -> Iterator[Line]:
        for line in lines:
            present[:] = [line]
            yield line

    tables = _Tables(path.parent, {kind: path})
    for made in rows_of(seen(_chained(head, lines)), lambda s: tables.begin(_with_own(s, kind))):
        if made.record_id is not None:
            cells = dict(zip(ALL_COLUMNS[KIND_OF[present[0]["kind"]]], made.values, strict=False))
            place = {name: cells[name] for name in ("floor", "room") if cells.get(name)}
            own = as_text({"head": _short(head), "place": place, **present[0]})
            tables.add(kind, [*(csv_text(value) for value in made.values), own])
    tables.close()


def _short(head: Line) -> Line:
    return {name: head[name] for name in ("format", "version")}


def _with_own(sheets: Mapping[str, SheetHead], kind: str) -> dict[str, SheetHead]:
    head = sheets[kind]
    return {kind: SheetHead(head.name, (*head.headings, OWN_COLUMN))}


def _chained(head: Line, lines: Iterable[Line]) -> Iterator[Line]:
    yield head
    yield from lines


def _copied(head: Line, lines: Iterable[Line], own: IO[str]) -> Iterator[Line]:
    for line in _chained(head, lines):
        own.write(as_text(line) + "\n")
        yield line


class _Tables:
    """CSV files that are filled side by side."""

    def __init__(self, folder: Path, paths: Mapping[str, Path] | None = None) -> None:
        self._folder = folder
        self.paths: dict[str, Path] = dict(paths or {})
        self._files: list[io.TextIOWrapper] = []
        self._writers: dict[str, Any] = {}

    def begin(self, sheets: Mapping[str, SheetHead]) -> None:
        for number, (name, head) in enumerate(sheets.items()):
            path = self.paths.setdefault(name, self._folder / f"table-{number}.csv")
            # With a mark of the encoding: Excel takes a .csv for Windows-1252 without.
            file = path.open("w", encoding="utf-8-sig", newline="")
            self._files.append(file)
            self._writers[name] = csv.writer(file)
            self.add(name, [csv_text(heading) for heading in shown_headings(head.headings)])

    def add(self, name: str, values: Sequence[str]) -> None:
        self._writers[name].writerow(values)

    def close(self) -> None:
        for file in self._files:
            file.close()
