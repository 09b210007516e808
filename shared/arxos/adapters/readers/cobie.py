"""COBie 2.4 workbooks to records (import-mapping.md, "COBie 2.4 workbooks")."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from arxos.adapters.readers.cobie_sheets import ALIASES, COLUMNS, NOT_DATA, REQUIRED
from arxos.adapters.readers.cobie_units import area_factor, length_factor, months_of
from arxos.adapters.readers.floor_numbers import Storey, number_floors
from arxos.adapters.readers.header_row import Columns, find_columns, folded_header
from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.source_text import TextCleaner, meaningful
from arxos.adapters.readers.workbook_sheets import Row, Sheet, Value, date_of, number_of, text_of
from arxos.domain.errors import UnreadableFile
from arxos.domain.source import (
    KeptSheet,
    Problem,
    SourceBuilding,
    SourceDevice,
    SourceFloor,
    SourceGroup,
    SourceModel,
    SourceRoom,
)
from arxos.domain.text_rules import MAX_DESCRIPTION, folded

# Without one of them a workbook is no COBie of a building.
_HEART = ("Floor", "Space", "Component")
# A Type's columns that have a field of their own, or are about the row and not the thing.
_TYPE_FIELDS = frozenset(
    {"Name", "CreatedBy", "CreatedOn", "ExtSystem", "ExtObject", "ExtIdentifier", "Manufacturer"}
    | {"ModelNumber"}
)


@dataclass(slots=True)
class _Table:
    """A sheet with its columns found."""

    name: str
    columns: Columns
    rows: tuple[Row, ...]

    def get(self, row: Row, column: str) -> Value:
        return self.columns.value(row, column)

    def text(self, row: Row, column: str) -> str | None:
        """The cell's text; None for a blank or a placeholder (n/a, its own column's name)."""
        return meaningful(text_of(self.get(row, column)), column)


@dataclass(slots=True)
class _Names:
    """What a sheet's rows are called, to resolve references by: name -> keys, in order."""

    keys: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, key: str) -> None:
        self.keys.setdefault(folded(name), []).append(key)

    def one(self, name: str) -> str | None:
        found = self.keys.get(folded(name))
        return found[0] if found else None

    def several(self, cell: str) -> tuple[list[str], list[str]]:
        """Keys and unknown names in a cell, parted by commas.

        Names contain commas too, so the longest run of parts that is a name counts.
        """
        ends = [m.start() for m in re.finditer(r"[,;\n]", cell)] + [len(cell)]
        found: list[str] = []
        unknown: list[str] = []
        start = 0
        while start < len(cell):
            rest = [end for end in ends if end >= start]
            # A name of more than ten parts is none; a cell of thousands must not take for ever.
            for end in reversed(rest[:10]):
                if (key := self.one(cell[start:end].strip())) is not None:
                    found.append(key)
                    break
            else:
                end = rest[0]
                if name := cell[start:end].strip():
                    unknown.append(name)
            start = end + 1
        return list(dict.fromkeys(found)), unknown


def is_cobie(sheets: Iterable[Sheet]) -> bool:
    """Whether a workbook means to be COBie: at least two of its sheets are called as COBie's."""
    names = {folded_header(sheet.name) for sheet in sheets}
    return sum(folded_header(name) in names for name in COLUMNS) >= 2


def read_cobie(sheets: Sequence[Sheet], problems: ProblemList) -> SourceModel:
    """The workbook's building. Raises UnreadableFile for a workbook that is not COBie."""
    return _Reader(sheets, problems).read()


