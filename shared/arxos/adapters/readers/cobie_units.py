"""Units as COBie workbooks write them (pick lists of COBie 2.4, and what tools make of them)."""

from arxos.adapters.readers.header_row import folded_header

_FOOT = 0.3048
_LENGTHS = {
    **dict.fromkeys(("meter", "meters", "metre", "metres", "m"), 1.0),
    **dict.fromkeys(("millimeter", "millimeters", "millimetre", "millimetres", "mm"), 0.001),
    **dict.fromkeys(("centimeter", "centimeters", "centimetre", "centimetres", "cm"), 0.01),
    **dict.fromkeys(("foot", "feet", "ft"), _FOOT),
    **dict.fromkeys(("inch", "inches", "in"), 0.0254),
}
_SQUARES = ("square", "sq", "sqr")
_MONTHS = {
    **dict.fromkeys(("year", "years", "yr", "yrs", "a"), 12.0),
    **dict.fromkeys(("month", "months", "mo"), 1.0),
    **dict.fromkeys(("week", "weeks"), 12 / 52.1775),
    **dict.fromkeys(("day", "days"), 12 / 365.25),
    "quarter": 3.0,
}


def length_factor(unit: str) -> float | None:
    """Metres in one of it; None for a unit that is not known."""
    return _LENGTHS.get(folded_header(unit))


def area_factor(unit: str) -> float | None:
    """Square metres in one of it: `squarefeet`, `sq ft`, `ft2`, `m²`."""
    text = folded_header(unit.replace("²", "2"))
    for prefix in _SQUARES:
        if text.startswith(prefix) and (side := _LENGTHS.get(text.removeprefix(prefix))):
            return side**2
    if text.endswith("2") and (side := _LENGTHS.get(text[:-1])):
        return side**2
    return None


def months_of(duration: float, unit: str) -> int | None:
    """A duration in whole months; None for a unit that is not known, or no sane duration."""
    factor = _MONTHS.get(folded_header(unit))
    if factor is None or not 0 < duration * factor < 12 * 200:
        return None
    return round(duration * factor)
