"""The sheet that a check adds to its copy of a workbook: ours, and nothing that the file says."""

from collections.abc import Sequence

from arxos.adapters.readers.workbook_sheets import Sheet

TITLE = "Arxos check"
HEADING = "What Arxos found in this workbook. Nothing else in it was changed."


def without_checks(sheets: Sequence[Sheet]) -> list[Sheet]:
    """What somebody has corrected in a marked copy is read as their workbook was."""
    return [sheet for sheet in sheets if not _is_of_a_check(sheet)]


def _is_of_a_check(sheet: Sheet) -> bool:
    return (
        sheet.name.startswith(TITLE)
        and bool(sheet.rows and sheet.rows[0].cells)
        and sheet.rows[0].cells[0] == HEADING
    )
