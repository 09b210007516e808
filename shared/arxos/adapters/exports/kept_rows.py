"""The rows of workbooks that an import only stored, looked up while an export gives them back.

They lie in a database on disk: a workbook of 100,000 components has more rows than memory is for.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from arxos.adapters.readers.cobie_sheets import ALIASES, COLUMNS
from arxos.adapters.readers.header_row import folded_header
from arxos.adapters.readers.workbook_sheets import text_of
from arxos.domain.text_rules import folded

Cells = dict[str, Any]
_MEMBERS = {"Zone": "SpaceNames", "System": "ComponentNames"}
_BY_FOLDED = {folded_header(name): name for name in COLUMNS}


class KeptRows:
    """Filled from the lines `kept_…`; then asked by the names and identifiers rows go by."""

    def __init__(self) -> None:
        # "" is a temporary file that SQLite removes itself.
        self._rows = sqlite3.connect("")
        self._rows.execute(
            "CREATE TABLE kept (n INTEGER PRIMARY KEY, sheet TEXT, id TEXT, name TEXT, typed TEXT,"
            " used INTEGER DEFAULT 0, cells TEXT)"
        )
        self.columns: dict[str, dict[str, str]] = {}
        """Of each sheet: what a column is called here, one of a kind -> its heading."""
        self.of_tables: dict[str, list[str]] = {}
        """Of each table: its columns beside the known ones."""
        self._sheet, self._names = "", [""]

    def begin_sheet(self, name: str, columns: Sequence[str]) -> None:
        """The rows that follow are of this sheet."""
        self._sheet = standard_name(name)
        self._names = _names(self._sheet, columns)
        there = self.columns.setdefault(self._sheet, {})
        for called, heading in zip(self._names, columns, strict=True):
            there.setdefault(called, heading)

    def add_columns(self, table: str, columns: Sequence[str]) -> None:
        """Columns of a table of floors, rooms or devices."""
        there = self.of_tables.setdefault(table, [])
        there += [column for column in columns if column not in there]

    def add_row(self, values: Sequence[Any]) -> None:
        """One more row of the sheet; a blank one keeps its place where nobody knows the sheet."""
        cells = {n: v for n, v in zip(self._names, values, strict=False) if v is not None}
        if cells or self._sheet not in COLUMNS:
            identifier, names = _keys(self._sheet, cells)
            self._rows.execute(
                "INSERT INTO kept (sheet, id, name, typed, cells) VALUES (?, ?, ?, ?, ?)",
                (self._sheet, identifier, _key(names), _typed(names), json.dumps(cells)),
            )

    def finish(self) -> None:
        """All rows are there."""
        self._rows.execute("CREATE INDEX id ON kept (sheet, id)")
        self._rows.execute("CREATE INDEX name ON kept (sheet, name)")

    def find_id(self, sheet: str, identifier: str) -> Cells | None:
        """The first row of that identifier that nobody has asked for yet.

        Letter for letter: GlobalIds that differ in a letter's case are two things.
        """
        return self._find(sheet, "id = ?", (identifier,), ())

    def find(self, sheet: str, *names: str | None) -> Cells | None:
        """The first row of that name that nobody has asked for yet; one spelled so before others.

        Names are one whatever their case, as COBie has it.
        """
        key = _key(names)
        return self._find(sheet, "name = ?", (key,), (_typed(names),)) if key else None

    def _find(self, sheet: str, where: str, key: tuple[str], best: tuple[str, ...]) -> Cells | None:
        if sheet not in self.columns:
            return None
        first = "typed = ? DESC, " if best else ""
        found = self._rows.execute(
            f"SELECT n, cells FROM kept WHERE sheet = ? AND {where} AND used = 0"  # noqa: S608
            f" ORDER BY {first}n LIMIT 1",
            (sheet, *key, *best),
        ).fetchone()
        if found is None:
            return None
        self._rows.execute("UPDATE kept SET used = 1 WHERE n = ?", (found[0],))
        cells: Cells = json.loads(found[1])
        return cells

    def has(self, sheet: str, *names: str) -> bool:
        """Whether there is a row of that name, asked for or not."""
        if sheet not in self.columns:
            return False
        found = self._rows.execute(
            "SELECT 1 FROM kept WHERE sheet = ? AND name = ? LIMIT 1", (sheet, _key(names))
        )
        return found.fetchone() is not None

    def rest(self, sheet: str) -> Iterator[Cells]:
        """The rows that nobody has asked for, in their order."""
        after = 0
        while found := self._rows.execute(
            "SELECT n, cells FROM kept WHERE sheet = ? AND used = 0 AND n > ? ORDER BY n LIMIT 500",
            (sheet, after),
        ).fetchall():
            after = found[-1][0]
            for _, cells in found:
                yield json.loads(cells)


def standard_name(sheet: str) -> str:
    """What COBie calls a sheet of this name; one that it does not know keeps its own."""
    return _BY_FOLDED.get(folded_header(sheet), sheet)


def _names(sheet: str, columns: Sequence[str]) -> list[str]:
    """The columns as the standard writes them; others, blank and doubled ones with a number."""
    by_folded = {folded_header(c): c for c in COLUMNS.get(sheet, ())}
    by_folded |= {
        folded_header(alias): name
        for alias, name in ALIASES.items()
        if name in COLUMNS.get(sheet, ()) and folded_header(alias) not in by_folded
    }
    names: list[str] = []
    for index, column in enumerate(columns):
        name = by_folded.get(folded_header(column), column)
        names.append(name if name and name not in names else f"{column}\x1f{index}")
    return names


def _keys(sheet: str, cells: Cells) -> tuple[str, list[str | None]]:
    """What a row is asked for by, its identifier and its names: see the sheets of `CobieRows`."""

    def of(*columns: str) -> list[str | None]:
        return [text_of(cells.get(column)) for column in columns]

    if sheet == "Contact":
        return "", of("Email")
    if sheet == "Attribute":
        return "", of("SheetName", "RowName", "Name")
    if sheet in _MEMBERS:
        return "", of("Name", _MEMBERS[sheet])
    if sheet == "Coordinate":
        return "", of("SheetName", "RowName")
    return text_of(cells.get("ExtIdentifier")) or "", of("Name")


def _key(names: Sequence[str | None]) -> str:
    return "\x1f".join(folded(name or "") for name in names)


def _typed(names: Sequence[str | None]) -> str:
    return "\x1f".join(name or "" for name in names)
