"""One building described by several documents: who may change what, and what is whose."""

from dataclasses import replace
from typing import Any

import pytest

from arxos.domain.device import Device
from arxos.domain.import_plan import ImportPlan
from arxos.domain.import_planning import plan_import
from arxos.domain.record import Record
from arxos.domain.room import Room
from arxos.domain.source import SourceModel
from tests.domain.test_import_plan import changed, plan, stored
from tests.make import make_model

ARCHITECTURE = make_model(document="ifc:A")


def workbook(**device: Any) -> SourceModel:
    """A COBie workbook of the same building, that names the model's ids."""
    model = make_model(source="cobie", document="cobie")
    return replace(
        model,
        floors=tuple(replace(f, key=f"c{f.key}", other_ids={"ifc": f.key}) for f in model.floors),
        rooms=tuple(
            replace(
                r,
                key=f"c{r.key}",
                floor_key=f"c{r.floor_key}",
                name=f"Space {r.room_number}",
                other_ids={"ifc": r.key},
            )
            for r in model.rooms
        ),
        devices=tuple(
            replace(
                d,
                key=f"c{d.key}",
                floor_key=f"c{d.floor_key}",
                room_keys=tuple(f"c{k}" for k in d.room_keys),
                name=f"Component {d.key}",
                other_ids={"ifc": d.key},
                **device,
            )
            for d in model.devices
        ),
    )


def after(model: SourceModel, *records: Record) -> list[Record]:
    return stored(plan(model, *records), *records)


def changes(made: ImportPlan) -> tuple[int, int]:
    return made.created, made.updated


@pytest.fixture
def both() -> list[Record]:
    """The model's records, once the workbook was imported too."""
    return after(workbook(), *after(ARCHITECTURE))


def test_a_workbook_made_from_a_model_meets_its_records_and_completes_them() -> None:
    records = after(ARCHITECTURE)

    made = plan(workbook(manufacturer="Heat & Co."), *records)

    assert changes(made) == (0, len(records))
    assert {d.manufacturer for d in made.devices} == {"Heat & Co."}
    assert {d.name for d in made.devices} == {d.name for d in ARCHITECTURE.devices}
    assert {r.external_ids["cobie"] for r in made.rooms} == {"cF0R0", "cF0R1"}


def test_each_file_again_changes_nothing(both: list[Record]) -> None:
    for model in (ARCHITECTURE, workbook(), ARCHITECTURE):
        made = plan(model, *both)
        assert (changes(made), made.size) == ((0, 0), 0)


def test_a_document_changes_what_it_newly_says_and_nothing_else(both: list[Record]) -> None:
    handover = workbook(serial_number="S-1")
    devices = [d for d in after(handover, *both) if isinstance(d, Device)]
    assert {d.serial_number for d in devices} == {"S-1"}

    renamed = changed(ARCHITECTURE, "devices", "F0R0D0", name="Wall lamp")
    (lamp,) = plan(renamed, *after(handover, *both)).devices
    assert (lamp.name, lamp.serial_number) == ("Wall lamp", "S-1")

    newer = workbook(serial_number="S-2")
    made = plan(newer, *after(handover, *both))
    assert {d.serial_number for d in made.devices} == {"S-2"}
    assert changes(made) == (0, len(devices))


@pytest.mark.parametrize("label", ["tag_number", "serial_number", "barcode"])
def test_a_device_is_known_by_its_label_where_exactly_one_fits(label: str) -> None:
    called: dict[str, Any] = {label: "ahu-01"}
    first = ARCHITECTURE.devices[0].key
    records = after(changed(ARCHITECTURE, "devices", first, **{label: "AHU-01"}))
    table = make_model(source="table", rooms=0)
    lamp = replace(
        ARCHITECTURE.devices[0],
        key="row 2",
        floor_key="F0",
        room_keys=(),
        room_numbers=("0.00",),
        model="X-200",
        **called,
    )

    (met,) = plan(replace(table, devices=(lamp,)), *records).devices
    assert (met.external_ids["ifc"], met.model) == (first, "X-200")
    twice = replace(table, devices=(lamp, replace(lamp, key="row 3")))
    made = plan(twice, *records)
    assert made.created == 2
    assert [p.code for p in made.problems] == ["DEVICE_AMBIGUOUS"] * 2


HERE, NEAR, FAR = (1.0, 2.0, 0.5), (1.2, 2.1, 0.5), (1.5, 2.0, 0.5)


