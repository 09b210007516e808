"""What the makers of floors, spaces, components and groups share while one workbook is read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Unpack

from arxos.adapters.readers.cobie_names import Names
from arxos.adapters.readers.cobie_sheets import RECORDS
from arxos.adapters.readers.cobie_tables import Table
from arxos.adapters.readers.number_texts import DecimalMark, decimal_mark
from arxos.adapters.readers.problem_list import Place, ProblemList
from arxos.adapters.readers.source_text import TextCleaner
from arxos.adapters.readers.workbook_sheets import Row, date_of, text_of
from arxos.domain.text_rules import MAX_DESCRIPTION, folded


@dataclass(slots=True)
class Reading:
    """One workbook being read. Names fill up as the sheets are read, floors before spaces."""

    tables: Mapping[str, Table]
    problems: ProblemList
    cleaner: TextCleaner
    floors: Names = field(default_factory=Names)
    spaces: Names = field(default_factory=Names)
    components: Names = field(default_factory=Names)
    floor_of_space: dict[str, str] = field(default_factory=dict)
    """Each space's key -> its floor's."""
    incomplete: set[str] = field(default_factory=set)
    """The kinds of records of which the workbook does not say all (`SourceModel.incomplete`)."""
    _rows_of_keys: dict[str, dict[str, int]] = field(default_factory=dict)
    _rows_of_names: dict[str, dict[str, int]] = field(default_factory=dict)
    _marks: dict[tuple[str, str], DecimalMark] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """What sheets and columns that are missing leave unsaid, whatever the rows hold."""
        self.incomplete |= {kind for sheet, kind in RECORDS.items() if not self.says(sheet)}

    def says(self, sheet: str, column: str = "Name") -> bool:
        """Whether the workbook has the sheet, with the column; a missing one was told."""
        table = self.tables.get(sheet)
        return table is not None and column in table.columns.known

    def rows(self, name: str) -> Iterator[tuple[Table, Row, str]]:
        """Each row of a sheet that has a name, with it."""
        table = self.tables.get(name)
        if table is None or not self.says(name):
            return
        for row in table.rows:
            called = text_of(table.get(row, "Name"))
            if called is None:
                self.left_out(name)
                self.error(
                    "NAME_MISSING",
                    f"Row {row.number} of sheet '{name}' has no Name; it was not taken over.",
                    name,
                    line=row.number,
                    field="Name",
                )
                continue
            yield table, row, called

    def left_out(self, sheet: str) -> None:
        """A row of the sheet was not taken over: what it was about is not gone."""
        if (kind := RECORDS.get(sheet)) is not None:
            self.incomplete.add(kind)

    def key(self, table: Table, row: Row, name: str) -> tuple[str, dict[str, str]]:
        """The row's key, one of a kind on its sheet, and the ids it has elsewhere."""
        external = table.text(row, "ExtIdentifier")
        made_of = table.text(row, "ExtObject") or ""
        key = external or name
        other = {}
        if external and made_of.casefold().startswith("ifc"):
            other["ifc"] = external
        keys = self._rows_of_keys.setdefault(table.name, {})
        names = self._rows_of_names.setdefault(table.name, {})
        if (named_before := names.setdefault(folded(name), row.number)) != row.number:
            self._warn_name_doubled(table.name, row, name, named_before)
        if external and key in keys:
            # Tools that copy rows copy the identifier; the name still tells them apart.
            self._warn_id_doubled(table.name, row, external, keys[key])
            other, key = {}, name
        number = 1
        while key in keys:
            number += 1
            key = f"{name} ({number})"
        keys[key] = row.number
        return key, other

    def _warn_id_doubled(self, sheet: str, row: Row, external: str, before: int) -> None:
        self.warn(
            "ID_DOUBLED",
            f"Rows {before} and {row.number} of sheet '{sheet}' have the same ExtIdentifier,"
            f" '{external}'; both were kept apart, row {row.number} by its name. Give it an"
            " identifier of its own.",
            sheet,
            line=row.number,
            key=external,
            field="ExtIdentifier",
            value=external,
        )

    def _warn_name_doubled(self, sheet: str, row: Row, name: str, before: int) -> None:
        self.warn(
            "NAME_DOUBLED",
            f"'{name}' is the name of row {before} and of row {row.number} of sheet '{sheet}', and"
            " COBie wants names one of a kind. Both were kept; other sheets that name it were"
            f" taken to mean row {before}.",
            sheet,
            line=row.number,
            key=name,
            field="Name",
        )

    # ---- Cells ------------------------------------------------------------------------------

    def text(self, table: Table, row: Row, column: str, *, limit: int = 200) -> str | None:
        """The cell as clean text that fits its field."""
        return self.cleaner.clean(
            text_of(table.get(row, column)),
            field=column,
            limit=limit,
            property_name=column,
            ifc_class=table.name,
            line=row.number,
        )

    def description(self, table: Table, row: Row, name: str) -> str | None:
        """The row's description, if it says more than its name."""
        text = self.cleaner.clean(
            text_of(table.get(row, "Description")),
            field="Description",
            limit=MAX_DESCRIPTION,
            property_name="Description",
            ifc_class=table.name,
            line=row.number,
        )
        return None if text == name else text

    def numbers(self, sheet: str, column: str) -> list[float]:
        """All that the column holds; what is no number is told when its row is read."""
        table = self.tables.get(sheet)
        if table is None:
            return []
        mark = self._mark(table, column)
        found = (mark.number(table.get(row, column)) for row in table.rows)
        return [number for number in found if number is not None]

    def number(self, table: Table, row: Row, column: str, name: str) -> float | None:
        """The cell as a number; None, with an error, for what is none."""
        number = self._mark(table, column).number(table.get(row, column))
        if number is None and table.text(row, column) is not None:
            self.bad_value(table, row, column, name, "that is no number")
        return number

    def _mark(self, table: Table, column: str) -> DecimalMark:
        found = self._marks.get((table.name, column))
        if found is None:
            found = decimal_mark(table.get(row, column) for row in table.rows)
            self._marks[table.name, column] = found
        return found

    def date(self, table: Table, row: Row, column: str, name: str) -> str | None:
        """The cell as a day; None, with an error, for what is none."""
        value = table.get(row, column)
        found = date_of(value)
        if found is None and table.text(row, column) is not None:
            self.bad_value(table, row, column, name, "that does not mean one day (2026-11-22 does)")
        # 1900-01-01 is what tools write for "no date" (COBie's default).
        return None if found in ("1900-01-01", "1899-12-31") else found

    def bad_value(self, table: Table, row: Row, column: str, name: str, why: str) -> None:
        """A cell was left out."""
        value = text_of(table.get(row, column)) or ""
        self.error(
            "VALUE_WRONG",
            f"{column} of {table.name} '{name}' is '{value[:80]}', and {why}.",
            table.name,
            line=row.number,
            key=name,
            field=column,
            value=value,
            kept="The row was taken over without it.",
        )

    # ---- Problems ---------------------------------------------------------------------------

    def warn(self, code: str, message: str, sheet: str, **place: Unpack[Place]) -> None:
        """A row or a cell that was taken over with a repair or a guess."""
        self.problems.warn(code, message, ifc_class=sheet, **place)

    def error(
        self,
        code: str,
        message: str,
        sheet: str,
        *,
        kept: str | None = None,
        **place: Unpack[Place],
    ) -> None:
        """A row or a cell that was not taken over; `kept` says what of it was."""
        message = f"{message} {kept}" if kept else message
        self.problems.error(code, message, ifc_class=sheet, **place)
