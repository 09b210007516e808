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
    """Filled from the lines `kept_sheet` and `kept_row`; then asked by the names rows go by."""

    def __init__(self) -> None:
        # "" is a temporary file that SQLite removes itself.
        self._rows = sqlite3.connect("")
        self._rows.execute(
            "CREATE TABLE kept (n INTEGER PRIMARY KEY, sheet TEXT, one TEXT, other TEXT,"
            " used INTEGER DEFAULT 0, cells TEXT)"
        )
        self.columns: dict[str, list[str]] = {}
        self._sheet, self._names = "", [""]

    def begin_sheet(self, name: str, columns: Sequence[str]) -> None:
        """The rows that follow are of this sheet."""
        self._sheet = _BY_FOLDED.get(folded_header(name), name)
        names = _standard_names(self._sheet, columns)
        there = self.columns.setdefault(self._sheet, [])
        there += [n for n in names if n and n not in there]
        self._names = names

    def add_row(self, values: Sequence[Any]) -> None:
        """One more row of the sheet."""
        cells = {n: v for n, v in zip(self._names, values, strict=False) if n and v is not None}
        if cells:
            one, other = _keys(self._sheet, cells)
            self._rows.execute(
                "INSERT INTO kept (sheet, one, other, cells) VALUES (?, ?, ?, ?)",
                (self._sheet, one, other, json.dumps(cells)),
            )

    def finish(self) -> None:
        """All rows are there."""
        self._rows.execute("CREATE INDEX one ON kept (sheet, one)")
        self._rows.execute("CREATE INDEX other ON kept (sheet, other)")

    def find(self, sheet: str, *names: str | None) -> Cells | None:
        """The first row of that name or identifier that nobody has asked for yet."""
        key = _key(names)
        if not key or sheet not in self.columns:
            return None
        for column in ("one", "other"):
            found = self._rows.execute(
                f"SELECT n, cells FROM kept WHERE sheet = ? AND {column} = ? AND used = 0"  # noqa: S608
                " ORDER BY n LIMIT 1",
                (sheet, key),
            ).fetchone()
            if found is not None:
                self._rows.execute("UPDATE kept SET used = 1 WHERE n = ?", (found[0],))
                cells: Cells = json.loads(found[1])
                return cells
        return None

    def has(self, sheet: str, *names: str) -> bool:
        """Whether there is a row of that name, asked for or not."""
        if sheet not in self.columns:
            return False
        found = self._rows.execute(
            "SELECT 1 FROM kept WHERE sheet = ? AND one = ? LIMIT 1", (sheet, _key(names))
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


def _standard_names(sheet: str, columns: Sequence[str]) -> list[str]:
    """The columns as the standard writes them; others, and doubled ones, as they are."""
    by_folded = {folded_header(c): c for c in COLUMNS.get(sheet, ())}
    by_folded |= {
        folded_header(alias): name
        for alias, name in ALIASES.items()
        if name in COLUMNS.get(sheet, ()) and folded_header(alias) not in by_folded
    }
    names: list[str] = []
    for index, column in enumerate(columns):
        name = by_folded.get(folded_header(column), column) if column else f"Column {index + 1}"
        names.append(name if name not in names else f"{column} ({index + 1})")
    return names


def _keys(sheet: str, cells: Cells) -> tuple[str, str]:
    """What a row is asked for by: see the sheets of `CobieRows`."""

    def of(*names: str) -> str:
        return _key([text_of(cells.get(name)) for name in names])

    if sheet == "Contact":
        return of("Email"), of("Company")
    if sheet == "Attribute":
        return of("SheetName", "RowName", "Name"), ""
    if sheet in _MEMBERS:
        return of("Name", _MEMBERS[sheet]), ""
    if sheet == "Coordinate":
        return of("SheetName", "RowName"), ""
    return of("ExtIdentifier"), of("Name")


def _key(names: Sequence[str | None]) -> str:
    return "\x1f".join(folded(name or "") for name in names)
