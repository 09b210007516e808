from dataclasses import replace
from typing import Any

import pytest

from arxos.domain.device import Device
from arxos.domain.floor import Floor
from arxos.domain.group import Group
from arxos.domain.identifiers import shard_of
from arxos.domain.import_plan import ImportPlan, is_new
from arxos.domain.import_planning import plan_import
from arxos.domain.record import Record
from arxos.domain.room import Room
from arxos.domain.source import SourceModel
from tests.make import LATER, NOON, make_model

BUILDING = "bld_1"


def plan(model: SourceModel, *records: Record, shards: int = 1) -> ImportPlan:
    return plan_import(
        model,
        building_id=BUILDING,
        shards=shards,
        floors=[r for r in records if isinstance(r, Floor)],
        rooms=[r for r in records if isinstance(r, Room)],
        devices=[r for r in records if isinstance(r, Device)],
        groups=[r for r in records if isinstance(r, Group)],
        at=LATER,
        by="usr_ada",
    )


def stored(made: ImportPlan, *before: Record) -> list[Record]:
    """The building's records once the plan is carried out."""
    after: dict[str, Record] = {record.id: record for record in before}
    groups = (change.group for change in made.groups)
    for record in (*made.floors, *made.rooms, *made.devices, *groups):
        version = record.version if is_new(record) else record.version + 1
        after[record.id] = replace(record, events=(), version=version)
    return list(after.values())


def changed(model: SourceModel, part: str, key: str, /, **values: Any) -> SourceModel:
    """The file with one floor, room or device in it saying something else."""
    sources = getattr(model, part)
    parts: dict[str, Any] = {
        part: tuple(replace(s, **values) if s.key == key else s for s in sources)
    }
    return replace(model, **parts)


def test_a_first_import_creates_everything_in_its_place() -> None:
    made = plan(make_model(floors=2, rooms=3, devices=2))

    assert (len(made.floors), len(made.rooms), len(made.devices)) == (2, 6, 12)
    assert (made.created, made.updated, made.unchanged) == (20, 0, 0)
    floors = {f.id: f for f in made.floors}
    rooms = {r.id: r for r in made.rooms}
    for device in made.devices:
        room = rooms[device.room_ids[0]]
        assert device.room_id == room.id
        assert device.floor_id == room.floor_id
        assert floors[room.floor_id].external_ids["ifc"] == room.external_ids["ifc"][:2]
        assert device.external_ids["ifc"].startswith(room.external_ids["ifc"])


def test_the_same_file_again_changes_nothing() -> None:
    model = make_model()
    records = stored(plan(model))

    again = plan(model, *records)

    assert (again.created, again.updated, again.size) == (0, 0, 0)
    assert again.unchanged == len(records)


def test_two_runs_make_the_same_ids() -> None:
    model = make_model()

    assert [r.id for r in plan(model).rooms] == [r.id for r in plan(model).rooms]


def test_what_the_file_changed_is_changed_and_nothing_else() -> None:
    model = make_model()
    records = stored(plan(model))

    again = plan(changed(model, "rooms", "F0R0", name="Board room"), *records)

    assert again.updated == 1
    (room,) = again.rooms
    assert room.events[0].changes == {"name": ("Room 0", "Board room")}


def test_what_the_file_does_not_say_stays() -> None:
    model = make_model()
    records = [
        replace(r, manufacturer="Acme") if isinstance(r, Device) else r for r in stored(plan(model))
    ]

    assert plan(model, *records).size == 0


def test_a_device_in_another_room_is_moved() -> None:
    model = make_model()
    records = stored(plan(model))

    again = plan(changed(model, "devices", "F0R0D0", room_keys=("F0R1",)), *records)

    (device,) = again.devices
    assert [e.name for e in device.events] == ["DeviceMoved"]
    assert device.room_ids == device.room_ids[:1] != ()


