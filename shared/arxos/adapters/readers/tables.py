"""Plain tables of floors, rooms and devices, from CSV or worksheets, to records.

A table's kind is the one whose columns it has. Rooms and devices name their floor by number or
name, devices their room by number; several rooms stand in one cell, parted by commas.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from arxos.adapters.readers.cobie_sheets import NOT_DATA
from arxos.adapters.readers.header_row import Columns, find_columns, folded_header
from arxos.adapters.readers.kept_sheets import as_it_is
from arxos.adapters.readers.measure_units import Unit
from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.table_cells import TableCells
from arxos.adapters.readers.table_columns import (
    ALIASES,
    COLUMNS,
    MEASURES,
    REQUIRED,
    TableKind,
)
from arxos.adapters.readers.table_floors import TableFloors
from arxos.adapters.readers.workbook_sheets import Row, Sheet, text_of
from arxos.domain.errors import UnreadableFile
from arxos.domain.source import (
    KeptSheet,
    SourceBuilding,
    SourceColumn,
    SourceDevice,
    SourceFloor,
    SourceModel,
    SourceRoom,
)
from arxos.domain.text_rules import folded

_KINDS = tuple(TableKind)
_RECORDS = {TableKind.FLOORS: "floor", TableKind.ROOMS: "room", TableKind.DEVICES: "device"}
# How a sheet's or a file's name says of what kind its table is.
_NAMED = {
    "floor": TableKind.FLOORS,
    "room": TableKind.ROOMS,
    "space": TableKind.ROOMS,
    "device": TableKind.DEVICES,
    "asset": TableKind.DEVICES,
    "equipment": TableKind.DEVICES,
    "component": TableKind.DEVICES,
}
_NEEDS = (
    "The first row must name the columns; the least that is needed: "
    + "; ".join(f"{kind}: {', '.join(REQUIRED[kind])}" for kind in _KINDS)
    + "."
)
_NO_FLOOR = "that is neither a floor of the file nor a name with a number, as 2, EG or Level 2 are"


def read_tables(sheets: Sequence[Sheet], problems: ProblemList) -> SourceModel:
    """All tables that are of floors, rooms or devices.

    Raises UnreadableFile when there is none, and says which columns each kind needs.
    """
    return _Tables(sheets, problems).read()


def kind_of(sheet: Sheet) -> tuple[TableKind, Columns] | None:
    """The kind whose required columns are there; the sheet's name, then the fit decides."""
    fits: list[tuple[bool, int, TableKind, Columns]] = []
    name = folded_header(sheet.name)
    for kind in _KINDS:
        columns = _columns_of(sheet, kind)
        if columns is None or any(c not in columns.known for c in REQUIRED[kind]):
            continue
        named = any(word in name for word, of in _NAMED.items() if of == kind)
        fits.append((named, len(columns.known), kind, columns))
    if not fits:
        return None
    _, _, kind, columns = max(fits, key=lambda fit: (fit[0], fit[1]))
    return kind, columns


def _columns_of(sheet: Sheet, kind: TableKind) -> Columns | None:
    return find_columns(sheet.rows, COLUMNS[kind], ALIASES[kind], least=1, measures=MEASURES)


