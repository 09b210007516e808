"""Numbers written as text: whether a comma or a point parts the decimals is a column's matter.

`1,234` is a thousand and more in one file and a little more than one in another; the other cells
of its column say which.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from arxos.adapters.readers.workbook_sheets import Value

_LARGEST = 1e12
_THOUSANDS_MARKS = str.maketrans("", "", "\xa0\u202f '’")
_POINT = re.compile(r"[+-]?(?:\d+\.(?!\d{3}$)\d+|\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,})")
_COMMA = re.compile(r"[+-]?(?:\d+,(?!\d{3}$)\d+|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,})")
_GROUPED = {
    ",": re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?"),
    ".": re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d*)?"),
}
# Nobody groups thousands behind a nought or behind four digits.
_ONLY_DECIMALS = re.compile(r"[+-]?(?:0|\d{4,})[.,]\d{3}")


@dataclass(frozen=True, slots=True)
class DecimalMark:
    """What parts the decimals in a column whose cells do not all say so themselves.

    `is_shown`: some cell shows it. Otherwise it is only what is likely: then a point is a point.
    """

    is_comma: bool = False
    is_shown: bool = False

    def number(self, value: Value) -> float | None:
        """A cell as a number; None for what is none."""
        if isinstance(value, bool) or value is None:
            return None
        if isinstance(value, (int, float)):
            return float(value) if abs(value) < _LARGEST else None
        text = _bare(value)
        likely = "," if self.is_comma and (self.is_shown or "," in text) else "."
        decimal = _own_mark(text) or likely
        other = "." if decimal == "," else ","
        if other in text and not _GROUPED[other].fullmatch(text):
            return None
        text = text.replace(other, "").replace(decimal, ".")
        try:
            number = float(text)
        except ValueError:
            return None
        return number if abs(number) < _LARGEST else None


def decimal_mark(values: Iterable[Value], otherwise: bool = False) -> DecimalMark:
    """The mark that most cells of a column show; a comma if none does and `otherwise` says so."""
    commas = points = 0
    for value in values:
        if isinstance(value, str):
            mark = _own_mark(_bare(value))
            commas += mark == ","
            points += mark == "."
    if commas == points:
        return DecimalMark(otherwise, is_shown=commas > 0)
    return DecimalMark(commas > points, is_shown=True)


def _bare(text: str) -> str:
    return text.translate(_THOUSANDS_MARKS).strip()


def _own_mark(text: str) -> str | None:
    """What parts the decimals in this cell, if it can be told without the others."""
    if _ONLY_DECIMALS.fullmatch(text):
        return "," if "," in text else "."
    if _POINT.fullmatch(text):
        return "."
    return "," if _COMMA.fullmatch(text) else None
