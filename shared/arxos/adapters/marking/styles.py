"""Adds to a workbook's styles the coloured variant of those that marked cells have."""

from arxos.adapters.marking.xml_text import Tag, elements, first, inserted, must, tags
from arxos.domain.handover.rule import RuleSeverity

# The colours that spreadsheets themselves offer for bad, neutral, and a note.
COLOURS = {
    RuleSeverity.ERROR: "FFFFC7CE",
    RuleSeverity.WARNING: "FFFFEB9C",
    RuleSeverity.INFO: "FFDDEBF7",
}
MINIMAL = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns='
    b'"http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font>'
    b'<sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill'
    b' patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    b'<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    b'<cellXfs count="1"><xf xfId="0"/></cellXfs></styleSheet>'
)


class Styles:
    """A workbook's styles, growing."""

    def __init__(self, text: bytes, part: str) -> None:
        self._text = text
        self._part = part
        fills = must(first(text, b"fills"), part)
        formats = must(first(text, b"cellXfs"), part)
        self._fills = len(list(elements(text, b"fill", fills.end, self._end(b"fills").start)))
        self._formats = list(elements(text, b"xf", formats.end, self._end(b"cellXfs").start))
        self._known = len(self._formats)
        self._made: dict[tuple[int, RuleSeverity], int] = {}

    def coloured(self, base: int, severity: RuleSeverity) -> int:
        """The style that is `base` with the colour of a severity."""
        if (base, severity) not in self._made:
            xf = self._formats[base if base < self._known else 0]
            tag = next(iter(tags(xf)))
            fill = self._fills + list(COLOURS).index(severity)
            new = tag.with_attribute("fillId", str(fill))
            new = next(iter(tags(new))).with_attribute("applyFill", "1")
            self._formats.append(new + xf[tag.end :])
            self._made[base, severity] = len(self._formats) - 1
        return self._made[base, severity]

    def text(self) -> bytes:
        """The part as it is now."""
        formats = b"".join(self._formats[self._known :])
        # From behind, so that what stands before keeps its place.
        text = inserted(self._text, self._end(b"cellXfs").start, formats)
        count = must(first(text, b"cellXfs"), self._part)
        text = _counted(text, count, len(self._formats))
        fills = must(first(text, b"fills"), self._part)
        prefix = fills.prefix.decode() + ":" if fills.prefix else ""
        new = "".join(
            f'<{prefix}fill><{prefix}patternFill patternType="solid"><{prefix}fgColor rgb="{rgb}"/>'
            f'<{prefix}bgColor indexed="64"/></{prefix}patternFill></{prefix}fill>'
            for rgb in COLOURS.values()
        )
        end = must(first(text, b"fills", is_end=True), self._part)
        text = inserted(text, end.start, new.encode())
        return _counted(text, fills, self._fills + len(COLOURS))

    def _end(self, name: bytes) -> Tag:
        return must(first(self._text, name, is_end=True), self._part)


def _counted(text: bytes, tag: Tag, count: int) -> bytes:
    return text[: tag.start] + tag.with_attribute("count", str(count)) + text[tag.end :]
