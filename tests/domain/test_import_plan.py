from dataclasses import replace
from typing import Any

import pytest

from arxos.domain.device import Device
from arxos.domain.errors import InvalidInput
from arxos.domain.floor import Floor
from arxos.domain.identifiers import shard_of
from arxos.domain.import_plan import ImportPlan, is_new, plan_import
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
        at=LATER,
        by="usr_ada",
    )


def stored(made: ImportPlan, *before: Record) -> list[Record]:
    """The building's records once the plan is carried out."""
    after: dict[str, Record] = {record.id: record for record in before}
    for record in (*made.floors, *made.rooms, *made.devices):
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
    electrical = make_model(rooms=0)
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
    other = make_model(devices=0)
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


def test_a_record_that_breaks_a_rule_stops_the_import_and_is_named() -> None:
    model = changed(make_model(), "rooms", "F0R0", area_m2=-5.0)

    with pytest.raises(InvalidInput, match="Room 'F0R0' of the file breaks a rule: Area"):
        plan(model)


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