class _Reader:
    def __init__(self, sheets: Sequence[Sheet], problems: ProblemList) -> None:
        self._sheets = sheets
        self._problems = problems
        self._cleaner = TextCleaner(problems)
        self._tables: dict[str, _Table] = {}
        self._kept: list[KeptSheet] = []
        self._floors, self._rooms, self._types = _Names(), _Names(), _Names()
        self._components = _Names()
        self._room_floor: dict[str, str] = {}
        self._seen_keys: dict[str, set[str]] = {}

    def read(self) -> SourceModel:
        self._find_tables()
        facility = self._facility()
        attributes = self._attributes()
        floors = self._read_floors(facility)
        rooms = self._read_rooms(facility, attributes)
        devices = self._read_devices(attributes, floors)
        floors = _numbered(floors, {room.floor_key for room in rooms})
        groups = [
            *self._read_groups("Zone", "zone", "SpaceNames", self._rooms),
            *self._read_groups("System", "system", "ComponentNames", self._components),
        ]
        return SourceModel(
            source="cobie",
            schema="COBie 2.4",
            building=facility.building,
            floors=tuple(floors),
            rooms=tuple(rooms),
            devices=tuple(devices),
            groups=tuple(groups),
            kept_sheets=tuple(self._kept),
            problems=self._problems.all(),
        )

    # ---- Sheets and columns -----------------------------------------------------------------

    def _find_tables(self) -> None:
        by_name = {folded_header(name): name for name in COLUMNS}
        for sheet in self._sheets:
            if folded_header(sheet.name) in NOT_DATA:
                continue
            name = by_name.get(folded_header(sheet.name))
            if name is None:
                self._keep_unknown(sheet)
                continue
            if name in self._tables:
                self._warn(
                    "SHEET_DOUBLED", f"There are two sheets '{name}'; the first counts.", name
                )
                self._keep_unknown(sheet)
                continue
            columns = find_columns(sheet.rows, COLUMNS[name], ALIASES)
            if columns is None:
                if sheet.rows:
                    self._error(
                        "HEADER_MISSING",
                        f"Sheet '{sheet.name}' has no header row: none of its first rows holds the"
                        f" columns {', '.join(COLUMNS[name][:5])} …; nothing of it was read.",
                        name,
                    )
                continue
            rows = tuple(row for row in sheet.rows if row.number > columns.row)
            self._tables[name] = _Table(name, columns, rows)
            self._kept.append(
                KeptSheet(
                    name=name,
                    columns=columns.names,
                    rows=tuple(columns.all_of(row) for row in rows),
                )
            )
            self._judge_columns(name, columns)
        if not any(name in self._tables for name in _HEART):
            there = ", ".join(f"'{sheet.name}'" for sheet in self._sheets[:10]) or "none"
            raise UnreadableFile(
                "This workbook is not COBie: it has none of the sheets Floor, Space and Component"
                f" (its sheets: {there}). For a plain table of floors, rooms or devices, see the"
                " templates."
            )
        for name in ("Facility", *_HEART, "Type"):
            if name not in self._tables and not any(
                folded_header(sheet.name) == folded_header(name) and sheet.rows
                for sheet in self._sheets
            ):
                self._error(
                    "SHEET_MISSING",
                    f"The workbook has no sheet '{name}', or it is empty; what it would hold was"
                    " not read.",
                    name,
                )

    def _keep_unknown(self, sheet: Sheet) -> None:
        width = max((len(row.cells) for row in sheet.rows), default=0)
        if width == 0:
            return
        first, *rest = sheet.rows
        names = tuple(text_of(c) or "" for c in first.cells)
        columns = (*names, *("",) * (width - len(names)))
        padded = tuple((*row.cells, *(None,) * (width - len(row.cells))) for row in rest)
        self._kept.append(KeptSheet(name=sheet.name, columns=columns, rows=padded))
        self._warn(
            "SHEET_UNKNOWN",
            f"Sheet '{sheet.name}' is not one of COBie's; it is kept as it is, and an export gives"
            " it back.",
            sheet.name,
        )

    def _judge_columns(self, name: str, columns: Columns) -> None:
        for index, near in columns.unknown.items():
            heading = columns.names[index]
            advice = f" Was '{near}' meant?" if near else ""
            self._warn(
                "COLUMN_UNKNOWN",
                f"Column '{heading}' of sheet '{name}' is not one of COBie's; it is kept as it is"
                f" and not understood.{advice}",
                name,
                line=columns.row,
                field_name=heading,
            )
        missing = [c for c in REQUIRED.get(name, ()) if c not in columns.known]
        for column in missing:
            self._error(
                "COLUMN_MISSING",
                f"Sheet '{name}' has no column '{column}'. It has:"
                f" {', '.join(n for n in columns.names if n)}.",
                name,
                line=columns.row,
                field_name=column,
            )

    def _rows(self, name: str) -> Iterator[tuple[_Table, Row, str]]:
        """Each row of a sheet that has a name, with it."""
        table = self._tables.get(name)
        if table is None or "Name" not in table.columns.known:
            return
        for row in table.rows:
            called = text_of(table.get(row, "Name"))
            if called is None:
                self._error(
                    "NAME_MISSING",
                    f"Row {row.number} of sheet '{name}' has no Name; it was not taken over.",
                    name,
                    line=row.number,
                    field_name="Name",
                )
                continue
            yield table, row, called

    def _key(self, table: _Table, row: Row, name: str) -> tuple[str, dict[str, str]]:
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
            self._error_or_warning_of_double(table.name, row, name, key)
        seen.add(key)
        return key, other

    def _error_or_warning_of_double(self, sheet: str, row: Row, name: str, key: str) -> None:
        self._warn(
            "NAME_DOUBLED",
            f"'{name}' occurs more than once on sheet '{sheet}'; all rows were kept, this one as"
            f" '{key}'. COBie wants names one of a kind.",
            sheet,
            line=row.number,
            key=key,
            field_name="Name",
        )

    # ---- Facility, contacts, attributes -----------------------------------------------------

    def _facility(self) -> "_Facility":
        for table, row, name in self._rows("Facility"):
            key = table.text(row, "ExternalFacilityIdentifier") or name
            return _Facility(
                SourceBuilding(key=key, name=meaningful(name)),
                length=self._unit(table, row, "LinearUnits", length_factor),
                area=self._unit(table, row, "AreaUnits", area_factor),
            )
        return _Facility(SourceBuilding(key="facility"))

    def _unit(self, table: _Table, row: Row, column: str, factor_of: Any) -> float:
        stated = table.text(row, column)
        if stated is None:
            return 1.0
        factor: float | None = factor_of(stated)
        if factor is None:
            self._warn(
                "UNIT_UNKNOWN",
                f"The unit '{stated}' is not known; metres were assumed.",
                "Facility",
                line=row.number,
                field_name=column,
                value=stated,
            )
            return 1.0
        return factor

    def _companies(self) -> dict[str, str]:
        """E-mail -> company: a Type's Manufacturer is a Contact's e-mail."""
        table = self._tables.get("Contact")
        if table is None:
            return {}
        found: dict[str, str] = {}
        for row in table.rows:
            email, company = table.text(row, "Email"), table.text(row, "Company")
            if email and company:
                found.setdefault(email.casefold(), company)
        return found

    def _attributes(self) -> dict[tuple[str, str], dict[str, Any]]:
        """(sheet, name) -> its attributes' values."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for table, row, name in self._rows("Attribute"):
            sheet, of = table.text(row, "SheetName"), text_of(table.get(row, "RowName"))
            value = table.get(row, "Value")
            if sheet is None or of is None:
                self._warn(
                    "ATTRIBUTE_OF_NOTHING",
                    f"Attribute '{name}' does not say of which sheet and row it is; it is kept"
                    " on its sheet only.",
                    "Attribute",
                    line=row.number,
                    key=name,
                    field_name="RowName" if sheet else "SheetName",
                )
                continue
            if meaningful(text_of(value), name) is None:
                continue
            values = found.setdefault((folded_header(sheet), folded(of)), {})
            values[name[:100]] = value if not isinstance(value, str) else text_of(value)
        return found

    # ---- Floors -----------------------------------------------------------------------------

    def _read_floors(self, facility: "_Facility") -> list[SourceFloor]:
        floors = []
        for table, row, name in self._rows("Floor"):
            key, other = self._key(table, row, name)
            elevation = self._number(table, row, "Elevation", name)
            self._floors.add(name, key)
            floors.append(
                SourceFloor(
                    key=key,
                    name=self._text(table, row, "Name") or name,
                    floor_number=0,
                    elevation_m=None
                    if elevation is None
                    else round(elevation * facility.length, 4),
                    description=self._description(table, row, name),
                    other_ids=other,
                    line=row.number,
                )
            )
        return floors

    # ---- Rooms ------------------------------------------------------------------------------

    def _read_rooms(
        self, facility: "_Facility", attributes: Mapping[tuple[str, str], dict[str, Any]]
    ) -> list[SourceRoom]:
        rooms = []
        for table, row, name in self._rows("Space"):
            floor_name = table.text(row, "FloorName")
            floor_key = self._floors.one(floor_name) if floor_name else None
            if floor_key is None:
                what = (
                    f"names no floor '{floor_name}' that" if floor_name else "names no floor that"
                )
                self._error(
                    "FLOOR_UNKNOWN",
                    f"Space '{name}' {what}, and sheet 'Floor' has none of that name; it was not"
                    " taken over.",
                    "Space",
                    line=row.number,
                    key=name,
                    field_name="FloorName",
                    value=floor_name,
                )
                continue
            key, other = self._key(table, row, name)
            self._rooms.add(name, key)
            self._room_floor[key] = floor_key
            area, source = self._area(table, row, name, facility)
            stated = attributes.get(("space", folded(name)), {})
            metadata: dict[str, Any] = {"attributes": stated} if stated else {}
            tag = table.text(row, "RoomTag")
            if tag is not None:
                metadata = {**metadata, "room_tag": tag}
            height = self._number(table, row, "UsableHeight", name)
            if height:
                metadata = {**metadata, "usable_height_m": round(height * facility.length, 4)}
            rooms.append(
                SourceRoom(
                    key=key,
                    floor_key=floor_key,
                    room_number=self._text(table, row, "Name", limit=100) or name[:100],
                    name=self._text(table, row, "Description"),
                    room_type=self._text(table, row, "Category"),
                    area_m2=area,
                    area_source=source,
                    volume_m3=_volume(stated, area),
                    metadata=metadata,
                    other_ids=other,
                    line=row.number,
                )
            )
        return rooms

    def _area(
        self, table: _Table, row: Row, name: str, facility: "_Facility"
    ) -> tuple[float | None, str | None]:
        for column in ("NetArea", "GrossArea"):
            area = self._number(table, row, column, name)
            if area is not None and area < 0:
                self._bad_value(table, row, column, name, "an area cannot be negative")
            elif area:
                return round(area * facility.area, 4), f"COBie {column}"
        return None, None

    # ---- Devices ----------------------------------------------------------------------------

    def _read_types(
        self, attributes: Mapping[tuple[str, str], dict[str, Any]]
    ) -> dict[str, "_Type"]:
        companies = self._companies()
        types: dict[str, _Type] = {}
        for table, row, name in self._rows("Type"):
            if folded(name) in types:
                self._warn(
                    "NAME_DOUBLED",
                    f"Type '{name}' occurs more than once; its first row counts.",
                    "Type",
                    line=row.number,
                    key=name,
                    field_name="Name",
                )
                continue
            maker = self._text(table, row, "Manufacturer")
            if maker is not None and maker.casefold() in companies:
                maker = companies[maker.casefold()]
            elif maker is not None and "@" in maker:
                self._warn(
                    "CONTACT_UNKNOWN",
                    f"The manufacturer of type '{name}', {maker}, is on no row of sheet 'Contact';"
                    " its e-mail is shown instead of a company.",
                    "Type",
                    line=row.number,
                    key=name,
                    field_name="Manufacturer",
                )
            details: dict[str, Any] = {
                column: _plain_cell(table.get(row, column))
                for column in table.columns.known
                if column not in _TYPE_FIELDS and table.text(row, column) is not None
            }
            stated = attributes.get(("type", folded(name)))
            if stated:
                details = {**details, "attributes": stated}
            types[folded(name)] = _Type(
                name=name,
                manufacturer=maker,
                model=self._text(table, row, "ModelNumber")
                or self._text(table, row, "ModelReference"),
                warranty_months=self._warranty_months(table, row),
                details=details,
            )
        return types

    def _warranty_months(self, table: _Table, row: Row) -> int | None:
        """The longer of the warranties on parts and labour."""
        unit = table.text(row, "WarrantyDurationUnit") or "year"
        months = []
        for column in ("WarrantyDurationParts", "WarrantyDurationLabor"):
            duration = number_of(table.get(row, column))
            if duration and (found := months_of(duration, unit)) is not None:
                months.append(found)
        return max(months, default=None)

    def _read_devices(
        self,
        attributes: Mapping[tuple[str, str], dict[str, Any]],
        floors: Sequence[SourceFloor],
    ) -> list[SourceDevice]:
        types = self._read_types(attributes)
        devices = []
        for table, row, name in self._rows("Component"):
            type_ = self._type_of(table, row, name, types)
            room_keys = self._rooms_of(table, row, name)
            floor_key = self._floor_of(table, row, name, room_keys, floors)
            if floor_key is None:
                continue
            key, other = self._key(table, row, name)
            self._components.add(name, key)
            made_of = table.text(row, "ExtObject") or ""
            installed = self._date(table, row, "InstallationDate", name)
            begins = self._date(table, row, "WarrantyStartDate", name) or installed
            metadata: dict[str, Any] = {}
            if type_.details:
                metadata["type"] = type_.details
            if stated := attributes.get(("component", folded(name))):
                metadata["attributes"] = stated
            if asset := table.text(row, "AssetIdentifier"):
                metadata["asset_identifier"] = asset
            devices.append(
                SourceDevice(
                    key=key,
                    floor_key=floor_key,
                    room_keys=tuple(room_keys),
                    name=self._text(table, row, "Name") or name[:200],
                    device_type=type_.name[:200],
                    ifc_class=made_of if made_of.casefold().startswith("ifc") else None,
                    manufacturer=type_.manufacturer,
                    model=type_.model,
                    serial_number=self._text(table, row, "SerialNumber"),
                    tag_number=self._text(table, row, "TagNumber"),
                    barcode=self._text(table, row, "BarCode"),
                    installed_on=installed,
                    warranty_until=_after(begins, type_.warranty_months),
                    description=self._description(table, row, name),
                    metadata=metadata,
                    other_ids=other,
                    line=row.number,
                )
            )
        return devices

    def _type_of(self, table: _Table, row: Row, name: str, types: Mapping[str, "_Type"]) -> "_Type":
        stated = text_of(table.get(row, "TypeName"))
        if stated is not None and (found := types.get(folded(stated))) is not None:
            return found
        self._error(
            "TYPE_UNKNOWN",
            f"Component '{name}' is of type '{stated}', which sheet 'Type' does not have."
            if stated
            else f"Component '{name}' names no type (TypeName).",
            "Component",
            line=row.number,
            key=name,
            field_name="TypeName",
            value=stated,
            kept="It was taken over without what a type says (manufacturer, model, warranty).",
        )
        return _Type(name=stated or "Unclassified")

    def _rooms_of(self, table: _Table, row: Row, name: str) -> list[str]:
        cell = table.text(row, "Space")
        if cell is None:
            return []
        found, unknown = self._rooms.several(cell)
        for space in unknown:
            self._error(
                "SPACE_UNKNOWN",
                f"Component '{name}' is in space '{space}', which sheet 'Space' does not have.",
                "Component",
                line=row.number,
                key=name,
                field_name="Space",
                value=space,
                kept="It was taken over without this space.",
            )
        return found

    def _floor_of(
        self,
        table: _Table,
        row: Row,
        name: str,
        room_keys: Sequence[str],
        floors: Sequence[SourceFloor],
    ) -> str | None:
        if room_keys:
            return self._room_floor[room_keys[0]]
        cell = table.text(row, "Space")
        # Some tools name a floor where there is no space.
        if cell is not None and (floor_key := self._floors.one(cell)) is not None:
            return floor_key
        if not floors:
            self._error(
                "FLOOR_UNKNOWN",
                f"Component '{name}' is in no space, and the workbook has no floor to put it on;"
                " it was not taken over.",
                "Component",
                line=row.number,
                key=name,
                field_name="Space",
            )
            return None
        ground = min(floors, key=lambda f: (abs(f.elevation_m or 0.0), f.line or 0))
        self._warn(
            "NO_SPACE",
            f"Component '{name}' is in no space that is known; it was put on floor"
            f" '{ground.name}'.",
            "Component",
            line=row.number,
            key=name,
            field_name="Space",
        )
        return ground.key

    # ---- Systems and zones ------------------------------------------------------------------

    def _read_groups(
        self, sheet: str, kind: Literal["system", "zone"], column: str, members: _Names
    ) -> list[SourceGroup]:
        """One row for each member, the group's name repeated."""
        found: dict[tuple[str, str | None], _Group] = {}
        for table, row, name in self._rows(sheet):
            category = self._text(table, row, "Category")
            group = found.setdefault((folded(name), category), _Group(name, category, row.number))
            group.description = group.description or self._description(table, row, name)
            cell = table.text(row, column)
            if cell is None:
                continue
            keys, unknown = members.several(cell)
            group.members.extend(keys)
            for member in unknown:
                self._error(
                    "MEMBER_UNKNOWN",
                    f"{sheet} '{name}' has the member '{member}', which the workbook does not"
                    " have.",
                    sheet,
                    line=row.number,
                    key=name,
                    field_name=column,
                    value=member,
                    kept="The others were taken over.",
                )
        names: dict[str, int] = {}
        groups = []
        for (folded_name, _), group in found.items():
            names[folded_name] = names.get(folded_name, 0) + 1
            # One name under two categories is two groups.
            suffix = f" ({group.category})" if names[folded_name] > 1 else ""
            unique = tuple(dict.fromkeys(group.members))
            groups.append(
                SourceGroup(
                    key=f"{kind}:{group.name}{suffix}"[:200],
                    group_kind=kind,
                    name=group.name[:200],
                    category=group.category,
                    description=group.description,
                    device_keys=unique if kind == "system" else (),
                    room_keys=unique if kind == "zone" else (),
                    line=group.line,
                )
            )
        return groups

    # ---- Cells ------------------------------------------------------------------------------

    def _text(self, table: _Table, row: Row, column: str, *, limit: int = 200) -> str | None:
        return self._cleaner.clean(
            text_of(table.get(row, column)),
            field=column,
            limit=limit,
            property_name=column,
            ifc_class=table.name,
            line=row.number,
        )

    def _description(self, table: _Table, row: Row, name: str) -> str | None:
        text = self._cleaner.clean(
            text_of(table.get(row, "Description")),
            field="Description",
            limit=MAX_DESCRIPTION,
            property_name="Description",
            ifc_class=table.name,
            line=row.number,
        )
        return None if text == name else text

    def _number(self, table: _Table, row: Row, column: str, name: str) -> float | None:
        value = table.get(row, column)
        number = number_of(value)
        if number is None and table.text(row, column) is not None:
            self._bad_value(table, row, column, name, "it is no number")
        return number

    def _date(self, table: _Table, row: Row, column: str, name: str) -> str | None:
        value = table.get(row, column)
        found = date_of(value)
        if found is None and table.text(row, column) is not None:
            self._bad_value(
                table, row, column, name, "it is no date that means one day (2026-11-22 does)"
            )
        # 1900-01-01 is what tools write for "no date" (COBie's default).
        return None if found in ("1900-01-01", "1899-12-31") else found

    def _bad_value(self, table: _Table, row: Row, column: str, name: str, why: str) -> None:
        value = text_of(table.get(row, column)) or ""
        self._error(
            "VALUE_WRONG",
            f"{column} of {table.name} '{name}' is '{value[:80]}': {why}.",
            table.name,
            line=row.number,
            key=name,
            field_name=column,
            value=value,
            kept="The row was taken over without it.",
        )

    def _warn(
        self,
        code: str,
        message: str,
        sheet: str,
        *,
        line: int | None = None,
        key: str | None = None,
        field_name: str | None = None,
        value: str | None = None,
    ) -> None:
        self._problems.warn(
            code, message, ifc_class=sheet, line=line, key=key, field=field_name, value=value
        )

    def _error(
        self,
        code: str,
        message: str,
        sheet: str,
        *,
        line: int | None = None,
        key: str | None = None,
        field_name: str | None = None,
        value: str | None = None,
        kept: str | None = None,
    ) -> None:
        """A row or a cell that was not taken over; `kept` says what of it was."""
        self._problems.add(
            Problem(
                severity="error",
                code=code,
                message=f"{message} {kept}" if kept else message,
                sheet_or_class=sheet,
                row_or_line=line,
                key=key,
                field=field_name,
                value=value[:200] if value else value,
            )
        )


