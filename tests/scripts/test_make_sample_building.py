"""The sample building is what its script says, and the same every time."""

from collections import Counter
from pathlib import Path

import pytest

from arxos.adapters.readers.ifc import IfcReader
from scripts.make_sample_building import PRODUCTS, main, make_sample_building, rooms_of


def test_the_sample_building_reads_without_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "sample.ifc"
    assert main([str(out)]) == 0
    assert str(out) in capsys.readouterr().out

    model = IfcReader().read(out, profile="equipment")

    planned = [room for storey in range(3) for room in rooms_of(storey)]
    classes = Counter(PRODUCTS[name].ifc_class for room in planned for name in room.devices)
    assert model.problems == ()
    assert [(f.name, f.floor_number) for f in model.floors] == [
        ("Ground Floor", 0),
        ("Level 1", 1),
        ("Level 2", 2),
    ]
    assert [room.room_number for room in model.rooms] == [room.number for room in planned]
    assert (len(model.rooms), len(model.devices)) == (30, 158)
    assert sum(room.area_m2 or 0 for room in model.rooms) == pytest.approx(720.0)
    assert all(room.footprint and len(room.footprint) == 4 for room in model.rooms)
    assert Counter(device.ifc_class for device in model.devices) == classes
    assert all(len(device.room_keys) == 1 for device in model.devices)
    assert len({device.serial_number for device in model.devices}) == 158
    assert len({device.tag_number for device in model.devices}) == 158
    assert all(device.manufacturer and device.model for device in model.devices)


def test_the_same_bytes_come_out_every_time() -> None:
    assert make_sample_building().to_string() == make_sample_building().to_string()
