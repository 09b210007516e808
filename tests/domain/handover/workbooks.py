"""A handover without a fault, as plain rows, and sheets made of such rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from arxos.adapters.readers.cobie_sheets import COLUMNS
from arxos.adapters.readers.workbook_sheets import Value, date_of, number_of, text_of
from arxos.domain.handover.cobie import RULES, check_cobie
from arxos.domain.handover.rule import CheckResult, Findings

Rows = dict[str, list[dict[str, Value]]]
_MADE = {"CreatedBy": "ada@example.com", "CreatedOn": "2026-03-01T09:00:00"}
_OTHER = {"ExtSystem": "n/a", "ExtObject": "n/a", "ExtIdentifier": "n/a"}


def good_rows() -> Rows:
    """What every rule has something to say of, and nothing against."""
    rows: Rows = {
        "Contact": [
            {"Email": email, "Category": "Architect", "Company": "Acme", "Phone": "+49 30 1"}
            for email in ("ada@example.com", "maker@example.com")
        ],
        "Facility": [
            {
                "Name": "North Tower", "Category": "Office: 11", "LinearUnits": "meters",
                "AreaUnits": "square meters", "VolumeUnits": "cubicmeters",
                "CurrencyUnit": "Euros", "AreaMeasurement": "DIN 277",
            }
        ],
        "Floor": [
            {"Name": name, "Category": "Floor", "Elevation": elevation, "Height": 3}
            for name, elevation in (("Ground", 0), ("First", 3.2))
        ],
        "Space": [
            {
                "Name": number, "Category": "Office: 11", "FloorName": floor,
                "Description": "Office", "UsableHeight": 2.7, "GrossArea": 22, "NetArea": 20.5,
            }
            for number, floor in (("101", "Ground"), ("201", "First"))
        ],
        "Zone": [
            {"Name": "Fire 1", "Category": "Fire Zone", "SpaceNames": "101,201"},
            {"Name": "Fire 2", "Category": "Fire Zone", "SpaceNames": "201"},
        ],
        "Type": [
            {
                "Name": name, "Category": "Fan: 23", "AssetType": "Fixed",
                "Manufacturer": "maker@example.com", "ModelNumber": "F-1",
                "WarrantyGuarantorParts": "maker@example.com", "WarrantyDurationParts": 2,
                "WarrantyGuarantorLabor": "maker@example.com", "WarrantyDurationLabor": 1,
                "WarrantyDurationUnit": "year", "ReplacementCost": 120, "ExpectedLife": 10,
                "DurationUnit": "year", "NominalLength": 1, "NominalWidth": 1, "NominalHeight": 1,
            }
            for name in ("Fan", "Pump")
        ],
        "Component": [
            {
                "Name": f"{kind}-1", "TypeName": kind, "Space": "101", "SerialNumber": "S1",
                "InstallationDate": "2026-02-01", "WarrantyStartDate": "2026-02-01",
            }
            for kind in ("Fan", "Pump")
        ],
        "System": [
            {"Name": "Air", "Category": "HVAC", "ComponentNames": "Fan-1"},
            {"Name": "Air", "Category": "HVAC", "ComponentNames": "Pump-1"},
        ],
        "Assembly": [
            {"Name": "Set", "SheetName": "Component", "ParentName": parent, "ChildNames": child}
            for parent, child in (("Fan-1", "Pump-1"), ("Pump-1", "Fan-1"))
        ],
        "Connection": [
            {
                "Name": name, "ConnectionType": "Feed", "SheetName": "Component",
                "RowName1": "Fan-1", "RowName2": "Pump-1",
            }
            for name in ("C1", "C2")
        ],
        "Spare": [
            {
                "Name": name, "Category": "Part", "TypeName": "Fan",
                "Suppliers": "maker@example.com, ada@example.com",
            }
            for name in ("Belt", "Filter")
        ],
        "Resource": [{"Name": name, "Category": "Tools"} for name in ("Ladder", "Wrench")],
        "Job": [
            {
                "Name": name, "Category": "PM", "Status": "Not Yet Started", "TypeName": "Fan",
                "Description": "Do it",
                "Duration": 1, "DurationUnit": "hour", "Frequency": 1, "FrequencyUnit": "year",
                "ResourceNames": "Ladder,Wrench",
            }
            for name in ("Clean", "Oil")
        ],
        "Impact": [
            {
                "Name": name, "ImpactType": "Cost", "ImpactStage": "Use", "SheetName": "Type",
                "RowName": "Fan", "Value": 12, "ImpactUnit": "Euro",
            }
            for name in ("I1", "I2")
        ],
        "Document": [
            {"Name": name, "Category": "Manual", "SheetName": "Type", "RowName": "Fan"}
            for name in ("Manual", "Warranty")
        ],
        "Attribute": [
            {"Name": name, "SheetName": "Space", "RowName": "101", "Value": 12, "Unit": "W"}
            for name in ("Load", "Light")
        ],
        "Coordinate": [
            {
                "Name": name, "Category": "point", "SheetName": "Component", "RowName": "Fan-1",
                "CoordinateXAxis": 1, "CoordinateYAxis": 2, "CoordinateZAxis": 3,
            }
            for name in ("P1", "P2")
        ],
        "Issue": [
            {
                "Name": name, "Type": "Safety", "Risk": "Low", "Chance": "High",
                "Impact": "Moderate", "SheetName1": "Space", "RowName1": "101",
                "SheetName2": "Component", "RowName2": "Fan-1", "Description": "Noise",
                "Owner": "ada@example.com",
            }
            for name in ("N1", "N2")
        ],
    }  # fmt: skip
    return {
        sheet: [
            {column: {**_MADE, **row}.get(column, "n/a") for column in COLUMNS[sheet]}
            for row in given
        ]
        for sheet, given in rows.items()
    }


@dataclass(frozen=True)
class PlainRow:
    number: int
    cells: Mapping[str, Value]

    def text(self, column: str) -> str | None:
        return text_of(self.cells.get(column))

    def number_in(self, column: str) -> float | None:
        return number_of(self.cells.get(column))

    def day_in(self, column: str) -> str | None:
        return date_of(self.cells.get(column))


@dataclass(frozen=True)
class PlainSheet:
    """A sheet whose header is in row 1."""

    name: str
    given: Sequence[Mapping[str, Value]]
    header_row: int = 1

    def has(self, column: str) -> bool:
        return column in self.given[0]

    def rows(self) -> list[PlainRow]:
        return [PlainRow(number, cells) for number, cells in enumerate(self.given, start=2)]


def check(rows: Rows) -> CheckResult:
    findings = Findings(RULES)
    check_cobie({name: PlainSheet(name, given) for name, given in rows.items()}, findings)
    return findings.result()
