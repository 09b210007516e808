"""Plain tables of floors, rooms and devices, from CSV or worksheets, to records.

A table's kind is the one whose columns it has. Rooms and devices name their floor by number or
name, devices their room by number; several rooms stand in one cell, parted by commas.
"""

import re
from collections.abc import Sequence
from typing import Any

from arxos.adapters.readers.cobie_sheets import NOT_DATA
from arxos.adapters.readers.floor_labels import read_label
from arxos.adapters.readers.header_row import Columns, find_columns, folded_header
from arxos.adapters.readers.kept_sheets import as_it_is
from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.source_text import meaningful
from arxos.adapters.readers.table_columns import (
    ALIASES,
    COLUMNS,
    REQUIRED,
    SQUARE_FEET,
    TableKind,
)
from arxos.adapters.readers.workbook_sheets import Row, Sheet, date_of, number_of, text_of
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

_SQUARE_FOOT = 0.09290304
_KINDS = tuple(TableKind)
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


def read_tables(sheets: Sequence[Sheet], problems: ProblemList) -> SourceModel:
    """All tables that are of floors, rooms or devices.

    Raises UnreadableFile when there is none, and says which columns each kind needs.
    """
    return _Tables(sheets, problems).read()


class _Tables:
    def __init__(self, sheets: Sequence[Sheet], problems: ProblemList) -> None:
        self._sheets = sheets
        self._problems = problems
        self._floors: dict[str, SourceFloor] = {}
        self._floor_keys: dict[str, str] = {}
        self._rooms: dict[str, SourceRoom] = {}
        self._room_keys: dict[tuple[str, str], str] = {}
        self._rooms_by_number: dict[str, list[str]] = {}
        self._devices: dict[str, SourceDevice] = {}
        self._columns: list[SourceColumn] = []
        self._kept: list[KeptSheet] = []

    def read(self) -> SourceModel:
        found: dict[TableKind, list[tuple[Sheet, Columns]]] = {kind: [] for kind in _KINDS}
        for sheet in self._sheets:
            if folded_header(sheet.name) in NOT_DATA:
                self._kept += filter(None, [as_it_is(sheet)])
            elif (match := self._kind_of(sheet)) is not None:
                kind, columns = match
                self._judge(sheet, kind, columns)
                found[kind].append((sheet, columns))
            elif (kept := as_it_is(sheet)) is not None:
                self._kept.append(kept)
                self._problems.warn("SHEET_UNKNOWN", _no_table(sheet), ifc_class=sheet.name)
        if not any(found.values()):
            needs = "; ".join(f"{kind}: {', '.join(REQUIRED[kind])}" for kind in _KINDS)
            headings = ", ".join(
                text_of(cell) or "" for sheet in self._sheets[:1] for cell in _first_cells(sheet)
            )
            raise UnreadableFile(
                "No table of floors, rooms or devices was found. The first row must name the"
                f" columns; the least that is needed: {needs}. The first row here:"
                f" {headings[:200] or 'empty'}."
            )
        for sheet, columns in found[TableKind.FLOORS]:
            for row in _body(sheet, columns):
                self._floor(sheet, columns, row)
        for sheet, columns in found[TableKind.ROOMS]:
            for row in _body(sheet, columns):
                self._room(sheet, columns, row)
        for sheet, columns in found[TableKind.DEVICES]:
            for row in _body(sheet, columns):
                self._device(sheet, columns, row)
        return SourceModel(
            source="table",
            schema="table",
            building=SourceBuilding(key="table"),
            floors=tuple(self._floors.values()),
            rooms=tuple(self._rooms.values()),
            devices=tuple(self._devices.values()),
            kept_sheets=tuple(self._kept),
            columns=tuple(self._columns),
            problems=self._problems.all(),
        )

    def _kind_of(self, sheet: Sheet) -> tuple[TableKind, Columns] | None:
        """The kind whose required columns are there; the sheet's name, then the fit decides."""
        fits: list[tuple[bool, int, TableKind, Columns]] = []
        name = folded_header(sheet.name)
        for kind in _KINDS:
            columns = find_columns(sheet.rows, COLUMNS[kind], ALIASES[kind], least=1)
            if columns is None or any(c not in columns.known for c in REQUIRED[kind]):
                continue
            named = any(word in name for word, of in _NAMED.items() if of == kind)
            fits.append((named, len(columns.known), kind, columns))
        if not fits:
            return None
        _, _, kind, columns = max(fits, key=lambda fit: (fit[0], fit[1]))
        return kind, columns

    def _judge(self, sheet: Sheet, kind: TableKind, columns: Columns) -> None:
        fields = {index: column for column, index in columns.known.items()}
        for index, heading in enumerate(columns.names):
            field = fields.get(index)
            if field is None and folded_header(heading) in SQUARE_FEET and kind == "rooms":
                field = "area_m2"
            if heading:
                self._columns.append(SourceColumn(sheet=sheet.name, heading=heading, field=field))
        if unknown := tuple(_unknown_names(columns)):
            self._kept.append(KeptSheet(name=kind, columns=unknown, of_table=True))
        for index, near in columns.unknown.items():
            heading = columns.names[index]
            if folded_header(heading) in SQUARE_FEET and kind == "rooms":
                continue
            advice = f" Was '{near}' meant?" if near else ""
            self._problems.warn(
                "COLUMN_UNKNOWN",
                f"Column '{heading}' is none that a table of {kind} has; it was kept in each"
                f" record's metadata.{advice}",
                ifc_class=sheet.name,
                line=columns.row,
                field=heading,
            )
        understood = {
            columns.names[index]: column
            for column, index in columns.known.items()
            if folded_header(columns.names[index]) != folded_header(column)
        }
        if understood:
            listed = ", ".join(f"'{heading}' as {column}" for heading, column in understood.items())
            self._problems.warn(
                "COLUMNS_UNDERSTOOD",
                f"Columns of '{sheet.name}' were read by what they seem to mean: {listed}.",
                ifc_class=sheet.name,
                line=columns.row,
            )

    # ---- Rows -------------------------------------------------------------------------------

    def _floor(self, sheet: Sheet, columns: Columns, row: Row) -> None:
        stated = _text(columns, row, "floor_number")
        name = _text(columns, row, "name")
        number = _whole(stated) if stated is not None else None
        if number is None:
            number = read_label(stated or name).number
            name = name or stated
        if number is None:
            self._refuse(sheet, row, "floor_number", stated, "it is no floor number")
            return
        key = _text(columns, row, "id") or f"floor {number}"
        if key in self._floors or str(number) in self._floor_keys:
            self._refuse(sheet, row, "floor_number", stated, "this floor stands in the table twice")
            return
        self._floors[key] = SourceFloor(
            key=key,
            name=name or "",
            floor_number=number,
            elevation_m=self._number(sheet, columns, row, "elevation_m"),
            description=_text(columns, row, "description"),
            line=row.number,
        )
        self._floor_keys[str(number)] = key
        if name:
            self._floor_keys.setdefault(folded(name), key)

    def _floor_named(self, text: str, row: Row) -> str | None:
        """The floor that a room's or device's cell names; made where no table told of it."""
        known = self._floor_keys.get(folded(text))
        if known is not None:
            return known
        number = _whole(text)
        if number is None:
            number = read_label(text).number
        if number is None:
            return None
        if (known := self._floor_keys.get(str(number))) is not None:
            return known
        key = f"floor {number}"
        named = "" if _whole(text) is not None else text
        self._floors[key] = SourceFloor(key=key, name=named, floor_number=number, line=row.number)
        self._floor_keys[str(number)] = key
        return key

    def _room(self, sheet: Sheet, columns: Columns, row: Row) -> None:
        number = _text(columns, row, "room_number")
        floor = _text(columns, row, "floor")
        if number is None:
            self._refuse(sheet, row, "room_number", None, "a room needs a number")
            return
        floor_key = self._floor_named(floor, row) if floor is not None else None
        if floor_key is None:
            self._refuse(sheet, row, "floor", floor, "there is no such floor")
            return
        key = _text(columns, row, "id") or f"{floor_key} room {number}"
        if key in self._rooms:
            self._refuse(sheet, row, "room_number", number, "this room stands in the table twice")
            return
        area = self._number(sheet, columns, row, "area_m2", least=0)
        source = "table" if area is not None else None
        if area is None:
            area = self._square_feet(columns, row)
            source = "table, square feet" if area is not None else None
        self._rooms[key] = SourceRoom(
            key=key,
            floor_key=floor_key,
            room_number=number,
            name=_text(columns, row, "name"),
            room_type=_text(columns, row, "room_type"),
            area_m2=area,
            area_source=source,
            volume_m3=self._number(sheet, columns, row, "volume_m3", least=0),
            description=_text(columns, row, "description"),
            metadata=_more(columns, row),
            line=row.number,
        )
        self._room_keys[floor_key, folded(number)] = key
        self._rooms_by_number.setdefault(folded(number), []).append(key)

    def _square_feet(self, columns: Columns, row: Row) -> float | None:
        for index in columns.unknown:
            if folded_header(columns.names[index]) in SQUARE_FEET and index < len(row.cells):
                feet = number_of(row.cells[index])
                return round(feet * _SQUARE_FOOT, 4) if feet is not None and feet >= 0 else None
        return None

    def _device(self, sheet: Sheet, columns: Columns, row: Row) -> None:
        name, type_ = _text(columns, row, "name"), _text(columns, row, "device_type")
        if name is None or type_ is None:
            column = "name" if name is None else "device_type"
            self._refuse(sheet, row, column, None, f"a device needs a {column.replace('_', ' ')}")
            return
        floor = _text(columns, row, "floor")
        floor_key = self._floor_named(floor, row) if floor is not None else None
        if floor is not None and floor_key is None:
            self._refuse(sheet, row, "floor", floor, "there is no such floor")
            return
        room_keys, room_numbers = self._rooms_of(columns, row, floor_key)
        if room_keys:
            floor_key = self._rooms[room_keys[0]].floor_key
        if floor_key is None and not room_numbers:
            self._refuse(sheet, row, "floor", None, "a device needs a floor or a room")
            return
        places = (*room_keys, *room_numbers, floor_key or "")
        key = _text(columns, row, "id") or _identity(columns, row, name, places[0])
        if key in self._devices:
            self._refuse(sheet, row, "name", name, "this device stands in the table twice")
            return
        place = [self._number(sheet, columns, row, axis) for axis in "xyz"]
        x, y, z = place
        self._devices[key] = SourceDevice(
            key=key,
            floor_key=floor_key or "",
            room_keys=tuple(room_keys),
            room_numbers=tuple(room_numbers),
            name=name,
            device_type=type_,
            manufacturer=_text(columns, row, "manufacturer"),
            model=_text(columns, row, "model"),
            serial_number=_text(columns, row, "serial_number"),
            tag_number=_text(columns, row, "tag_number"),
            barcode=_text(columns, row, "barcode"),
            installed_on=self._date(sheet, columns, row, "installed_on"),
            warranty_until=self._date(sheet, columns, row, "warranty_until"),
            position=None if x is None or y is None else (x, y, z or 0.0),
            description=_text(columns, row, "description"),
            metadata=_more(columns, row),
            line=row.number,
        )

    def _rooms_of(
        self, columns: Columns, row: Row, floor_key: str | None
    ) -> tuple[list[str], list[str]]:
        """The keys of the rooms that the cell names, and the numbers that no table tells of.

        Those are the building's own rooms: a table of devices is often all there is.
        """
        cell = _text(columns, row, "room")
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
        keys = self._rooms_by_number.get(folded(number), [])
        return keys[0] if len(keys) == 1 else None

    # ---- Cells ------------------------------------------------------------------------------

    def _number(
        self,
        sheet: Sheet,
        columns: Columns,
        row: Row,
        column: str,
        *,
        least: float | None = None,
    ) -> float | None:
        text = _text(columns, row, column)
        if text is None:
            return None
        number = number_of(columns.value(row, column))
        if number is None or (least is not None and number < least):
            why = "it is no number" if number is None else f"it is less than {least:g}"
            self._leave_out(sheet, row, column, text, why)
            return None
        return number

    def _date(self, sheet: Sheet, columns: Columns, row: Row, column: str) -> str | None:
        text = _text(columns, row, column)
        if text is None:
            return None
        day = date_of(columns.value(row, column))
        if day is None:
            why = "it is no date that means one day (2026-11-22 does)"
            self._leave_out(sheet, row, column, text, why)
        return day

    def _refuse(self, sheet: Sheet, row: Row, column: str, value: str | None, why: str) -> None:
        what = f"'{value[:80]}'" if value is not None else "empty"
        self._problems.error(
            "ROW_REFUSED",
            f"Row {row.number} was not taken over: {column} is {what}, and {why}.",
            ifc_class=sheet.name,
            line=row.number,
            field=column,
            value=value,
        )

    def _leave_out(self, sheet: Sheet, row: Row, column: str, value: str, why: str) -> None:
        self._problems.error(
            "VALUE_WRONG",
            f"{column} in row {row.number} is '{value[:80]}': {why}. The row was taken over without"
            " it.",
            ifc_class=sheet.name,
            line=row.number,
            field=column,
            value=value,
        )


