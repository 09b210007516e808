"""What the makers of floors, spaces, components and groups share while one workbook is read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Unpack

from arxos.adapters.readers.cobie_names import Names
from arxos.adapters.readers.cobie_tables import Table
from arxos.adapters.readers.problem_list import Place, ProblemList
from arxos.adapters.readers.source_text import TextCleaner
from arxos.adapters.readers.workbook_sheets import Row, date_of, number_of, text_of
from arxos.domain.text_rules import MAX_DESCRIPTION


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
    _seen_keys: dict[str, set[str]] = field(default_factory=dict)

    def rows(self, name: str) -> Iterator[tuple[Table, Row, str]]:
        """Each row of a sheet that has a name, with it."""
        table = self.tables.get(name)
        if table is None or "Name" not in table.columns.known:
            return
        for row in table.rows:
            called = text_of(table.get(row, "Name"))
            if called is None:
                self.error(
                    "NAME_MISSING",
                    f"Row {row.number} of sheet '{name}' has no Name; it was not taken over.",
                    name,
                    line=row.number,
                    field="Name",
                )
                continue
            yield table, row, called

    def key(self, table: Table, row: Row, name: str) -> tuple[str, dict[str, str]]:
        """The row's key, one of a kind on its sheet, and the ids it has elsewhere."""
        external = table.text(row, "ExtIdentifier")
        made_of = table.text(row, "ExtObject") or ""
        key = external or name
        other = {}
        if external and made_of.casefold().startswith("ifc"):
            other["ifc"] = external
        seen = self._seen_keys.setdefault(table.name, set())
        if key in seen and external:
            # Tools that copy rows copy the identifier; the name still tells them apart.
            other, key = {}, name
        number = 1
        while key in seen:
            number += 1
            key = f"{name} ({number})"
        if number > 1:
            self._warn_doubled(table.name, row, name, key)
        seen.add(key)
        return key, other

    def _warn_doubled(self, sheet: str, row: Row, name: str, key: str) -> None:
        self.warn(
            "NAME_DOUBLED",
            f"'{name}' occurs more than once on sheet '{sheet}'; all rows were kept, this one as"
            f" '{key}'. COBie wants names one of a kind.",
            sheet,
            line=row.number,
            key=key,
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

    def number(self, table: Table, row: Row, column: str, name: str) -> float | None:
        """The cell as a number; None, with an error, for what is none."""
        value = table.get(row, column)
        number = number_of(value)
        if number is None and table.text(row, column) is not None:
            self.bad_value(table, row, column, name, "it is no number")
        return number

    def date(self, table: Table, row: Row, column: str, name: str) -> str | None:
        """The cell as a day; None, with an error, for what is none."""
        value = table.get(row, column)
        found = date_of(value)
        if found is None and table.text(row, column) is not None:
            self.bad_value(
                table, row, column, name, "it is no date that means one day (2026-11-22 does)"
            )
        # 1900-01-01 is what tools write for "no date" (COBie's default).
        return None if found in ("1900-01-01", "1899-12-31") else found

    def bad_value(self, table: Table, row: Row, column: str, name: str, why: str) -> None:
        """A cell was left out."""
        value = text_of(table.get(row, column)) or ""
        self.error(
            "VALUE_WRONG",
            f"{column} of {table.name} '{name}' is '{value[:80]}': {why}.",
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
