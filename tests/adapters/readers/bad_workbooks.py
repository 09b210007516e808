"""Workbooks with a fault each, written part by part: no library would write most of them."""

import io
import zipfile
from collections.abc import Iterable, Mapping

SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"

PARTS: Mapping[str, str] = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPES}.sharedStrings+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        f' xmlns:r="{_RELATIONS}"><sheets><sheet name="Rooms" sheetId="1" r:id="rId1"/></sheets>'
        "</workbook>"
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>"
    ),
    "xl/sharedStrings.xml": (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>x</t></si>'
        "</sst>"
    ),
}


def text_cell(text: str, where: str = "") -> str:
    """An inline string; `where` is its address, A1 and so on in order if empty."""
    address = f' r="{where}"' if where else ""
    return f'<c{address} t="inlineStr"><is><t>{text}</t></is></c>'


HEADER = f'<row r="1">{text_cell("floor", "A1")}{text_cell("room_number", "B1")}</row>'
ROOM = f'<row r="2">{text_cell("1", "A2")}{text_cell("101", "B2")}</row>'


def sheet(*rows: str, before: str = "") -> str:
    """A worksheet of these rows; `before` stands before its data."""
    return f"{SHEET}{before}<sheetData>{''.join(rows)}</sheetData></worksheet>"


def workbook(first_sheet: str, **parts: str | bytes) -> bytes:
    """A whole file; `parts` replace PARTS by the last word of their name."""
    named = {f"xl/{name}.xml": content for name, content in parts.items()}
    return archive({**PARTS, "xl/worksheets/sheet1.xml": first_sheet, **named})


def archive(members: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return buffer.getvalue()


def shared_string_bomb(size: int) -> bytes:
    """One shared string of `size` bytes, packed a thousand to one."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, content in {**PARTS, "xl/worksheets/sheet1.xml": sheet(HEADER, ROOM)}.items():
            if name != "xl/sharedStrings.xml":
                packed.writestr(name, content)
        with packed.open("xl/sharedStrings.xml", "w", force_zip64=True) as part:
            part.write(b"<sst><si><t>")
            for chunk in _chunks(size):
                part.write(chunk)
            part.write(b"</t></si></sst>")
    return buffer.getvalue()


def _chunks(size: int) -> Iterable[bytes]:
    whole = b"a" * 2**22
    for _ in range(size // len(whole)):
        yield whole


def with_declared_size(content: bytes, name: str, size: int) -> bytes:
    """The archive claiming that a member has another size than it has."""
    data = bytearray(content)
    central = data.rindex(name.encode(), 0, data.rindex(b"PK\x05\x06")) - 46
    assert data[central : central + 4] == b"PK\x01\x02"
    data[central + 24 : central + 28] = size.to_bytes(4, "little")
    return bytes(data)
