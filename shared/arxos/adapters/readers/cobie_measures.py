"""What a COBie workbook's columns of measures are in: the stated unit, unless it cannot be.

Tools state one unit and write another, for single columns too (import-mapping.md, "COBie 2.4").
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_FOOT, _INCH = 0.3048, 0.0254
_LENGTHS: Mapping[str, float] = {
    "metres": 1.0,
    "millimetres": 0.001,
    "feet": _FOOT,
    "centimetres": 0.01,
    "inches": _INCH,
}
_AREAS: Mapping[str, float] = {
    "square metres": 1.0,
    "square feet": _FOOT**2,
    "square millimetres": 1e-6,
    "square centimetres": 1e-4,
    "square inches": _INCH**2,
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A column's factor to metres or square metres; `doubt` says why it is not the stated one."""

    factor: float
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class _Sense:
    """Between which values a column's typical one can be, and where it is usual."""

    possible: tuple[float, float]
    usual: tuple[float, float]
    says: Callable[[float], str]


def elevations(values: Sequence[float], stated: float) -> Measured:
    """By the distances of the storeys from one another."""
    heights = sorted(set(values))
    gaps = [above - below for below, above in pairwise(heights)]
    # One storey alone may be a hall or a plinth; of several the middle one is a storey.
    possible = (1.2, 9.0) if len(gaps) > 1 else (0.2, 20.0)
    sense = _Sense(possible, (2.0, 7.0), lambda v: f"storeys would be {_shown(v)} m apart")
    return _judged(gaps, stated, _LENGTHS, sense)


def heights(values: Sequence[float], stated: float) -> Measured:
    """By the rooms' usual height."""
    possible = (1.2, 40.0) if len(values) > 1 else (0.5, 100.0)
    sense = _Sense(possible, (1.9, 8.0), lambda v: f"rooms would be {_shown(v)} m high")
    return _judged(values, stated, _LENGTHS, sense)


def areas(values: Sequence[float], stated: float) -> Measured:
    """By the rooms' usual size."""
    possible = (2.0, 2_000.0) if len(values) >= 5 else (0.1, 50_000.0)
    sense = _Sense(possible, (3.0, 300.0), lambda v: f"rooms would have {_shown(v)} m2")
    return _judged(values, stated, _AREAS, sense)


def _judged(
    values: Sequence[float], stated: float, units: Mapping[str, float], sense: _Sense
) -> Measured:
    there = [value for value in values if value > 0]
    if not there:
        return Measured(stated)
    typical = median(there)
    if sense.possible[0] <= typical * stated <= sense.possible[1]:
        return Measured(stated)
    for unit, factor in units.items():
        if factor != stated and sense.usual[0] <= typical * factor <= sense.usual[1]:
            return Measured(factor, f"{sense.says(typical * stated)}; {unit} were taken instead")
    return Measured(stated)


def _shown(value: float) -> str:
    return f"{value:.3g}" if value < 1_000 else f"{value:,.0f}"