def test_a_room_moved_to_another_floor_takes_its_devices_along() -> None:
    model = make_model(floors=2, rooms=1, devices=1)
    records = stored(plan(model))

    again = plan(changed(model, "rooms", "F0R0", floor_key="F1", room_number="1.77"), *records)

    (room,) = again.rooms
    (device,) = again.devices
    assert room.floor_id == device.floor_id


def test_a_device_of_several_rooms_keeps_them_all() -> None:
    model = changed(make_model(), "devices", "F0R0D0", room_keys=("F0R1", "F0R0", "F0R1"))

    device = next(d for d in plan(model).devices if d.external_ids["ifc"] == "F0R0D0")

    assert len(device.room_ids) == 2
    assert device.room_id == device.room_ids[0]


def test_another_files_storey_of_the_same_name_and_height_is_the_same_floor() -> None:
    architecture = make_model()
    records = stored(plan(architecture))
    electrical = make_model(rooms=0, document="electrical")
    electrical = changed(electrical, "floors", "F0", key="E0", floor_number=1, elevation_m=0.2)

    made = plan(electrical, *records)

    assert (made.created, made.updated, made.unchanged) == (0, 0, 1)


def test_a_storey_of_the_same_name_far_away_is_another_floor() -> None:
    records = stored(plan(make_model()))
    other = changed(make_model(rooms=0), "floors", "F0", key="E0", elevation_m=30.0)

    made = plan(other, *records)

    assert [f.floor_number for f in made.floors] == [1]
    assert [p.code for p in made.problems] == ["FLOOR_NUMBER_TAKEN"]


def test_another_files_room_of_the_same_number_is_completed_not_overwritten() -> None:
    records = stored(plan(make_model(devices=0)))
    other = make_model(devices=0, document="electrical")
    other = replace(
        other,
        floors=tuple(replace(f, key="E" + f.key) for f in other.floors),
        rooms=tuple(
            replace(r, key="E" + r.key, floor_key="E" + r.floor_key, name="Other", volume_m3=30.0)
            for r in other.rooms
        ),
    )

    made = plan(other, *records)

    assert made.created == 0
    assert {r.name for r in made.rooms} == {"Room 0", "Room 1"}
    assert {r.volume_m3 for r in made.rooms} == {30.0}


def test_rooms_that_share_a_number_are_all_kept_with_a_warning() -> None:
    model = changed(make_model(), "rooms", "F0R1", room_number="0.00")

    made = plan(model)

    assert [r.number_shared for r in made.rooms] == [False, True]
    (problem,) = made.problems
    assert (problem.code, problem.key) == ("ROOM_NUMBER_SHARED", "F0R1")
    assert plan(model, *stored(made)).size == 0


def test_a_big_file_is_spread_over_shards_before_anything_is_written() -> None:
    made = plan(make_model(rooms=100, devices=170))

    assert made.shards == 4
    assert len({shard_of(d.id) for d in made.devices}) == 4


def test_what_was_stored_in_fewer_shards_stays_where_it_is() -> None:
    model = make_model()
    records = stored(plan(model))

    assert plan(model, *records, shards=16).size == 0


