"""Every bad input gets a sentence that says what the file really is."""

import gzip
import io
import time
import zipfile
from pathlib import Path

import pytest

from arxos.adapters.readers import ifc_archive
from arxos.adapters.readers.ifc import ChildFailedError, IfcReader
from arxos.domain.errors import UnreadableFile
from tests.adapters.readers.small_ifc import changed, codes, read_here, small_ifc, write

GOOD = small_ifc()


def zipped(members: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def encrypted() -> bytes:
    data = bytearray(zipped({"a.ifc": GOOD}))
    data[6] |= 1  # the local header's flags
    data[data.rindex(b"PK\x01\x02") + 8] |= 1  # the central directory's
    return bytes(data)


BAD_FILES: list[tuple[str, bytes, str]] = [
    ("empty", b"", "is empty"),
    ("text", b"Dear all, here is the model.\n", "a text file, not an IFC file"),
    ("noise", bytes(range(1, 256)) * 4, "a file of an unknown kind"),
    ("gzip", gzip.compress(GOOD.encode()), "a gzip archive"),
    ("lfs pointer", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
    ("utf-16", GOOD.encode("utf-16"), "UTF-16"),
    ("utf-16 without mark", GOOD.encode("utf-16-le"), "UTF-16"),
    ("ifcXML", b'<?xml version="1.0"?><ifcXML/>', "is XML"),
    ("ifcXML with mark", b"\xef\xbb\xbf<ex:iso_10303_28/>", "is XML"),
    ("json", b'{"type": "ifcJSON"}', "is JSON"),
    ("web page", b"<!DOCTYPE html><html></html>", "a web page"),
    ("pdf", b"%PDF-1.7 ...", "a PDF document"),
    ("revit", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "a Revit file"),
    ("xlsx", zipped({"[Content_Types].xml": "", "xl/workbook.xml": ""}), "an Excel workbook"),
    ("docx", zipped({"[Content_Types].xml": "", "word/a.xml": ""}), "an Office document"),
    ("zip without model", zipped({"a": "", "b": ""}), "holds no .ifc file"),
    ("zip of ifcXML", zipped({"a.ifcxml": "<ifcXML/>"}), "holds ifcXML"),
    ("zip of two", zipped({"a.ifc": GOOD, "b.ifc": GOOD}), "holds 2 models (a.ifc, b.ifc)"),
    ("zip of an empty one", zipped({"a.ifc": ""}), "inside the zip archive is empty"),
    ("broken zip", zipped({"a.ifc": GOOD})[:-40], "a broken zip archive"),
    ("encrypted zip", encrypted(), "encrypted"),
    ("no schema", GOOD.replace("FILE_SCHEMA(('IFC2X3'));", "").encode(), "FILE_SCHEMA"),
    ("other STEP", GOOD.replace("'IFC2X3'", "'CONFIG_CONTROL_DESIGN'").encode(), "not IFC"),
    ("IFC5", GOOD.replace("'IFC2X3'", "'IFC5_ALPHA'").encode(), "cannot be read"),
    ("cut short", GOOD[: len(GOOD) // 2].encode(), "was cut short: it stops after #"),
]


@pytest.mark.parametrize(
    ("content", "said"), [bad[1:] for bad in BAD_FILES], ids=[bad[0] for bad in BAD_FILES]
)
def test_what_is_no_ifc_file_is_refused_with_what_it_is(
    tmp_path: Path, content: bytes, said: str
) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_here(write(tmp_path, content))

    assert said in refusal.value.message
    assert refusal.value.message.endswith(".")


def test_the_child_process_hands_its_refusal_to_the_parent(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="The file is empty"):
        IfcReader().read(write(tmp_path, b""), profile="equipment")


def test_an_ifczip_with_one_model_is_read(tmp_path: Path) -> None:
    content = zipped({"__MACOSX/._a.ifc": "junk", "models/a.ifc": GOOD})

    model = read_here(write(tmp_path, content, "model.ifczip"))

    assert [room.room_number for room in model.rooms] == ["0.01", "1.01"]


def test_a_model_that_unpacks_to_too_much_is_refused(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, zipped({"a.ifc": "#" * 100_000}))

    with pytest.raises(UnreadableFile, match=r"larger than 0 MB unpacked"):
        ifc_archive.unpack_ifczip(path, tmp_path, 50_000)


@pytest.mark.parametrize(
    ("stated", "read_as"),
    [
        ("IFC4X3", "IFC4X3_ADD2"),
        ("IFC4X3_RC4", "IFC4X3_ADD2"),
        ("IFC4X1", "IFC4X3_ADD2"),
        ("IFC4_ADD2", "IFC4"),
        ("IFC4_ADD2_TC1", "IFC4"),
        ("IFC2X3_TC1", "IFC2X3"),
        ("IFC2X2_FINAL", "IFC2X3"),
    ],
)
def test_a_schema_near_a_known_one_is_read_as_that_with_a_warning(
    tmp_path: Path, stated: str, read_as: str
) -> None:
    model = read_here(write(tmp_path, small_ifc(schema=stated)))

    assert model.schema == read_as
    assert codes(model)[0] == "SCHEMA_READ_AS"
    assert stated in model.problems[0].message
    assert len(model.rooms) == 2


def test_a_known_schema_in_small_letters_and_a_byte_order_mark_need_no_warning(
    tmp_path: Path,
) -> None:
    model = read_here(write(tmp_path, b"\xef\xbb\xbf" + small_ifc(schema="ifc2x3").encode()))

    assert (model.schema, codes(model)) == ("IFC2X3", [])


@pytest.mark.parametrize(
    ("written", "name", "warning"),
    [
        ("'Küche'".encode(), "Küche", "LETTERS_NOT_ESCAPED"),
        ("'会議室'".encode("cp932"), "会議室", "LETTERS_NOT_ESCAPED"),
        ("'表示ソ'".encode("cp932"), "表示ソ", "LETTERS_NOT_ESCAPED"),
        ("'Küche'".encode("latin-1"), "Küche", "LETTERS_GUESSED"),
        (rb"'\X\83e\X\83X\X\83g'", "テスト", "LETTERS_WRONGLY_ESCAPED"),
        (rb"'K\X\C3\X\BCche'", "Küche", "LETTERS_WRONGLY_ESCAPED"),
        (rb"'a \X\96 b'", "a – b", "LETTERS_WRONGLY_ESCAPED"),
        (rb"'K\X\FCche'", "Küche", None),
        (rb"'K\X2\00FC\X0\che'", "Küche", None),
        (rb"'It''s'", "It's", None),
    ],
)
def test_letters_in_the_wrong_encoding_are_mended(
    tmp_path: Path, written: bytes, name: str, warning: str | None
) -> None:
    content = small_ifc().encode().replace(b"'Office'", written)

    model = read_here(write(tmp_path, content))

    assert model.rooms[0].name == name
    assert codes(model) == ([warning] if warning else [])


def test_a_file_without_a_building_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"No building \(IfcBuilding\)"):
        read_here(write(tmp_path, small_ifc(house="")))


def test_a_comment_that_is_never_closed_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_here(write(tmp_path, small_ifc(house=changed(("#10=", "/* #10=")))))

    assert "instances could not be read, the first of them #10 in line 17" in refusal.value.message
    assert "never closed" in refusal.value.message


def test_a_file_of_which_most_is_lost_is_refused_though_it_has_a_building(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="Too little is left"):
        read_here(
            write(tmp_path, small_ifc(house=changed(("#20=", "/* #20="), ("#54=", "*/ #54="))))
        )


def test_lost_instances_are_counted_and_the_first_is_named(tmp_path: Path) -> None:
    house = changed(("IFCFURNISHINGELEMENT", "IFCFURNITUREX"))

    model = read_here(write(tmp_path, small_ifc(house=house)))

    assert codes(model) == ["INSTANCES_LOST", "UNKNOWN_CLASS"]
    assert (
        "1 of the file's 37 instances could not be read, the first of them #50"
        in model.problems[0].message
    )
    assert "IFCFURNITUREX does not exist in IFC2X3" in model.problems[1].message


def test_dangling_references_and_duplicate_numbers_are_listed(tmp_path: Path) -> None:
    house = changed(("(#50),#30", "(#50,#999),#30"))

    model = read_here(write(tmp_path, small_ifc("#53=IFCDIRECTION((0.,1.));", house=house)))

    assert codes(model) == ["DUPLICATE_STEP_ID", "DANGLING_REFERENCE"]
    assert "#53" in model.problems[0].message
    assert "#999" in model.problems[1].message
    assert len(model.devices) == 1


def test_a_missing_attribute_is_noticed(tmp_path: Path) -> None:
    model = read_here(write(tmp_path, small_ifc(house=changed(("'Desk',$,$,", "'Desk',$,")))))

    assert codes(model) == ["ATTRIBUTES_MISSING"]
    assert "first #50 with 7 instead of 8" in model.problems[0].message
    assert model.problems[0].row_or_line == 40


def test_commented_out_instances_are_said_to_be_in_comments(tmp_path: Path) -> None:
    model = read_here(write(tmp_path, small_ifc("/* #900=IFCDIRECTION((0.,1.)); */")))

    assert codes(model) == ["INSTANCES_LOST"]
    assert "inside comments" in model.problems[0].message


def test_objects_with_one_global_id_are_kept_apart(tmp_path: Path) -> None:
    house = changed(("0space0000000000000001", "0space0000000000000000"))

    model = read_here(write(tmp_path, small_ifc(house=house)))

    assert [r.key for r in model.rooms] == ["0space0000000000000000", "0space0000000000000000~2"]
    assert codes(model) == ["DUPLICATE_GLOBAL_ID"]
    assert "'0.01' and '1.01'" in model.problems[0].message


def test_a_missing_global_id_is_replaced_and_said(tmp_path: Path) -> None:
    model = read_here(write(tmp_path, small_ifc(house=changed(("'0desk00000000000000000'", "$")))))

    assert model.devices[0].key == "#50"
    assert codes(model) == ["GLOBAL_ID_MISSING"]


def test_circles_of_aggregation_and_placement_are_cut(tmp_path: Path) -> None:
    house = changed(("IFCLOCALPLACEMENT(#13,#24)", "IFCLOCALPLACEMENT(#23,#24)"))
    circle = (
        "#80=IFCRELAGGREGATES('0rel000000000000000020',$,$,$,#81,(#82));",
        "#81=IFCELEMENTASSEMBLY('0asm00000000000000000a',$,'A',$,$,$,$,$,$,$);",
        "#82=IFCFURNISHINGELEMENT('0asm00000000000000000b',$,'B',$,$,#23,$,$);",
        "#83=IFCRELAGGREGATES('0rel000000000000000021',$,$,$,#82,(#81));",
    )
    started = time.monotonic()

    model = IfcReader().read(write(tmp_path, small_ifc(*circle, house=house)), profile="cobie")

    assert time.monotonic() - started < 20
    assert sorted(set(codes(model))) == [
        "AGGREGATION_CYCLIC",
        "NOT_ON_A_STOREY",
        "PLACEMENT_CYCLIC",
    ]
    assert [room.footprint is not None for room in model.rooms] == [True, False]
    assert model.devices[1].position is None
    assert model.devices[1].floor_key == "0storey000000000000000"


def test_a_file_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="within 0 seconds"):
        IfcReader(records_seconds=0.01).read(write(tmp_path, GOOD), profile="equipment")


def test_a_file_that_takes_too_much_memory_is_refused(tmp_path: Path) -> None:
    reader = IfcReader(memory_bytes=120 * 1024**2)

    with pytest.raises(UnreadableFile) as refusal:
        reader.read(write(tmp_path, GOOD), profile="equipment")

    assert isinstance(refusal.value.__cause__, ChildFailedError)
    assert "0.1 GB" in refusal.value.message


def test_without_time_for_geometry_the_records_are_kept(tmp_path: Path) -> None:
    model = IfcReader(footprints_seconds=0.01).read(write(tmp_path, GOOD), profile="equipment")

    assert [room.room_number for room in model.rooms] == ["0.01", "1.01"]
    assert codes(model) == ["FOOTPRINTS_MISSING"]
    assert "1 of 2 rooms" in model.problems[0].message


def test_an_unknown_profile_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="No such profile"):
        IfcReader().read(write(tmp_path, GOOD), profile="everything")
