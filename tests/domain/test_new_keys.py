"""A file whose ids are all new: its things are known again by what else tells them."""

from dataclasses import replace
from typing import Any

import pytest

from arxos.domain.device import Device
from arxos.domain.record import Record
from arxos.domain.source import SourceDevice, SourceModel
from tests.domain.test_import_plan import changed, plan, stored
from tests.make import make_model

MODEL = make_model(floors=2, rooms=3, devices=2)
HERE, NEAR, FAR = (1.0, 2.0, 0.5), (1.2, 2.1, 0.5), (1.5, 2.0, 0.5)


def exported_anew(model: SourceModel, **device: Any) -> SourceModel:
    """The same building by a tool that gives everything a new id."""
    return replace(
        model,
        floors=tuple(replace(f, key=f"n{f.key}") for f in model.floors),
        rooms=tuple(replace(r, key=f"n{r.key}", floor_key=f"n{r.floor_key}") for r in model.rooms),
        devices=tuple(
            replace(
                d,
                key=f"n{d.key}",
                floor_key=f"n{d.floor_key}",
                room_keys=tuple(f"n{k}" for k in d.room_keys),
                **device,
            )
            for d in model.devices
        ),
    )


def unlabelled(model: SourceModel) -> SourceModel:
    return replace(model, devices=tuple(replace(d, serial_number=None) for d in model.devices))


@pytest.mark.parametrize("model", [MODEL, unlabelled(MODEL)], ids=["by serial", "by place"])
def test_a_file_with_new_ids_is_the_same_building_and_its_records_take_them(
    model: SourceModel,
) -> None:
    before = stored(plan(model))

    made = plan(exported_anew(model), *before)

    assert (made.created, made.updated, made.removable) == (0, len(before), [])
    after = stored(made, *before)
    assert {r.id for r in after} == {r.id for r in before}
    assert all(r.external_ids["ifc"].startswith("n") for r in after)
    assert {name for r in made.devices for e in r.events for name in e.changes} == {"external_ids"}
    again = plan(exported_anew(model), *after)
    assert (again.size, again.unchanged, again.removable) == (0, len(before), [])


def test_what_has_taken_a_new_key_follows_the_file_as_its_own() -> None:
    before = stored(plan(MODEL))
    after = stored(plan(exported_anew(MODEL), *before), *before)

    later = changed(exported_anew(MODEL), "rooms", "nF0R0", room_number="0.77", floor_key="nF1")
    (room,) = plan(later, *after).rooms

    assert room.room_number == "0.77"


@pytest.mark.parametrize(
    ("was", "now", "is_same"),
    [
        ({"tag_number": "T-1"}, {"tag_number": "t-1", "name": "Other"}, True),
        ({"barcode": "B-1"}, {"barcode": "B-1", "room_keys": ("F0R1",)}, True),
        ({"serial_number": "S-1"}, {"serial_number": "S-2"}, False),
        ({}, {"serial_number": "S-1"}, True),
        ({"position": HERE}, {"position": NEAR}, True),
        ({"position": HERE}, {"position": FAR}, False),
        ({}, {"name": "Another"}, False),
        ({}, {"room_keys": ("F0R1",)}, False),
    ],
)
def test_one_lost_key_is_found_where_label_or_place_says_so(
    was: dict[str, Any], now: dict[str, Any], is_same: bool
) -> None:
    model = unlabelled(MODEL)
    before = stored(plan(changed(model, "devices", "F0R0D0", name="Pump", **was)))
    later = changed(model, "devices", "F0R0D0", key="new", **{"name": "Pump", **was, **now})

    made = plan(later, *before)

    assert (made.created, len(made.removable)) == ((0, 0) if is_same else (1, 1))


