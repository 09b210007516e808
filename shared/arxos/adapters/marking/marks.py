"""Which cells of a workbook are to be marked, how, and what is said there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from arxos.adapters.readers.cobie_sheets import ALIASES, COLUMNS
from arxos.adapters.readers.header_row import Columns, find_columns, folded_header
from arxos.adapters.readers.tables import kind_of
from arxos.adapters.readers.workbook_sheets import Sheet
from arxos.domain.handover.rule import Finding, RuleSeverity

MAX_MARKED = 10_000
_MAX_NOTE = 1_200

Cell = tuple[int, int]
"""Row and column, both from 1."""


@dataclass(slots=True)
class Mark:
    """What is said of a cell; the first finding is the gravest."""

    severity: RuleSeverity
    sentences: list[str] = field(default_factory=list)

    def note(self) -> str:
        text = "\n\n".join(self.sentences)
        return text if len(text) <= _MAX_NOTE else text[: _MAX_NOTE - 1] + "…"


@dataclass(slots=True)
class Marks:
    """The marks of each sheet by its title, and the findings that have no cell or no room."""

    by_sheet: dict[str, dict[Cell, Mark]] = field(default_factory=dict)
    size: int = 0
    left_off: int = 0
    places: dict[int, tuple[str, Cell]] = field(default_factory=dict)
    """By a finding's number: where it is marked."""


def marks_of(findings: Iterable[Finding], sheets: Sequence[Sheet]) -> Marks:
    """Where the findings stand, the gravest first; no more than `MAX_MARKED` cells."""
    found = Marks()
    columns = {folded_header(s.name): (s.name, _columns(s)) for s in reversed(sheets)}
    only = next(iter(columns.values())) if len(columns) == 1 else None
    for number, finding in enumerate(findings):
        place = columns.get(folded_header(finding.sheet), only)
        if place is None or finding.row is None:
            continue
        title, by_name = place
        cell = (finding.row, by_name.get(folded_header(finding.field or ""), 1))
        of_sheet = found.by_sheet.setdefault(title, {})
        if cell not in of_sheet:
            if found.size >= MAX_MARKED:
                found.left_off += 1
                continue
            of_sheet[cell] = Mark(finding.severity)
            found.size += 1
        of_sheet[cell].sentences.append(
            f"{finding.severity.upper()}: {finding.message}\n{finding.remedy}\n({finding.rule})"
        )
        found.places[number] = (title, cell)
    return found


def _columns(sheet: Sheet) -> Mapping[str, int]:
    """Where each column stands, by its folded heading and by the name that its reader gives it."""
    header = _header(sheet)
    if header is not None:
        names = {folded_header(name): i + 1 for i, name in reversed([*enumerate(header.names)])}
        return {**names, **{folded_header(name): i + 1 for name, i in header.known.items()}}
    first = sheet.rows[0].cells if sheet.rows else ()
    return {folded_header(str(cell)): i + 1 for i, cell in reversed([*enumerate(first)]) if cell}


def _header(sheet: Sheet) -> Columns | None:
    by_name = {folded_header(name): name for name in COLUMNS}
    cobie = by_name.get(folded_header(sheet.name))
    if cobie is not None:
        found = find_columns(sheet.rows, COLUMNS[cobie], ALIASES)
        if found is not None:
            return found
    table = kind_of(sheet)
    return table[1] if table else None


def letters(column: int) -> str:
    """1 is A, 27 is AA."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def reference(cell: Cell) -> str:
    """A cell as a sheet calls it: B14."""
    return f"{letters(cell[1])}{cell[0]}"
