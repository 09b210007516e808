"""CSV and XLSX tables of floors, rooms and devices."""

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from arxos.adapters.readers.csv_table import CsvReader
from arxos.adapters.readers.json_lines import JsonLinesReader
from arxos.adapters.readers.tables_zip import TablesZipReader
from arxos.adapters.readers.workbook import WorkbookReader
from arxos.domain.errors import UnreadableFile
from arxos.domain.source import SourceModel

ROOMS = "Etage;Raumnummer;Raumname;Fläche;Farbe\nEG;101;Büro;12,5;rot\n1. OG;201;Küche;8;\n"


def read(folder: Path, text: str, name: str = "table.csv", encoding: str = "utf-8") -> SourceModel:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return CsvReader().read(path, profile="equipment")


def codes(model: SourceModel) -> list[str]:
    return [problem.code for problem in model.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_headings_of_another_language_and_its_numbers_are_understood(
    encoding: str, tmp_path: Path
) -> None:
    model = read(tmp_path, ROOMS, encoding=encoding)

    assert [(f.name, f.floor_number) for f in model.floors] == [("EG", 0), ("1. OG", 1)]
    assert [(r.room_number, r.name, r.area_m2) for r in model.rooms] == [
        ("101", "Büro", 12.5),
        ("201", "Küche", 8.0),
    ]
    assert model.rooms[0].metadata == {"columns": {"Farbe": "rot"}}
    (understood,) = (p for p in model.problems if p.code == "COLUMNS_UNDERSTOOD")
    assert "'Raumnummer' as room_number" in understood.message
    assert ("LETTERS_GUESSED" in codes(model)) is (encoding == "cp1252")
    assert [(c.heading, c.field) for c in model.columns] == [
        ("Etage", "floor"),
        ("Raumnummer", "room_number"),
        ("Raumname", "name"),
        ("Fläche", "area_m2"),
        ("Farbe", None),
    ]


def test_a_misspelt_column_is_told_with_what_it_may_mean(tmp_path: Path) -> None:
    model = read(tmp_path, "name,device_type,floor,serail_number\nLamp,Light,1,77\n")

    (problem,) = (p for p in model.problems if p.code == "COLUMN_UNKNOWN")
    assert "'serial_number' meant" in problem.message
    assert model.devices[0].metadata == {"columns": {"serail_number": "77"}}


def test_devices_name_rooms_of_the_table_or_of_the_building(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    rooms = workbook.worksheets[0]
    rooms.title = "Rooms"
    for row in (("floor", "room_number"), (1, 101), (1, 102), (2, 101)):
        rooms.append(row)
    devices = workbook.create_sheet("Devices")
    for line in (
        ("name", "device_type", "floor", "room", "serial_number", "installed_on"),
        ("Lamp", "Light", 1, 101, 89756735, "2026-03-01"),
        ("Door", "Door", 1, "101, 102", "A-7", None),
        ("Pump", "Pump", None, "B.07", None, 46082),
        ("Fan", "Fan", 2, None, None, "soon"),
    ):
        devices.append(line)
    path = tmp_path / "house.xlsx"
    workbook.save(path)

    model = WorkbookReader(memory_bytes=2 * 1024**3).read(path, profile="equipment")

    lamp, door, pump, fan = model.devices
    assert (lamp.room_keys, lamp.serial_number, lamp.installed_on) == (
        ("floor 1 room 101",),
        "89756735",
        "2026-03-01",
    )
    assert door.room_keys == ("floor 1 room 101", "floor 1 room 102")
    assert (pump.room_keys, pump.room_numbers, pump.floor_key) == ((), ("B.07",), "")
    assert pump.installed_on == "2026-03-01"
    assert (fan.floor_key, fan.installed_on) == ("floor 2", None)
    assert codes(model) == ["VALUE_WRONG"]


@pytest.mark.parametrize(
    ("text", "field", "row"),
    [
        ("floor,room_number\nattic box,1\n", "floor", 2),
        ("floor,room_number\n1,\n", "room_number", 2),
        ("floor_number,name\n1,A\n1,B\n", "floor_number", 3),
        ("floor_number,name\n1.5,A\n", "floor_number", 2),
        ("floor_number,name\nx y z,A\n", "floor_number", 2),
        ("name,device_type,floor\nLamp,,1\n", "device_type", 2),
        ("name,device_type,floor\nLamp,Light,\n", "floor", 2),
    ],
)
def test_a_row_that_cannot_be_taken_over_is_told(
    text: str, field: str, row: int, tmp_path: Path
) -> None:
    problems = read(tmp_path, text).problems
    (refused,) = (p for p in problems if p.code == "ROW_REFUSED")
    assert (refused.severity, refused.field, refused.row_or_line) == ("error", field, row)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"PK\x03\x04", "own ending"),
        (b"a\0b", "not text"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
        (b"colour,size\nred,4\n", "colour, size"),
        (b"\n\n", "No table"),
    ],
)
def test_what_is_no_table_is_called_what_it_is(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=said):
        CsvReader().read(path, profile="equipment")


