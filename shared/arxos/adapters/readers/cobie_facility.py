"""Of which building a COBie workbook is, and what its units are worth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from arxos.adapters.readers import cobie_measures
from arxos.adapters.readers.cobie_measures import Measured
from arxos.adapters.readers.cobie_reading import Reading
from arxos.adapters.readers.cobie_tables import Table
from arxos.adapters.readers.cobie_units import area_factor, length_factor
from arxos.adapters.readers.source_text import meaningful
from arxos.adapters.readers.workbook_sheets import Row
from arxos.domain.source import SourceBuilding


@dataclass(frozen=True, slots=True)
class Facility:
    """The building, and what its workbook's columns are in metres and square metres."""

    building: SourceBuilding
    elevation: float = 1.0
    height: float = 1.0
    net_area: float = 1.0
    gross_area: float = 1.0


@dataclass(frozen=True, slots=True)
class _Unit:
    """As the workbook states it."""

    factor: float = 1.0
    stated: str | None = None


def read_facility(reading: Reading) -> Facility:
    """The first row of the sheet Facility; one made up where there is none."""
    building, length, area = SourceBuilding(key="facility"), _Unit(), _Unit()
    for table, row, name in reading.rows("Facility"):
        key = table.text(row, "ExternalFacilityIdentifier") or name
        building = SourceBuilding(key=key, name=meaningful(name))
        length = _unit(reading, table, row, "LinearUnits", length_factor, "metres")
        area = _unit(reading, table, row, "AreaUnits", area_factor, "square metres")
        break
    return Facility(
        building,
        elevation=_factor(reading, "Floor", "Elevation", length, cobie_measures.elevations),
        height=_factor(reading, "Space", "UsableHeight", length, cobie_measures.heights),
        net_area=_factor(reading, "Space", "NetArea", area, cobie_measures.areas),
        gross_area=_factor(reading, "Space", "GrossArea", area, cobie_measures.areas),
    )


def _unit(
    reading: Reading,
    table: Table,
    row: Row,
    column: str,
    factor_of: Callable[[str], float | None],
    otherwise: str,
) -> _Unit:
    stated = table.text(row, column)
    if stated is None:
        return _Unit()
    factor = factor_of(stated)
    if factor is None:
        reading.warn(
            "UNIT_UNKNOWN",
            f"{column} says '{stated}', which is no unit that is known; {otherwise} were assumed.",
            "Facility",
            line=row.number,
            field=column,
            value=stated,
        )
        return _Unit()
    return _Unit(factor, stated)


def _factor(
    reading: Reading,
    sheet: str,
    column: str,
    unit: _Unit,
    judged: Callable[[Sequence[float], float], Measured],
) -> float:
    """The column's own factor: where the stated unit cannot be, the one that can."""
    measured = judged(reading.numbers(sheet, column), unit.factor)
    if measured.doubt is not None:
        where = "In metric units (none are stated)"
        if unit.stated:
            where = f"In the stated unit, '{unit.stated}'"
        reading.warn(
            "UNIT_IN_DOUBT",
            f"{where}, column '{column}' of sheet '{sheet}' makes no sense: {measured.doubt}.",
            sheet,
            field=column,
            value=unit.stated,
        )
    return measured.factor
