"""A building's lines as rows of COBie 2.4's sheets (import-mapping.md, "COBie 2.4 workbooks")."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from arxos.adapters.exports.cobie_sheet_rows import Cells, CobieSheets, SheetRow
from arxos.adapters.exports.cobie_types_rows import CobieTypes
from arxos.adapters.exports.kept_rows import KeptRows
from arxos.adapters.readers.cobie_sheets import COLUMNS
from arxos.adapters.readers.cobie_units import area_factor, length_factor
from arxos.adapters.readers.header_row import folded_header
from arxos.adapters.readers.source_text import meaningful
from arxos.adapters.readers.workbook_sheets import date_of, number_of, text_of
from arxos.domain.own_exports import Line
from arxos.domain.text_rules import folded

SHEET_OF: Mapping[str, str] = {"floor": "Floor", "room": "Space", "device": "Component"}
_OWN = frozenset({"Facility", "Floor", "Space", "Zone", "Type", "Component", "System"})
# Metadata that has a column of its own, or stands on the sheet Type.
_WITH_A_COLUMN = frozenset({"type", "attributes", "room_tag", "usable_height_m"}) | {
    "asset_identifier"
}
# What tools write for "no date"; readers take it for none.
NO_DATES = ("1900-01-01", "1899-12-31")
_IFC_CLASS = {"floor": "IfcBuildingStorey", "room": "IfcSpace"}
_FIELD_OF = {"SerialNumber": "serial_number", "TagNumber": "tag_number", "BarCode": "barcode"}
_FIRST_STATUS = {"floor": "planned", "room": "planned", "device": "installed"}


class CobieRows:
    """Made line by line: stored sheets come first, then floors, groups, rooms, devices."""

    def __init__(self, head: Line, kept: KeptRows) -> None:
        self._sheets = CobieSheets(kept, head)
        self._kept = kept
        self._types = CobieTypes(self._sheets)
        self._head = head
        self._length = self._area = 1.0
        self._names: dict[str, str] = {}
        self._groups: dict[str, Line] = {}
        self._filled: set[str] = set()
        self._roomless: dict[str, str] = {}

    def sheets(self) -> dict[str, Sequence[str]]:
        """Every sheet with its headings: the standard's, then what else was stored."""
        more = [name for name in self._kept.columns if name not in COLUMNS]
        # What explains a workbook stands before all it explains.
        first = [name for name in more if name.casefold() == "instruction"]
        names = (*first, *COLUMNS, *(name for name in more if name not in first))
        return {name: self._sheets.headings(name) for name in names}

    def begin(self) -> Iterator[SheetRow]:
        """The contacts and the facility."""
        for contact in self._kept.rest("Contact"):
            email, company = text_of(contact.get("Email")), text_of(contact.get("Company"))
            self._sheets.unique("Contact", email or "")
            if email and meaningful(company, "Company"):
                self._sheets.companies.setdefault(email.casefold(), str(company))
            yield self._sheets.stored("Contact", contact)
        yield self._facility()

    def of(self, line: Line) -> Iterator[SheetRow]:
        """The line's rows; the first is the record's own."""
        if line["kind"] == "floor":
            yield from self._floor(line)
        elif line["kind"] == "room":
            yield from self._space(line)
        elif line["kind"] == "device":
            yield from self._component(line)
        elif line["kind"] == "group":
            self._groups[line["id"]] = line

    def finish(self) -> Iterator[SheetRow]:
        """Groups without members, the stored rows nothing has asked for, and who made the rest."""
        for group_id, group in self._groups.items():
            if group_id not in self._filled:
                yield self._member(group, None)
        for sheet in self._sheets.kept.columns:
            if sheet in _OWN - {"Type"} or sheet == "Contact":
                continue
            for cells in self._kept.rest(sheet):
                if sheet != "Attribute" or self._still_counts(cells):
                    yield self._sheets.stored(sheet, cells)
        if self._sheets.is_maker_named and not self._sheets.is_given(
            "Contact", self._sheets.made_by
        ):
            yield self._sheets.contacts_maker()

    # ---- Records ----------------------------------------------------------------------------

    def _facility(self) -> SheetRow:
        building = self._head["building"]
        stored = next(self._kept.rest("Facility"), {})
        cells: Cells = {
            "Category": "n/a",
            "ProjectName": building["name"],
            "SiteName": building.get("address", {}).get("street"),
            "LinearUnits": "meters",
            "AreaUnits": "squaremeters",
            "VolumeUnits": "cubicmeters",
            "CurrencyUnit": "n/a",
            "AreaMeasurement": "NetArea",
            "ExternalSystem": "Arxos",
            "ExternalFacilityObject": "IfcBuilding",
            "ExternalFacilityIdentifier": building["id"],
            "Description": building.get("description"),
            **stored,
            "Name": building["name"],
        }
        length = length_factor(text_of(cells["LinearUnits"]) or "")
        area = area_factor(text_of(cells["AreaUnits"]) or "")
        # Stored rows say their lengths in the workbook's own units; the rest follows them.
        if length is None or area is None:
            cells |= {"LinearUnits": "meters", "AreaUnits": "squaremeters"}
        self._length, self._area = length or 1.0, area or 1.0
        return self._sheets.row("Facility", cells, made=building)

    def _floor(self, line: Line) -> Iterator[SheetRow]:
        name = line.get("name") or f"Floor {line['floor_number']}"
        base = self._base(line, {"Category": "Floor"})
        base["Name"] = self._named(line, "Floor", name)
        _describe(base, line)
        _measure(base, "Elevation", line.get("elevation_m"), self._length)
        yield self._sheets.row("Floor", base, made=line)
        yield from self._attributes(line, "Floor")

    def _space(self, line: Line) -> Iterator[SheetRow]:
        base = self._base(line, {})
        metadata = line.get("metadata", {})
        base["Name"] = self._named(line, "Space", line["room_number"])
        base["FloorName"] = self._names.get(line["floor_id"])
        _tell(base, "Category", line.get("room_type"))
        _tell(base, "Description", line.get("name"))
        column = "GrossArea" if line.get("area_source") == "COBie GrossArea" else "NetArea"
        _measure(base, column, line.get("area_m2"), self._area)
        if "room_tag" in metadata:
            _tell(base, "RoomTag", metadata["room_tag"])
        if isinstance(height := metadata.get("usable_height_m"), (int, float)):
            base["UsableHeight"] = _divided(height, self._length)
        yield self._sheets.row("Space", base, made=line)
        yield from self._attributes(line, "Space", NetVolume=line.get("volume_m3"))
        yield from self._memberships(line, "zone")

    def _component(self, line: Line) -> Iterator[SheetRow]:
        type_name = ""
        type_rows: list[SheetRow] = []
        for made in self._types.of(line):
            if isinstance(made, str):
                type_name = made
            else:
                type_rows.append(made)
        base = self._base(line, {})
        base["Name"] = self._named(line, "Component", line["name"])
        base["TypeName"] = type_name
        spaces = [self._names[i] for i in line.get("room_ids", ()) if i in self._names]
        stand_in = list(self._place(base, spaces, line))
        _describe(base, line)
        for column in ("SerialNumber", "TagNumber", "BarCode"):
            _tell(base, column, line.get(_FIELD_OF[column]))
        if _day(base.get("InstallationDate")) != line.get("installed_on"):
            base["InstallationDate"] = line.get("installed_on")
        if "asset_identifier" in line.get("metadata", {}):
            _tell(base, "AssetIdentifier", line["metadata"]["asset_identifier"])
        yield self._sheets.row("Component", base, made=line)
        yield from (*type_rows, *stand_in)
        ends = line.get("warranty_until") if "type" not in line.get("metadata", {}) else None
        yield from self._attributes(line, "Component", WarrantyEndDate=ends)
        yield from self._memberships(line, "system")
        yield from self._coordinate(line, base["Name"])

    def _place(self, cells: Cells, spaces: Sequence[str], line: Line) -> Iterator[SheetRow]:
        """Where a component is. COBie knows no component outside of a space.

        So those of a floor that are in no room share a row of their own on the sheet Space, unless
        the workbook they came from did without.
        """
        stated = meaningful(text_of(cells.get("Space")), "Space")
        floor = self._names.get(line["floor_id"])
        if spaces:
            if stated is None or list(map(folded, stated.split(","))) != list(map(folded, spaces)):
                cells["Space"] = ",".join(spaces)
        elif floor is None:
            cells["Space"] = None
        elif "Space" not in cells or (stated is not None and folded(stated) != folded(floor)):
            if floor not in self._roomless:
                self._roomless[floor] = self._sheets.unique("Space", f"{floor}: no room")
                stand_in = {
                    "Name": self._roomless[floor],
                    "FloorName": floor,
                    "Description": "What is on this floor and in no room that is known",
                    "ExtSystem": "Arxos",
                }
                yield self._sheets.row("Space", stand_in)
            cells["Space"] = self._roomless[floor]

    def _base(self, line: Line, cells: Cells) -> Cells:
        """The cells that a record's stored row has, or who speaks of it outside."""
        ids: Mapping[str, str] = line.get("external_ids", {})
        sheet, known_by = SHEET_OF[line["kind"]], ids.get("cobie")
        stored: Cells | None = None
        if known_by is not None:
            stored = self._kept.find_id(sheet, known_by) or self._kept.find(sheet, known_by)
        if stored is None:
            made_of = line.get("ifc_class") or _IFC_CLASS.get(line["kind"])
            cells |= {"ExtSystem": "Arxos", "ExtObject": made_of if "ifc" in ids else None}
            cells["ExtIdentifier"] = line["id"]
        else:
            cells |= stored
        # Last of all: a stored row never takes a record's own identifier from it.
        if "ifc" in ids:
            cells["ExtIdentifier"] = ids["ifc"]
        return cells

    def _named(self, line: Line, sheet: str, name: str) -> str:
        given = self._sheets.unique(sheet, name)
        self._names[line["id"]] = given
        return given

    # ---- What stands on other sheets ----------------------------------------------------------

    def _attributes(self, line: Line, sheet: str, **more: Any) -> Iterator[SheetRow]:
        metadata = line.get("metadata", {})
        stated = metadata.get("attributes")
        said: dict[str, Any] = dict(stated) if isinstance(stated, dict) else {}
        for name, value in _flat({k: v for k, v in metadata.items() if k not in _WITH_A_COLUMN}):
            said.setdefault(name, value)
        if line["status"] != _FIRST_STATUS[line["kind"]]:
            said.setdefault("Status", line["status"])
        there = {folded_header(name) for name in said}
        for name, value in more.items():
            if value is not None and not {folded_header(name), folded_header(name[3:])} & there:
                said[name] = value
        for name, value in said.items():
            told = (
                json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else value
            )
            yield self._sheets.attribute(sheet, self._names[line["id"]], name, told, made=line)

    def _memberships(self, line: Line, kind: str) -> Iterator[SheetRow]:
        for group_id in line.get("group_ids", ()):
            group = self._groups.get(group_id)
            if group is not None and group["group_kind"] == kind:
                self._filled.add(group_id)
                yield self._member(group, self._names[line["id"]])

    def _member(self, group: Line, name: str | None) -> SheetRow:
        is_system = group["group_kind"] == "system"
        ids = group.get("external_ids", {})
        sheet, column = ("System", "ComponentNames") if is_system else ("Zone", "SpaceNames")
        cells: Cells = {
            "ExtSystem": "Arxos",
            "ExtObject": "IfcSystem" if is_system else "IfcZone",
            "ExtIdentifier": ids.get("ifc") or group["id"],
            "Description": group.get("description") or group["name"],
            **(self._kept.find(sheet, group["name"], name) or {}),
            "Name": group["name"],
            "Category": group.get("category"),
            column: name,
        }
        return self._sheets.row(sheet, cells, made=group)

    def _coordinate(self, line: Line, name: str) -> Iterator[SheetRow]:
        position = line.get("position")
        if position is None or self._kept.has("Coordinate", "Component", name):
            return
        x, y, z = (_divided(axis, self._length) for axis in position)
        cells = {
            "Name": f"{name} position",
            "Category": "point",
            "SheetName": "Component",
            "RowName": name,
            "CoordinateXAxis": x,
            "CoordinateYAxis": y,
            "CoordinateZAxis": z,
        }
        yield self._sheets.row("Coordinate", cells, made=line)

    def _still_counts(self, attribute: Cells) -> bool:
        """A stored attribute that no record has: of a record that is gone, or one without a value.

        What somebody has removed from a record's metadata does not come back by its old row.
        """
        sheet = (text_of(attribute.get("SheetName")) or "").capitalize()
        of = text_of(attribute.get("RowName")) or ""
        if sheet not in SHEET_OF.values():
            return True
        name, value = text_of(attribute.get("Name")) or "", text_of(attribute.get("Value"))
        return self._sheets.is_given(sheet, of) and meaningful(value, name) is None


