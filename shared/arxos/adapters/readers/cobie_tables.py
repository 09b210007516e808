"""Which sheets of a workbook are COBie's, where their columns are, and what else it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from arxos.adapters.readers.cobie_sheets import ALIASES, COLUMNS, NOT_DATA, REQUIRED
from arxos.adapters.readers.header_row import Columns, find_columns, folded_header
from arxos.adapters.readers.kept_sheets import as_it_is
from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.source_text import meaningful
from arxos.adapters.readers.workbook_sheets import Row, Sheet, Value, text_of
from arxos.domain.errors import UnreadableFile
from arxos.domain.source import KeptSheet

# Without one of them a workbook is no COBie of a building.
_HEART = ("Floor", "Space", "Component")


@dataclass(slots=True)
class Table:
    """A sheet with its columns found."""

    name: str
    columns: Columns
    rows: tuple[Row, ...]

    def get(self, row: Row, column: str) -> Value:
        return self.columns.value(row, column)

    def text(self, row: Row, column: str) -> str | None:
        """The cell's text; None for a blank or a placeholder (n/a, its own column's name)."""
        return meaningful(text_of(self.get(row, column)), column)


def find_tables(
    sheets: Sequence[Sheet], problems: ProblemList
) -> tuple[Mapping[str, Table], tuple[KeptSheet, ...]]:
    """COBie's sheets by name, and all sheets as they are, so that an export can give them back.

    Raises UnreadableFile for a workbook that is not COBie.
    """
    search = _TableSearch(sheets, problems)
    search.find()
    return search.tables, tuple(search.kept)


class _TableSearch:
    def __init__(self, sheets: Sequence[Sheet], problems: ProblemList) -> None:
        self._sheets = sheets
        self._problems = problems
        self.tables: dict[str, Table] = {}
        self.kept: list[KeptSheet] = []

    def find(self) -> None:
        by_name = {folded_header(name): name for name in COLUMNS}
        for sheet in self._sheets:
            if folded_header(sheet.name) in NOT_DATA:
                self._keep(sheet)
                continue
            name = by_name.get(folded_header(sheet.name))
            if name is None:
                self._keep_unknown(sheet)
                continue
            if name in self.tables:
                self._problems.warn(
                    "SHEET_DOUBLED",
                    f"There are two sheets '{name}'; the first counts.",
                    ifc_class=name,
                )
                self._keep_unknown(sheet)
                continue
            columns = find_columns(sheet.rows, COLUMNS[name], ALIASES)
            if columns is None:
                if sheet.rows:
                    self._problems.error(
                        "HEADER_MISSING",
                        f"Sheet '{sheet.name}' has no header row: none of its first rows holds the"
                        f" columns {', '.join(COLUMNS[name][:5])} …; nothing of it was read.",
                        ifc_class=name,
                    )
                continue
            rows = tuple(row for row in sheet.rows if row.number > columns.row)
            self.tables[name] = Table(name, columns, rows)
            self.kept.append(
                KeptSheet(
                    name=name,
                    columns=columns.names,
                    rows=tuple(columns.all_of(row) for row in rows),
                )
            )
            self._judge_columns(name, columns)
        if not any(name in self.tables for name in _HEART):
            there = ", ".join(f"'{sheet.name}'" for sheet in self._sheets[:10]) or "none"
            raise UnreadableFile(
                "This workbook is not COBie: it has none of the sheets Floor, Space and Component"
                f" (its sheets: {there}). For a plain table of floors, rooms or devices, see the"
                " templates."
            )
        for name in ("Facility", *_HEART, "Type"):
            if name not in self.tables and not any(
                folded_header(sheet.name) == folded_header(name) and sheet.rows
                for sheet in self._sheets
            ):
                self._problems.error(
                    "SHEET_MISSING",
                    f"The workbook has no sheet '{name}', or it is empty; what it would hold was"
                    " not read.",
                    ifc_class=name,
                )

    def _keep(self, sheet: Sheet) -> bool:
        kept = as_it_is(sheet)
        if kept is not None:
            self.kept.append(kept)
        return kept is not None

    def _keep_unknown(self, sheet: Sheet) -> None:
        if not self._keep(sheet):
            return
        self._problems.warn(
            "SHEET_UNKNOWN",
            f"Sheet '{sheet.name}' is not one of COBie's; it is kept as it is, and an export gives"
            " it back.",
            ifc_class=sheet.name,
        )

    def _judge_columns(self, name: str, columns: Columns) -> None:
        for index, near in columns.unknown.items():
            heading = columns.names[index]
            advice = f" Was '{near}' meant?" if near else ""
            self._problems.warn(
                "COLUMN_UNKNOWN",
                f"Column '{heading}' of sheet '{name}' is not one of COBie's; it is kept as it is"
                f" and not understood.{advice}",
                ifc_class=name,
                line=columns.row,
                field=heading,
            )
        missing = [c for c in REQUIRED.get(name, ()) if c not in columns.known]
        for column in missing:
            self._problems.error(
                "COLUMN_MISSING",
                f"Sheet '{name}' has no column '{column}'. It has:"
                f" {', '.join(n for n in columns.names if n)}.",
                ifc_class=name,
                line=columns.row,
                field=column,
            )