@pytest.mark.parametrize(
    ("heading", "value", "area"),
    [
        ("Area (m2)", "10", 10.0),
        ("area sqft", "100", 9.2903),
        ("net area", "1,234.5", 1234.5),
        ("Net Area (m²)", "12.5", 12.5),
        ("Area [m²]", "12 m²", 12.0),
        ("Fläche in m²", "12,5", 12.5),
        ("面積（㎡）", "8", 8.0),
        ("Area (ft²)", "100", 9.2903),
        ("Floor Area, sq. ft", "100", 9.2903),
        ("area_ft2", "100", 9.2903),
        ("sq ft", "100", 9.2903),
        ("area", "100 sq ft", 9.2903),
    ],
)
def test_areas_are_square_metres(heading: str, value: Any, area: float, tmp_path: Path) -> None:
    model = read(tmp_path, f'floor\troom_number\t{heading}\n1\t1\t"{value}"\n')
    assert model.rooms[0].area_m2 == area


@pytest.mark.parametrize(
    ("areas", "delimiter", "understood"),
    [
        (("12,5", "1,234"), ";", [12.5, 1.234]),
        (("1.234,56", "1.234"), ";", [1234.56, 1234]),
        (("1,234",), ";", [1.234]),
        (("1.234", "5.5"), ";", [1.234, 5.5]),
        (("3.125",), ";", [3.125]),
        (("1,234",), "\t", [1234]),
        (("1,234", "12,5"), "\t", [1.234, 12.5]),
        (("1,234", "12.5"), "\t", [1234, 12.5]),
        (("1\u202f234,5", "7"), ";", [1234.5, 7]),
    ],
)
def test_a_column_says_whether_a_comma_parts_its_decimals(
    areas: tuple[str, ...], delimiter: str, understood: list[float], tmp_path: Path
) -> None:
    rows = [f"1{delimiter}{n}{delimiter}{area}" for n, area in enumerate(areas)]
    head = delimiter.join(("floor", "room_number", "area_m2"))
    model = read(tmp_path, "\n".join([head, *rows]))

    assert [room.area_m2 for room in model.rooms] == understood


def test_another_column_tells_the_decimal_mark_of_one_that_does_not(tmp_path: Path) -> None:
    model = read(tmp_path, 'floor,room_number,area_m2,volume_m3\n1,1,"1,234","3,7"\n')

    assert (model.rooms[0].area_m2, model.rooms[0].volume_m3) == (1.234, 3.7)


def test_heights_in_other_units_become_metres(tmp_path: Path) -> None:
    model = read(tmp_path, "floor_number,Elevation (mm)\n0,0\n1,3200\n", name="floors.csv")

    assert [f.elevation_m for f in model.floors] == [0.0, 3.2]
    assert "'Elevation (mm)' as elevation_m in millimetres" in model.problems[0].message


