"""CSV and XLSX tables of floors, rooms and devices."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from arxos.adapters.readers.csv_table import CsvReader
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
        ("floor,room_number\n1,1\n1,1\n", "room_number", 3),
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
    [("Area (m2)", "10", 10.0), ("area sqft", "100", 9.2903), ("net area", "1,234.5", 1234.5)],
)
def test_areas_are_square_metres(heading: str, value: Any, area: float, tmp_path: Path) -> None:
    model = read(tmp_path, f'floor\troom_number\t{heading}\n1\t1\t"{value}"\n')
    assert model.rooms[0].area_m2 == area
