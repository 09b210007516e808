"""Every row of "What bad input gets": each file, through the reader that an import uses.

A file gets a sentence, or is read with warnings that name what was wrong; the reader neither hangs
nor swells (within_limits.py). The details of single faults are tested beside their own reader.
"""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from arxos.domain.errors import UnreadableFile
from tests.adapters.readers.bad_workbooks import (
    HEADER,
    PARTS,
    ROOM,
    SHEET,
    archive,
    shared_string_bomb,
    sheet,
    text_cell,
    with_declared_size,
    workbook,
)
from tests.adapters.readers.small_ifc import changed, small_ifc
from tests.adapters.readers.within_limits import read_within_limits

IFC = small_ifc()
ROOMS = "floor,room_number\n1,101\n"
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LAUGHS = "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
DOCTYPE = f'<!DOCTYPE x [<!ENTITY a "ha">{LAUGHS}]>'
GOOD_BOOK = workbook(sheet(HEADER, ROOM))


def encrypted(name: str, content: str) -> bytes:
    data = bytearray(archive({name: content}))
    data[6] |= 1  # the local header's flags
    data[data.rindex(b"PK\x01\x02") + 8] |= 1  # the central directory's
    return bytes(data)


# What the file is called, its content, what the refusal says.
REFUSED: dict[str, tuple[str, bytes | str | Callable[[], bytes], str]] = {
    "IFC: empty": ("a.ifc", b"", "The file is empty"),
    "IFC: text": ("a.ifc", b"Dear all,", "a text file, not an IFC file"),
    "IFC: gzip": ("a.ifc", gzip.compress(IFC.encode()), "a gzip archive"),
    "IFC: a renamed xlsx": ("a.ifc", GOOD_BOOK, "an Excel workbook"),
    "IFC: LFS pointer": ("a.ifc", LFS, "a Git LFS pointer"),
    "IFC: UTF-16": ("a.ifc", IFC.encode("utf-16"), "is UTF-16 text"),
    "IFC: ifcXML": ("a.ifc", b'<?xml version="1.0"?><ifcXML/>', "is XML (ifcXML"),
    "IFC: cut at its tail": ("a.ifc", IFC[:-30], "'END-ISO-10303-21;', is missing"),
    "IFC: cut in its middle": ("a.ifc", IFC[: len(IFC) // 2], "was cut short: it stops after #"),
    "IFC: a stray comment mark": (
        "a.ifc",
        small_ifc(house=changed(("#10=", "/* #10="))),
        "a comment mark ('/*') that is never closed",
    ),
    "IFC: no building": ("a.ifc", small_ifc(house=""), "No building (IfcBuilding)"),
    "IFC: an impossible number": (
        "a.ifc",
        small_ifc(f"#{'9' * 20}=IFCWALL();"),
        "cannot be parsed",
    ),
    "ifczip: ifcXML in it": ("a.ifczip", archive({"a.ifcxml": "<ifcXML/>"}), "holds ifcXML"),
    "ifczip: encrypted": ("a.ifczip", encrypted("a.ifc", IFC), "encrypted"),
    "ifczip: broken": ("a.ifczip", archive({"a.ifc": IFC})[:-40], "a broken zip archive"),
    "ifczip: a broken member": (
        "a.ifczip",
        archive({"a.ifc": IFC})[:60] + b"\0" * 40 + archive({"a.ifc": IFC})[100:],
        "a broken zip archive",
    ),
    "ifczip: two models": ("a.ifczip", archive({"a.ifc": IFC, "b.ifc": IFC}), "holds 2 models"),
    "ifczip: expands to 700 MB": (
        "a.ifczip",
        with_declared_size(archive({"a.ifc": IFC}), "a.ifc", 700 * 2**20),
        "larger than 600 MB unpacked",
    ),
    "ifczip: no zip": ("a.ifczip", b"just words", "a text file, not an IFC file"),
    "xlsx: empty": ("a.xlsx", b"", "The file is empty"),
    "xlsx: not a zip": ("a.xlsx", b"just words", "This is a text file"),
    "xlsx: a broken zip": ("a.xlsx", GOOD_BOOK[:-30], "cannot be unpacked"),
    "xlsx: gzip": ("a.xlsx", gzip.compress(b"x"), "This is a gzip archive"),
    "xlsx: LFS pointer": ("a.xlsx", LFS, "This is a Git LFS pointer"),
    "xlsx: a renamed IFC file": ("a.xlsx", IFC, "This is an IFC file"),
    "xlsx: old .xls": ("a.xlsx", OLD_OFFICE + b"\0" * 600, "old kind (.xls)"),
    "xlsx: password": (
        "a.xlsx",
        OLD_OFFICE + "EncryptedPackage".encode("utf-16-le"),
        "protected with a password",
    ),
    "xlsx: .xlsb": ("a.xlsx", archive({"xl/workbook.bin": b"x"}), "binary workbook (.xlsb)"),
    "xlsx: .ods": ("a.xlsx", archive({"mimetype": "x", "content.xml": "x"}), "OpenDocument"),
    "xlsx: no sheets": ("a.xlsx", archive(PARTS), "no sheet that can be read"),
    "xlsx: columns missing": (
        "a.xlsx",
        workbook(sheet(f"<row>{text_cell('colour')}{text_cell('size')}</row>")),
        "the least that is needed: floors: floor_number; rooms: floor, room_number;",
    ),
    "xlsx: a sheet cut short": ("a.xlsx", workbook(sheet(HEADER)[:-20]), "Sheet 'Rooms' of the"),
    "xlsx: addresses beyond XFD": (
        "a.xlsx",
        workbook(sheet(HEADER, f'<row r="3">{text_cell("x", "ZZZZ3")}</row>')),
        "Sheet 'Rooms' of the workbook is damaged",
    ),
    "xlsx: 1 GB shared string": ("a.xlsx", lambda: shared_string_bomb(2**30), "1,024 MB unpacked"),
    "xlsx: a packed part": ("a.xlsx", lambda: shared_string_bomb(2**25), "more than 100 to 1"),
    "xlsx: a string that lies about its size": (
        "a.xlsx",
        lambda: with_declared_size(shared_string_bomb(2**25), "xl/sharedStrings.xml", 1000),
        "cannot be unpacked",
    ),
    "xlsx: entities": ("a.xlsx", workbook(DOCTYPE + sheet(ROOM)), "declares a document type"),
    "xlsx: entities after a long comment": (
        "a.xlsx",
        workbook(f"<!--{'x' * 9_000}-->{DOCTYPE}{sheet(ROOM)}"),
        "declares a document type",
    ),
    "xlsx: entities in UTF-16": (
        "a.xlsx",
        workbook(sheet(ROOM), sharedStrings=f"{DOCTYPE}<sst/>".encode("utf-16")),
        "declares a document type",
    ),
    "xlsx: elements within elements": (
        "a.xlsx",
        workbook(SHEET + "<a>" * 100_000 + "</a>" * 100_000 + "</worksheet>"),
        "No table",
    ),
    "csv: empty": ("a.csv", b"", "The file is empty"),
    "csv: only blank lines": ("a.csv", b"\n\n", "No table"),
    "csv: gzip": ("a.csv", gzip.compress(ROOMS.encode()), "a gzip archive"),
    "csv: a workbook": ("a.csv", GOOD_BOOK, "a workbook or a zip archive"),
    "csv: old .xls": ("a.csv", OLD_OFFICE + b"\0" * 600, "old Excel workbook (.xls)"),
    "csv: LFS pointer": ("a.csv", LFS, "a Git LFS pointer"),
    "csv: an IFC file": ("a.csv", IFC, "an IFC file"),
    "csv: a web page": ("a.csv", b"<html><body>Sign in", "a web page"),
    "csv: no text": ("a.csv", bytes(range(256)), "This is not text"),
    "csv: columns missing": ("a.csv", b"colour,size\nred,4\n", "The first row here: colour, size"),
    "csv: a quotation mark never closed": (
        "a.csv",
        ROOMS + '1,"102\n' + "1,103\n" * 300_000,
        "is never closed",
    ),
    "csv: one endless row": ("a.csv", b"a," * 10_000_000, "more than a million characters"),
    "another kind of file": ("a.dwg", b"AC1032", "Files that end in '.dwg' cannot be read"),
}


@pytest.mark.parametrize(("name", "content", "said"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_cannot_be_read_gets_a_sentence(
    name: str, content: bytes | str | Callable[[], bytes], said: str, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_within_limits(_written(tmp_path / name, content))

    assert said in refusal.value.message
    assert refusal.value.message.endswith(".")


def in_a_circle(step_id: int, line: str) -> str:
    """The first room's solid replaced by one that is, through others, its own part."""
    return small_ifc(line, house=changed(("(#42)", f"(#{step_id})")))


def numbered(count: int) -> str:
    return "".join(f"<row><c><v>{n}</v></c></row>" for n in range(count))


# What the file is called, its content, how many rooms it has, the codes of what was wrong.
READ: dict[str, tuple[str, bytes | str | Callable[[], bytes], int, set[str]]] = {
    "IFC: BOM": ("a.ifc", b"\xef\xbb\xbf" + IFC.encode(), 2, set()),
    "IFC: IFC4X3": ("a.ifc", small_ifc(schema="IFC4X3"), 2, {"SCHEMA_READ_AS"}),
    "IFC: IFC2X3_TC1": ("a.ifc", small_ifc(schema="IFC2X3_TC1"), 2, {"SCHEMA_READ_AS"}),
    "IFC: IFC2X2_FINAL": ("a.ifc", small_ifc(schema="IFC2X2_FINAL"), 2, {"SCHEMA_READ_AS"}),
    "IFC: a hole in its middle": (
        "a.ifc",
        IFC[: IFC.index("#31=")] + IFC[IFC.index("#32=") :],
        1,
        {"DANGLING_REFERENCE"},
    ),
    "IFC: a closed comment": ("a.ifc", small_ifc("/* #900=IFCWALL(); */"), 2, {"INSTANCES_LOST"}),
    "IFC: an unknown entity": (
        "a.ifc",
        small_ifc("#900=IFCSPACESHIP('x');"),
        2,
        {"INSTANCES_LOST", "UNKNOWN_CLASS"},
    ),
    "IFC: a duplicate #id": (
        "a.ifc",
        small_ifc("#53=IFCDIRECTION((0.,1.));"),
        2,
        {"DUPLICATE_STEP_ID"},
    ),
    "IFC: duplicate GlobalIds": (
        "a.ifc",
        small_ifc(house=changed(("0space0000000000000001", "0space0000000000000000"))),
        2,
        {"DUPLICATE_GLOBAL_ID"},
    ),
    "IFC: bytes unescaped": (
        "a.ifc",
        IFC.replace("'Office'", "'Küche'"),
        2,
        {"LETTERS_NOT_ESCAPED"},
    ),
    "IFC: Shift-JIS in \\X\\": (
        "a.ifc",
        IFC.replace("'Office'", r"'\X\83e\X\83X\X\83g'"),
        2,
        {"LETTERS_WRONGLY_ESCAPED"},
    ),
    "IFC: cyclic aggregation": (
        "a.ifc",
        small_ifc(
            "#60=IFCRELAGGREGATES('0rel000000000000000060',$,$,$,#61,(#62));",
            "#61=IFCELEMENTASSEMBLY('0asm00000000000000000a',$,'A',$,$,$,$,$,$,$);",
            "#62=IFCFURNISHINGELEMENT('0asm00000000000000000b',$,'B',$,$,#51,$,$);",
            "#63=IFCRELAGGREGATES('0rel000000000000000061',$,$,$,#62,(#61));",
        ),
        2,
        {"AGGREGATION_CYCLIC", "NOT_ON_A_STOREY"},
    ),
    "IFC: cyclic placement": (
        "a.ifc",
        small_ifc(house=changed(("IFCLOCALPLACEMENT(#13,#24)", "IFCLOCALPLACEMENT(#23,#24)"))),
        2,
        {"PLACEMENT_CYCLIC"},
    ),
    "IFC: a solid that is its own part": (
        "a.ifc",
        in_a_circle(60, "#60=IFCBOOLEANRESULT(.UNION.,#60,#42);"),
        2,
        {"NO_FOOTPRINT"},
    ),
    "IFC: a property in itself": (
        "a.ifc",
        small_ifc(
            "#60=IFCCOMPLEXPROPERTY('a',$,'b',(#60));",
            "#61=IFCPROPERTYSET('0set000000000000000061',$,'P',$,(#60));",
            "#62=IFCRELDEFINESBYPROPERTIES('0rel000000000000000062',$,$,$,(#50,#30),#61);",
        ),
        2,
        set(),
    ),
    "IFC: brackets within brackets": (
        "a.ifc",
        small_ifc(f"#900=IFCPROPERTYSET({'(' * 10**6}{')' * 10**6});"),
        2,
        {"ATTRIBUTES_MISSING"},
    ),
    "xlsx: a wrong <dimension>": (
        "a.xlsx",
        workbook(sheet(HEADER, ROOM, before='<dimension ref="A1:A1"/>')),
        1,
        set(),
    ),
    "xlsx: a formula without a value": (
        "a.xlsx",
        workbook(
            sheet(HEADER, ROOM, f'<row r="3">{text_cell("1", "A3")}<c r="B3"><f>1+1</f></c></row>')
        ),
        1,
        {"FORMULA_WITHOUT_VALUE", "ROW_REFUSED"},
    ),
    "xlsx: one cell at XFD1048576": (
        "a.xlsx",
        workbook(sheet(HEADER, ROOM, f'<row r="1048576">{text_cell("x", "XFD1048576")}</row>')),
        1,
        set(),
    ),
    "xlsx: a cell in XFD of every row": (
        "a.xlsx",
        lambda: workbook(
            sheet(
                HEADER, ROOM, *(f'<row><c r="XFD{n}"><v>1</v></c></row>' for n in range(3, 90_000))
            )
        ),
        1,
        set(),
    ),
    "xlsx: 3 M rows": (
        "a.xlsx",
        lambda: workbook(sheet(HEADER, ROOM, numbered(3_000_000))),
        1,
        {"TOO_MANY_ROWS", "ROW_REFUSED"},
    ),
    "xlsx: 3 M rows that are empty": (
        "a.xlsx",
        lambda: workbook(
            sheet(HEADER, ROOM, *(f'<row r="{n}" s="{n}"/>' for n in range(3, 3_000_000)))
        ),
        1,
        set(),
    ),
    "csv: BOM": ("a.csv", ROOMS.encode("utf-8-sig"), 1, set()),
    "csv: UTF-16": ("a.csv", ROOMS.encode("utf-16"), 1, set()),
    "csv: UTF-16 without its mark": ("a.csv", ROOMS.encode("utf-16-le"), 1, set()),
    "csv: Windows-1252": ("a.csv", (ROOMS + "1,Küche\n").encode("cp1252"), 2, {"LETTERS_GUESSED"}),
    "csv: semicolons": ("a.csv", ROOMS.replace(",", ";"), 1, set()),
    "csv: tabs": ("a.csv", ROOMS.replace(",", "\t"), 1, set()),
    "csv: bars, and the lines of an old Mac": (
        "a.csv",
        ROOMS.replace(",", "|").replace("\n", "\r"),
        1,
        set(),
    ),
    "csv: a line break in a cell": ("a.csv", ROOMS + '1,"10\n2"\n', 2, set()),
    "csv: too many rows": (
        "a.csv",
        lambda: (ROOMS + "".join(f"1,{n}\n" for n in range(200, 250_200))).encode(),
        199_999,
        {"TOO_MANY_ROWS"},
    ),
    "csv: too many columns": (
        "a.csv",
        lambda: (ROOMS + "".join(f"1,{n}{',x' * 600}\n" for n in range(200, 20_200))).encode(),
        10_000,
        {"TOO_MANY_ROWS"},
    ),
}


@pytest.mark.parametrize(("name", "content", "rooms", "codes"), READ.values(), ids=READ)
def test_a_file_with_a_fault_is_read_and_the_fault_is_told(
    name: str,
    content: bytes | str | Callable[[], bytes],
    rooms: int,
    codes: set[str],
    tmp_path: Path,
) -> None:
    model = read_within_limits(_written(tmp_path / name, content))

    assert len(model.rooms) == rooms
    assert {problem.code for problem in model.problems} == codes
    assert all(problem.message.endswith(".") for problem in model.problems)


def _written(path: Path, content: bytes | str | Callable[[], bytes]) -> Path:
    made = content() if callable(content) else content
    path.write_bytes(made.encode() if isinstance(made, str) else made)
    return path
