"""What imports only store is given back once, and stays until a newer version of it comes."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from arxos.adapters.readers.check_child import check_file
from arxos.domain.building import Building
from arxos.domain.import_job import ImportMode
from tests.adapters.exports.registry import Registry, changes_of
from tests.make import make_device, make_floor, make_room

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the sample files of ../shared/data are not there"
)


def sheets_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(path, read_only=True)
    return {s.title: [ended(row) for row in s.iter_rows(values_only=True)] for s in book.worksheets}


def ended(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Up to the last cell that holds something."""
    return tuple(row) if not row or row[-1] is not None else ended(row[:-1])


def counts(registry: Registry, building: Building) -> dict[str, int]:
    return {name: len(rows) for name, rows in registry.stored_rows(building).items()}


@needs_data
def test_an_export_and_its_document_again_double_nothing(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    building = registry.add_building()
    registry.apply(building, DATA / "Duplex-Handover.xlsx")
    stored = registry.stored_rows(building)
    assert len(stored["Contact"]) == 58

    registry.apply(building, registry.export(building, "cobie"))
    assert registry.stored_rows(building) == stored
    registry.apply(building, DATA / "Duplex-Handover.xlsx")

    assert registry.stored_rows(building) == stored
    assert len(sheets_of(registry.export(building, "cobie"))["Contact"]) == 1 + 58


@needs_data
def test_what_a_newer_workbook_lacks_stays_and_is_told(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    building = registry.add_building()
    registry.apply(building, DATA / "Duplex-Handover.xlsx")
    before = counts(registry, building)

    done = registry.apply(building, DATA / "Duplex-Design.xlsx")

    after = counts(registry, building)
    for sheet in ("Job", "Document", "Spare", "Resource"):
        assert after[sheet] == before[sheet] > 0
    assert (before["Contact"], after["Contact"]) == (58, 4)
    told = {p.sheet_or_class: p.message for p in done.warnings if p.code.startswith("STORED")}
    assert "4 rows; they replace the 58" in told["Contact"]
    assert "Job (94)" in told[None]
    undone = registry.uploads
    undone.kept_sheets = {k: s for k, s in undone.kept_sheets.items() if k[1] != done.id}
    assert counts(registry, building) == before


def cobie_with(folder: Path, **more: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    sheets: dict[str, list[list[Any]]] = {
        "Facility": [["Name", "Category"], ["Hall", "Hall"]],
        "Floor": [["Name", "Category"], ["Level 1", "Floor"]],
        "Space": [["Name", "FloorName"], ["101", "Level 1"]],
        "Type": [["Name", "Category"], ["Lamp", "Lamp"]],
        "Component": [["Name", "TypeName", "Space"], ["Lamp 1", "Lamp", "101"]],
        **more,
    }
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.remove(book.worksheets[0])
    path = folder / "given.xlsx"
    book.save(path)
    return path


def comes_back(registry: Registry, building: Building, exported: Path) -> None:
    again = registry.take_in(building, exported, ImportMode.PLAN)
    assert (changes_of(again), again.errors) == ({}, ())
    empty = registry.add_building()
    registry.apply(empty, exported)
    assert registry.likeness(empty) == registry.likeness(building)
    assert registry.stored_rows(empty) == registry.stored_rows(building)


@pytest.mark.parametrize("format_", ["cobie", "csv", "xlsx", "json"])
def test_sheets_of_any_name_and_shape_come_back(format_: str, tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    building = registry.add_building()
    sheets: dict[str, list[list[Any]]] = {
        "Arxos": [["mine", None, "mine"], ["+1", "two"], [], [None, None, 3.5]],
        "Instruction": [[], ["Ours alone"]],
        "PickLists": [["FloorType", "floor number"], ["Roof", 7]],
        "devices": [["x", "name"], ["y", "z"]],
    }
    registry.apply(building, cobie_with(tmp_path, **sheets))

    exported = registry.export(building, format_)

    comes_back(registry, building, exported)
    if format_ == "cobie":
        found = sheets_of(exported)
        assert (next(iter(found)), list(found)[-1]) == ("Instruction", "Arxos")
        assert found["Arxos (2)"] == [
            ("mine", None, "mine"),
            ("+1", "two"),
            (),
            (None, None, 3.5),
        ]
        assert [row for row in found["Instruction"] if any(row)] == [("Ours alone",)]
        assert found["PickLists"] == [("FloorType", "floor number"), ("Roof", 7)]
        assert "Contact" not in registry.stored_rows(building)


def test_a_changed_cell_of_an_unknown_sheet_counts(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    building = registry.add_building()
    registry.apply(building, cobie_with(tmp_path, Arxos=[["mine"], ["one"]], Keys=[["a"], ["b"]]))
    exported = registry.export(building, "cobie")
    book = openpyxl.load_workbook(exported)
    book["Arxos (2)"]["A2"] = "two"
    book.save(exported)

    registry.apply(building, exported)

    stored = registry.stored_rows(building)
    assert (stored["Arxos"], stored["Keys"]) == ([{"mine": "two"}], [{"a": "b"}])


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_unknown_columns_and_sheets_of_tables_come_back_as_such(
    format_: str, tmp_path: Path
) -> None:
    registry = Registry(tmp_path)
    building = registry.add_building()
    book = openpyxl.Workbook()
    rooms, notes = book.worksheets[0], book.create_sheet("Notes")
    rooms.title = "Rooms"
    for row in (["floor", "room_number", "Door code"], [1, "101", "=x"], [1, "102", None]):
        rooms.append(row)
    rooms["C2"].data_type = "s"
    notes.append(["Said", "By"])
    notes.append(["Keys are with", "Ann"])
    path = tmp_path / "tables.xlsx"
    book.save(path)

    done = registry.apply(building, path)

    assert "an export gives it back" in next(
        p.message for p in done.warnings if p.code == "SHEET_UNKNOWN"
    )
    comes_back(registry, building, registry.export(building, format_))
    exported = sheets_of(registry.export(building, "xlsx"))
    assert exported["Notes"] == [("Said", "By"), ("Keys are with", "Ann")]
    codes = exported["rooms"][0].index("Door code")
    assert sorted(row[codes : codes + 1] for row in exported["rooms"][1:]) == [(), ("=x",)]


def test_a_changed_cell_of_an_unknown_column_counts(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    building = registry.add_building()
    path = tmp_path / "rooms.csv"
    path.write_text("floor,room_number,Door code\n1,101,1234\n")
    registry.apply(building, path)
    exported = registry.export(building, "xlsx")
    book = openpyxl.load_workbook(exported)
    sheet = book["rooms"]
    sheet.cell(2, sheet.max_column).value = "9999"
    book.save(exported)

    assert changes_of(registry.apply(building, exported)) == {"updated": 1}

    (room,) = registry.uow.rooms.all(registry.uow.buildings.get(building.id))
    assert room.metadata["columns"] == {"Door code": "9999"}


# ---- The workbook as such -----------------------------------------------------------------------


def filled(registry: Registry) -> Building:
    """Three lamps of nearly one name; one of them in no room."""
    building = registry.add_building()
    floor = make_floor(building, name="Level 1")
    room = make_room(floor)
    with registry.uow as uow:
        uow.floors.add(floor)
        uow.rooms.add(room)
        for name in ("Pump", "pump", "Pump (2)"):
            rooms = (room,) if name == "Pump" else ()
            uow.devices.add(make_device(floor, *rooms, name=name, serial_number=None))
    return building


def test_the_export_keeps_our_own_rules_of_names_and_spaces(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    building = filled(registry)

    exported = registry.export(building, "cobie")

    result = check_file(exported)
    assert result is not None
    assert [q.rule for q in result.rules if q.broken and q.severity == "error"] == []
    sheets = sheets_of(exported)
    assert {row[0] for row in sheets["Component"][1:]} in (
        {"Pump", "pump (2)", "Pump (3)"},
        {"pump", "Pump (2)", "Pump (3)"},
    )
    assert [row[0] for row in sheets["Space"][1:]][1:] == ["Level 1: no room"]
    comes_back(registry, building, exported)


def test_a_device_can_be_put_among_those_without_a_room(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    building = filled(registry)
    exported = registry.export(building, "cobie")
    book = openpyxl.load_workbook(exported)
    place = next(c.column for c in book["Component"][1] if c.value == "Space")
    for row in book["Component"].iter_rows(min_row=2):
        row[place - 1].value = "Level 1: no room"
    book.save(exported)

    assert changes_of(registry.apply(building, exported)) == {"updated": 1}

    present = registry.uow.buildings.get(building.id)
    assert {d.room_ids for d in registry.uow.devices.all(present)} == {()}
    assert present.rooms_count == 1


@pytest.mark.parametrize("format_", ["cobie", "xlsx"])
def test_our_own_sheet_is_hidden_and_outlives_other_programs(format_: str, tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    building = filled(registry)
    exported = registry.export(building, format_)
    book = openpyxl.load_workbook(exported)
    assert book["Arxos"].sheet_state == "hidden"
    book.save(exported)

    comes_back(registry, building, exported)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not there")
@pytest.mark.parametrize("format_", ["cobie", "xlsx"])
def test_libre_office_opens_and_saves_it_without_a_warning(format_: str, tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    building = filled(registry)
    exported = registry.export(building, format_)

    saved = converted(exported, "xlsx")
    book = openpyxl.load_workbook(exported)
    del book["Arxos"]
    without = tmp_path / "without.xlsx"
    book.save(without)

    comes_back(registry, building, saved)
    assert openpyxl.load_workbook(saved)["Arxos"].sheet_state == "hidden"
    assert pages(converted(exported, "pdf")) == pages(converted(without, "pdf")) > 0


def pages(pdf: Path) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf.read_bytes()))


def converted(path: Path, to: str) -> Path:
    out = path.parent / "converted"
    run = subprocess.run(
        [
            *("soffice", f"-env:UserInstallation=file://{path.parent}/profile", "--headless"),
            *("--convert-to", to, "--outdir", str(out), str(path)),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    # LibreOffice may miss Java, of which documents know nothing.
    told = [line for line in (run.stdout + run.stderr).splitlines() if "javaldx" not in line]
    assert not [line for line in told if "warn" in line.casefold() or "error" in line.casefold()]
    return out / f"{path.stem}.{to}"