def test_a_table_in_shift_jis_is_read_as_that(tmp_path: Path) -> None:
    text = "階,部屋番号,名称\n1階,101,会議室\n2階,201,事務室\n"
    model = read(tmp_path, text, encoding="cp932")

    assert [(r.room_number, r.name) for r in model.rooms] == [("101", "会議室"), ("201", "事務室")]
    assert [(f.name, f.floor_number) for f in model.floors] == [("1階", 1), ("2階", 2)]
    (guessed,) = (p for p in model.problems if p.code == "LETTERS_GUESSED")
    assert "Shift-JIS" in guessed.message


def test_equal_rows_without_ids_are_all_kept_and_told(tmp_path: Path) -> None:
    model = read(
        tmp_path,
        "name,device_type,floor,room\nLamp,Light,1,101\nLamp,Light,1,101\nLamp,Light,1,101\n",
    )

    assert [d.key for d in model.devices] == [
        "101 device Lamp",
        "101 device Lamp~2",
        "101 device Lamp~3",
    ]
    told = [p.message for p in model.problems if p.code == "NAME_DOUBLED"]
    assert told[0].startswith("Rows 2 and 3 cannot be told apart (device 'Lamp'); both were kept.")
    assert len(told) == 2
    assert model.incomplete == {"floor", "room", "group"}


