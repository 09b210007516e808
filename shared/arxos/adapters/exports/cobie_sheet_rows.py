"""Rows of COBie's sheets: every column filled as the standard wants it, stored cells given back."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from arxos.adapters.exports.cells import Value, cell
from arxos.adapters.exports.kept_rows import Cells, KeptRows
from arxos.adapters.readers.cobie_sheets import COLUMNS
from arxos.domain.own_exports import Line
from arxos.domain.text_rules import folded

SheetRow = tuple[str, tuple[Value, ...]]
__all__ = ["Cells", "CobieSheets", "SheetRow"]


_NUMBERED = re.compile(r" \(\d{1,6}\)$")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


EXTERNAL = _names(
    "ExtSystem ExtObject ExtIdentifier ExternalSystem ExternalProjectObject"
    " ExternalProjectIdentifier ExternalSiteObject ExternalSiteIdentifier ExternalFacilityObject"
    " ExternalFacilityIdentifier"
)
# Columns that name a row of another sheet or a value of a pick list.
REFERENCE = _names(
    "CreatedBy Category FloorName SpaceNames TypeName Space ComponentNames SheetName RowName"
    " ParentName ChildNames AssemblyType Suppliers Manufacturer WarrantyGuarantorParts"
    " WarrantyGuarantorLabor WarrantyDurationUnit DurationUnit AssetType Status TaskStartUnit"
    " FrequencyUnit Priors ResourceNames ImpactType ImpactStage ImpactUnit ApprovalBy Stage Unit"
    " LinearUnits AreaUnits VolumeUnits CurrencyUnit AreaMeasurement ConnectionType RowName1"
    " RowName2 RealizingElement PortName1 PortName2 Type Risk Chance Impact SheetName1 SheetName2"
    " Owner"
)
_MORE_REQUIRED: Mapping[str, frozenset[str]] = {
    "Contact": _names("Email Company Phone"),
    "Facility": _names("ProjectName SiteName AreaMeasurement"),
    "Space": _names("Description"),
    "Type": _names("Description ModelNumber WarrantyDurationParts WarrantyDurationLabor")
    | _names("NominalLength NominalWidth NominalHeight"),
    "Component": _names("Description"),
    "Spare": _names("Suppliers"),
    "Job": _names("Description Duration Start Frequency TaskNumber"),
    "Impact": _names("Value"),
    "Document": _names("Directory File"),
    "Attribute": _names("Value"),
    "Coordinate": _names("CoordinateXAxis CoordinateYAxis CoordinateZAxis"),
    "Issue": _names("Description"),
}


def is_required(sheet: str, column: str) -> bool:
    """Whether COBie wants a value in each row, "n/a" where there is none."""
    if column in EXTERNAL or column not in COLUMNS.get(sheet, ()):
        return False
    return (
        column in ("Name", "CreatedBy", "CreatedOn")
        or column in REFERENCE
        or column in _MORE_REQUIRED.get(sheet, ())
    )


class CobieSheets:
    """What the makers of rows share: stored rows, names given, and who made the export."""

    def __init__(self, kept: KeptRows, head: Line) -> None:
        self.kept = kept
        self.made_by = head.get("made_by") or "arxos@company.invalid"
        self._made_at = head["made_at"]
        self.companies: dict[str, str] = {}
        """E-mail, in lower case -> company, of the stored contacts."""
        self.is_maker_named = False
        """Whether a row says that whoever asked for the export has made it."""
        self._given: dict[str, dict[str, int]] = {}

    def columns(self, sheet: str) -> Sequence[str]:
        """The standard's columns, then those that a stored workbook had beside them."""
        standard = COLUMNS.get(sheet, ())
        return (*standard, *(c for c in self.kept.columns.get(sheet, ()) if c not in standard))

    def headings(self, sheet: str) -> Sequence[str]:
        """What stands above the columns: blanks and doubles as they were stored."""
        standard = COLUMNS.get(sheet, ())
        stored = self.kept.columns.get(sheet, {})
        return [c if c in standard else stored[c] for c in self.columns(sheet)]

    def unique(self, sheet: str, name: str) -> str:
        """The name, with a number behind it where the sheet has it already."""
        given = self._given.setdefault(sheet, {})
        if folded(name) not in given:
            given[folded(name)] = 1
            return name
        # "Pump (2)" that is there already becomes "Pump (3)".
        bare = _NUMBERED.sub("", name) or name
        number = given.get(folded(bare), 1)
        while True:
            number += 1
            other = f"{bare} ({number})"
            if folded(other) not in given:
                given[folded(bare)] = number
                given[folded(other)] = 1
                return other

    def is_given(self, sheet: str, name: str) -> bool:
        """Whether a row of this name stands on the sheet."""
        return folded(name) in self._given.get(sheet, ())

    def row(self, sheet: str, cells: Cells, *, made: Line | None = None) -> SheetRow:
        """A row in the sheet's columns. `made`: the record whose time of creation counts."""
        at = (made or {}).get("created_at") or self._made_at
        if cells.get("CreatedBy") is None:
            cells = {**cells, "CreatedBy": self.made_by}
            self.is_maker_named = True
        cells = {"CreatedOn": at[:19], **cells}
        return sheet, tuple(
            "n/a" if (value := cell(cells.get(c))) is None and is_required(sheet, c) else value
            for c in self.columns(sheet)
        )

    def stored(self, sheet: str, cells: Cells) -> SheetRow:
        """A stored row, as it was."""
        return sheet, tuple(cell(cells.get(column)) for column in self.columns(sheet))

    def contacts_maker(self) -> SheetRow:
        """The contact that rows name as their maker, if the workbook had none of that address."""
        cells = {"Email": self.made_by, "Company": "Arxos", "Category": "Facility Manager"}
        return self.row("Contact", cells)

    def attribute(
        self, sheet: str, row_name: str, name: str, value: Any, *, made: Line
    ) -> SheetRow:
        """An attribute of a row; a stored one keeps its unit, category and maker."""
        kept = self.kept.find("Attribute", sheet, row_name, name)
        if kept is not None:
            return self.stored("Attribute", {**kept, "Value": value})
        cells = {
            "Name": name,
            "Category": "Requirement",
            "SheetName": sheet,
            "RowName": row_name,
            "Value": value,
            "Unit": "n/a",
        }
        return self.row("Attribute", cells, made=made)
