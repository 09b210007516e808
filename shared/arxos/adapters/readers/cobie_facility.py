"""Of which building a COBie workbook is, and what its units are worth."""

from collections.abc import Callable
from dataclasses import dataclass

from arxos.adapters.readers.cobie_reading import Reading
from arxos.adapters.readers.cobie_tables import Table
from arxos.adapters.readers.cobie_units import area_factor, length_factor
from arxos.adapters.readers.source_text import meaningful
from arxos.adapters.readers.workbook_sheets import Row
from arxos.domain.source import SourceBuilding


@dataclass(frozen=True, slots=True)
class Facility:
    """The building, and what its workbook's units are in metres and square metres."""

    building: SourceBuilding
    length: float = 1.0
    area: float = 1.0


def read_facility(reading: Reading) -> Facility:
    """The first row of the sheet Facility; one made up where there is none."""
    for table, row, name in reading.rows("Facility"):
        key = table.text(row, "ExternalFacilityIdentifier") or name
        return Facility(
            SourceBuilding(key=key, name=meaningful(name)),
            length=_unit(reading, table, row, "LinearUnits", length_factor),
            area=_unit(reading, table, row, "AreaUnits", area_factor),
        )
    return Facility(SourceBuilding(key="facility"))


def _unit(
    reading: Reading, table: Table, row: Row, column: str, factor_of: Callable[[str], float | None]
) -> float:
    stated = table.text(row, column)
    if stated is None:
        return 1.0
    factor = factor_of(stated)
    if factor is None:
        reading.warn(
            "UNIT_UNKNOWN",
            f"The unit '{stated}' is not known; metres were assumed.",
            "Facility",
            line=row.number,
            field=column,
            value=stated,
        )
        return 1.0
    return factor
