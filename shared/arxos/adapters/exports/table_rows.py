"""A building's lines as rows of plain tables, in the columns that imports read."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

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
    """Made line by line; floors and groups come before what names them."""

    _floors: dict[str, str] = field(default_factory=dict)
    _rooms: dict[str, str] = field(default_factory=dict)
    _groups: dict[str, str] = field(default_factory=dict)

    def of(self, line: Line) -> Iterator[tuple[str, tuple[Value, ...]]]:
        """The line's rows: the table's name, and a value for each of ALL_COLUMNS."""
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
        yield kind, tuple(cell(values.get(column)) for column in ALL_COLUMNS[kind])

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
