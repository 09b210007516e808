"""What a person sets stays against later imports, until it is released."""

from typing import Any

import pytest

from arxos.domain.device import Device
from arxos.domain.errors import InvalidRoomError
from arxos.domain.floor import Floor
from arxos.domain.record import Record
from arxos.domain.room import Room
from tests.domain.test_import_plan import changed, plan, stored
from tests.make import LATER, NOON, make_building, make_floor, make_model, make_room

MODEL = make_model()


def room_of(records: list[Record], key: str = "F0R0") -> Room:
    (found,) = (r for r in records if isinstance(r, Room) and r.external_ids["ifc"] == key)
    return found


def with_record(records: list[Record], record: Record) -> list[Record]:
    return [record.stored() if r.id == record.id else r for r in records]


@pytest.fixture
def imported() -> list[Record]:
    return stored(plan(MODEL))


def edit(records: list[Record], **values: Any) -> list[Record]:
    return with_record(records, room_of(records).edited(at=NOON, by="usr_ada", **values))


def test_a_renamed_room_keeps_its_name_and_the_file_changes_nothing(
    imported: list[Record],
) -> None:
    again = plan(MODEL, *(edited := edit(imported, name="Server room")))

    assert (again.created, again.updated) == (0, 0)
    assert room_of(edited).hand_edits["name"].source_value == "Room 0"
    assert ("KEPT_BY_HAND", "name") in {(p.code, p.field) for p in again.problems}


def test_what_the_file_says_next_is_remembered_and_other_fields_follow_it(
    imported: list[Record],
) -> None:
    edited = edit(imported, name="Server room")
    newer = changed(MODEL, "rooms", "F0R0", name="Cupboard", area_m2=9.0)

    after = stored(plan(newer, *edited), *edited)

    room = room_of(after)
    assert (room.name, room.area_m2) == ("Server room", 9.0)
    assert room.hand_edits["name"].source_value == "Cupboard"
    assert plan(newer, *after).updated == 0


def test_a_released_field_is_what_the_file_said_last_and_follows_it_again(
    imported: list[Record],
) -> None:
    edited = edit(imported, name="Server room")
    newer = changed(MODEL, "rooms", "F0R0", name="Cupboard")
    after = stored(plan(newer, *edited), *edited)

    released = room_of(after).released(["name"], at=LATER, by="usr_ada")

    assert (released.name, dict(released.hand_edits)) == ("Cupboard", {})
    assert released.events[-1].changes == {"name": ("Server room", "Cupboard")}
    newest = changed(MODEL, "rooms", "F0R0", name="Store")
    final = plan(newest, *with_record(after, released))
    assert [room.name for room in final.rooms] == ["Store"]


def test_only_what_is_kept_by_hand_can_be_released(imported: list[Record]) -> None:
    with pytest.raises(InvalidRoomError) as refused:
        room_of(imported).released(["name", "colour"], at=LATER, by=None)
    assert set(refused.value.field_errors) == {"name", "colour"}


def test_going_back_to_the_files_word_by_hand_ends_the_edit(imported: list[Record]) -> None:
    back = room_of(edit(imported, name="Server room")).edited(at=LATER, by="usr_ada", name="Room 0")
    assert dict(back.hand_edits) == {}


def test_an_emptied_field_stays_empty(imported: list[Record]) -> None:
    edited = edit(imported, name=None)
    assert plan(MODEL, *edited).updated == 0
    assert room_of(edited).name is None


def test_a_renumbered_room_keeps_its_number(imported: list[Record]) -> None:
    edited = edit(imported, room_number="S-1")
    again = plan(MODEL, *edited)
    assert (again.created, again.updated) == (0, 0)


def test_a_renumbered_floor_keeps_its_number(imported: list[Record]) -> None:
    (floor,) = (r for r in imported if isinstance(r, Floor))
    edited = with_record(imported, floor.edited(at=NOON, by="usr_ada", floor_number=7))
    again = plan(MODEL, *edited)
    assert (again.created, again.updated) == (0, 0)


def test_a_device_moved_by_hand_stays_where_it_is(imported: list[Record]) -> None:
    device = next(r for r in imported if isinstance(r, Device))
    other = next(r for r in imported if isinstance(r, Room) and r.id != device.room_id)
    moved = device.move(
        floor_id=other.floor_id, room_ids=(other.id,), at=NOON, by="usr_ada", by_hand=True
    )
    edited = with_record(imported, moved)

    again = plan(MODEL, *edited)
    assert (again.created, again.updated) == (0, 0)
    renamed = changed(MODEL, "devices", device.external_ids["ifc"], name="Renamed")
    (changed_device,) = plan(renamed, *edited).devices
    assert (changed_device.name, changed_device.room_id) == ("Renamed", other.id)


def test_what_came_from_no_source_has_nothing_to_keep() -> None:
    room = make_room(make_floor(make_building()))
    assert dict(room.edited(at=LATER, by="usr_ada", name="New").hand_edits) == {}


def test_a_move_by_hand_is_kept_and_told_and_a_new_place_in_the_file_is_a_conflict() -> None:
    model = make_model(rooms=3)
    imported = stored(plan(model))
    other = room_of(imported, "F0R1")
    device = next(
        r for r in imported if isinstance(r, Device) and r.external_ids["ifc"] == "F0R0D0"
    )
    moved = device.move(
        floor_id=other.floor_id, room_ids=(other.id,), at=NOON, by="usr_ada", by_hand=True
    )
    records = with_record(imported, moved)

    again = plan(model, *records)
    assert [(k.field, k.is_conflict) for k in again.kept] == [("room_ids", False)]
    assert again.size == 0
    elsewhere = plan(changed(model, "devices", "F0R0D0", room_keys=("F0R2",)), *records)
    assert [(k.field, k.is_conflict) for k in elsewhere.kept] == [("room_ids", True)]