@pytest.mark.parametrize(
    ("part", "key", "values", "stored_as"),
    [
        ("devices", "F0R0D0", {"name": "Lamp <unnamed>"}, {"name": "Lamp ‹unnamed›"}),
        ("devices", "F0R0D0", {"name": "\x00"}, {"name": "LightFixture"}),
        ("devices", "F0R0D0", {"device_type": " "}, {"device_type": "Unclassified"}),
        ("devices", "F0R0D0", {"installed_on": "soon"}, {"installed_on": None}),
        ("devices", "F0R0D0", {"position": (0.0, float("nan"), 0.0)}, {"position": None}),
        ("devices", "F0R0D0", {"metadata": {"a": float("inf")}}, {"metadata": {}}),
        ("rooms", "F0R0", {"room_number": "1" * 150}, {"room_number": "1" * 100}),
        ("rooms", "F0R0", {"room_number": ""}, {"room_number": "F0R0"}),
        ("rooms", "F0R0", {"area_m2": -5.0}, {"area_m2": None}),
        ("rooms", "F0R0", {"footprint": ((0.0, 0.0),)}, {"footprint": None}),
        ("rooms", "F0R0", {"name": "'; DROP TABLE rooms; --"}, {"name": "’, DROP TABLE rooms, --"}),
        ("floors", "F0", {"name": "<script>x</script>"}, {"name": "‹script›x‹/script›"}),
        ("floors", "F0", {"elevation_m": float("nan")}, {"elevation_m": None}),
    ],
)
def test_one_bad_value_is_mended_with_a_warning_and_stops_nothing(
    part: str, key: str, values: dict[str, Any], stored_as: dict[str, Any]
) -> None:
    made = plan(changed(make_model(), part, key, **values))

    record = next(r for r in getattr(made, part) if r.external_ids["ifc"] == key)
    for name, value in stored_as.items():
        assert getattr(record, name) == value
    assert made.created == 7
    assert {p.code for p in made.problems} <= {"VALUE_NOT_STORABLE"}


def test_every_bad_value_is_told_with_its_place() -> None:
    model = make_model(rooms=1, devices=3)
    for number in range(3):
        model = changed(model, "devices", f"F0R0D{number}", name=f"<b>{number}</b>", line=number)

    problems = plan(model).problems

    assert [(p.key, p.field, p.row_or_line) for p in problems] == [
        (f"F0R0D{n}", "name", n) for n in range(3)
    ]
    assert problems[0].value == "<b>0</b>"
    assert "stored as '‹b›0‹/b›', because it cannot contain markup" in problems[0].message


def test_a_mended_value_is_known_again() -> None:
    model = changed(make_model(), "devices", "F0R0D0", name="Lamp <unnamed>", key="K<1>")

    assert plan(model, *stored(plan(model))).size == 0


def rooms_of(records: list[Record]) -> dict[str, str]:
    return {r.room_number: r.external_ids["ifc"] for r in records if isinstance(r, Room)}


def test_a_new_room_may_take_the_number_that_a_known_one_gives_up() -> None:
    model = make_model(rooms=2, devices=0)
    records = stored(plan(model))
    later = changed(model, "rooms", "F0R0", room_number="0.50")
    new = replace(model.rooms[0], key="NEW", name="New")
    later = replace(later, rooms=(new, *later.rooms))

    made = plan(later, *records)

    assert (made.created, made.updated) == (1, 1)
    after = stored(made, *records)
    assert rooms_of(after) == {"0.00": "NEW", "0.01": "F0R1", "0.50": "F0R0"}
    assert [r.external_ids["ifc"] for r in made.rooms] == ["F0R0", "NEW"]
    assert made.problems == []
    assert plan(later, *after).size == 0


def test_rooms_may_pass_their_numbers_on_in_a_row() -> None:
    model = make_model(rooms=3, devices=0)
    records = stored(plan(model))
    later = model
    for number in range(3):
        later = changed(later, "rooms", f"F0R{number}", room_number=f"0.{number + 1:02d}")

    made = plan(later, *records)

    assert [r.external_ids["ifc"] for r in made.rooms] == ["F0R2", "F0R1", "F0R0"]
    assert not any(r.number_shared for r in made.rooms)
    assert plan(later, *stored(made, *records)).size == 0


def test_rooms_that_swap_numbers_are_both_kept() -> None:
    model = make_model(rooms=2, devices=0)
    records = stored(plan(model))
    later = changed(model, "rooms", "F0R0", room_number="0.01")
    later = changed(later, "rooms", "F0R1", room_number="0.00")

    made = plan(later, *records)

    assert rooms_of(stored(made, *records)) == {"0.01": "F0R0", "0.00": "F0R1"}
    assert plan(later, *stored(made, *records)).size == 0