def test_rooms_of_one_number_are_all_kept_and_devices_go_to_the_first(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    rooms = workbook.worksheets[0]
    rooms.title = "Rooms"
    for row in (
        ("id", "floor", "room_number"),
        (None, 1, 101),
        (None, 1, 101),
        ("a", 2, 7),
        ("a", 2, 8),
    ):
        rooms.append(row)
    devices = workbook.create_sheet("Devices")
    for line in (("name", "device_type", "room"), ("Lamp", "Light", 101)):
        devices.append(line)
    path = tmp_path / "house.xlsx"
    workbook.save(path)
    model = WorkbookReader(memory_bytes=2 * 1024**3).read(path, profile="equipment")

    assert [r.key for r in model.rooms] == ["floor 1 room 101", "floor 1 room 101~2", "a", "a~2"]
    assert model.devices[0].room_keys == ("floor 1 room 101",)
    assert codes(model) == ["NAME_DOUBLED", "ID_DOUBLED"]


@pytest.mark.parametrize(
    ("name", "number"),
    [("Roof", 2), ("Dach", 2), ("Mezzanine", 2), ("Dachgeschoss", 2), ("Site", -1)],
)
def test_a_room_may_be_on_a_floor_without_a_number(name: str, number: int, tmp_path: Path) -> None:
    model = read(tmp_path, f"floor,room_number\nGround,1\nLevel 1,2\n{name},3\n{name},4\n")

    floor = model.floors[-1]
    assert (floor.name, floor.floor_number, floor.number_said) == (name, number, False)
    assert [r.floor_key for r in model.rooms][-2:] == [f"floor {name.casefold()}"] * 2
    (told,) = (p for p in model.problems if p.code == "FLOOR_NUMBER_GUESSED")
    assert f"'{name}'; it was given {number}" in told.message


def test_a_table_of_floors_numbers_those_that_have_only_a_name(tmp_path: Path) -> None:
    text = (
        "floor_number,name,elevation_m\n0,Ground,0\n1,First,4\n,Gallery,2\nRoof,,8\n-1,Cellar,-3\n"
    )
    model = read(tmp_path, text, name="floors.csv")

    assert {f.name: f.floor_number for f in model.floors} == {
        "Ground": 0,
        "First": 1,
        "Gallery": 3,
        "Roof": 2,
        "Cellar": -1,
    }


def test_a_devices_table_without_rooms_says_nothing_of_them(tmp_path: Path) -> None:
    without = read(tmp_path, "name,device_type,floor,Rom\nLamp,Light,1,101\n")
    with_rooms = read(tmp_path, "name,device_type,floor,room\nLamp,Light,1,\n")

    assert [d.place_said for d in (*without.devices, *with_rooms.devices)] == [False, True]


def test_what_no_table_is_of_and_what_was_refused_is_incomplete(tmp_path: Path) -> None:
    assert read(tmp_path, "floor,room_number\n1,1\n").incomplete == {"floor", "device", "group"}
    assert "room" in read(tmp_path, "floor,room_number\n1,1\nnowhere,2\n").incomplete


def test_a_sheet_that_nearly_is_a_table_is_told_what_it_lacks(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    rooms = workbook.worksheets[0]
    rooms.title = "Rooms"
    for row in (("floor", "room_number"), (1, 101)):
        rooms.append(row)
    devices = workbook.create_sheet("Devices")
    for line in (("name", "devce_type", "room", "serial_number"), ("Lamp", "Light", 101, "7")):
        devices.append(line)
    path = tmp_path / "house.xlsx"
    workbook.save(path)
    model = WorkbookReader(memory_bytes=2 * 1024**3).read(path, profile="equipment")

    (told,) = (p.message for p in model.problems if p.code == "SHEET_UNKNOWN")
    assert "As a table of devices it lacks device_type." in told
    assert "Was 'devce_type' meant to be 'device_type'?" in told
    assert "device" in model.incomplete


def packed(folder: Path, members: dict[str, str], name: str = "x.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"a/house.ifc": "ISO-10303-21;"}, "an IFC model, 'a/house.ifc'. .*as .ifczip"),
        ({"house.xlsx": "PK"}, "a workbook, 'house.xlsx'. Upload that file itself"),
        (
            {"[Content_Types].xml": "", "xl/workbook.xml": ""},
            "an Excel workbook that is named .zip",
        ),
        ({"export.jsonl": "{}"}, "JSON lines"),
        ({"a.txt": "", "b.txt": ""}, "'a.txt', 'b.txt'"),
        ({}, "empty"),
    ],
)
def test_an_archive_without_tables_is_called_what_it_is(
    members: dict[str, str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableFile, match=said):
        TablesZipReader().read(packed(tmp_path, members), profile="equipment")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x1f\x8b\x08", "gzip archive"),
        (b"PK\x03\x04", "workbook or a zip archive"),
        (b"ISO-10303-21;", "IFC file"),
        (b"<html>", "web page"),
        (b"version https://git-lfs", "Git LFS"),
        (b"\xff\xfe{", "UTF-8"),
        (b"floor,room\n", "no JSON object"),
    ],
)
def test_what_is_no_json_lines_is_called_what_it_is(
    content: bytes, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=said):
        JsonLinesReader().read(path, profile="equipment")


@pytest.mark.parametrize(
    ("number", "why"), [("true", "no whole number"), ("1.5", "no whole"), ("5000", "from -200 to")]
)
def test_a_floor_number_in_json_lines_is_a_whole_number(
    number: str, why: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(
        '{"kind": "export", "format": "arxos-building", "version": 1}\n'
        f'{{"kind": "floor", "id": "a", "floor_number": {number}}}\n'
    )
    model = JsonLinesReader().read(path, profile="equipment")

    (refused,) = model.problems
    assert (refused.code, refused.field) == ("ROW_REFUSED", "floor_number")
    assert why in refused.message
    assert not model.floors
    assert model.incomplete == {"floor"}


@pytest.mark.parametrize(
    "text",
    [
        "floor,room_number,name\n1,101,a;b;c\n",
        "Rooms, as built\n\nfloor;room_number;name\n1;101;Hall, north\n",
        "floor\troom_number\tname\n1\t101\tHall\n",
        "floor;room_number\n1;101\n",
    ],
)
def test_the_headings_say_what_parts_the_cells(text: str, tmp_path: Path) -> None:
    path = tmp_path / "rooms.csv"
    path.write_text(text)

    assert [room.room_number for room in CsvReader().read(path, profile="").rooms] == ["101"]
