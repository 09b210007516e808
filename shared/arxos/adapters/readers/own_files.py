"""Exports of ours known among workbooks and tables, and read with what was changed in them."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from arxos.adapters.exports import embedded
from arxos.adapters.exports.cells import csv_text, csv_value
from arxos.adapters.exports.plain_files import OWN_COLUMN
from arxos.adapters.exports.table_rows import ALL_COLUMNS, KIND_OF, TOLD
from arxos.adapters.readers.cobie import read_cobie
from arxos.adapters.readers.own_edits import read_own
from arxos.adapters.readers.own_lines import check_header, model_of_lines
from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.tables import read_tables
from arxos.adapters.readers.workbook_sheets import Row, Sheet, text_of
from arxos.domain.errors import UnreadableFile
from arxos.domain.own_exports import FORMAT, Line
from arxos.domain.source import SourceModel

_ESCAPED = re.compile(r"_x005F(?=_x[0-9A-Fa-f]{4}_)")


def read_own_workbook(sheets: Sequence[Sheet], problems: ProblemList) -> SourceModel | None:
    """The workbook's building, if it is an export that still has its own sheet."""
    own = next((sheet for sheet in sheets if is_own_sheet(sheet)), None)
    if own is None:
        return None
    texts = (str(row.cells[0]) for row in own.rows[1:] if row.cells and row.cells[0])
    lines = list(embedded.unpacked(texts))
    check_header(lines[0] if lines else {})
    others = [_unescaped(s) for s in sheets if s is not own and not is_own_instruction(s)]
    read = read_cobie if lines[0].get("as") == "cobie" else _read_told_tables
    model = read_own(lines, others, problems, read, as_cell=_not_blank)
    # What a sheet is too long for is in the export's own lines.
    return replace(model, problems=tuple(p for p in model.problems if p.code != "TOO_MANY_ROWS"))


def read_untouched(path: Path, problems: ProblemList) -> SourceModel:
    """The building of an export that nobody has saved since: its cells hold nothing new.

    Line by line: of the workbook nothing but the own sheet is read.
    """
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, keep_links=False)
    rows = book[embedded.SHEET].iter_rows(min_row=2, max_col=1, values_only=True)
    texts = (str(text) for (text,) in rows if text)
    # Raises UnreadableFile for a first line that is none of ours, as for a sheet that is damaged.
    return model_of_lines(enumerate(embedded.unpacked(texts), start=1), problems)


def read_own_tables(
    lines: Sequence[Line], sheets: Sequence[Sheet], problems: ProblemList
) -> SourceModel:
    """The building of a zip of tables."""
    return read_own(lines, sheets, problems, _read_told_tables, as_cell=_as_in_csv)


def read_own_table(sheet: Sheet, problems: ProblemList) -> SourceModel | None:
    """The records of one table, if it is an export that still has its own column."""
    if not sheet.rows or OWN_COLUMN not in sheet.rows[0].cells:
        return None
    index = sheet.rows[0].cells.index(OWN_COLUMN)
    lines = []
    for row in sheet.rows[1:]:
        text = row.cells[index] if index < len(row.cells) else None
        line = _own_line(str(text)) if text else None
        if line is not None:
            lines.append(line)
    if not lines:
        return None
    kind = KIND_OF.get(str(lines[0].get("kind")))
    if kind is None:
        return None
    lines = [line for line in lines if KIND_OF.get(str(line.get("kind"))) == kind]
    head = {**lines[0].pop("head", {}), "kind": "export", "as": "csv", "scope": {"kind": kind}}
    check_header(head)
    for line in lines:
        line.pop("head", None)
    head |= {"building": {}, "made_at": ""}
    told = {*ALL_COLUMNS[kind], OWN_COLUMN, None}
    more = [text_of(c) or "" for c in sheet.rows[0].cells if c not in told]
    columns: Line = {"kind": "kept_columns", "name": kind, "columns": more}
    return read_own(
        [head, columns, *lines],
        [_without(sheet, {OWN_COLUMN})],
        problems,
        _read_told_tables,
        as_cell=_as_in_csv,
    )


def _unescaped(sheet: Sheet) -> Sheet:
    """A text that looks like an escape (`_x0041_`) is escaped itself, which openpyxl leaves."""
    return Sheet(
        sheet.name,
        tuple(
            Row(
                row.number,
                tuple(_ESCAPED.sub("", c) if isinstance(c, str) else c for c in row.cells),
            )
            for row in sheet.rows
        ),
    )


def _own_line(text: str) -> Line | None:
    try:
        line = json.loads(csv_value(text))
    except ValueError:
        return None
    head = line.get("head") if isinstance(line, dict) else None
    return line if isinstance(head, dict) and head.get("format") == FORMAT else None


def is_own_sheet(sheet: Sheet) -> bool:
    """Whether this holds an export's own lines."""
    return sheet.name == embedded.SHEET and _is_marked(sheet)


def is_own_instruction(sheet: Sheet) -> bool:
    """Whether this is what an export tells of itself, and nobody's own words."""
    return sheet.name == embedded.INSTRUCTION and _first_cell(sheet) == embedded.INSTRUCTION_MARK


def _first_cell(sheet: Sheet) -> Any:
    return sheet.rows[0].cells[0] if sheet.rows and sheet.rows[0].cells else None


def _is_marked(sheet: Sheet) -> bool:
    first = _first_cell(sheet)
    return isinstance(first, str) and first.startswith(FORMAT)


def _read_told_tables(sheets: Sequence[Sheet], problems: ProblemList) -> SourceModel:
    """Without the columns that only tell: those count as the export's own lines say them."""
    known = [s for s in sheets if s.name in ALL_COLUMNS or len(sheets) == 1]
    others = [s for s in sheets if s not in known]
    try:
        return read_tables([*(_without(s, set(TOLD)) for s in known), *others], problems)
    except UnreadableFile:
        if any(len(s.rows) > 1 for s in sheets):
            raise
        return SourceModel(source="table", schema="table")


def _without(sheet: Sheet, names: set[str]) -> Sheet:
    if not sheet.rows:
        return sheet
    left = [i for i, name in enumerate(sheet.rows[0].cells) if name not in names]
    return Sheet(
        sheet.name,
        tuple(
            Row(row.number, tuple(row.cells[i] if i < len(row.cells) else None for i in left))
            for row in sheet.rows
        ),
        sheet.decimal_comma,
    )


def _not_blank(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _as_in_csv(value: Any) -> Any:
    return _not_blank(csv_value(csv_text(value)))
