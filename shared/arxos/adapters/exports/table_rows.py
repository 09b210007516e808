"""A building's lines as rows of plain tables, in the columns that imports read."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from arxos.adapters.exports.cells import Value, cell
from arxos.adapters.readers.table_columns import COLUMNS, TableKind
from arxos.domain.own_exports import Line

KIND_OF: Mapping[str, TableKind] = {
    "floor": TableKind.FLOORS,
    "room": TableKind.ROOMS,
    "device": TableKind.DEVICES,
}
# Told to people. Imports read these from the export's own lines, not from the cells.
TOLD = ("status", "tags", "groups", "external_ids", "metadata")
ALL_COLUMNS: Mapping[TableKind, tuple[str, ...]] = {
    kind: (*COLUMNS[kind], *(TOLD[:2] if kind == "floors" else TOLD[:3]), *TOLD[3:])
    for kind in COLUMNS
}


@dataclass(slots=True)
class TableRows:
    """Made line by line; floors and groups come before what names them.

    `more`: of each table, the columns that imported tables had beside the known ones. Their cells
    are in the records' metadata, under `columns`.
    """

    more: Mapping[str, Sequence[str]] = field(default_factory=dict)
    _floors: dict[str, str] = field(default_factory=dict)
    _rooms: dict[str, str] = field(default_factory=dict)
    _groups: dict[str, str] = field(default_factory=dict)

    def sheets(self) -> dict[str, Sequence[str]]:
        """Every table with its headings."""
        return {kind: (*ALL_COLUMNS[kind], *self.more.get(kind, ())) for kind in ALL_COLUMNS}

    def of(self, line: Line) -> Iterator[tuple[str, tuple[Value, ...]]]:
        """The line's rows: the table's name, and a value for each of its columns."""
        if line["kind"] == "group":
            self._groups[line["id"]] = line["name"]
        kind = KIND_OF.get(line["kind"])
        if kind is None:
            return
        values = {**line, **self._places(line)}
        values["tags"] = ", ".join(line.get("tags", ())) or None
        named = [self._groups.get(i, i) for i in line.get("group_ids", ())]
        values["groups"] = "; ".join(named) or None
        for name in ("external_ids", "metadata"):
            if name in line:
                values[name] = json.dumps(line[name], ensure_ascii=False)
        said = line.get("metadata", {}).get("columns")
        more = said if isinstance(said, dict) else {}
        yield (
            kind,
            (
                *(cell(values.get(column)) for column in ALL_COLUMNS[kind]),
                *(_plain(more.get(column)) for column in self.more.get(kind, ())),
            ),
        )

    def finish(self) -> Iterator[tuple[str, tuple[Value, ...]]]:
        """Nothing is left over."""
        return iter(())

    def _places(self, line: Line) -> Line:
        """Floors by number, rooms by number, a position by its axes."""
        if line["kind"] == "floor":
            self._floors[line["id"]] = str(line["floor_number"])
            return {}
        if "place" in line:  # of a table that stands alone
            return dict(line["place"])
        places: Line = {"floor": self._floors.get(line["floor_id"])}
        if line["kind"] == "room":
            self._rooms[line["id"]] = line["room_number"]
            return places
        rooms = [self._rooms[i] for i in line.get("room_ids", ()) if i in self._rooms]
        places["room"] = ", ".join(rooms) or None
        return places | dict(zip("xyz", line.get("position", ()), strict=False))


def _plain(value: Any) -> Value:
    """A cell's value; lists and objects, which no cell gave, are left to the metadata."""
    return None if isinstance(value, (list, dict)) else cell(value)