def test_where_several_fit_none_is_taken_and_it_is_listed() -> None:
    before = stored(plan(MODEL))
    twins = replace(
        MODEL,
        devices=tuple(
            replace(d, key="n" + d.key, serial_number="SN-0-0-0")
            if d.key in ("F0R0D0", "F0R0D1")
            else d
            for d in MODEL.devices
        ),
    )

    made = plan(twins, *before)

    assert (made.created, made.updated) == (2, 0)
    assert [(key, label) for key, _, label in made.ambiguous] == [
        ("nF0R0D0", "serial_number"),
        ("nF0R0D1", "serial_number"),
    ]


def test_a_key_that_the_file_still_has_is_never_another_device() -> None:
    before = stored(plan(MODEL))
    copy = replace(MODEL.devices[0], key="copy")

    made = plan(replace(MODEL, devices=(*MODEL.devices, copy)), *before)

    assert (made.created, made.updated) == (1, 0)


def test_a_workbook_with_new_ids_that_names_the_models_is_known_by_these() -> None:
    model = unlabelled(MODEL)
    workbook = replace(
        model,
        source="cobie",
        document="cobie",
        devices=tuple(replace(d, other_ids={"ifc": d.key}) for d in model.devices),
    )
    before = stored(plan(workbook))
    anew = replace(exported_anew(workbook), floors=workbook.floors, rooms=workbook.rooms)
    anew = replace(
        anew,
        devices=tuple(
            replace(new, name=f"New {old.key}", floor_key=old.floor_key, room_keys=old.room_keys)
            for new, old in zip(anew.devices, workbook.devices, strict=True)
        ),
    )

    made = plan(anew, *before)

    assert (made.created, made.updated, made.removable) == (0, len(model.devices), [])


def of_table(*devices: SourceDevice) -> SourceModel:
    return SourceModel(
        source="table",
        schema="table",
        floors=make_model(rooms=0).floors,
        devices=devices,
        incomplete=frozenset({"floor", "room"}),
    )


def test_a_tag_that_is_filled_in_later_makes_no_second_device_of_a_tables_row() -> None:
    """The key of a row without an id is made of its first label, so a new label makes a new key."""
    lamp = replace(MODEL.devices[0], key="serial S-1", room_keys=(), serial_number="S-1")
    before = stored(plan(of_table(lamp)))
    tagged = of_table(replace(lamp, key="tag T-1", tag_number="T-1"))

    made = plan(tagged, *before)

    assert (made.created, made.updated, made.removable) == (0, 1, [])
    after = stored(made, *before)
    assert plan(tagged, *after).size == 0
    changed_serial = of_table(
        replace(lamp, key="tag T-1", tag_number="T-1", serial_number="S-2"),
        replace(lamp, key="serial S-1"),
    )
    assert (plan(changed_serial, *after).created, plan(changed_serial, *after).updated) == (1, 1)


def test_a_table_that_only_names_a_floor_gives_it_no_new_key() -> None:
    floors = replace(of_table(), floors=(replace(of_table().floors[0], key="id 7"),))
    before = stored(plan(replace(floors, incomplete=frozenset())))

    assert plan(of_table(), *before).size == 0


def test_models_of_one_source_know_each_others_devices_by_label_and_keep_their_keys() -> None:
    architecture = replace(MODEL, document="ifc:A")
    electrical = replace(exported_anew(MODEL), document="ifc:E", rooms=(), floors=())
    electrical = replace(
        electrical,
        floors=tuple(replace(f, key=f"n{f.key}") for f in MODEL.floors),
        devices=tuple(replace(d, room_keys=()) for d in electrical.devices),
    )
    before: list[Record] = stored(plan(architecture))
    made = plan(electrical, *before)
    after = stored(made, *before)

    assert (made.created, made.removable) == (0, [])
    devices = [r for r in after if isinstance(r, Device)]
    assert {d.external_ids["ifc"] for d in devices} == {d.key for d in MODEL.devices}
    for model in (architecture, electrical, architecture):
        assert plan(model, *after).size == 0
