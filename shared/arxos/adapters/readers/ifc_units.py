"""Converts an IFC file's lengths, areas and volumes, each by its own unit, to metres."""

from dataclasses import dataclass

from arxos.adapters.readers.ifc_model import Entity, IfcModel, attribute, entities_at, entity_at
from arxos.adapters.readers.problem_list import ProblemList

_PREFIXES = {
    "EXA": 1e18,
    "PETA": 1e15,
    "TERA": 1e12,
    "GIGA": 1e9,
    "MEGA": 1e6,
    "KILO": 1e3,
    "HECTO": 1e2,
    "DECA": 1e1,
    "DECI": 1e-1,
    "CENTI": 1e-2,
    "MILLI": 1e-3,
    "MICRO": 1e-6,
    "NANO": 1e-9,
    "PICO": 1e-12,
}
# What a conversion-based unit is worth whose factor is missing or no number.
_BY_NAME = {
    **dict.fromkeys(("FOOT", "FEET", "FT"), 0.3048),
    **dict.fromkeys(("INCH", "INCHES", "IN"), 0.0254),
    **dict.fromkeys(("YARD", "YARDS"), 0.9144),
}
_DIMENSION_WORDS = ("SQUARE", "CUBIC")
_POWERS = {"LENGTHUNIT": 1, "AREAUNIT": 2, "VOLUMEUNIT": 3}
_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Units:
    """Factors from the file's units to m, m2 and m3."""

    length: float = 1.0
    area: float = 1.0
    volume: float = 1.0


def read_units(model: IfcModel, problems: ProblemList) -> Units:
    """IfcProject.UnitsInContext; what it leaves out follows from the length unit."""
    scales: dict[str, float] = {}
    for project in (*model.by_type("IfcProject"), *model.by_type("IfcUnitAssignment")):
        assignment = entity_at(project, "UnitsInContext") or project
        for unit in entities_at(assignment, "Units"):
            kind = attribute(unit, "UnitType")
            scale = scale_of(unit)
            if kind in _POWERS and scale is not None:
                scales.setdefault(kind, scale)
    if "LENGTHUNIT" not in scales:
        problems.warn(
            "UNIT_MISSING",
            "The file does not say in which unit its lengths are; metres were taken.",
            ifc_class="IfcUnitAssignment",
        )
    length = scales.get("LENGTHUNIT", 1.0)
    return Units(
        length=length,
        area=scales.get("AREAUNIT", length**2),
        volume=scales.get("VOLUMEUNIT", length**3),
    )


def scale_of(unit: Entity | None, depth: int = 0) -> float | None:
    """The factor to m, m2 or m3; None for a unit that is no length, area or volume."""
    if unit is None or depth > _DEPTH:
        return None
    power = _POWERS.get(attribute(unit, "UnitType") or "")
    if power is None:
        return None
    if unit.is_a("IfcSIUnit"):
        # IFC4 8.11.3.10: the prefix counts before the power, MILLI SQUARE_METRE is mm2.
        return float(_PREFIXES.get(attribute(unit, "Prefix") or "", 1.0) ** power)
    factor = entity_at(unit, "ConversionFactor")
    if factor is not None:
        value = attribute(attribute(factor, "ValueComponent"), "wrappedValue")
        base = scale_of(entity_at(factor, "UnitComponent"), depth + 1)
        if isinstance(value, (int, float)) and value > 0 and base is not None:
            return float(value) * base
    words = str(attribute(unit, "Name") or "").upper().replace("_", " ").split()
    side = _BY_NAME.get(" ".join(word for word in words if word not in _DIMENSION_WORDS))
    return None if side is None else float(side**power)