def _text(columns: Columns, row: Row, column: str) -> str | None:
    return meaningful(text_of(columns.value(row, column)), column)


def _whole(text: str) -> int | None:
    number = number_of(text)
    return int(number) if number is not None and number.is_integer() else None


def _identity(columns: Columns, row: Row, name: str, place: str) -> str:
    """What a device without an id is known again by: its tag, serial or barcode, else its name."""
    for column in ("tag_number", "serial_number", "barcode"):
        if (value := _text(columns, row, column)) is not None:
            return f"{column} {value}"
    return f"{place} device {name}"


def _unknown_names(columns: Columns) -> dict[str, None]:
    """What columns that are not understood are called in a record's metadata."""
    names = (columns.names[index] for index in columns.unknown)
    return {name[:100]: None for name in names if folded_header(name) not in SQUARE_FEET}


def _more(columns: Columns, row: Row) -> dict[str, Any]:
    """The cells of columns that are not understood: kept, not lost."""
    more = {}
    for index in columns.unknown:
        value = row.cells[index] if index < len(row.cells) else None
        if value is not None and folded_header(columns.names[index]) not in SQUARE_FEET:
            more[columns.names[index][:100]] = value
    return {"columns": more} if more else {}


def _body(sheet: Sheet, columns: Columns) -> list[Row]:
    return [row for row in sheet.rows if row.number > columns.row]


def _first_cells(sheet: Sheet) -> tuple[Any, ...]:
    return sheet.rows[0].cells if sheet.rows else ()


def _no_table(sheet: Sheet) -> str:
    return (
        f"Sheet '{sheet.name}' holds no table of floors, rooms or devices; it is kept as it is,"
        " and an export gives it back."
    )