class _Tables:
    def __init__(self, sheets: Sequence[Sheet], problems: ProblemList) -> None:
        self._sheets = sheets
        self._problems = problems
        self._floors = TableFloors()
        self._rooms: dict[str, SourceRoom] = {}
        self._room_keys: dict[tuple[str, str], str] = {}
        # Number -> floor's key -> the first such room's key.
        self._rooms_by_number: dict[str, dict[str, str]] = {}
        self._devices: dict[str, SourceDevice] = {}
        self._columns: list[SourceColumn] = []
        self._copies: dict[tuple[str, str], int] = {}
        self._incomplete: set[str] = set()
        self._kept: list[KeptSheet] = []

    def read(self) -> SourceModel:
        found: dict[TableKind, list[tuple[Sheet, Columns]]] = {kind: [] for kind in _KINDS}
        for sheet in self._sheets:
            if folded_header(sheet.name) in NOT_DATA:
                self._kept += filter(None, [as_it_is(sheet)])
            elif (match := kind_of(sheet)) is not None:
                kind, columns = match
                self._judge(sheet, kind, columns)
                found[kind].append((sheet, columns))
            elif (kept := as_it_is(sheet)) is not None:
                self._kept.append(kept)
                self._problems.warn("SHEET_UNKNOWN", self._no_table(sheet), ifc_class=sheet.name)
        if not any(found.values()):
            headings = ", ".join(
                text_of(cell) or "" for sheet in self._sheets[:1] for cell in _first_cells(sheet)
            )
            raise UnreadableFile(
                f"No table of floors, rooms or devices was found. {_NEEDS} The first row here:"
                f" {headings[:200] or 'empty'}."
            )
        takers = {
            TableKind.FLOORS: self._floor,
            TableKind.ROOMS: self._room,
            TableKind.DEVICES: self._device,
        }
        for kind, take in takers.items():
            for sheet, columns in found[kind]:
                cells = TableCells(sheet, columns, self._problems)
                for row in cells.rows():
                    take(cells, row)
        self._tell_of_numbers()
        return SourceModel(
            source="table",
            schema="table",
            building=SourceBuilding(key="table"),
            floors=self._floors.all(),
            rooms=tuple(self._rooms.values()),
            devices=tuple(self._devices.values()),
            kept_sheets=tuple(self._kept),
            columns=tuple(self._columns),
            problems=self._problems.all(),
            incomplete=frozenset(self._unsaid_kinds(found)),
        )

    def _unsaid_kinds(self, found: Mapping[TableKind, Sequence[object]]) -> set[str]:
        """What no table is of, and what was not taken over whole (`SourceModel.incomplete`)."""
        if self._problems.has("TOO_MANY_ROWS"):
            return {"group", *_RECORDS.values()}
        untold = {record for kind, record in _RECORDS.items() if not found[kind]}
        return {"group", *untold, *self._incomplete}

    def _no_table(self, sheet: Sheet) -> str:
        """Why a sheet is none, with the kind that it comes nearest to and what that one lacks."""
        best: tuple[int, TableKind, Columns] | None = None
        for kind in _KINDS:
            columns = _columns_of(sheet, kind)
            if columns is not None and (best is None or len(columns.known) > best[0]):
                best = len(columns.known), kind, columns
        said = (
            f"Sheet '{sheet.name}' is no table of floors, rooms or devices; it is kept as it is,"
            " and an export gives it back."
        )
        if best is None:
            return f"{said} {_NEEDS}"
        _, kind, columns = best
        lacking = [c for c in REQUIRED[kind] if c not in columns.known]
        near = {near: columns.names[i] for i, near in columns.unknown.items() if near in lacking}
        advice = "".join(f" Was '{name}' meant to be '{column}'?" for column, name in near.items())
        return f"{said} As a table of {kind} it lacks {' and '.join(lacking)}.{advice} {_NEEDS}"

    def _judge(self, sheet: Sheet, kind: TableKind, columns: Columns) -> None:
        fields = {index: column for column, index in columns.known.items()}
        for index, heading in enumerate(columns.names):
            if heading:
                self._columns.append(
                    SourceColumn(sheet=sheet.name, heading=heading, field=fields.get(index))
                )
        if unknown := tuple(_unknown_names(columns)):
            self._kept.append(KeptSheet(name=kind, columns=unknown, of_table=True))
        for index, near in columns.unknown.items():
            heading = columns.names[index]
            if heading in columns.doubled:
                said = f"Column '{heading}' says what another one says; that one counts, this one"
                said += " was kept in each record's metadata."
            else:
                said = f"Column '{heading}' is none that a table of {kind} has; it was kept in each"
                said += " record's metadata."
                said += f" Was '{near}' meant?" if near else ""
                said += f" The columns known are {', '.join(COLUMNS[kind])}."
            self._problems.warn(
                "COLUMN_UNKNOWN", said, ifc_class=sheet.name, line=columns.row, field=heading
            )
        self._tell_understood(sheet, columns)

    def _tell_understood(self, sheet: Sheet, columns: Columns) -> None:
        understood = []
        for column, index in columns.known.items():
            heading, unit = columns.names[index], columns.units.get(column)
            if folded_header(heading) != folded_header(column):
                in_unit = f" in {unit.name}" if unit is not None else ""
                understood.append(f"'{heading}' as {column}{in_unit}")
        if understood:
            self._problems.warn(
                "COLUMNS_UNDERSTOOD",
                f"Columns of '{sheet.name}' were read by what they seem to mean:"
                f" {', '.join(understood)}.",
                ifc_class=sheet.name,
                line=columns.row,
            )

    def _tell_of_numbers(self) -> None:
        for floor in self._floors.unnumbered():
            self._problems.warn(
                "FLOOR_NUMBER_GUESSED",
                f"No number stands with floor '{floor.name}'; it was given {floor.floor_number}, by"
                " its height and the floors around it. A column floor_number would say it.",
                line=floor.line,
                key=floor.key,
                field="floor_number",
                value=floor.name,
            )

    # ---- Rows -------------------------------------------------------------------------------

    def _floor(self, cells: TableCells, row: Row) -> None:
        stated, key = cells.text(row, "floor_number"), cells.text(row, "id")
        floor = SourceFloor(
            key="",
            name=cells.text(row, "name") or "",
            floor_number=0,
            elevation_m=cells.number(row, "elevation_m"),
            description=cells.text(row, "description"),
            line=row.number,
        )
        try:
            before = self._floors.tell(floor, stated, key)
        except ValueError as fault:
            self._refuse(cells, row, "floor", "floor_number", stated, str(fault))
            return
        if before is not None:
            self._refuse(
                cells, row, "floor", "floor_number", stated, f"row {before.line} is that floor"
            )

    def _room(self, cells: TableCells, row: Row) -> None:
        number, floor = cells.text(row, "room_number"), cells.text(row, "floor")
        if number is None:
            self._refuse(cells, row, "room", "room_number", None, "a room needs a number")
            return
        floor_key = self._floors.named(floor, row.number) if floor is not None else None
        if floor_key is None:
            why = "a room needs a floor" if floor is None else _NO_FLOOR
            self._refuse(cells, row, "room", "floor", floor, why)
            return
        key = self._key(cells, row, "room", self._rooms, f"{floor_key} room {number}", number)
        area = cells.number(row, "area_m2", least=0)
        self._rooms[key] = SourceRoom(
            key=key,
            floor_key=floor_key,
            room_number=number,
            name=cells.text(row, "name"),
            room_type=cells.text(row, "room_type"),
            area_m2=area,
            area_source=None if area is None else _area_source(cells.unit(row, "area_m2")),
            volume_m3=cells.number(row, "volume_m3", least=0),
            description=cells.text(row, "description"),
            metadata=cells.not_understood(row),
            line=row.number,
        )
        self._room_keys.setdefault((floor_key, folded(number)), key)
        self._rooms_by_number.setdefault(folded(number), {}).setdefault(floor_key, key)

    def _device(self, cells: TableCells, row: Row) -> None:
        name, type_ = cells.text(row, "name"), cells.text(row, "device_type")
        if name is None or type_ is None:
            column = "name" if name is None else "device_type"
            why = f"a device needs a {column.replace('_', ' ')}"
            self._refuse(cells, row, "device", column, None, why)
            return
        floor = cells.text(row, "floor")
        floor_key = self._floors.named(floor, row.number) if floor is not None else None
        if floor is not None and floor_key is None:
            self._refuse(cells, row, "device", "floor", floor, _NO_FLOOR)
            return
        room_keys, room_numbers = self._rooms_of(cells.text(row, "room"), floor_key)
        if room_keys:
            floor_key = self._rooms[room_keys[0]].floor_key
        if floor_key is None and not room_numbers:
            self._refuse(cells, row, "device", "floor", None, "a device needs a floor or a room")
            return
        place = (*room_keys, *room_numbers, floor_key or "")[0]
        key = self._key(
            cells, row, "device", self._devices, _identity(cells, row, name, place), name
        )
        x, y, z = (cells.number(row, axis) for axis in "xyz")
        self._devices[key] = SourceDevice(
            key=key,
            floor_key=floor_key or "",
            room_keys=tuple(room_keys),
            room_numbers=tuple(room_numbers),
            name=name,
            device_type=type_,
            manufacturer=cells.text(row, "manufacturer"),
            model=cells.text(row, "model"),
            serial_number=cells.text(row, "serial_number"),
            tag_number=cells.text(row, "tag_number"),
            barcode=cells.text(row, "barcode"),
            installed_on=cells.date(row, "installed_on"),
            warranty_until=cells.date(row, "warranty_until"),
            position=None if x is None or y is None else (x, y, z or 0.0),
            description=cells.text(row, "description"),
            metadata=cells.not_understood(row),
            line=row.number,
            # Its floor alone is no word that it left its room.
            place_said=cells.says("room"),
        )

    def _rooms_of(self, cell: str | None, floor_key: str | None) -> tuple[list[str], list[str]]:
        """The keys of the rooms that the cell names, and the numbers that no table tells of.

        Those are the building's own rooms: a table of devices is often all there is.
        """
        if cell is None:
            return [], []
        names = [cell] if self._find_room(cell, floor_key) else re.split(r"[,;]", cell)
        keys: list[str] = []
        numbers: list[str] = []
        for name in filter(None, (part.strip() for part in names)):
            key = self._find_room(name, floor_key)
            if key is None:
                numbers.append(name)
            else:
                keys.append(key)
        return list(dict.fromkeys(keys)), list(dict.fromkeys(numbers))

    def _find_room(self, number: str, floor_key: str | None) -> str | None:
        if floor_key is not None:
            return self._room_keys.get((floor_key, folded(number)))
        keys = list(self._rooms_by_number.get(folded(number), {}).values())
        return keys[0] if len(keys) == 1 else None

    # ---- Keys -------------------------------------------------------------------------------

    def _key(
        self,
        cells: TableCells,
        row: Row,
        kind: str,
        there: Mapping[str, SourceRoom | SourceDevice],
        otherwise: str,
        called: str,
    ) -> str:
        """The row's id, else `otherwise`; a row that is there already is kept apart from it."""
        stated = cells.text(row, "id")
        key = stated or otherwise
        if key not in there:
            return key
        rows = f"Rows {there[key].line} and {row.number}"
        if stated is not None:
            code, column = "ID_DOUBLED", "id"
            said = f"{rows} have the same id, '{stated}'; both were kept. Give each one of its own."
        else:
            code, column = "NAME_DOUBLED", "room_number" if kind == "room" else "name"
            said = f"{rows} cannot be told apart ({kind} '{called}'); both were kept. A column id"
            said += " would tell which is which when the table comes again."
        cells.warn(code, said, row, column, stated or called)
        number = self._copies.get((kind, key), 1) + 1
        while f"{key}~{number}" in there:
            number += 1
        self._copies[kind, key] = number
        return f"{key}~{number}"

    def _refuse(
        self, cells: TableCells, row: Row, kind: str, column: str, value: str | None, why: str
    ) -> None:
        self._incomplete.add(kind)
        cells.refuse(row, column, value, why)


def _identity(cells: TableCells, row: Row, name: str, place: str) -> str:
    """What a device without an id is known again by: its tag, serial or barcode, else its name."""
    for column in ("tag_number", "serial_number", "barcode"):
        if (value := cells.text(row, column)) is not None:
            return f"{column} {value}"
    return f"{place} device {name}"


def _area_source(unit: Unit | None) -> str:
    return "table" if unit is None or unit.factor == 1 else f"table, {unit.name}"


def _unknown_names(columns: Columns) -> dict[str, None]:
    """What columns that are not understood are called in a record's metadata."""
    return {columns.names[index][:100]: None for index in columns.unknown}


def _first_cells(sheet: Sheet) -> tuple[Any, ...]:
    return sheet.rows[0].cells if sheet.rows else ()
