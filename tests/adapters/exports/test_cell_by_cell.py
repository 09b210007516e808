"""A COBie workbook that is imported and exported holds every cell that it held before."""

from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from arxos.adapters.readers.cobie_sheets import ALIASES
from tests.adapters.exports.registry import Registry
from tests.make import make_room

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
# Never overwritten by an import: a building is called as its people call it.
NO_TABLES = ("Instruction", "PickLists")
MAY_DIFFER = {("Facility", "Name")}


def cells(path: Path) -> dict[str, Counter[frozenset[tuple[str, str]]]]:
    """Of each sheet its rows, as pairs of heading and value; rows stand in another order."""
    book = openpyxl.load_workbook(path, data_only=True, read_only=True)
    found = {}
    for sheet in book.worksheets:
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        if sheet.title in NO_TABLES:
            found[sheet.title] = Counter(
                frozenset((str(place), text) for place, c in enumerate(row) if (text := as_text(c)))
                for row in rows
            )
            continue
        headings = [
            ALIASES.get(str(c), str(c)) if sheet.title != "Facility" else c for c in rows[0]
        ]
        found[sheet.title] = Counter(
            frozenset(
                (f"{heading}", text)
                for heading, value in zip(headings, row, strict=False)
                if (text := as_text(value)) and (sheet.title, heading) not in MAY_DIFFER
            )
            for row in rows[1:]
        )
    for rows_found in found.values():
        del rows_found[frozenset()]
    return found


def as_text(value: Any) -> str:
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


@pytest.mark.skipif(not DATA.is_dir(), reason="the sample files of ../shared/data are not there")
@pytest.mark.parametrize("name", ["Duplex-Design.xlsx", "Duplex-Handover.xlsx"])
def test_every_cell_of_every_sheet_comes_back(name: str, tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    building = registry.add_building()
    registry.apply(building, DATA / name)

    exported = cells(registry.export(building, "cobie"))

    assert exported.pop("Arxos")
    for sheet, rows in cells(DATA / name).items():
        assert (sheet, rows - exported[sheet], exported[sheet] - rows) == (sheet, {}, {})


def spaces_of(path: Path) -> dict[str, dict[str, str]]:
    return {dict(row)["Name"]: dict(row) for row in cells(path)["Space"]}


def rooms_of_globalids_that_differ_in_case(folder: Path) -> Path:
    """Two spaces that no reader may take for one."""
    book = openpyxl.Workbook()
    for title, rows in {
        "Facility": [["Name", "Category"], ["Hall", "Hall"]],
        "Floor": [["Name", "Category"], ["Level 1", "Floor"]],
        "Space": [
            ["Name", "FloorName", "ExtObject", "ExtIdentifier", "RoomTag"],
            ["B", "Level 1", "IfcSpace", "2O2Fr$t4X7Zf8NOew3FLOB", "door B"],
            ["A", "Level 1", "IfcSpace", "2O2Fr$t4X7Zf8NOew3FLOb", "door A"],
        ],
        "Type": [["Name", "Category"], ["Lamp", "Lamp"]],
        "Component": [["Name", "TypeName", "Space"], ["Lamp 1", "Lamp", "A"]],
    }.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.remove(book.worksheets[0])
    path = folder / "case.xlsx"
    book.save(path)
    return path


def test_global_ids_are_told_apart_by_case(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    building = registry.add_building()
    registry.apply(building, rooms_of_globalids_that_differ_in_case(tmp_path))

    spaces = spaces_of(registry.export(building, "cobie"))

    assert spaces["A"]["ExtIdentifier"] == "2O2Fr$t4X7Zf8NOew3FLOb"
    assert spaces["A"]["RoomTag"] == "door A"
    assert spaces["B"]["ExtIdentifier"] == "2O2Fr$t4X7Zf8NOew3FLOB"
    assert spaces["B"]["RoomTag"] == "door B"


def test_a_stored_row_never_takes_a_records_identifier(tmp_path: Path) -> None:
    """The workbook's row is the room's by its COBie id; the model's GlobalId is the room's own."""
    registry = Registry(tmp_path)
    building = registry.add_building()
    registry.apply(building, rooms_of_globalids_that_differ_in_case(tmp_path))
    floor = next(iter(registry.uow.floors.all(building.id)))
    ids = {"cobie": "2O2Fr$t4X7Zf8NOew3FLOB", "ifc": "0000000000000000000001"}
    with registry.uow as uow:
        for room in list(uow.rooms.all(registry.uow.buildings.get(building.id))):
            if room.room_number == "B":
                uow.rooms.remove(room)
    with registry.uow as uow:
        uow.rooms.add(make_room(floor, room_number="C", external_ids=ids))

    spaces = spaces_of(registry.export(building, "cobie"))

    assert spaces["C"]["ExtIdentifier"] == "0000000000000000000001"
    assert spaces["C"]["RoomTag"] == "door B"
