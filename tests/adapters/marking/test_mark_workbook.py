"""A workbook with faults comes back with just its bad cells marked, and all else as it was."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from arxos.adapters.marking import marks as marking
from arxos.adapters.marking.files import mark_file
from arxos.adapters.readers.check_child import check_file
from arxos.adapters.readers.check_sheet import TITLE
from arxos.adapters.readers.workbook import WorkbookReader
from arxos.domain.errors import UnreadableFile
from arxos.domain.handover.rule import Finding, RuleSeverity
from tests.domain.handover.workbooks import Rows, good_rows

# openpyxl warns of what it would lose when it saves.
pytestmark = pytest.mark.filterwarnings("ignore:.*not supported and will be removed")
DATA = Path(__file__).parents[4] / "shared" / "data"


def large_rows() -> Rows:
    """The good handover, with enough rows for 200 faults."""
    rows = good_rows()

    def many(sheet: str, size: int, **names: str) -> None:
        like = rows[sheet][-1]
        rows[sheet] += [
            {**like, **{column: name.format(i) for column, name in names.items()}}
            for i in range(size)
        ]

    many("Contact", 10, Email="p{}@example.com")
    many("Space", 40, Name="R{}")
    many("Component", 40, Name="Fan-x{}")
    many("Zone", 40, SpaceNames="R{}")
    many("System", 40, ComponentNames="Fan-x{}")
    many("Type", 20, Name="Type {}")
    many("Component", 20, Name="Of type {}", TypeName="Type {}")
    many("System", 20, ComponentNames="Of type {}")
    many("Document", 20, Name="Document {}")
    many("Job", 10, Name="Job {}")
    return rows


# Sheet, first row (from 0), how many, column, the fault: 200 in all, of 12 kinds.
FAULTS: list[tuple[str, int, int, str, Any]] = [
    ("Space", 2, 20, "FloorName", "Level 9"),
    ("Space", 2, 20, "NetArea", "large"),
    ("Space", 22, 20, "GrossArea", -5),
    ("Space", 12, 20, "Category", None),
    ("Type", 2, 10, "AssetType", "Banana"),
    ("Type", 7, 10, "Manufacturer", "nobody@example.com"),
    ("Component", 2, 20, "TypeName", "No such type"),
    ("Component", 12, 20, "InstallationDate", "03/04/2026"),
    ("Component", 20, 20, "SerialNumber", None),
    ("Contact", 2, 10, "Phone", None),
    ("Document", 2, 20, "RowName", "Nothing"),
    ("Job", 2, 10, "DurationUnit", "Banana"),
]


def png() -> io.BytesIO:
    """A picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    picture = zlib.compress(b"\0\xff\0\0")
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", picture)
        + chunk(b"IEND", b"")
    )


def write_rich(path: Path, rows: Rows) -> None:
    """A workbook with all that a careless program loses: see the tests."""
    with xlsxwriter.Workbook(path) as book:
        money = book.add_format({"num_format": "#,##0.00 €", "bold": True, "border": 1})
        head = book.add_format({"bold": True, "bg_color": "#FFFF99", "rotation": 90})
        plain = book.add_format({"italic": True, "font_color": "#003366"})
        for name, given in rows.items():
            page = book.add_worksheet(name)
            page.freeze_panes(1, 1)
            page.set_column(0, 3, 24, plain)
            for column, heading in enumerate(given[0]):
                page.write_string(0, column, heading, head)
                for number, row in enumerate(given, start=1):
                    value = row[heading]
                    style = money if heading in ("NetArea", "Manufacturer") else None
                    if isinstance(value, (int, float)):
                        page.write_number(number, column, value, style)
                    elif value is not None:
                        page.write_string(number, column, str(value), style)
            page.autofilter(0, 0, len(given), len(given[0]) - 1)
            page.data_validation(
                1, 3, 100, 3, {"validate": "list", "source": ["Office: 11", "n/a"]}
            )
            page.conditional_format(1, 5, 50, 5, {"type": "data_bar", "data_bar_2010": True})
            page.set_landscape()
            page.set_header("&CHandover")
        space = book.get_worksheet_by_name("Space")
        space.write_comment(3, 4, "Ask the architect.")  # E4: its FloorName is wrong
        space.write_comment(0, 0, "A heading's own note.")
        space.insert_image("P2", "pixel.png", {"image_data": png()})
        extra = book.add_worksheet("Our own sheet")
        extra.write_formula("A1", "=SUM(Space!M2:M3)", money, 41)
        extra.write_dynamic_array_formula("B1:B3", "=_xlfn.SEQUENCE(3)")
        extra.merge_range("C1:D2", "merged")
        extra.add_table("F1:G3", {"data": [[1, 2], [3, 4]]})
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Space!$M$2:$M$3"})
        extra.insert_chart("I1", chart)
        book.define_name("Areas", "=Space!$M$2:$M$40")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, set[tuple[str, str]]]:
    """The workbook, its marked copy, and the cells that have a fault."""
    rows, wrong = large_rows(), set()
    for sheet, first, size, column, fault in FAULTS:
        for number in range(first, first + size):
            rows[sheet][number][column] = fault
            if column == "GrossArea":
                rows[sheet][number]["NetArea"] = "n/a"
            letter = marking.letters(list(rows[sheet][0]).index(column) + 1)
            wrong.add((sheet, f"{letter}{number + 2}"))
    folder = tmp_path_factory.mktemp("marked")
    source, target = folder / "house.xlsx", folder / "marked.xlsx"
    write_rich(source, rows)
    result = check_file(source)
    assert result is not None
    mark_file(source, target, result.findings)
    return source, target, wrong


