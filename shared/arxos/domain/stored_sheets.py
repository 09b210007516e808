"""What imports only store: sheets of a workbook that become no records, and which of them count.

A sheet is known by its document and its name. Its newest version counts, whichever import brought
it; where a newer workbook has no such sheet, or an empty one, what was stored before stays. An
export of ours says of each sheet which document it came from, so that importing the export and
then the document again replaces the sheet, and does not double it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from arxos.domain.source import KeptSheet, Problem
from arxos.domain.source_statement import digest
from arxos.domain.text_rules import folded

# Sheets whose rows are records, which stay whatever becomes of the cells stored beside them.
_OF_RECORDS = frozenset({"facility", "floor", "space", "zone", "type", "component", "system"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredHead:
    """A stored sheet without its rows."""

    name: str
    document: str
    rows: int


def lines_of_sheet(sheet: KeptSheet) -> Iterator[dict[str, Any]]:
    """A stored sheet as lines of an export: its columns, then a line for each row."""
    kind = "kept_columns" if sheet.of_table else "kept_sheet"
    yield {
        "kind": kind,
        "name": sheet.name,
        "document": sheet.document,
        "columns": list(sheet.columns),
        "rows": len(sheet.rows),
    }
    for row in sheet.rows:
        yield {"kind": "kept_row", "values": list(row)}


def head_of(line: Mapping[str, Any]) -> StoredHead | None:
    """The first of these lines, read again; None for the columns of a table."""
    if line["kind"] != "kept_sheet":
        return None
    return StoredHead(
        name=line["name"], document=line.get("document", ""), rows=line.get("rows", 0)
    )


def stored_parts(document: str, sheets: Iterable[KeptSheet]) -> Iterator[tuple[str, KeptSheet]]:
    """The sheets that hold something, each with its document, and what it is stored under.

    `document` is the one of the file that they came in.
    """
    seen: Counter[tuple[str, str]] = Counter()
    for number, sheet in enumerate(sheets):
        if sheet.rows or sheet.of_table:
            of, name = sheet.document or document, folded(sheet.name)
            seen[of, name] += 1
            known_by = digest([of, sheet.of_table, name, seen[of, name]])
            yield f"{number:04}.{known_by}", replace(sheet, document=of)


def stored_that_count(stored: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of what is stored, by import and part: what is given back, in the order of its workbooks."""
    newest = {_known_by(part): (import_id, part) for import_id, part in sorted(stored)}
    return sorted(newest.values())


def _known_by(part: str) -> str:
    return part.partition(".")[2]


def stored_problems(
    stored: Iterable[StoredHead], document: str, sheets: Sequence[KeptSheet]
) -> tuple[Problem, ...]:
    """What an import does to the rows that earlier ones have stored, where they become fewer."""
    now: Counter[tuple[str, str]] = Counter()
    for sheet in sheets:
        now[sheet.document or document, folded(sheet.name)] += len(sheet.rows)
    documents = {of for of, _ in now}
    problems, staying = [], []
    for head in stored:
        if folded(head.name) in _OF_RECORDS:
            continue
        rows = now[head.document, folded(head.name)]
        if head.document in documents and rows == 0:
            staying.append(f"{head.name} ({head.rows:,})")
        elif 0 < rows < head.rows:
            problems.append(
                Problem(
                    severity="warning",
                    code="STORED_ROWS_REPLACED",
                    message=f"Sheet '{head.name}' has {rows:,} rows; they replace the"
                    f" {head.rows:,} that an earlier import has stored. To keep those, add them to"
                    " this file, or undo the import.",
                    sheet_or_class=head.name,
                )
            )
    if staying:
        problems.append(
            Problem(
                severity="warning",
                code="STORED_SHEETS_STAY",
                message="The file has no rows on sheets of which earlier imports have stored"
                f" some; these stay, and exports give them back: {', '.join(staying)}.",
            )
        )
    return tuple(problems)
