"""The notes of marked cells: the texts, and the drawing in which a sheet shows them."""

import re
from collections.abc import Mapping

from arxos.adapters.marking.marks import Cell, Mark, reference
from arxos.adapters.marking.xml_text import elements, escaped, first, inserted, must, tags

AUTHOR = "Arxos"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
NEW_NOTES = (
    f"{_HEAD}<comments xmlns="
    '"http://schemas.openxmlformats.org/spreadsheetml/2006/main"><authors></authors><commentList>'
    "</commentList></comments>"
).encode()
_SHAPE_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path='
    '"m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t"'
    ' o:connecttype="rect"/></v:shapetype>'
)
NEW_DRAWING = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap'
    f' v:ext="edit" data="1"/></o:shapelayout>{_SHAPE_TYPE}</xml>'
).encode()


def with_texts(notes: bytes, marks: Mapping[Cell, Mark], part: str) -> tuple[bytes, set[Cell]]:
    """The part with what is said of each cell, and the cells that had a note of their own.

    There it is added to what somebody has written.
    """
    already: set[Cell] = set()
    by_reference = {reference(cell): cell for cell in marks}
    for element in list(elements(notes, b"comment")):
        tag = next(iter(tags(element)))
        cell = by_reference.get(tag.attribute("ref") or "")
        end = first(element, b"text", is_end=True)
        if cell is None or end is None:
            continue
        already.add(cell)
        run = _run("\n\n" + marks[cell].note(), tag.prefix)
        notes = notes.replace(element, inserted(element, end.start, run), 1)
    authors = must(first(notes, b"authors", is_end=True), part)
    begin = must(first(notes, b"authors"), part)
    number = len(list(elements(notes, b"author", begin.end, authors.start)))
    prefix = authors.prefix
    p = prefix.decode() + ":" if prefix else ""
    new = b"".join(
        f'<{p}comment ref="{reference(cell)}" authorId="{number}"><{p}text>'.encode()
        + _run(mark.note(), prefix)
        + f"</{p}text></{p}comment>".encode()
        for cell, mark in sorted(marks.items())
        if cell not in already
    )
    end_of_list = must(first(notes, b"commentList", is_end=True), part)
    notes = inserted(notes, end_of_list.start, new)
    author = f"<{p}author>{AUTHOR}</{p}author>".encode()
    return inserted(notes, authors.start, author), already


def _run(text: str, prefix: bytes) -> bytes:
    p = prefix.decode() + ":" if prefix else ""
    return f'<{p}r><{p}t xml:space="preserve">{escaped(text)}</{p}t></{p}r>'.encode()


def with_shapes(drawing: bytes, cells: list[Cell], part: str) -> bytes:
    """The drawing with a hidden box for the note of each cell."""
    used = [int(number) for number in re.findall(rb"_x0000_s(\d{1,9})", drawing)]
    number = max([1024, *used])
    shapes = "" if b"_x0000_t202" in drawing else _SHAPE_TYPE
    boxes = []
    for row, column in cells:
        number += 1
        boxes.append(
            f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;'
            'margin-left:60pt;margin-top:2pt;width:260pt;height:96pt;z-index:1;visibility:hidden"'
            ' fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow'
            ' on="t" color="black" obscured="t"/><v:path o:connecttype="none"/><v:textbox'
            ' style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
            '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>'
            f"{column}, 12, {max(row - 2, 0)}, 4, {column + 4}, 12, {row + 5}, 4</x:Anchor>"
            f"<x:AutoFill>False</x:AutoFill><x:Row>{row - 1}</x:Row><x:Column>{column - 1}"
            "</x:Column></x:ClientData></v:shape>"
        )
    end = must(first(drawing, b"xml", is_end=True), part)
    return inserted(drawing, end.start, (shapes + "".join(boxes)).encode())