def _flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Nested metadata as attributes: `pset.fire_rating`."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        elif value is not None:
            yield f"{before}{name}", value


def _tell(cells: Cells, column: str, value: Any) -> None:
    """A stored cell that says the same stays as it was typed: "n/a" too, where there is none."""
    stored = meaningful(text_of(cells.get(column)), column)
    if value != (None if stored is None else " ".join(stored.split())):
        cells[column] = value


def _day(value: Any) -> str | None:
    """A stored day; what tools write for "no date" is none."""
    day = date_of(value)
    return None if day in NO_DATES else day


def _describe(cells: Cells, line: Line) -> None:
    """COBie wants a description of every row: the name, where there is none."""
    stored = meaningful(text_of(cells.get("Description")), "Description")
    if line.get("description") is None and stored in (None, line.get("name")):
        cells.setdefault("Description", cells["Name"])
    else:
        _tell(cells, "Description", line.get("description") or cells["Name"])


def _measure(cells: Cells, column: str, value: float | None, unit: float) -> None:
    """A stored 0 or "n/a" stays where the registry has no value: readers took it for none."""
    if value is not None or number_of(cells.get(column)):
        cells[column] = _divided(value, unit)


def _divided(value: float | None, factor: float) -> float | None:
    return None if value is None else round(value / factor, 9)
