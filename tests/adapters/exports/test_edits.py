"""What is changed in a cell of an export counts, and nothing else; a killed worker begins anew."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from arxos.domain.export_job import ExportKind
from tests.adapters.exports.registry import Registry, changes_of
from tests.make import make_device, make_floor, make_room


def filled(registry: Registry) -> tuple[object, object]:
    building = registry.add_building()
    floor = make_floor(building)
    room = make_room(floor)
    device = make_device(floor, room, external_ids={"ifc": "2O2Fr$t4X7Zf8NOew3FLOH"})
    other = make_device(floor, room, name="=1+1", serial_number="2")
    with registry.uow as uow:
        uow.floors.add(floor)
        uow.rooms.add(room)
        uow.devices.add(device)
        uow.devices.add(other)
    return building, device


@pytest.mark.parametrize(
    ("format_", "sheet", "column"),
    [("cobie", "Component", "SerialNumber"), ("xlsx", "devices", "serial_number")],
)
def test_only_the_changed_cell_counts(
    format_: str, sheet: str, column: str, tmp_path: Path
) -> None:
    registry = Registry(tmp_path)
    building, device = filled(registry)
    exported = registry.export(building, format_)  # type: ignore[arg-type]
    book = openpyxl.load_workbook(exported)
    cells: dict[Any, int] = {c.value: c.column or 0 for c in book[sheet][1]}
    row = next(r for r in book[sheet].iter_rows(min_row=2) if r[cells[column] - 1].value != "2")
    row[cells[column] - 1].value = "NEW-1"
    book.save(exported)

    done = registry.apply(building, exported)  # type: ignore[arg-type]

    assert changes_of(done) == {"updated": 1}
    found = registry.uow.devices.get(building.id, device.id)  # type: ignore[attr-defined]
    assert found.serial_number == "NEW-1"
    assert found.external_ids == {"ifc": "2O2Fr$t4X7Zf8NOew3FLOH"}
    assert changes_of(registry.apply(building, exported)) == {}  # type: ignore[arg-type]


def test_no_cell_of_a_csv_is_a_formula(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    building, _ = filled(registry)

    text = registry.export(building, "csv", kind=ExportKind.DEVICES).read_text("utf-8-sig")  # type: ignore[arg-type]

    assert ",'=1+1," in text
