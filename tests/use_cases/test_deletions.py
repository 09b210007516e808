"""Removing trees: all of it, nothing else, counted once, whatever happens on the way."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from arxos.domain.deletion import GIVEN_UP_AFTER, Deletion, DeletionStatus
from arxos.domain.errors import (
    BeingDeleted,
    ChangedMeanwhile,
    Forbidden,
    NotFound,
    PreconditionFailed,
    ServiceUnavailable,
)
from arxos.domain.floor import Floor
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from arxos.domain.user import Actor
from arxos.use_cases import devices, floors, groups, imports, records
from arxos.use_cases.deletions import get_deletion, start_deletion
from tests.fakes import (
    FakeOrders,
    FakeUnitOfWork,
    FakeUploads,
)
from tests.make import (
    LATER,
    NOON,
    make_actor,
    make_floor,
    make_id,
)
from tests.use_cases.deleting import ADA, DEVICES_PER_ROOM, ROOMS, Killed, World
from tests.use_cases.test_read_building_file import Importing


@pytest.fixture
def world() -> World:
    return World()


IN_A_FLOOR = ROOMS + ROOMS * DEVICES_PER_ROOM + 1


def test_a_floor_goes_with_all_that_is_on_it_and_nothing_else(world: World) -> None:
    deletion = world.start("floor", world.floors[0].id)

    assert (deletion.status, deletion.total) == (DeletionStatus.QUEUED, IN_A_FLOOR)
    done = world.work()

    assert done is not None
    assert (done.status, done.progress) == (DeletionStatus.DONE, 1.0)
    assert (done.removed.rooms, done.removed.devices) == (ROOMS, ROOMS * DEVICES_PER_ROOM + 1)
    uow, upstairs = world.uow(), world.floors[1].id
    building = uow.buildings.get(world.building.id)
    assert (building.floors_count, *world.counts(building)) == (1, ROOMS, ROOMS * 20 + 1)
    assert world.counts(uow.floors.get(building.id, upstairs)) == (ROOMS, ROOMS * 20 + 1)
    assert {d.floor_id for d in uow.devices.all(building)} == {upstairs}
    assert {r.floor_id for r in uow.rooms.all(building)} == {upstairs}
    with pytest.raises(NotFound):
        uow.floors.get(building.id, world.floors[0].id)
    # The door stays upstairs and leads nowhere else now; the group has only what is left.
    assert uow.devices.get(building.id, world.door.id).room_ids == (world.rooms[1][0].id,)
    assert uow.groups.get(building.id, world.group.id).members_count == 1
    assert world.queue.orders == []


def test_a_room_goes_with_its_devices_and_those_of_other_rooms_leave_it(world: World) -> None:
    room = world.rooms[0][0]

    deletion = world.start("room", room.id)

    assert deletion.status is DeletionStatus.DONE  # small: nobody had to wait for the worker
    uow = world.uow()
    building = uow.buildings.get(world.building.id)
    assert world.counts(building) == (2 * ROOMS - 1, 2 * ROOMS * 20 + 2 - 20)
    assert uow.devices.get(building.id, world.door.id).room_id == world.rooms[1][0].id
    assert uow.rooms.get(building.id, world.rooms[1][0].id).devices_count == 21
    assert world.queue.orders == []


def test_a_building_goes_with_everything_of_it(world: World) -> None:
    deletion = world.start("building", world.building.id)
    world.work()

    done = world.uow().deletions.get(deletion.id)
    assert done.status is DeletionStatus.DONE
    assert (done.removed.floors, done.removed.rooms) == (2, 2 * ROOMS)
    assert done.removed.sum == done.total
    assert world.kinds() == {"deletion"}


def test_what_holds_nothing_goes_at_once_as_without_cascade(world: World) -> None:
    with (uow := world.uow()):
        uow.floors.add(empty := make_floor(world.building, floor_number=9))

    assert world.start("floor", empty.id).status is DeletionStatus.DONE

    assert "deletion" not in world.kinds()
    assert world.removals() == [empty.id]


@pytest.mark.parametrize("commit", range(1, 14))
@pytest.mark.parametrize("kind", ["floor", "building"])
def test_killed_before_any_commit_and_ordered_again_it_ends_as_if_undisturbed(
    kind: str, commit: int, world: World
) -> None:
    record_id = world.floors[0].id if kind == "floor" else world.building.id
    deletion = world.start(kind, record_id)
    order = world.queue.orders[0]
    before = dict(world.table.items)
    world.work()
    undisturbed, removed = world.content(), sorted(world.removals())
    world.table.items, world.table.changes = before, []
    left = commit

    def kill() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Killed

    world.desk.before_commit = kill
    world.queue.orders = [order]
    try:
        world.work()
    except Killed:
        world.queue.orders = [order]
        world.work()

    assert world.content() == undisturbed
    assert sorted(world.removals()) == removed
    assert len(set(removed)) == len(removed)
    done = world.uow().deletions.get(deletion.id)
    assert (done.status, done.removed.sum) == (
        DeletionStatus.DONE,
        deletion.total,
    )


def test_two_workers_on_one_deletion_remove_and_count_once(world: World) -> None:
    deletion = world.start("floor", world.floors[0].id)
    order = world.queue.orders[0]
    commits = 0

    def deliver_again() -> None:
        nonlocal commits
        commits += 1
        if commits == 2:
            world.queue.orders = [order]
            world.work()

    world.desk.before_commit = deliver_again
    done = world.work()

    assert done is not None
    assert (done.status, done.removed.sum) == (DeletionStatus.DONE, deletion.total)
    assert len(set(world.removals())) == len(world.removals()) == deletion.total + 1


def test_out_of_time_the_worker_orders_the_rest(world: World) -> None:
    deletion = world.start("floor", world.floors[0].id)
    ticks = iter(range(10_000))

    def clock() -> datetime:
        return NOON + timedelta(seconds=8 * next(ticks))

    first = world.work(clock=clock)

    assert first is not None
    assert first.status is DeletionStatus.RUNNING
    assert 0 < first.progress < 1
    assert len(world.queue.orders) == 1
    world.work()
    assert world.uow().deletions.get(deletion.id).removed.sum == deletion.total


def test_an_order_for_what_is_done_or_unknown_does_nothing(world: World) -> None:
    world.start("floor", world.floors[0].id)
    order = world.queue.orders[0]
    world.work()
    before = dict(world.table.items)

    world.queue.orders = [order, replace(order, organization_id="org_second")]

    assert world.work() is None
    assert world.work() is None
    assert world.table.items == before


def test_nothing_is_added_to_or_changed_of_what_is_being_deleted(world: World) -> None:
    floor, room = world.floors[0], world.rooms[0][0]
    world.start("floor", floor.id)
    common: Any = {"uow": world.uow(), "actor": ADA}
    new: Any = {**common, "new_id": make_id, "now": LATER}
    old: Any = {**common, "versions": None, "now": LATER}
    lamp = {"name": "Lamp", "device_type": "LightFixture"}

    for refused in (
        lambda: floors.update_floor(world.building.id, floor.id, {"name": "x"}, **old),
        lambda: records.change_status(
            "floor", world.building.id, floor.id, "under_construction", **old
        ),
        lambda: devices.create_device(world.building.id, {**lamp, "room_id": room.id}, **new),
        lambda: devices.move_device(
            world.building.id, world.devices[-1].id, {"floor_id": floor.id}, **old
        ),
    ):
        with pytest.raises(BeingDeleted, match="This floor is being deleted"):
            refused()
    # What leaves may leave.
    away = {"room_id": world.rooms[1][0].id}
    devices.move_device(world.building.id, world.devices[0].id, away, **old)
    world.work()
    assert world.uow().devices.get(world.building.id, world.devices[0].id).room_id is not None


def test_no_import_and_no_group_enters_a_building_that_is_being_deleted(world: World) -> None:
    world.start("building", world.building.id)
    common: Any = {"uow": world.uow(), "actor": ADA, "new_id": make_id, "now": LATER}

    with pytest.raises(BeingDeleted):
        imports.start_import(
            imports.StartImport(building_id=world.building.id, filename="a.ifc"),
            uploads=FakeUploads(),
            **common,
        )
    with pytest.raises(BeingDeleted):
        groups.create_group(world.building.id, {"group_kind": "zone", "name": "x"}, **common)


def test_an_import_into_what_is_being_deleted_ends_with_a_sentence() -> None:
    importing = Importing()
    commits = 0

    def delete_the_building() -> None:
        nonlocal commits
        commits += 1
        if commits == 4:
            start_deletion(
                "building",
                importing.building.id,
                importing.building.id,
                versions=None,
                uow=FakeUnitOfWork(importing.table, ADA),
                queue=FakeOrders(),
                actor=ADA,
                new_id=make_id,
                clock=lambda: NOON,
                pause=lambda _: None,
            )

    importing.desk.before_commit = delete_the_building
    job = importing.run()

    assert job is not None
    assert [problem.code for problem in job.errors] == ["BEING_DELETED"]
    assert "being deleted" in job.errors[0].message


def test_asked_for_again_it_is_the_same_deletion_ordered_again(world: World) -> None:
    world.queue.is_there = False
    with pytest.raises(ServiceUnavailable):
        world.start("floor", world.floors[0].id)
    world.queue.is_there = True

    first = world.start("floor", world.floors[0].id)
    second = world.start("floor", world.floors[0].id)

    assert first.id == second.id
    assert len(world.queue.orders) == 2
    with pytest.raises(BeingDeleted), (uow := world.uow()):
        uow.floors.update(
            uow.floors.get(world.building.id, world.floors[0].id).changed(
                at=LATER, by=None, name="x"
            )
        )


def test_only_the_version_that_the_caller_has_seen_is_deleted(world: World) -> None:
    with pytest.raises(PreconditionFailed):
        world.start("floor", world.floors[0].id, versions=frozenset({7}))

    assert world.start("floor", world.floors[0].id, versions=frozenset({1})).total == IN_A_FLOOR


def test_a_floor_that_goes_while_its_building_goes_is_done_too(world: World) -> None:
    floor = world.start("floor", world.floors[0].id)
    world.start("building", world.building.id)
    of_floor, of_building = world.queue.orders

    world.queue.orders = [of_building, of_floor]
    world.work()
    done = world.work()

    assert done is not None
    assert (done.id, done.status) == (floor.id, DeletionStatus.DONE)
    assert world.kinds() == {"deletion"}


def test_what_cannot_be_finished_fails_at_the_last_try_and_can_be_asked_for_again(
    world: World,
) -> None:
    deletion = world.start("floor", world.floors[0].id)
    order = world.queue.orders[0]
    # A counter that is wrong: nothing is there that it could count.
    key = ("org_first", "floor", world.building.id, world.floors[0].id)
    right = world.table.items[key]
    world.table.items[key] = replace(right, devices_count=right.devices_count + 1)

    for is_last_try in (False, True):
        world.queue.orders = [order]
        with pytest.raises(ChangedMeanwhile):
            world.work(is_last_try=is_last_try)

    failed = world.uow().deletions.get(deletion.id)
    assert failed.status is DeletionStatus.FAILED
    assert "send the same DELETE again" in str(failed.message)
    world.table.items[key] = replace(world.table.items[key], devices_count=0)
    assert world.start("floor", world.floors[0].id).status is DeletionStatus.QUEUED
    world.work()
    assert world.uow().deletions.get(deletion.id).status is DeletionStatus.DONE


def test_a_deletion_whose_order_was_lost_is_seen_as_failed(world: World) -> None:
    deletion = world.start("floor", world.floors[0].id)
    late = NOON + GIVEN_UP_AFTER + timedelta(seconds=1)

    for now, status in ((NOON, DeletionStatus.QUEUED), (late, DeletionStatus.FAILED)):
        assert get_deletion(deletion.id, uow=world.uow(), actor=ADA, now=now).status is status

    world.now, world.queue.orders = late, []
    assert world.start("floor", world.floors[0].id).status is DeletionStatus.QUEUED
    world.work()
    assert world.uow().deletions.get(deletion.id).status is DeletionStatus.DONE


def granted(role: Role, world: World, floor: Floor | None = None) -> Actor:
    grant = Grant(
        role=role, building_id=world.building.id, floor_id=floor.id if floor is not None else None
    )
    return make_actor(user_id="usr_other", grants=(grant,))


def test_rights_hold_where_the_tree_is(world: World) -> None:
    ours, upstairs = world.floors
    manager = granted(Role.FACILITY_MANAGER, world, ours)

    with pytest.raises(NotFound):
        world.start("floor", upstairs.id, manager)
    with pytest.raises(NotFound):
        world.start("room", world.rooms[1][0].id, manager)
    with pytest.raises(Forbidden):
        world.start("building", world.building.id, manager)
    with pytest.raises(Forbidden):
        world.start("floor", ours.id, granted(Role.ENGINEER, world))
    assert world.start("floor", ours.id, manager).started_by == "usr_other"


def test_a_deletion_is_seen_by_whoever_may_see_what_goes(world: World) -> None:
    deletion = world.start("floor", world.floors[0].id)

    def look(actor: Actor) -> Deletion:
        return get_deletion(deletion.id, uow=world.uow(actor), actor=actor, now=NOON)

    assert look(granted(Role.VIEWER, world)).id == deletion.id
    assert look(granted(Role.VIEWER, world, world.floors[0])).id == deletion.id
    for stranger in (
        granted(Role.VIEWER, world, world.floors[1]),
        make_actor(grants=(Grant(role=Role.ADMIN, building_id="bld_x"),)),
        make_actor(organization_id="org_second"),
    ):
        with pytest.raises(NotFound, match="no such deletion"):
            look(stranger)


def test_no_page_and_no_transaction_grows_with_the_tree(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arxos.use_cases.tree_removal.RECORDS_PER_PAGE", 7)
    most = 0
    commit = FakeUnitOfWork.__exit__

    def measured(uow: FakeUnitOfWork, *how: Any) -> None:
        nonlocal most
        most = max(most, uow.writes)
        commit(uow, *how)

    monkeypatch.setattr(FakeUnitOfWork, "__exit__", measured)
    deletion = world.start("building", world.building.id)
    world.work()

    assert world.uow().deletions.get(deletion.id).status is DeletionStatus.DONE
    assert most <= 100