def cells(book: Any) -> Iterator[tuple[tuple[str, str], Any]]:
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                yield (sheet.title, cell.coordinate), cell


def fill(cell: Any) -> Any:
    return cell._style and cell.parent.parent._fills[cell._style.fillId]


def look(cell: Any) -> tuple[Any, ...]:
    """All of a cell but its colour and its note."""
    book, style, value = cell.parent.parent, cell._style, cell.value
    if style is None:  # within merged cells
        return (value,)
    looks = (
        book._fonts[style.fontId],
        book._borders[style.borderId],
        book._alignments[style.alignmentId],
        book._protections[style.protectionId],
        cell.number_format,
    )
    return (getattr(value, "text", value), cell.data_type, *looks)


def test_200_faults_of_12_kinds_are_200_marked_cells_and_nothing_else_is_changed(
    files: tuple[Path, Path, set[tuple[str, str]]],
) -> None:
    source, target, wrong = files
    assert (len(wrong), len(FAULTS)) == (200, 12)
    before = dict(cells(openpyxl.load_workbook(source)))
    after = dict(cells(openpyxl.load_workbook(target)))

    notes = {at for at, cell in after.items() if cell.comment and "COBIE-" in cell.comment.text}
    coloured = {
        at
        for at, cell in after.items()
        if at in before and cell.fill.fgColor.rgb != before[at].fill.fgColor.rgb
    }
    assert notes == wrong
    assert coloured == wrong
    added = {at for at in after if at not in before}
    assert {sheet for sheet, _ in added} == {TITLE}
    for at, cell in before.items():
        if cell.has_style or cell.value is not None:  # else it was not there, or its column's
            assert look(after[at]) == look(cell), at
        if at not in wrong:
            assert fill(after[at]) == fill(cell), at
            assert (after[at].comment and after[at].comment.text) == (
                cell.comment and cell.comment.text
            )


