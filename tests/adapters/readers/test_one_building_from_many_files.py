"""The sample duplex from its models and workbooks, one after the other into one building."""

from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from arxos.adapters.readers.by_suffix import ReaderBySuffix
from arxos.domain.device import Device
from arxos.domain.record import Record
from arxos.domain.room import Room
from tests.domain.test_import_plan import plan, stored

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
FILES = ["Duplex_A.ifc", "Duplex_E.ifc", "Duplex-Design.xlsx", "Duplex-Handover.xlsx"]

pytestmark = pytest.mark.skipif(
    not (DATA / "expected.json").exists(), reason=f"the sample files are not in {DATA}"
)


def test_models_and_workbooks_make_one_building_and_each_again_changes_nothing() -> None:
    models = {name: ReaderBySuffix().read(DATA / name, profile="equipment") for name in FILES}
    records: list[Record] = []
    made = {}
    for name in FILES:
        made[name] = plan(models[name], *records)
        records = stored(made[name], *records)
        assert plan(models[name], *records).size == 0

    assert made["Duplex_A.ifc"].created == 4 + 21 + 61
    rooms = [r for r in records if isinstance(r, Room)]
    assert len(rooms) == 22  # the 21 of the model, and the site that only the workbook has
    handover = made["Duplex-Handover.xlsx"]
    assert (len(handover.floors), len(handover.rooms), handover.created) == (0, 0, 0)
    assert len(handover.devices) == 232
    changed = Counter(f for d in handover.devices for e in d.events for f in e.changes)
    assert changed["serial_number"] == changed["installed_on"] == 232
    assert "tag_number" not in changed
    assert "barcode" not in changed
    assert {d.manufacturer for d in handover.devices if "@" in (d.manufacturer or "")} == set()
    for name in FILES:
        if name == "Duplex-Design.xlsx":
            continue  # an older state of the workbook that was imported last
        again = plan(models[name], *records)
        assert (again.created, again.updated, again.size) == (0, 0, 0), name
        assert again.removable == []


def test_electrical_devices_are_in_the_rooms_that_the_workbook_names() -> None:
    """The electrical model has no rooms: its devices are put into those of the architecture.

    Of a device that the workbook counts to two rooms, either will do.
    """
    records: list[Record] = []
    for name in FILES[:2]:
        model = ReaderBySuffix().read(DATA / name, profile="equipment")
        records = stored(plan(model, *records), *records)
    numbers = {r.id: r.room_number for r in records if isinstance(r, Room)}
    found = {
        r.external_ids["ifc"]: numbers.get(r.room_id or "")
        for r in records
        if isinstance(r, Device)
    }
    electrical = ReaderBySuffix().read(DATA / "Duplex_E.ifc", profile="equipment")
    keys = {device.key for device in electrical.devices}
    sheet = openpyxl.load_workbook(DATA / "Duplex-Handover.xlsx", read_only=True)["Component"]
    header, *rows = sheet.iter_rows(values_only=True)
    key, space = header.index("ExtIdentifier"), header.index("Space")
    named = {
        str(row[key]): {part.strip() for part in str(row[space]).split(",")}
        for row in rows
        if row[key] in keys
    }

    right = [k for k, rooms in named.items() if found.get(k) in rooms]
    assert len(named) == 86
    assert len(right) >= 84


def test_a_workbook_alone_then_its_successor_is_exactly_what_changed() -> None:
    design, handover = (
        ReaderBySuffix().read(DATA / name, profile="equipment") for name in FILES[2:]
    )
    records = stored(plan(design))
    assert Counter(r.kind for r in records) == {"floor": 4, "room": 22, "device": 232, "group": 12}
    several = [r for r in records if isinstance(r, Device) and len(r.room_ids) > 1]
    assert len(several) == 12

    made = plan(handover, *records)

    assert (made.created, made.updated, made.unchanged) == (0, 232, 26 + 12)
    assert made.removable == []
