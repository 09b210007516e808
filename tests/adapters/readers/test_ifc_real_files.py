"""Public sample models, against counts that an independent script made."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from arxos.adapters.readers.ifc import IfcReader
from arxos.domain.errors import UnreadableFile
from arxos.domain.nearest_room import signed_area
from arxos.domain.source import SourceModel
from tests.adapters.readers.small_ifc import read_here

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
FILES = ["Duplex_A.ifc", "Duplex_E.ifc", "FZK.ifc", "SampleHouse.ifc"]
ONLY_COBIE = {"IfcDoor", "IfcWindow"}
NEVER = {"IfcCovering"}

pytestmark = pytest.mark.skipif(
    not (DATA / "expected.json").exists(), reason=f"the sample models are not in {DATA}"
)


def expected(name: str) -> dict[str, Any]:
    counts: dict[str, Any] = json.loads((DATA / "expected.json").read_text())["ifc"][name]
    return counts


@cache
def model_of(name: str) -> SourceModel:
    return IfcReader().read(DATA / name, profile="cobie")


def equipment_of(name: str, folder: Path) -> SourceModel:
    """Without geometry, so that only what the file itself says puts a device into a room."""
    copy = folder / name
    copy.symlink_to(DATA / name)
    return read_here(copy, profile="equipment")


@pytest.mark.parametrize("name", FILES)
def test_floors(name: str) -> None:
    model = model_of(name)
    rooms = Counter(room.floor_key for room in model.rooms)

    assert [
        {
            "name": floor.name,
            "elevation_m": round(floor.elevation_m or 0.0, 3),
            "rooms": rooms[floor.key],
            "floor_number": floor.floor_number,
        }
        for floor in model.floors
    ] == expected(name)["floors"]
    assert model.schema == expected(name)["schema"]


@pytest.mark.parametrize("name", FILES)
def test_areas(name: str) -> None:
    rooms, counts = model_of(name).rooms, expected(name)
    outlines = [signed_area(room.footprint or ()) for room in rooms]

    assert Counter(room.area_source for room in rooms) == counts["area_source"]
    assert sum(room.area_m2 or 0 for room in rooms) == pytest.approx(
        counts["net_area_m2"], abs=0.01
    )
    # Corners are rounded to a millimetre, which a 100 m2 room can show in the third decimal.
    assert sum(outlines) == pytest.approx(
        counts["footprint_area_m2"], abs=0.01 + 0.001 * len(rooms)
    )
    assert all(area > 0 for area in outlines)


@pytest.mark.parametrize("name", FILES)
def test_devices_of_each_profile(name: str, tmp_path: Path) -> None:
    classes = {c: n for c, n in expected(name)["device_classes"].items() if c not in NEVER}

    assert Counter(device.ifc_class for device in model_of(name).devices) == classes
    assert Counter(device.ifc_class for device in equipment_of(name, tmp_path).devices) == {
        c: n for c, n in classes.items() if c not in ONLY_COBIE
    }


@pytest.mark.parametrize("name", FILES)
def test_devices_in_rooms(name: str, tmp_path: Path) -> None:
    model = equipment_of(name, tmp_path)
    floor_of = {room.key: room.floor_key for room in model.rooms}

    in_rooms = [device for device in model.devices if device.room_keys]
    assert len(in_rooms) == expected(name)["furniture_or_equipment_contained_in_a_room"]
    assert all(floor_of[device.room_keys[0]] == device.floor_key for device in in_rooms)
    floors = {floor.key for floor in model.floors}
    assert all(device.floor_key in floors for device in model.devices)


def test_reading_a_file_again_says_the_same() -> None:
    again = IfcReader().read(DATA / "Duplex_A.ifc", profile="cobie")

    assert again == model_of("Duplex_A.ifc")


def test_types_tell_what_a_2x3_device_is() -> None:
    kinds = Counter(device.device_type for device in model_of("Duplex_E.ifc").devices)

    assert kinds["LightFixture"] == 28
    assert kinds["Outlet"] == 47
    assert kinds["Unclassified"] == 4


def test_makers_come_from_any_property_of_that_name_and_placeholders_count_as_nothing() -> None:
    boiler = next(d for d in model_of("Duplex_E.ifc").devices if d.device_type == "Boiler")
    cabinets = model_of("Duplex_A.ifc").devices

    assert (boiler.manufacturer, boiler.model) == ("Vokera", "Linea HE")
    assert not any(d.manufacturer or d.serial_number or d.tag_number for d in cabinets)


def test_doors_have_the_rooms_on_both_sides() -> None:
    doors = [d for d in model_of("Duplex_A.ifc").devices if d.ifc_class == "IfcDoor"]

    assert sum(len(door.room_keys) == 2 for door in doors) >= 8
    assert all(door.room_keys for door in doors)


def test_addresses_lose_their_templates() -> None:
    first, second = model_of("Duplex_A.ifc").building, model_of("Duplex_E.ifc").building

    assert first is not None
    assert second is not None
    assert (first.name, first.address) == (
        "Duplex Apartment",
        {"city": "Chicago", "country": "IL"},
    )
    assert second.address["street"] == "12345 Right Way, Chicago, IL 60601"
    assert (first.latitude, first.longitude) == pytest.approx((41.8744, -87.6394))


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Duplex_A.ifc", []),
        ("Duplex_E.ifc", []),
        ("FZK.ifc", []),
        ("SampleHouse.ifc", ["VOLUME_NOT_SANE"]),
    ],
)
def test_only_what_is_odd_is_warned_of(name: str, codes: list[str]) -> None:
    assert [problem.code for problem in model_of(name).problems] == codes


def test_the_file_that_loses_nearly_all_its_content_is_refused() -> None:
    with pytest.raises(UnreadableFile) as refusal:
        IfcReader().read(DATA / "errorfile.ifc", profile="equipment")

    assert refusal.value.message == (
        "No building (IfcBuilding) was found in the file. 6,177 of the file's 6,184 instances could"
        " not be read, the first of them #15 in line 16; a comment mark ('/*') that is never closed"
        " hides what follows it."
    )


def test_the_first_half_of_a_file_is_said_to_be_cut_short(tmp_path: Path) -> None:
    whole = (DATA / "FZK.ifc").read_bytes()
    half = tmp_path / "half.ifc"
    half.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(UnreadableFile, match=r"was cut short: it stops after #\d+, and its last"):
        IfcReader().read(half, profile="equipment")