def test_a_warning_of_shared_numbers_comes_with_every_import() -> None:
    model = changed(make_model(), "rooms", "F0R1", room_number="0.00")
    records = stored(plan(model))

    assert [p.code for p in plan(model, *records).problems] == ["ROOM_NUMBER_SHARED"]


def test_floors_follow_their_file_in_number_too() -> None:
    model = make_model(floors=2, rooms=0)
    records = stored(plan(model))
    later = changed(model, "floors", "F0", floor_number=1, elevation_m=3.0)
    later = changed(later, "floors", "F1", floor_number=0, elevation_m=0.0)

    made = plan(later, *records)

    assert {f.external_ids["ifc"]: f.floor_number for f in made.floors} == {"F0": 1, "F1": 0}
    assert plan(later, *stored(made, *records)).size == 0


def test_a_new_floor_takes_its_number_when_the_others_make_room() -> None:
    model = make_model(floors=2, rooms=0)
    records = stored(plan(model))
    later = changed(model, "floors", "F1", floor_number=2, elevation_m=6.0)
    mezzanine = replace(model.floors[0], key="M", name="Mezz", floor_number=1, elevation_m=3.0)

    made = plan(replace(later, floors=(*later.floors, mezzanine)), *records)

    assert [(f.name, f.floor_number) for f in made.floors] == [("Level 1", 2), ("Mezz", 1)]
    assert made.problems == []


def test_floors_keep_their_numbers_when_another_files_floor_has_one() -> None:
    model = make_model(floors=1, rooms=0)
    other = Floor.create(
        at=NOON, created_by=None, id="flr_x", building_id=BUILDING, floor_number=5, name="Roof"
    )
    records = [*stored(plan(model)), other]

    made = plan(changed(model, "floors", "F0", floor_number=5), *records)

    assert made.size == 0


def test_a_room_met_by_number_that_is_called_otherwise_is_told() -> None:
    records = stored(plan(make_model(devices=0)))
    model = make_model(devices=0, document="electrical")
    other = replace(
        model, rooms=tuple(replace(r, key="E" + r.key, name="Other") for r in model.rooms)
    )

    made = plan(other, *records)

    assert (made.created, made.updated) == (0, 0)
    assert [p.code for p in made.problems] == ["ROOM_KNOWN_BY_NUMBER"] * 2
    assert "name" in made.problems[0].message


def test_devices_of_a_model_without_rooms_are_put_into_those_another_brought() -> None:
    architecture = stored(plan(make_model(rooms=1, devices=0)))  # 4 m wide, on the x axis
    electrical = make_model(rooms=0)
    electrical = replace(
        electrical,
        floors=tuple(replace(f, key="E" + f.key) for f in electrical.floors),
        devices=tuple(
            replace(make_model().devices[0], key=key, floor_key="EF0", room_keys=(), position=at)
            for key, at in {
                "inside": (3.0, 1.0, 2.0),
                "in the wall": (4.2, 1.0, 0.3),
                "outside": (9.0, 1.0, 0.3),
                "nowhere": None,
            }.items()
        ),
    )

    made = plan(electrical, *architecture)

    (room,) = (r for r in architecture if isinstance(r, Room))
    assert {d.external_ids["ifc"]: d.room_ids for d in made.devices} == {
        "inside": (room.id,),
        "in the wall": (room.id,),
        "outside": (),
        "nowhere": (),
    }
    assert plan(electrical, *stored(made, *architecture)).size == 0


def test_dates_and_positions_are_taken_over() -> None:
    model = changed(
        make_model(),
        "devices",
        "F0R0D0",
        installed_on="2026-03-01",
        warranty_until="2031-03-01",
        position=(1.0, 2.0, 3.0),
    )

    device = plan(model).devices[0]

    assert str(device.installed_on) == "2026-03-01"
    assert str(device.warranty_until) == "2031-03-01"
    assert device.position is not None
    assert device.position.z == 3.0
    assert device.created_at == LATER != NOON