@pytest.mark.parametrize(
    ("theirs", "ours", "is_met"),
    [
        ({}, {}, True),
        ({"position": HERE}, {"position": NEAR}, True),
        ({}, {"name": "WALL  LAMP", "device_type": "lightfixture"}, True),
        ({"position": HERE}, {"position": FAR}, False),
        ({"position": HERE}, {}, False),
        ({}, {"name": "Floor lamp"}, False),
        ({}, {"device_type": "Pump"}, False),
        ({}, {"room_numbers": ("0.01",)}, False),
        ({"tag_number": "T-1"}, {}, True),
        ({"tag_number": "T-1"}, {"tag_number": "T-2"}, False),
    ],
)
def test_without_labels_a_device_is_known_by_room_type_name_and_position(
    theirs: dict[str, Any], ours: dict[str, Any], is_met: bool
) -> None:
    unlabelled: dict[str, Any] = {"name": "Wall lamp", "serial_number": None, **theirs}
    records = after(changed(ARCHITECTURE, "devices", "F0R0D0", **unlabelled))
    lamp = replace(
        ARCHITECTURE.devices[0],
        **{
            "key": "row 2",
            "name": "Wall lamp",
            "room_keys": (),
            "room_numbers": ("0.00",),
            "serial_number": None,
            "barcode": "B-1",
            **ours,
        },
    )
    table = make_model(source="table", rooms=0, devices=0)

    made = plan(replace(table, devices=(lamp,)), *records)

    (device,) = made.devices
    assert ("ifc" in device.external_ids) is is_met
    assert device.external_ids["table"] == "row 2"
    assert (made.created, made.problems) == (0 if is_met else 1, [])
    again = plan(replace(table, devices=(lamp,)), *stored(made, *records))
    assert (again.created, again.updated) == (0, 0)
    # Of two that are alike, on either side, none is taken.
    twice = replace(table, devices=(lamp, replace(lamp, key="row 3", barcode=None)))
    made = plan(twice, *records)
    assert made.created == 2
    assert [p.code for p in made.problems] == (["DEVICE_AMBIGUOUS"] * 2 if is_met else [])


def test_a_room_that_only_the_building_knows_is_found_by_its_number() -> None:
    records = after(ARCHITECTURE)
    lamp = replace(
        ARCHITECTURE.devices[0],
        key="new",
        floor_key="",
        room_keys=(),
        room_numbers=("0.01",),
        serial_number=None,
    )
    table = SourceModel(source="table", schema="table", devices=(lamp,))

    (device,) = plan(table, *records).devices
    room = next(r for r in records if isinstance(r, Room) and r.room_number == "0.01")
    assert (device.room_id, device.floor_id) == (room.id, room.floor_id)
    lost = replace(table, devices=(replace(lamp, room_numbers=("9.99",)),))
    made = plan(lost, *records)
    assert made.devices == []
    assert [(p.severity, p.code) for p in made.problems] == [("error", "ROOM_UNKNOWN")]


def test_what_a_document_speaks_of_no_more_can_go_if_it_is_its_own(both: list[Record]) -> None:
    electrical = replace(
        make_model(rooms=0, document="ifc:E"),
        devices=(replace(ARCHITECTURE.devices[0], key="E-1", room_keys=(), serial_number="E-1"),),
    )
    records = after(electrical, *both)
    smaller = replace(ARCHITECTURE, devices=(), rooms=ARCHITECTURE.rooms[:1])

    # The workbook still speaks of what the architect took out.
    assert plan(smaller, *records).removable == []
    # Without the workbook it was the architect's alone; the electrical lamp never was.
    records = after(electrical, *after(ARCHITECTURE))
    gone = plan(smaller, *records).removable
    assert [r.kind for r in gone] == ["device"] * 4 + ["room"]
    assert "E-1" not in {r.external_ids["ifc"] for r in gone}


def test_a_room_that_still_holds_something_never_goes() -> None:
    records = after(ARCHITECTURE)
    lamp = replace(
        ARCHITECTURE.devices[0],
        key="new",
        floor_key="",
        room_keys=(),
        room_numbers=("0.01",),
        serial_number=None,
    )
    table = SourceModel(source="table", schema="table", devices=(lamp,))
    records = after(table, *records)

    gone = plan(replace(ARCHITECTURE, rooms=(), devices=()), *records).removable
    assert [r.label for r in gone if isinstance(r, Room)] == ["0.00 Room 0"]


def test_planning_is_the_same_whatever_order_the_records_come_in(both: list[Record]) -> None:
    def plan_of(records: list[Record]) -> ImportPlan:
        return plan_import(
            workbook(serial_number="S-1"),
            building_id="bld_1",
            shards=1,
            floors=[],
            rooms=[r for r in records if isinstance(r, Room)],
            devices=[r for r in records if isinstance(r, Device)],
            at=both[0].created_at,  # type: ignore[arg-type]
            by=None,
        )

    one, other = plan_of(both), plan_of(both[::-1])
    assert sorted(d.id for d in one.devices) == sorted(d.id for d in other.devices)
