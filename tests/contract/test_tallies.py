"""The numbers that are kept of a building are exact after everything that happens in it."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.errors import ChangedMeanwhile
from arxos.domain.floor import Floor
from arxos.domain.import_planning import plan_import
from arxos.domain.room import Room
from arxos.domain.source import SourceModel
from arxos.domain.summary import COUNTED_FIELDS, tally_of
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.import_run import _in_order, _queue
from tests.make import LATER, NOON, make_building, make_device, make_floor, make_model, make_room


def kept(uow: UnitOfWork, building: Building) -> dict[str, int]:
    """What is kept, as "facet:value"; and it is what counting gives."""
    tally = uow.buildings.tallies(building.id)
    counted: Counter[tuple[str, str]] = Counter()
    records: Iterator[Any] = iter([*uow.rooms.all(building), *uow.devices.all(building)])
    for record in records:
        fields = {name: getattr(record, name) for name in COUNTED_FIELDS[record.kind]}
        counted.update(tally_of(record.kind, fields))
    assert tally == counted
    assert all(amount > 0 for amount in tally.values())
    return {":".join(key): amount for key, amount in tally.items()}


def devices_of(numbers: dict[str, int]) -> dict[str, int]:
    return {
        name.removeprefix("devices_by_"): n
        for name, n in numbers.items()
        if name.startswith("devices_by_")
    }


def test_what_is_added_and_removed_is_counted(uow: UnitOfWork) -> None:
    building = make_building()
    floor = make_floor(building)
    office = make_room(floor, room_type="Office", area_m2=12.3456)
    store = make_room(floor, room_number="102", area_m2=None)
    lamp = make_device(floor, office, store, manufacturer="ACME")
    with uow:
        uow.buildings.add(building)
        uow.floors.add(floor)
        uow.rooms.add(office)
        uow.rooms.add(store)
        uow.devices.add(lamp)
        uow.devices.add(make_device(floor))

    assert kept(uow, building) == {
        "rooms_by_status:planned": 2,
        "rooms_by_type:Office": 1,
        "rooms_by_type:": 1,
        "area_cm2_by_room_type:Office": 123456,
        "devices_by_status:installed": 2,
        "devices_by_type:LightFixture": 2,
        "devices_by_manufacturer:ACME": 1,
        "devices_by_manufacturer:": 1,
    }
    with uow:
        uow.devices.remove(uow.devices.get(building.id, lamp.id).removed(at=LATER, by=None))
    with uow:
        uow.rooms.remove(uow.rooms.get(building.id, office.id).removed(at=LATER, by=None))
    assert kept(uow, building) == {
        "rooms_by_status:planned": 1,
        "rooms_by_type:": 1,
        "devices_by_status:installed": 1,
        "devices_by_type:LightFixture": 1,
        "devices_by_manufacturer:": 1,
    }


def test_changes_move_the_numbers_and_nothing_else_does(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room
) -> None:
    lamp = make_device(floor, room)
    upstairs = make_floor(building, floor_number=2)
    with uow:
        uow.devices.add(lamp)
        uow.floors.add(upstairs)

    def device() -> Device:
        return uow.devices.get(building.id, lamp.id)

    changes: list[Callable[[], Device]] = [
        lambda: device().changed(at=LATER, by=None, manufacturer="ACME", name="Spot"),
        lambda: device().changed(at=LATER, by=None, device_type="Spot", manufacturer=None),
        lambda: device().change_status("operational", at=LATER),
        lambda: device().move(floor_id=upstairs.id, room_ids=(), at=LATER, by=None),
        # Two changes of a field in one transaction count from what was read.
        lambda: (
            device()
            .changed(at=LATER, by=None, manufacturer="A")
            .changed(at=LATER, by=None, manufacturer="B")
            .change_status("maintenance", at=LATER)
        ),
    ]
    for change in changes:
        with uow:
            uow.devices.update(change())
        kept(uow, building)
    assert devices_of(kept(uow, building)) == {
        "status:maintenance": 1,
        "type:Spot": 1,
        "manufacturer:B": 1,
    }

    def changed_room(**values: Any) -> Room:
        return uow.rooms.get(building.id, room.id).changed(at=LATER, by=None, **values)

    for values in (
        {"room_type": "Office"},
        {"area_m2": 0.1 + 0.2},
        {"room_type": "Store", "area_m2": 999_999_999.9},
        {"area_m2": None},
        {"area_m2": 0.0},
        {"floor_id": upstairs.id},
    ):
        with uow:
            uow.rooms.update(changed_room(**values))
        kept(uow, building)
    with uow:
        uow.rooms.update(
            uow.rooms.get(building.id, room.id).change_status("under_construction", at=LATER)
        )
    assert kept(uow, building)["rooms_by_status:under_construction"] == 1


def test_what_is_refused_is_not_counted(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room
) -> None:
    before = kept(uow, building)
    stale = uow.rooms.get(building.id, room.id)
    with uow:
        uow.rooms.update(stale.changed(at=LATER, by=None, name="x"))

    with pytest.raises(ChangedMeanwhile), uow:
        uow.devices.add(make_device(floor, room))
        uow.rooms.update(stale.changed(at=LATER, by=None, room_type="Office"))

    assert kept(uow, building) == before


@pytest.mark.parametrize(
    "value",
    ["a:b", "a.b", "Pump [A]", "Pump[1]", "[]", "%5B", "#0", ":x", "会議室", "x" * 200, "a b "],
)
def test_any_value_that_a_record_may_have_can_be_counted(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room, value: str
) -> None:
    with uow:
        uow.devices.add(make_device(floor, device_type=value, manufacturer=value))
        uow.rooms.update(
            uow.rooms.get(building.id, room.id).changed(at=LATER, by=None, room_type=value)
        )

    numbers = kept(uow, building)
    assert numbers[f"devices_by_type:{value}"] == 1
    assert numbers[f"devices_by_manufacturer:{value}"] == 1
    assert numbers[f"rooms_by_type:{value}"] == 1


def test_a_transaction_may_bring_a_value_of_its_own_with_each_record(
    uow: UnitOfWork, building: Building, floor: Floor
) -> None:
    """One expression cannot hold more than 4 KB."""
    devices = [
        make_device(floor, device_type=f"Type {n}", manufacturer=f"Maker {n}") for n in range(47)
    ]
    with uow:
        for device in devices:
            uow.devices.add(device)
    assert kept(uow, building)["devices_by_type:Type 46"] == 1

    with uow:
        for number, device in enumerate(devices):
            loaded = uow.devices.get(building.id, device.id)
            changed = loaded.changed(
                at=LATER, by=None, device_type=f"New {number}", manufacturer=f"New {number}"
            )
            uow.devices.update(changed)
    assert len(devices_of(kept(uow, building))) == 1 + 2 * 47


def test_an_import_is_counted_and_so_is_its_next_version(
    uow: UnitOfWork, building: Building
) -> None:
    def take_over(model: SourceModel) -> None:
        plan = plan_import(
            model,
            building_id=building.id,
            shards=1,
            floors=uow.floors.all(building.id),
            rooms=uow.rooms.all(building),
            devices=uow.devices.all(building),
            at=NOON,
            by="usr_ada",
        )
        with uow:
            for record in _in_order(plan):
                _queue(record, uow)

    first = make_model(floors=2)
    take_over(first)
    numbers = kept(uow, building)
    assert numbers["devices_by_type:LightFixture"] == 8
    assert numbers["area_cm2_by_room_type:"] == 2 * (100_000 + 110_000)
    take_over(first)
    assert kept(uow, building) == numbers

    take_over(make_model(floors=2, devices=3))
    assert kept(uow, building)["devices_by_type:LightFixture"] == 12


def test_a_building_of_its_own_has_numbers_of_its_own(uow: UnitOfWork, building: Building) -> None:
    assert kept(uow, building) == {}
    assert uow.buildings.tallies("bld_x") == {}
    with uow:
        uow.buildings.remove(uow.buildings.get(building.id).removed(at=LATER, by=None))
    assert uow.buildings.tallies(building.id) == {}