def test_part_by_part_only_what_must_differs(
    files: tuple[Path, Path, set[tuple[str, str]]],
) -> None:
    source, target, wrong = files
    with zipfile.ZipFile(source) as a, zipfile.ZipFile(target) as b:
        before = {name: a.read(name) for name in a.namelist()}
        after = {name: b.read(name) for name in b.namelist()}
    order = [f"xl/worksheets/sheet{i}.xml" for i, _ in enumerate(good_rows(), start=1)]
    sheets = dict(zip(good_rows(), order, strict=True))
    touched = {sheets[sheet] for sheet, _ in wrong}
    changed = {name for name in before if after[name] != before[name]}

    assert changed - touched == {
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        # Space had notes of its own.
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
    } | {name for name in changed if re.fullmatch(r"xl/worksheets/_rels/sheet\d+\.xml\.rels", name)}
    for part in touched:
        unmarked = re.sub(rb'<c r="[A-Z]+\d+" s="\d+"/>', b"", after[part])
        unmarked = re.sub(rb"<legacyDrawing xmlns:r=[^>]*/>", b"", unmarked)
        original = re.sub(rb'<c r="[A-Z]+\d+" s="\d+"/>', b"", before[part])
        styleless = re.compile(rb'(<c [^>]*?) s="\d+"')
        assert styleless.sub(rb"\1", unmarked) == styleless.sub(rb"\1", original), part
    # Of the shared parts, only additions: what was there is there in the same order.
    for part in ("xl/workbook.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        assert is_within(before[part], after[part])
    for name in ("Areas", "_xlnm._FilterDatabase"):
        assert name.encode() in after["xl/workbook.xml"]


def is_within(short: bytes, long: bytes) -> bool:
    """Whether the one is the other with things put in."""
    tags = iter(re.findall(rb"<[^>]*>", long))
    return all(tag in tags for tag in re.findall(rb"<[^>]*>", short))


def test_a_note_says_what_is_wrong_and_what_would_be_right_beside_somebodys_own(
    files: tuple[Path, Path, set[tuple[str, str]]],
) -> None:
    book = openpyxl.load_workbook(files[1])
    note = dict(cells(book))["Space", "E4"].comment.text
    assert note.startswith("Ask the architect.")
    assert "names 'Level 9' as FloorName, which sheet Floor does not have." in note
    assert "Write the Name of a row of sheet Floor" in note
    assert dict(cells(book))["Space", "A1"].comment.text == "A heading's own note."
    summary = [[c.value for c in row if c.value] for row in book[TITLE].iter_rows()]
    assert any("200 cells are coloured" in str(row) for row in summary)
    assert sum(row[:1] in (["error"], ["warning"]) for row in summary) >= 200


def test_there_is_a_limit_and_the_summary_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    rows = large_rows()
    for row in rows["Space"]:
        row["NetArea"] = "large"
    write_rich(source, rows)
    monkeypatch.setattr(marking, "MAX_MARKED", 5)
    result = check_file(source)
    assert result is not None
    mark_file(source, target, result.findings)
    book = openpyxl.load_workbook(target)
    assert sum(bool(cell.comment and "COBIE" in cell.comment.text) for _, cell in cells(book)) == 5
    assert "findings stand here only" in str([c.value for c in book[TITLE]["A"]])


def test_a_csv_comes_back_as_a_workbook_of_its_texts(tmp_path: Path) -> None:
    source, target = tmp_path / "rooms.csv", tmp_path / "b.xlsx"
    source.write_text('floor,room_number,area_m2,name\n1,101,12,=1+1\n1,0102,large,"a\nb"\n')
    result = check_file(source)
    assert result is not None
    mark_file(source, target, result.findings)
    page = openpyxl.load_workbook(target).worksheets[0]
    bad = next(f for f in result.findings if f.severity is RuleSeverity.ERROR)
    note = dict(cells(openpyxl.load_workbook(target)))[page.title, f"C{bad.row}"].comment
    assert note.text.startswith("ERROR: ")
    assert (page["D2"].value, page["D2"].data_type) == ("=1+1", "s")
    assert "0102" in [cell.value for cell in page["B"]]


def test_a_table_is_marked_where_its_reader_found_the_value(tmp_path: Path) -> None:
    """Under a title, and under a heading that is not our name of the column."""
    source, target = tmp_path / "rooms.csv", tmp_path / "b.xlsx"
    source.write_text("Room schedule\n\nEtage;Raumnummer;Fläche\n1;101;12\n1;102;large\n")
    result = check_file(source)
    assert result is not None
    bad = next(f for f in result.findings if f.value == "large")

    mark_file(source, target, result.findings)

    page = openpyxl.load_workbook(target).worksheets[0]
    assert bad.message in page["C5"].comment.text
    assert page["A5"].comment is None


def test_a_marked_copy_that_was_corrected_is_read_as_the_workbook_it_was(tmp_path: Path) -> None:
    source, target = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    write_rich(source, good_rows())
    mark_file(source, target, [finding("Space", 3, "NetArea")])

    before, again = check_file(source), check_file(target)

    assert before is not None
    assert again == before
    read = WorkbookReader().read(target, profile="")
    assert TITLE not in [sheet.name for sheet in read.kept_sheets]


def finding(sheet: str, row: int, column: str) -> Finding:
    return Finding(
        rule="R", severity=RuleSeverity.ERROR, sheet=sheet, row=row, field=column,
        message="It's <wrong> & \x07bad.", remedy="Mend it.",
    )  # fmt: skip


def rewritten(path: Path, part: str, change: Any) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_other_programs_ways_to_write_a_sheet_are_understood(tmp_path: Path) -> None:
    """A prefix before every name; rows and cells that do not say where they are."""
    source, target = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    book = openpyxl.Workbook()
    page = book.create_sheet("Space")
    for row in (["Name", "FloorName", "NetArea"], ["101", "Ground", 12], ["102", "Ground", 13]):
        page.append(row)
    book.save(source)

    def prefixed(text: bytes) -> bytes:
        text = re.sub(rb' r="[A-Z]*\d+"', b"", text)
        text = re.sub(rb"<(/?)(?=[a-z])", rb"<\1x:", text)
        return text.replace(b"xmlns=", b"xmlns:x=")

    rewritten(source, "xl/worksheets/sheet2.xml", prefixed)
    mark_file(source, target, [finding("Space", 3, "NetArea"), finding("Space", 2, "Phone")])
    page = openpyxl.load_workbook(target)["Space"]
    assert page["C3"].comment.text.startswith("ERROR: It's <wrong> & bad.")
    assert page["A2"].comment, "a column that is not there: the row's first cell"
    assert (page["C3"].value, page["C2"].comment) == (13, None)


def test_a_workbook_that_cannot_be_marked_says_why(tmp_path: Path) -> None:
    source = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.save(source)
    rewritten(source, "xl/styles.xml", lambda text: text.decode().encode("utf-16"))
    with pytest.raises(UnreadableFile, match=r"UTF-8|damaged"):
        mark_file(source, tmp_path / "b.xlsx", [finding("Sheet", 1, "A")])


@pytest.mark.parametrize("name", ["Duplex-Design", "Duplex-Handover"])
def test_real_handovers_come_back_with_their_values(name: str, tmp_path: Path) -> None:
    source, target = DATA / f"{name}.xlsx", tmp_path / "b.xlsx"
    result = check_file(source)
    assert result is not None
    mark_file(source, target, result.findings)
    before = {at: look(cell) for at, cell in cells(openpyxl.load_workbook(source))}
    after = {at: look(cell) for at, cell in cells(openpyxl.load_workbook(target))}
    assert {at: seen for at, seen in after.items() if at[0] != TITLE} == before
