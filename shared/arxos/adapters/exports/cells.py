"""Values in the cells of an export; no spreadsheet takes one for a formula."""

import re
from typing import Any

Value = str | int | float | bool | None

# Excel's own limit; what is longer is whole in the export's own lines.
MAX_CELL = 32_767
_NOT_IN_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'('*[=+\-@\t\r])")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def cell(value: Any) -> Value:
    """A value as it can stand in a workbook, the same when it is read again."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return number(value)
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return _NOT_IN_XML.sub("", text)[:MAX_CELL] or None


def number(value: float) -> int | float:
    """As many digits as every spreadsheet keeps."""
    rounded = float(f"{value:.15g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded


def csv_text(value: Value) -> str:
    """A value as CSV has it: what a spreadsheet would calculate begins with an apostrophe.

    Numbers stay numbers, below zero too. `csv_value` undoes it.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def csv_value(text: str) -> str:
    """What `csv_text` wrote."""
    return text[1:] if _ESCAPED.match(text) else text
