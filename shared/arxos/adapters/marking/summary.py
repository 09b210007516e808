"""The sheet that sums up what was found, added behind the workbook's own."""

from collections.abc import Iterator, Sequence

from arxos.adapters.marking.marks import MAX_MARKED, Marks, letters, reference
from arxos.adapters.marking.xml_text import escaped
from arxos.adapters.readers.check_sheet import HEADING
from arxos.domain.handover.rule import Finding

# One line a finding, as far as a person reads.
MAX_LINES = 2 * MAX_MARKED
_WIDTHS = (10, 34, 14, 8, 12, 70, 60)


def summary_sheet(findings: Sequence[Finding], marks: Marks) -> bytes:
    """The sheet's part. Its texts are plain: nothing that a file says becomes a formula."""
    columns = "".join(
        f'<col min="{i}" max="{i}" width="{width}" customWidth="1"/>'
        for i, width in enumerate(_WIDTHS, start=1)
    )
    rows = "".join(
        _row(number, texts) for number, texts in enumerate(_lines(findings, marks), start=1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns='
        '"http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetFormatPr'
        f' defaultRowHeight="15"/><cols>{columns}</cols><sheetData>{rows}</sheetData></worksheet>'
    ).encode()


def _lines(findings: Sequence[Finding], marks: Marks) -> Iterator[tuple[str, ...]]:
    yield (HEADING,)
    yield (
        f"{len(findings):,} findings; {marks.size:,} cells are coloured and say in a note what is"
        " wrong and what would be right.",
    )
    if marks.left_off:
        yield (
            f"No more than {MAX_MARKED:,} cells are marked: {marks.left_off:,} findings stand here"
            " only.",
        )
    if len(findings) > MAX_LINES:
        yield (f"The first {MAX_LINES:,} findings are listed.",)
    yield ()
    yield ("Severity", "Rule", "Sheet", "Row", "Cell", "What is wrong", "What would be right")
    for number, finding in enumerate(findings[:MAX_LINES]):
        place = marks.places.get(number)
        yield (
            finding.severity.value,
            finding.rule,
            finding.sheet,
            str(finding.row or ""),
            reference(place[1]) if place else "",
            finding.message,
            finding.remedy,
        )


def _row(number: int, texts: tuple[str, ...]) -> str:
    cells = "".join(
        f'<c r="{letters(column)}{number}" t="inlineStr"><is><t xml:space="preserve">'
        f"{escaped(text)}</t></is></c>"
        for column, text in enumerate(texts, start=1)
        if text
    )
    return f'<row r="{number}">{cells}</row>'
