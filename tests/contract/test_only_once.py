"""A request that comes again does nothing again, also where its answer was never kept."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from arxos.domain.building import Building
from arxos.domain.errors import (
    DoneBefore,
    Duplicate,
    InvalidStatusTransitionError,
    ServiceUnavailable,
)
from arxos.domain.floor import Floor
from arxos.domain.room import Room
from arxos.domain.status import DeviceStatus
from arxos.domain.user import Actor
from arxos.ports.lists import BuildingFilter, Page
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.batches import Operation
from arxos.use_cases.device_batches import batch_devices
from arxos.use_cases.records import change_status
from arxos.use_cases.room_batches import batch_rooms
from tests.contract.test_batches import Meddling, lamps
from tests.make import LATER, ORG, OTHER_ORG, make_actor, make_building, make_device, make_id

ONCE = make_actor(once="a-request")
OTHER = make_actor(once="another")


def make_one(uow: UnitOfWork) -> str:
    building = make_building()
    with uow:
        uow.only_once(building.id)
        uow.buildings.add(building)
    return building.id


def test_the_same_request_makes_one(backend: Callable[..., UnitOfWork]) -> None:
    uow = backend(ORG, once="a-request")
    first = make_one(uow)

    for again in (uow, backend(ORG, once="a-request")):
        with pytest.raises(DoneBefore) as before:
            make_one(again)
        assert before.value.record_id == first
        assert again.done_before() == {0: first}

    assert [b.id for b in uow.buildings.list(BuildingFilter(), Page()).items] == [first]


def test_other_requests_and_those_without_a_key_make_their_own(
    backend: Callable[..., UnitOfWork],
) -> None:
    for uow in (
        backend(ORG, once="a-request"),
        backend(ORG, once="another"),
        backend(OTHER_ORG, once="a-request"),
        keyless := backend(ORG),
        keyless,
    ):
        assert uow.done_before() == {}
        make_one(uow)

    assert len(keyless.buildings.list(BuildingFilter(), Page()).items) == 4


def test_rows_are_noted_transaction_by_transaction(backend: Callable[..., UnitOfWork]) -> None:
    uow = backend(ORG, once="a-request")
    for rows in ({0: "dev_a", 2: "dev_c"}, {17: "dev_r"}):
        with uow:
            uow.rows_only_once(rows)

    assert uow.done_before() == {0: "dev_a", 2: "dev_c", 17: "dev_r"}
    with pytest.raises(DoneBefore) as before, uow:
        uow.rows_only_once({17: "dev_x"})
    assert before.value.record_id == "dev_r"


def status_of(device_id: str, building: Building, uow: UnitOfWork, actor: Actor) -> Any:
    return change_status(
        "device",
        building.id,
        device_id,
        "operational",
        versions=frozenset({1}),
        uow=uow,
        actor=actor,
        now=LATER,
    )


def test_a_change_that_comes_again_finds_what_it_did(
    backend: Callable[..., UnitOfWork],
    uow: UnitOfWork,
    building: Building,
    floor: Floor,
    room: Room,
) -> None:
    device = make_device(floor, room, status=DeviceStatus.INSTALLED)
    with uow:
        uow.devices.add(device)
    mine = backend(ORG, once=ONCE.once)
    done = status_of(device.id, building, mine, ONCE)
    assert status_of(device.id, building, mine, ONCE) == done

    with uow:  # somebody else changes it back, which is no reason to do it again
        back = done.change_status("maintenance", at=LATER, by=None)
        uow.devices.update(back)
    assert status_of(device.id, building, mine, ONCE) == back.stored()


def batch(use_case: Any, rows: Any, uow: Any, building: Building, *, atomic: bool) -> Any:
    return use_case(
        building.id, rows, atomic=atomic, uow=uow, actor=ONCE, new_id=make_id, now=LATER
    )


@pytest.mark.parametrize("atomic", [False, True])
def test_a_batch_that_comes_again_answers_with_what_it_did(
    backend: Callable[..., UnitOfWork],
    uow: UnitOfWork,
    building: Building,
    floor: Floor,
    room: Room,
    *,
    atomic: bool,
) -> None:
    kept, gone = make_device(floor, room), make_device(floor, room)
    with uow:
        uow.devices.add(kept)
        uow.devices.add(gone)
    rows = [
        *lamps(room, 2),
        Operation(op="status", id=kept.id, values={"status": "operational"}),
        Operation(op="delete", id=gone.id, versions=frozenset({1})),
    ]
    mine = backend(ORG, once=ONCE.once)

    first = batch(batch_devices, rows, mine, building, atomic=atomic)
    again = batch(batch_devices, rows, mine, building, atomic=atomic)

    assert [replace(o, record=None) for o in again] == [replace(o, record=None) for o in first]
    assert [o.record for o in again[:3]] == [o.record for o in first[:3]]
    assert uow.buildings.get(building.id).devices_count == 3


def test_a_batch_that_was_cut_off_goes_on_where_it_was(
    backend: Callable[..., UnitOfWork], uow: UnitOfWork, building: Building, room: Room
) -> None:
    def give_out(commit: int) -> None:
        if commit == 1:
            raise ServiceUnavailable("busy")

    mine = backend(ORG, once=ONCE.once)
    rows = lamps(room, 30)
    with pytest.raises(ServiceUnavailable):
        batch(batch_devices, rows, Meddling(mine, give_out), building, atomic=False)
    assert uow.buildings.get(building.id).devices_count == 20

    done = batch(batch_devices, rows, mine, building, atomic=False)

    assert [o.record.name for o in done] == [f"Lamp {n}" for n in range(30)]
    assert uow.buildings.get(building.id).devices_count == 30


def test_a_row_that_failed_may_succeed_when_its_request_comes_again(
    backend: Callable[..., UnitOfWork],
    uow: UnitOfWork,
    building: Building,
    floor: Floor,
    room: Room,
) -> None:
    def number(number: str) -> Operation:
        return Operation(op="create", values={"floor_id": floor.id, "room_number": number})

    mine = backend(ORG, once=ONCE.once)
    rows = [number("101"), number("102")]
    first = batch(batch_rooms, rows, mine, building, atomic=False)
    assert isinstance(first[0].error, Duplicate)
    with uow:
        uow.rooms.remove(room.removed(at=LATER, by=None))

    again = batch(batch_rooms, rows, mine, building, atomic=False)

    assert [o.error for o in again] == [None, None]
    assert again[1].id == first[1].id
    assert uow.buildings.get(building.id).rooms_count == 2


def test_another_request_meets_the_rule(
    backend: Callable[..., UnitOfWork], uow: UnitOfWork, building: Building, floor: Floor
) -> None:
    device = make_device(floor, status=DeviceStatus.OPERATIONAL)
    with uow:
        uow.devices.add(device)
    with pytest.raises(InvalidStatusTransitionError):
        status_of(device.id, building, backend(ORG, once=OTHER.once), OTHER)
