"""Marks on what is being deleted, and the deletions themselves, whatever stores them."""

from collections.abc import Callable
from typing import Any

import pytest

from arxos.domain.building import Building
from arxos.domain.deletion import Deletion, DeletionStatus, RemovedCounts, Target
from arxos.domain.errors import BeingDeleted, ChangedMeanwhile, Conflict, NotFound
from arxos.domain.floor import Floor
from arxos.domain.room import Room
from arxos.ports.registry import UnitOfWork
from tests.make import (
    LATER,
    NOON,
    make_building,
    make_device,
    make_floor,
    make_group,
    make_id,
    make_import,
    make_room,
)


def make_deletion(record: Building | Floor | Room, **changes: Any) -> Deletion:
    values: dict[str, Any] = {
        "id": make_id("deletion"),
        "target": Target.of(record),
        "total": 3,
        "started_by": "usr_ada",
        "started_by_name": "Ada Lovelace",
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Deletion(**{**values, **changes})


def begin(uow: UnitOfWork, record: Building | Floor | Room) -> Deletion:
    deletion = make_deletion(record)
    with uow:
        uow.deletions.begin(deletion.started(), record)
    return deletion


def test_a_deletion_comes_back_as_it_was_given(
    uow: UnitOfWork, other_organization: UnitOfWork, room: Room
) -> None:
    deletion = begin(uow, room)

    assert uow.deletions.get(deletion.id) == deletion
    assert uow.rooms.get(room.building_id, room.id).deletion_id == deletion.id
    with pytest.raises(NotFound):
        other_organization.deletions.get(deletion.id)
    with pytest.raises(NotFound):
        uow.deletions.get("del_#")


def test_a_record_is_marked_once_and_as_it_was_read(uow: UnitOfWork, floor: Floor) -> None:
    stale = uow.floors.get(floor.building_id, floor.id)
    with uow:
        uow.floors.update(stale.changed(at=LATER, by=None, name="x"))
    with pytest.raises(ChangedMeanwhile):
        begin(uow, stale)
    fresh = uow.floors.get(floor.building_id, floor.id)
    deletion = begin(uow, fresh)
    with pytest.raises(ChangedMeanwhile):
        begin(uow, fresh)

    stored = uow.floors.get(floor.building_id, floor.id)
    assert (stored.deletion_id, stored.version) == (deletion.id, 2)


def test_a_deletion_is_saved_only_as_it_was_read(uow: UnitOfWork, floor: Floor) -> None:
    deletion = begin(uow, floor)
    moved_on = deletion.moved_on(RemovedCounts(devices=2), at=LATER)
    with uow:
        uow.deletions.save(moved_on)

    with pytest.raises(ChangedMeanwhile), uow:
        uow.deletions.save(deletion.done(at=LATER))

    stored = uow.deletions.get(deletion.id)
    assert stored == moved_on.stored()
    assert (stored.status, stored.progress) == (DeletionStatus.RUNNING, 0.667)


def test_what_is_marked_takes_no_changes(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room
) -> None:
    of_building = uow.buildings.get(building.id)
    of_floor = uow.floors.get(building.id, floor.id)
    of_room = uow.rooms.get(building.id, room.id)
    begin(uow, of_building)
    begin(uow, of_floor)
    begin(uow, of_room)

    changed: Any = {"at": LATER, "by": None, "description": "x"}
    with pytest.raises(BeingDeleted, match="This building is being deleted"), uow:
        uow.buildings.update(of_building.changed(**changed))
    with pytest.raises(BeingDeleted, match="This floor is being deleted"), uow:
        uow.floors.update(of_floor.changed(**changed))
    with pytest.raises(BeingDeleted, match="This room is being deleted"), uow:
        uow.rooms.update(of_room.changed(**changed))


@pytest.mark.parametrize("marked", ["building", "floor", "room"])
def test_nothing_is_added_below_what_is_marked(
    marked: str, uow: UnitOfWork, building: Building, floor: Floor, room: Room
) -> None:
    records: dict[str, Building | Floor | Room] = {
        "building": building,
        "floor": floor,
        "room": room,
    }
    begin(uow, records[marked])
    below: dict[str, list[Callable[[], None]]] = {
        "building": [
            lambda: uow.floors.add(make_floor(building, floor_number=9)),
            lambda: uow.groups.add(make_group(building)),
            lambda: uow.imports.add(make_import(building)),
        ],
        "floor": [lambda: uow.rooms.add(make_room(floor, room_number="9"))],
        "room": [lambda: uow.devices.add(make_device(floor, room))],
    }
    order = ["building", "floor", "room"]
    for place in order[order.index(marked) :]:
        for add in below[place]:
            with pytest.raises(BeingDeleted, match=f"This {marked} is being deleted"), uow:
                add()
    counted = uow.buildings.get(building.id)
    assert (counted.floors_count, counted.rooms_count, counted.devices_count) == (1, 1, 0)


def test_what_is_not_there_is_still_not_found(uow: UnitOfWork, building: Building) -> None:
    nowhere = make_floor(make_building())

    with pytest.raises(NotFound), uow:
        uow.floors.add(nowhere)
    with pytest.raises(NotFound), uow:
        uow.rooms.add(make_room(make_floor(building)))


def test_what_is_in_a_marked_record_may_move_in_it_and_leave_it(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room
) -> None:
    device = make_device(floor, room)
    upstairs = make_floor(building, floor_number=2)
    next_door = make_room(floor, room_number="102")
    with uow:
        uow.devices.add(device)
        uow.floors.add(upstairs)
        uow.rooms.add(next_door)
    begin(uow, floor)

    for place in (
        {"floor_id": floor.id, "room_ids": (next_door.id,)},
        {"floor_id": upstairs.id, "room_ids": ()},
    ):
        with uow:
            loaded = uow.devices.get(building.id, device.id)
            uow.devices.update(loaded.move(**place, at=LATER, by=None))  # type: ignore[arg-type]
    with pytest.raises(BeingDeleted), uow:
        loaded = uow.devices.get(building.id, device.id)
        uow.devices.update(loaded.move(floor_id=floor.id, room_ids=(), at=LATER, by=None))

    counts = [uow.floors.get(building.id, f.id).devices_count for f in (floor, upstairs)]
    assert counts == [0, 1]


def test_a_marked_record_is_removed_only_by_who_has_read_the_mark(
    uow: UnitOfWork, floor: Floor
) -> None:
    begin(uow, floor)

    with pytest.raises(Conflict), uow:
        uow.floors.remove(floor.removed(at=LATER, by=None))
    with uow:
        marked = uow.floors.get(floor.building_id, floor.id)
        uow.floors.remove(marked.removed(at=LATER, by=None))

    assert uow.buildings.get(floor.building_id).floors_count == 0


def test_what_remains_of_a_building_is_cleared(
    uow: UnitOfWork, other_organization: UnitOfWork, building: Building
) -> None:
    jobs = [make_import(building) for _ in range(3)]
    elsewhere = make_building()
    kept = make_import(elsewhere)
    with uow:
        uow.buildings.add(elsewhere)
        for job in (*jobs, kept):
            uow.imports.add(job)

    cleared = []
    for _ in range(3):
        with uow:
            cleared.append(uow.deletions.clear_remains(building.id, 2))
    assert cleared == [2, 1, 0]

    for job in jobs:
        with pytest.raises(NotFound):
            uow.imports.get(building.id, job.id)
    assert uow.imports.get(elsewhere.id, kept.id) == kept
    with uow:
        uow.buildings.remove(uow.buildings.get(building.id).removed(at=LATER, by=None))
    with uow:
        assert uow.deletions.clear_remains(building.id, 5) == 0
