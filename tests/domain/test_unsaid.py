"""What a file leaves out says nothing of the building: it moves, renames and removes nobody."""

from dataclasses import replace
from typing import Any

import pytest

from arxos.domain.device import Device
from arxos.domain.floor import Floor
from arxos.domain.group import Group
from arxos.domain.import_plan import is_new
from arxos.domain.record import Record
from arxos.domain.room import Room
from arxos.domain.source import Problem, SourceDevice, SourceFloor, SourceGroup, SourceModel
from tests.domain.test_import_plan import changed, plan, stored
from tests.domain.test_plan_groups import again_with_members
from tests.make import LATER, make_model

MODEL = make_model(
    floors=2,
    groups=(
        SourceGroup(key="sys", group_kind="system", name="Light", device_keys=("F0R0D0", "F0R0D1")),
    ),
)


@pytest.fixture
def records() -> list[Record]:
    return stored(plan(MODEL))


def everywhere(model: SourceModel, part: str, /, **values: Any) -> SourceModel:
    parts: dict[str, Any] = {part: tuple(replace(t, **values) for t in getattr(model, part))}
    return replace(model, **parts)


def test_devices_whose_place_and_type_the_file_does_not_say_keep_theirs(
    records: list[Record],
) -> None:
    misspelt = everywhere(
        MODEL,
        "devices",
        place_said=False,
        type_said=False,
        floor_key="F0",
        room_keys=(),
        device_type="Unclassified",
    )

    assert plan(misspelt, *records).size == 0
    assert plan(MODEL, *stored(plan(misspelt, *records), *records)).size == 0


def test_another_documents_devices_keep_their_place_and_type_too(records: list[Record]) -> None:
    theirs = everywhere(MODEL, "devices", place_said=False, type_said=False, device_type="x")
    workbook = replace(
        theirs,
        source="cobie",
        document="cobie",
        groups=(),
        devices=tuple(replace(d, other_ids={"ifc": d.key}) for d in theirs.devices),
    )

    made = plan(workbook, *records)

    assert {f for d in made.devices for e in d.events for f in e.changes} == {"external_ids"}
    assert all("room_ids" not in d.said["cobie"] for d in made.devices)


def test_a_new_device_without_place_and_type_follows_what_the_file_says_later() -> None:
    unsaid = changed(
        MODEL, "devices", "F0R0D0", place_said=False, type_said=False, device_type="Unclassified"
    )
    records = stored(plan(unsaid))
    said = changed(MODEL, "devices", "F0R0D0", room_keys=("F0R1",), device_type="Lamp")

    (device,) = plan(said, *records).devices

    assert device.device_type == "Lamp"
    (room,) = (r for r in records if r.external_ids.get("ifc") == "F0R1")
    assert device.room_id == room.id


def test_a_room_whose_floor_the_file_does_not_say_stays_on_its_own(records: list[Record]) -> None:
    misspelt = everywhere(MODEL, "rooms", floor_said=False, floor_key="F0")

    assert plan(misspelt, *records).size == 0
    later = changed(misspelt, "rooms", "F1R0", room_number="1.77")
    (room,) = plan(later, *records).rooms
    assert room.floor_id == next(
        r.floor_id for r in records if isinstance(r, Room) and r.external_ids["ifc"] == "F1R0"
    )


def test_nobody_leaves_a_group_whose_members_the_file_does_not_say(records: list[Record]) -> None:
    members = sorted(
        d.id for d in records if isinstance(d, Device) and "F0R0" in d.external_ids["ifc"]
    )
    partly = changed(MODEL, "groups", "sys", members_said=False, device_keys=("F0R0D0", "F1R0D0"))

    made = again_with_members(partly, records, members)

    (change,) = made.groups
    assert (len(change.added), change.removed) == (1, ())
    none = changed(MODEL, "groups", "sys", members_said=False, device_keys=())
    assert again_with_members(none, records, members).groups == []
    assert again_with_members(MODEL, records, members).groups == []


@pytest.mark.parametrize(
    ("kind", "going"),
    [
        ("floor", {"room", "device", "group"}),
        ("room", {"device", "group"}),
        ("device", {"group"}),
        ("group", {"floor", "room", "device"}),
    ],
)
def test_of_a_kind_that_the_file_does_not_say_all_of_nothing_is_to_go_nor_what_holds_it(
    kind: str, going: set[str], records: list[Record]
) -> None:
    smaller = replace(make_model(rooms=1, devices=1), incomplete=frozenset({kind}))

    assert {r.kind for r in plan(smaller, *records).removable} == going


def test_a_group_that_the_file_has_no_more_can_go(records: list[Record]) -> None:
    gone = plan(replace(MODEL, groups=()), *records).removable

    assert [type(r) for r in gone] == [Group]


def test_a_group_that_the_file_renames_under_the_same_key_follows(records: list[Record]) -> None:
    renamed = changed(MODEL, "groups", "sys", name="Lighting")

    made = plan(renamed, *records)

    assert [c.group.name for c in made.groups] == ["Lighting"]
    assert made.removable == []
    assert plan(renamed, *stored(made, *records)).size == 0


def test_a_group_renamed_by_hand_stays_and_the_plan_says_so(records: list[Record]) -> None:
    (group,) = (r for r in records if isinstance(r, Group))
    by_hand = group.edited(at=LATER, by="usr_ada", name="Ada's")
    now = [by_hand.stored() if r is group else r for r in records]

    made = plan(changed(MODEL, "groups", "sys", name="Lighting"), *now)

    assert [(k.field, k.said, k.is_conflict) for k in made.kept] == [("name", "Lighting", True)]
    assert [c.group.name for c in made.groups] == ["Ada's"]


# ---- Tables: several of them are one document -------------------------------------------------