@dataclass(frozen=True, slots=True)
class _Facility:
    """The building, and what its workbook's units are in metres and square metres."""

    building: SourceBuilding
    length: float = 1.0
    area: float = 1.0


@dataclass(frozen=True, slots=True)
class _Type:
    """What a Type says of all its Components."""

    name: str
    manufacturer: str | None = None
    model: str | None = None
    warranty_months: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Group:
    """A system or zone while its rows are read."""

    name: str
    category: str | None
    line: int
    description: str | None = None
    members: list[str] = field(default_factory=list)


def _numbered(floors: Sequence[SourceFloor], with_rooms: set[str]) -> list[SourceFloor]:
    numbers = number_floors(
        [Storey(floor.name, floor.elevation_m, floor.key in with_rooms) for floor in floors]
    )
    return [replace(floors[index], floor_number=numbers.numbers[index]) for index in numbers.order]


def _plain_cell(value: Value) -> Value:
    """Texts trimmed, numbers as they are."""
    return text_of(value) if isinstance(value, str) else value


def _volume(attributes: Mapping[str, Any], area: float | None) -> float | None:
    """A volume among a space's attributes, if it can be one: stated units are often wrong."""
    for name, value in attributes.items():
        if folded_header(name) in ("volume", "netvolume", "grossvolume"):
            volume = number_of(value)
            if volume and area and 1 < volume / area < 30:
                return round(volume, 4)
    return None


def _after(day: str | None, months: int | None) -> str | None:
    """The day so many months later: the last of the month where it has no such day."""
    if day is None or months is None:
        return None
    begin = date.fromisoformat(day)
    month = begin.month - 1 + months
    year, month = begin.year + month // 12, month % 12 + 1
    if year > 9999:
        return None
    for last in (begin.day, 30, 29, 28):
        try:
            return date(year, month, min(begin.day, last)).isoformat()
        except ValueError:
            continue
    return None
