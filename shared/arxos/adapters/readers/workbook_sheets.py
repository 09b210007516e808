"""Reads a workbook's sheets as rows of plain values, with openpyxl in its streaming mode."""

import re
import zipfile
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from arxos.adapters.readers.problem_list import ProblemList
from arxos.domain.errors import UnreadableFile

Value = str | int | float | bool | None

MAX_ROWS = 200_000
MAX_COLUMNS = 500
# What follows so many blank rows is a stray cell somewhere below, not the table.
MAX_BLANK_ROWS = 1_000
_FORMULA_WITHOUT_VALUE = re.compile(
    rb'<c r="([A-Z]{1,3}\d{1,7})"[^>]*>\s*<f(?:/>|[^>]*/>|[^>]*>[^<]*</f>)\s*'
    rb"(?:<v\s*/>|<v>\s*</v>)?"
    rb"\s*</c>"
)
_SHOWN_CELLS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the sheet, from 1, and its cells from column A on."""

    number: int
    cells: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's rows that are not blank.

    `decimal_comma`: numbers in it that do not show what parts their decimals have a comma.
    """

    name: str
    rows: tuple[Row, ...]
    decimal_comma: bool = False


def read_workbook(
    path: Path, problems: ProblemList, *, not_data: Container[str] = ()
) -> list[Sheet]:
    """Every worksheet but those called as in `not_data` (folded).

    Raises UnreadableFile for a workbook that openpyxl cannot open.
    """
    import openpyxl
    import openpyxl.reader.excel
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

    class UnsizedWorksheet(ReadOnlyWorksheet):
        """Takes each row as it is, and no size for granted."""

        def _get_size(self) -> None:
            """A wrong <dimension> hides columns; where it is missing, all rows would be read."""

        def _get_row(
            self, row: Sequence[Mapping[str, Any]], *_: object, **__: object
        ) -> tuple[Any, ...]:
            """Up to its last value: a cell in XFD would else make a row of 16,384."""
            found = {
                cell["column"]: cell["value"]
                for cell in row
                if cell["value"] is not None and cell["column"] <= MAX_COLUMNS
            }
            return tuple(map(found.get, range(1, max(found, default=0) + 1)))

    # openpyxl offers no other way; only the child process that reads one workbook comes here.
    openpyxl.reader.excel.ReadOnlyWorksheet = UnsizedWorksheet  # type: ignore[attr-defined]
    try:
        workbook = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except MemoryError:
        raise
    except Exception as error:
        raise UnreadableFile(
            "The workbook is damaged: its parts do not fit together. Open it in Excel or"
            " LibreOffice, save it again, and upload that."
        ) from error
    if not workbook.worksheets:
        raise UnreadableFile(
            "The workbook has no sheet that can be read. Open it in Excel or LibreOffice, save it"
            " again, and upload that."
        )
    sheets = []
    for worksheet in workbook.worksheets:
        if worksheet.title.strip().casefold() in not_data:
            continue
        try:
            rows = tuple(_rows(worksheet, problems))
        except MemoryError:
            raise
        except Exception as error:
            raise UnreadableFile(
                f"Sheet '{worksheet.title}' of the workbook is damaged. Open the workbook in Excel"
                " or LibreOffice, save it again, and upload that."
            ) from error
        sheets.append(Sheet(worksheet.title, rows))
    _warn_about_formulas(path, [s.title for s in workbook.worksheets], problems)
    return sheets


def _rows(worksheet: Any, problems: ProblemList) -> Iterator[Row]:
    blank = 0
    found = 0
    for number, cells in enumerate(worksheet.iter_rows(values_only=True), start=1):
        values = tuple(_value(cell) for cell in cells)
        while values and values[-1] is None:
            values = values[:-1]
        if not values:
            blank += 1
            if blank > MAX_BLANK_ROWS:
                return
            continue
        blank = 0
        found += 1
        if found > MAX_ROWS:
            problems.warn(
                "TOO_MANY_ROWS",
                f"Sheet '{worksheet.title}' has more than {MAX_ROWS:,} rows; the rest was not"
                " read. Split it.",
                ifc_class=worksheet.title,
                line=number,
            )
            return
        yield Row(number, values)


def _value(cell: Any) -> Value:
    if isinstance(cell, str):
        return cell if cell.strip() else None
    if cell is None or isinstance(cell, (bool, int, float)):
        return cell
    if isinstance(cell, (datetime, date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


def _warn_about_formulas(path: Path, names: Sequence[str], problems: ProblemList) -> None:
    """A formula that was never calculated has no value: another program made the file."""
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            found = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", info.filename)
            if found is None:
                continue
            cells = [m.decode() for m in _FORMULA_WITHOUT_VALUE.findall(archive.read(info))]
            if cells:
                index = int(found[1]) - 1
                name = names[index] if index < len(names) else info.filename
                more = f" and {len(cells) - _SHOWN_CELLS} more" if len(cells) > _SHOWN_CELLS else ""
                problems.warn(
                    "FORMULA_WITHOUT_VALUE",
                    f"Sheet '{name}' has formulas without a calculated value"
                    f" ({', '.join(cells[:_SHOWN_CELLS])}{more}); these cells were read as empty."
                    " Open the workbook in Excel or LibreOffice and save it.",
                    ifc_class=name,
                    value=cells[0],
                )


def text_of(value: Value) -> str | None:
    """A cell as text; a whole number has no decimals: a serial number stays 89756735."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).replace("\xa0", " ").strip() or None


def number_of(value: Value) -> float | None:
    """A cell as a number: also a text of digits with a point or a comma; None for what is none."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return float(value) if abs(value) < 1e12 else None
    text = value.replace("\xa0", "").replace(" ", "").strip()
    if re.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        text = text.replace(",", "")
    elif re.fullmatch(r"[+-]?\d+,\d+", text):
        text = text.replace(",", ".")
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < 1e12 else None


_EXCEL_EPOCH = date(1899, 12, 30)
_DAYS_OF_OUR_TIME = range(20_000, 80_000)  # 1954 to 2119
_ISO_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?")


def date_of(value: Value) -> str | None:
    """A cell as an ISO date: a date, ISO text, or Excel's day number; None for what is none.

    `03/04/2026` is not guessed: it is another day in another country.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        if int(value) not in _DAYS_OF_OUR_TIME:
            return None
        return (_EXCEL_EPOCH + timedelta(days=int(value))).isoformat()
    if found := _ISO_DATE.fullmatch(value.strip()):
        try:
            return date.fromisoformat(found[1]).isoformat()
        except ValueError:
            return None
    return None
