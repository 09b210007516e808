"""COBie workbooks: the real ones against their true counts, and small ones with faults."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from arxos.adapters.readers.cobie_sheets import COLUMNS
from arxos.adapters.readers.workbook import WorkbookReader
from arxos.domain.errors import UnreadableFile
from arxos.domain.source import SourceModel

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
FILES = ["Duplex-Design.xlsx", "Duplex-Handover.xlsx"]
real_files = pytest.mark.skipif(
    not (DATA / "expected.json").exists(), reason=f"the sample workbooks are not in {DATA}"
)
Rows = Sequence[Mapping[str, Any]]

FLOORS: Rows = [{"Name": "Level 1", "Elevation": 0}, {"Name": "Level 2", "Elevation": 10}]
SPACES: Rows = [
    {"Name": "101", "FloorName": "Level 1", "Description": "Hall", "NetArea": 100},
    {"Name": "Store, north", "FloorName": "Level 1"},
    {"Name": "201", "FloorName": "level 2 "},
]
TYPES: Rows = [
    {
        "Name": "Boiler",
        "Manufacturer": "Sales@Heat.example",
        "ModelNumber": "H-1",
        "WarrantyDurationParts": 2,
        "WarrantyDurationLabor": 18,
        "WarrantyDurationUnit": "month",
    }
]
COMPONENTS: Rows = [
    {
        "Name": "Boiler-1",
        "TypeName": "boiler",
        "Space": "101, Store, north",
        "SerialNumber": 89756735.0,
        "InstallationDate": "2026-01-31T09:00:00",
        "TagNumber": "TagNumber",
        "BarCode": "n/a",
    }
]
CONTACTS: Rows = [{"Email": "sales@heat.example", "Company": "Heat & Co."}]
HOUSE: Mapping[str, Rows] = {
    "Facility": [{"Name": "House", "LinearUnits": "feet", "AreaUnits": "square feet"}],
    "Floor": FLOORS,
    "Space": SPACES,
    "Type": TYPES,
    "Component": COMPONENTS,
    "Contact": CONTACTS,
}


def write(folder: Path, **changes: Rows | None) -> Path:
    """A COBie workbook of HOUSE with these sheets put in place of its own; None leaves one out."""
    sheets = {**HOUSE, **changes}
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets.items():
        if rows is None:
            continue
        sheet = workbook.create_sheet(name)
        standard = COLUMNS.get(name, ())
        extra = [column for row in rows for column in row if column not in standard]
        columns = [*standard, *dict.fromkeys(extra)]
        sheet.append(columns)
        for row in rows:
            sheet.append([row.get(column) for column in columns])
    path = folder / "cobie.xlsx"
    workbook.save(path)
    return path


def read(path: Path) -> SourceModel:
    return WorkbookReader(memory_bytes=2 * 1024**3).read(path, profile="equipment")


@cache
def model_of(name: str) -> SourceModel:
    return read(DATA / name)


def expected(name: str) -> dict[str, Any]:
    counts: dict[str, Any] = json.loads((DATA / "expected.json").read_text())["cobie"][name]
    return counts


@real_files
@pytest.mark.parametrize("name", FILES)
def test_a_real_workbook_gives_its_true_counts(name: str) -> None:
    model, counts = model_of(name), expected(name)

    kept = {sheet.name: len(sheet.rows) for sheet in model.kept_sheets}
    # No data, and given back all the same.
    assert (kept.pop("Instruction"), kept.pop("PickLists")) == (58, 3262)
    rows = {k: n for k, n in counts["rows"].items() if k not in ("Instruction", "PickLists")}
    if name == "Duplex-Handover.xlsx":
        rows["Contact"] = kept["Contact"]  # eight blank rows below are formatted
    assert kept == rows
    assert (len(model.floors), len(model.rooms)) == (rows["Floor"], rows["Space"])
    assert len(model.devices) == rows["Component"]
    floors = {floor.key: floor.name for floor in model.floors}
    assert Counter(floors[room.floor_key] for room in model.rooms) == counts["spaces_per_floor"]
    assert round(sum(r.area_m2 or 0 for r in model.rooms), 3) == counts["net_area_m2"]
    several = [d for d in model.devices if len(d.room_keys) > 1]
    assert len(several) == counts["components_in_several_spaces"]
    numbers = {room.key: room.room_number for room in model.rooms}
    per_space = Counter(numbers[key] for d in model.devices for key in d.room_keys)
    assert per_space == counts["components_per_space"]
    assert model.problems == ()


@real_files
def test_handover_says_who_made_what_and_until_when_it_is_under_warranty() -> None:
    boiler = next(d for d in model_of(FILES[1]).devices if d.name == "Bath/Shower-1")

    assert (boiler.manufacturer, boiler.model, boiler.serial_number) == (
        "Kohler Co.",
        "K1121",
        "VACA689",
    )
    assert (boiler.installed_on, boiler.warranty_until) == ("2010-04-18", "2011-04-18")
    assert boiler.other_ids == {"ifc": "2h405XijT83A$BX7w5ki4b"}
    assert {d.tag_number for d in model_of(FILES[1]).devices} == {None}


@real_files
def test_zones_and_systems_have_their_members() -> None:
    groups = {(g.group_kind, g.name): g for g in model_of(FILES[0]).groups}

    assert len(groups[("zone", "Apartment A")].room_keys) == 10
    assert all(g.device_keys for g in groups.values() if g.group_kind == "system")


def test_units_names_and_cells_are_understood(tmp_path: Path) -> None:
    model = read(write(tmp_path))

    assert [(f.name, f.floor_number, f.elevation_m) for f in model.floors] == [
        ("Level 1", 1, 0.0),
        ("Level 2", 2, 3.048),
    ]
    hall = model.rooms[0]
    assert (hall.room_number, hall.name, hall.area_m2) == ("101", "Hall", 9.2903)
    (boiler,) = model.devices
    assert boiler.room_keys == ("101", "Store, north")
    assert boiler.serial_number == "89756735"
    assert (boiler.manufacturer, boiler.model) == ("Heat & Co.", "H-1")
    assert boiler.warranty_until == "2027-07-31"
    assert (boiler.tag_number, boiler.barcode) == (None, None)
    assert model.problems == ()


_COMPONENT = {"Name": "x", "TypeName": "Boiler"}
_HALL = SPACES[0]


@pytest.mark.parametrize(
    ("changes", "code", "sheet", "field", "said"),
    [
        (
            {"Space": [{"Name": "1", "FloorName": "Attic"}]},
            "FLOOR_UNKNOWN",
            "Space",
            "FloorName",
            "'Attic'",
        ),
        ({"Space": [*SPACES, {"FloorName": "Level 1"}]}, "NAME_MISSING", "Space", "Name", "Row 5"),
        (
            {"Component": [{"Name": "x", "TypeName": "y", "Space": "101"}]},
            "TYPE_UNKNOWN",
            "Component",
            "TypeName",
            "'y'",
        ),
        (
            {"Component": [{**_COMPONENT, "Space": "101, 999"}]},
            "SPACE_UNKNOWN",
            "Component",
            "Space",
            "'999'",
        ),
        (
            {"Component": [_COMPONENT]},
            "NO_SPACE",
            "Component",
            "Space",
            "'Level 1'",
        ),
        ({"Space": [*SPACES, SPACES[0]]}, "NAME_DOUBLED", "Space", "Name", "'101'"),
        (
            {"Space": [{**_HALL, "NetArea": "big"}]},
            "VALUE_WRONG",
            "Space",
            "NetArea",
            "no number",
        ),
        ({"Space": [{**_HALL, "NetArea": -4}]}, "VALUE_WRONG", "Space", "NetArea", "negative"),
        (
            {"Component": [{**COMPONENTS[0], "InstallationDate": "03/04/2026"}]},
            "VALUE_WRONG",
            "Component",
            "InstallationDate",
            "one day",
        ),
        (
            {"Facility": [{"Name": "H", "AreaUnits": "acre"}]},
            "UNIT_UNKNOWN",
            "Facility",
            "AreaUnits",
            "'acre'",
        ),
        ({"Contact": []}, "CONTACT_UNKNOWN", "Type", "Manufacturer", "Sales@Heat.example"),
        (
            {"Zone": [{"Name": "Z", "SpaceNames": "101, 9"}]},
            "MEMBER_UNKNOWN",
            "Zone",
            "SpaceNames",
            "'9'",
        ),
        (
            {"Space": [{**_HALL, "Netarae": 1}]},
            "COLUMN_UNKNOWN",
            "Space",
            "Netarae",
            "'Netarae'",
        ),
        ({"Notes": [{"a": 1, "b": 2}]}, "SHEET_UNKNOWN", "Notes", None, "kept"),
        ({"Type": None}, "SHEET_MISSING", "Type", None, "'Type'"),
        (
            {"Attribute": [{"Name": "Paint", "Value": "red"}]},
            "ATTRIBUTE_OF_NOTHING",
            "Attribute",
            "SheetName",
            "'Paint'",
        ),
    ],
)
def test_each_fault_is_told_with_its_sheet_row_and_field(
    changes: dict[str, Rows | None],
    code: str,
    sheet: str,
    field: str | None,
    said: str,
    tmp_path: Path,
) -> None:
    problems = [p for p in read(write(tmp_path, **changes)).problems if p.code == code]

    (problem, *_) = problems
    assert (problem.sheet_or_class, problem.field) == (sheet, field)
    assert said in problem.message
    assert problem.row_or_line is not None or field is None


def test_all_faults_are_told_and_the_good_rows_stay(tmp_path: Path) -> None:
    spaces = [*SPACES, *({"Name": f"X{n}", "FloorName": "Attic"} for n in range(30))]
    model = read(write(tmp_path, Space=spaces))

    assert len([room for room in model.rooms if room.floor_said]) == len(SPACES)
    assert [p.row_or_line for p in model.problems if p.code == "FLOOR_UNKNOWN"] == [*range(5, 35)]


def test_a_header_below_a_title_and_old_column_names_are_found(tmp_path: Path) -> None:
    path = write(tmp_path)
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["Space"]
    sheet.insert_rows(1, amount=3)
    sheet["A1"] = "Handover of the house"
    for cell in sheet[4]:
        if cell.value == "ExtIdentifier":
            cell.value = " external identifier "
        elif cell.value == "FloorName":
            cell.value = "FLOORNAME"
    workbook.save(path)

    model = read(path)
    assert [room.room_number for room in model.rooms] == ["101", "Store, north", "201"]
    assert [room.line for room in model.rooms] == [5, 6, 7]
    assert model.problems == ()


def test_a_formula_that_was_never_calculated_is_told(tmp_path: Path) -> None:
    model = read(write(tmp_path, Space=[{**_HALL, "NetArea": "=10*10"}, *SPACES[1:]]))

    assert [p.code for p in model.problems] == ["FORMULA_WITHOUT_VALUE"]
    assert "'Space'" in model.problems[0].message


def test_a_stray_cell_far_below_stops_nothing(tmp_path: Path) -> None:
    path = write(tmp_path)
    workbook = openpyxl.load_workbook(path)
    workbook["Space"]["XFD1048576"] = "x"
    workbook.save(path)

    assert len(read(path).rooms) == len(SPACES)


def bytes_of(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"just words", "text file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old kind (.xls)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
        (b"ISO-10303-21;\nHEADER;", "IFC file"),
        (b"<html><body>Sign in", "web page"),
        (b"\x1f\x8b\x08\0\0\0", "gzip"),
        (b"PK\x03\x04" + b"\0" * 100, "damaged"),
    ],
)
def test_what_is_no_workbook_is_called_what_it_is(
    content: bytes, said: str, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableFile, match=said.replace("(", r"\(").replace(")", r"\)")):
        read(bytes_of(tmp_path / "x.xlsx", content))


def test_a_workbook_without_the_heart_of_cobie_is_named_so(tmp_path: Path) -> None:
    path = write(tmp_path, Floor=None, Space=None, Component=None)
    with pytest.raises(UnreadableFile, match="not COBie"):
        read(path)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    import zipfile

    path = write(tmp_path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings2.xml", b"<x>" + b"a" * (30 * 1024 * 1024))
    with pytest.raises(UnreadableFile, match="100 to 1"):
        read(path)
    other = write(tmp_path)
    with zipfile.ZipFile(other, "a") as archive:
        archive.writestr("xl/evil.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x/>')
    with pytest.raises(UnreadableFile, match="document type"):
        read(other)
