"""Units in the headings and cells of plain tables: `Net Area (m²)`, `height ft`, `100 sq ft`."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Dimension = Literal["length", "area", "volume"]

_FOOT = 0.3048


@dataclass(frozen=True, slots=True)
class Unit:
    """How much one of it is in metres, square metres or cubic metres."""

    dimension: Dimension
    factor: float
    name: str


def _named(unit: Unit, names: str) -> dict[str, Unit]:
    return dict.fromkeys(names.split(), unit)


# Folded: without blanks, points and case.
_UNITS: Mapping[str, Unit] = {
    **_named(Unit("length", 1.0, "metres"), "m metre metres meter meters mtr"),
    **_named(Unit("length", 0.01, "centimetres"), "cm centimetres centimeters"),
    **_named(Unit("length", 0.001, "millimetres"), "mm millimetres millimeters"),
    **_named(Unit("length", _FOOT, "feet"), "ft foot feet"),
    **_named(Unit("length", 0.0254, "inches"), "in inch inches"),
    **_named(
        Unit("area", 1.0, "square metres"),
        "m2 sqm qm mq smq squaremetres squaremeters squaremetre squaremeter sm",
    ),
    **_named(Unit("area", 1e-4, "square centimetres"), "cm2 sqcm"),
    **_named(Unit("area", 1e-6, "square millimetres"), "mm2 sqmm"),
    **_named(
        Unit("area", _FOOT**2, "square feet"), "ft2 sqft sf squarefeet squarefoot sqfeet gsf nsf"
    ),
    **_named(Unit("volume", 1.0, "cubic metres"), "m3 cbm cum cubicmetres cubicmeters"),
    **_named(Unit("volume", 0.001, "litres"), "l litre litres liter liters"),
    **_named(Unit("volume", _FOOT**3, "cubic feet"), "ft3 cuft cf cubicfeet"),
}
# Units that stand behind a word without a gap: `areasqft`.
_GLUED = ("sqft", "ft2", "sqm", "m2", "ft3", "m3")
_BRACKETED = re.compile(r"(.*?)\s*[(\[{<]\s*(?:in\s+)?([^()\[\]{}<>]+?)\s*[)\]}>]")
_NUMBER_AND_UNIT = re.compile(r"([+-]?[\d.,\s'’]*\d)\s*([^\d.,\s'’].*)")


def headings_and_units(heading: str) -> Iterator[tuple[str, Unit]]:
    """The ways in which a heading may end in a unit: what stands before it, and the unit."""
    text = unicodedata.normalize("NFKC", heading).casefold().strip()
    if (found := _BRACKETED.fullmatch(text)) is not None and (unit := unit_of(found[2])):
        yield found[1], unit
    words = re.split(r"[\s_,/.]+", text)
    for many in (2, 1):
        unit = unit_of("".join(words[-many:]))
        if unit is not None and len(words) >= many:
            rest = words[:-many]
            yield " ".join(rest[:-1] if rest and rest[-1] == "in" else rest), unit
    for name in _GLUED:
        if text.endswith(name):
            yield text.removesuffix(name), _UNITS[name]


def unit_of(text: str) -> Unit | None:
    """The unit that a text names; None for what is none."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return _UNITS.get(re.sub(r"[\s.^_-]", "", text))


def number_and_unit(text: str) -> tuple[str, Unit] | None:
    """A cell that says its unit, as the number's text and the unit."""
    found = _NUMBER_AND_UNIT.fullmatch(text.strip())
    unit = unit_of(found[2]) if found else None
    return (found[1], unit) if found and unit else None
