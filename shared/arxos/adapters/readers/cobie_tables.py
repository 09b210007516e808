"""Which sheets of a workbook are COBie's, where their columns are, and what else it holds."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from arxos.adapters.readers.cobie_sheets import ALIASES, COLUMNS, NOT_DATA, REQUIRED, UNSAID
from arxos.adapters.readers.header_row import Columns, find_columns, folded_header
from arxos.adapters.readers.kept_sheets import as_it_is
from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.source_text import meaningful
from arxos.adapters.readers.workbook_sheets import Row, Sheet, Value, text_of
from arxos.domain.errors import UnreadableFile
from arxos.domain.source import KeptSheet

# Without one of them a workbook is no COBie of a building.
_HEART = ("Floor", "Space", "Component")
_NEEDED = ("Facility", *_HEART, "Type")
ALIKE = 0.75
# Without the column of identifiers every row would be taken for a new thing, so a heading that is
# nearly its name is read as it.
_IDENTITY = "ExtIdentifier"


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
        self._not_cobie: list[str] = []
        self._near: list[tuple[str, str]] = []
        self.tables: dict[str, Table] = {}
        self.kept: list[KeptSheet] = []

    def find(self) -> None:
        by_name = {folded_header(name): name for name in COLUMNS}
        missing = by_name.keys() - {folded_header(sheet.name) for sheet in self._sheets}
        for sheet in self._sheets:
            if folded_header(sheet.name) in NOT_DATA:
                self._keep(sheet)
                continue
            name = by_name.get(folded_header(sheet.name))
            if name is None:
                near = difflib.get_close_matches(folded_header(sheet.name), missing, 1, ALIKE)
                self._keep_unknown(sheet, by_name[near[0]] if near else None)
                continue
            if name in self.tables:
                self._problems.warn(
                    "SHEET_DOUBLED",
                    f"There are two sheets '{name}'; the first counts, the other is only kept.",
                    ifc_class=name,
                )
                self._keep(sheet)
                continue
            columns = find_columns(sheet.rows, COLUMNS[name], ALIASES, surely={_IDENTITY})
            if columns is None:
                if sheet.rows:
                    self._tell_no_header(sheet, name)
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
            asked = "".join(f" Was '{sheet}' meant to be '{name}'?" for sheet, name in self._near)
            raise UnreadableFile(
                "This workbook is not COBie: it has none of the sheets Floor, Space and Component"
                f" (its sheets: {there}).{asked} For a plain table of floors, rooms or devices, see"
                " the templates."
            )
        self._judge_sheets()

    def _judge_sheets(self) -> None:
        for name in _NEEDED:
            there = next(
                (s for s in self._sheets if folded_header(s.name) == folded_header(name)), None
            )
            if name in self.tables or (there is not None and there.rows):
                continue
            near = difflib.get_close_matches(
                folded_header(name), map(folded_header, self._not_cobie), 1, ALIKE
            )
            meant = [sheet for sheet in self._not_cobie if folded_header(sheet) in near]
            advice = f" Was '{meant[0]}' meant to be it?" if meant else ""
            what = "has no sheet" if there is None else "has nothing on its sheet"
            self._problems.error(
                "SHEET_MISSING",
                f"The workbook {what} '{name}': {UNSAID[name]}.{advice} The sheets needed are"
                f" {', '.join(_NEEDED)}.",
                ifc_class=name,
            )

    def _tell_no_header(self, sheet: Sheet, name: str) -> None:
        nothing = UNSAID.get(name, "nothing of it was read")
        self._problems.error(
            "HEADER_MISSING",
            f"Sheet '{sheet.name}' has no header row, so {nothing}. One of its first rows must name"
            f" the columns: {', '.join(COLUMNS[name])}.",
            ifc_class=name,
        )

    def _keep_unknown(self, sheet: Sheet, near: str | None) -> None:
        if not self._keep(sheet):
            return
        self._not_cobie.append(sheet.name)
        if near is not None:
            self._near.append((sheet.name, near))
        advice = f" Was '{near}' meant? Then call it so and import the file again." if near else ""
        self._problems.warn(
            "SHEET_UNKNOWN",
            f"Sheet '{sheet.name}' is not one of COBie's; it is kept as it is, and an export gives"
            f" it back.{advice}",
            ifc_class=sheet.name,
        )

    def _keep(self, sheet: Sheet) -> bool:
        kept = as_it_is(sheet)
        if kept is not None:
            self.kept.append(kept)
        return kept is not None

    def _judge_columns(self, name: str, columns: Columns) -> None:
        for index, near in columns.unknown.items():
            heading = columns.names[index]
            if heading in columns.doubled:
                said = f"Sheet '{name}' has two columns '{heading}'; the first counts, this one is"
                said += " kept as it is."
            else:
                said = f"Column '{heading}' of sheet '{name}' is not one of COBie's; it is kept as"
                said += " it is and not understood."
                said += f" Was '{near}' meant?" if near else ""
            self._problems.warn(
                "COLUMN_UNKNOWN", said, ifc_class=name, line=columns.row, field=heading
            )
        for index in columns.guessed:
            self._problems.warn(
                "COLUMNS_UNDERSTOOD",
                f"Column '{columns.names[index]}' of sheet '{name}' was read as '{_IDENTITY}', by"
                " which its rows are known again.",
                ifc_class=name,
                line=columns.row,
                field=columns.names[index],
            )
        for column in REQUIRED.get(name, ()):
            if column in columns.known:
                continue
            meant = [columns.names[i] for i, near in columns.unknown.items() if near == column]
            advice = f" Was '{meant[0]}' meant to be it?" if meant else ""
            unsaid = UNSAID[f"{name}.{column}"]
            self._problems.error(
                "COLUMN_MISSING",
                f"Sheet '{name}' has no column '{column}': {unsaid}.{advice} It has the columns"
                f" {', '.join(n for n in columns.names if n)}; COBie's are"
                f" {', '.join(COLUMNS[name])}.",
                ifc_class=name,
                line=columns.row,
                field=column,
            )