FLOORS = make_model(floors=3, rooms=0).floors
ROOMS = replace(
    make_model(source="table", document="table", floors=3, devices=0),
    incomplete=frozenset({"floor", "device"}),
)
DEVICES = SourceModel(
    source="table",
    schema="table",
    document="table",
    floors=FLOORS,
    devices=tuple(
        SourceDevice(
            key=f"D{f}", floor_key=f"F{f}", name=f"Fan {f}", device_type="Fan",
            room_numbers=(f"{f}.00",),
        )
        for f in range(3)
    ),
    incomplete=frozenset({"floor", "room"}),
)  # fmt: skip


def test_a_table_of_devices_removes_no_rooms_and_a_table_of_rooms_no_devices() -> None:
    rooms = stored(plan(ROOMS))
    both = stored(plan(DEVICES, *rooms), *rooms)

    assert plan(DEVICES, *rooms).removable == []
    assert plan(ROOMS, *both).removable == []
    fewer = replace(DEVICES, devices=DEVICES.devices[:2], floors=FLOORS)
    assert [r.label for r in plan(fewer, *both).removable] == ["Fan 2"]


def test_a_table_of_one_floor_is_no_word_about_the_others() -> None:
    both = stored(plan(DEVICES, *stored(plan(ROOMS))), *stored(plan(ROOMS)))
    one = replace(
        DEVICES,
        floors=FLOORS[:1],
        devices=(replace(DEVICES.devices[0], key="X", name="Another"),),
    )

    assert [r.label for r in plan(one, *both).removable] == ["Fan 0"]
    by_room_alone = replace(one, floors=(), devices=(replace(one.devices[0], floor_key=""),))
    assert [r.label for r in plan(by_room_alone, *both).removable] == ["Fan 0"]
    rooms_of_one = replace(ROOMS, floors=FLOORS[:1], rooms=ROOMS.rooms[:1])
    assert [r.label for r in plan(rooms_of_one, *both).removable] == ["0.01 Room 1"]


def test_a_device_that_names_a_room_there_is_not_stays_as_it_is_and_does_not_go() -> None:
    both = stored(plan(DEVICES, *stored(plan(ROOMS))), *stored(plan(ROOMS)))
    lost = changed(DEVICES, "devices", "D1", room_numbers=("9.99",), name="Renamed")

    made = plan(lost, *both)

    assert (made.size, made.removable) == (0, [])
    assert [p.code for p in made.problems] == ["ROOM_UNKNOWN"]


# ---- A file that lacks what its document had ---------------------------------------------------

MISSING = Problem(
    severity="error",
    code="COLUMN_MISSING",
    message="Sheet 'Component' has no column 'Space'.",
    sheet_or_class="Component",
    field="Space",
)


def test_a_file_that_lacks_a_column_waits_for_a_person_where_there_is_something_to_lose(
    records: list[Record],
) -> None:
    misspelt = replace(changed(MODEL, "rooms", "F0R0", name="New"), problems=(MISSING,))

    made = plan(misspelt, *records)
    assert made.needs_a_person
    assert [p.code for p in made.gaps] == ["FILE_INCOMPLETE"]
    assert "column 'Space' of 'Component'" in made.gaps[0].message

    assert not plan(misspelt).needs_a_person  # nothing is there yet
    other = replace(misspelt, document="another")
    assert not plan(other, *records).needs_a_person


# ---- A value that the file had and has no more --------------------------------------------------

MADE = everywhere(MODEL, "devices", manufacturer="ACME")


def test_a_cell_that_was_emptied_is_told_and_its_value_stays() -> None:
    records = stored(plan(MADE))
    emptied = changed(MADE, "devices", "F0R1D0", manufacturer=None, line=7)

    made = plan(emptied, *records)

    assert made.size == 0
    (problem,) = made.problems
    assert (problem.code, problem.field, problem.row_or_line) == (
        "NO_LONGER_SAID", "manufacturer", 7,
    )  # fmt: skip
    assert problem.message.startswith("The file says no manufacturer any more of 1 device: 'Device")


def test_a_column_that_is_gone_is_told_once() -> None:
    made = plan(everywhere(MADE, "devices", manufacturer=None), *stored(plan(MADE)))

    assert [p.code for p in made.problems] == ["NO_LONGER_SAID"]
    assert "of 8 devices" in made.problems[0].message


def test_what_another_document_or_a_person_says_is_no_ones_loss() -> None:
    other = replace(MADE, document="another", devices=MADE.devices[:1], groups=())
    records = stored(plan(MADE))
    said_twice = stored(plan(other, *records), *records)
    by_hand = [
        r.edited(at=LATER, by="usr_ada", manufacturer="Bolt").stored()
        if isinstance(r, Device)
        else r
        for r in said_twice
    ]
    emptied = changed(MADE, "devices", "F0R0D0", manufacturer=None)

    assert plan(emptied, *said_twice).problems == []
    assert plan(everywhere(MADE, "devices", manufacturer=None), *by_hand).problems == []
    partial = replace(emptied, incomplete=frozenset({"device"}))
    assert plan(partial, *records).problems == []
    never_said = replace(emptied, document="a third")
    assert plan(never_said, *records).problems == []


def test_a_floor_without_a_number_is_met_by_its_name_and_by_no_number(
    records: list[Record],
) -> None:
    def floors_of(name: str) -> list[str]:
        table = SourceModel(
            source="table",
            schema="table",
            floors=(SourceFloor(key="t", name=name, floor_number=0, number_said=False),),
            incomplete=frozenset({"floor", "room", "device", "group"}),
        )
        return [str(f.name) for f in plan(table, *records).floors if is_new(f)]

    named = next(str(r.name) for r in records if isinstance(r, Floor))

    assert floors_of("Roof") == ["Roof"]
    assert floors_of(named) == []
