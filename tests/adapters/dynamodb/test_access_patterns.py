"""Each row of docs/access-patterns.md is run and its DynamoDB calls are counted."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from arxos.adapters.dynamodb import whole_organization
from arxos.adapters.dynamodb.check_desk import DynamoCheckDesk
from arxos.adapters.dynamodb.migrator import DynamoMigrator
from arxos.adapters.dynamodb.search_index import DynamoSearchIndex
from arxos.adapters.dynamodb.sign_in_directory import DynamoSignInDirectory
from arxos.adapters.dynamodb.table import connect
from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
from arxos.domain.export_job import ExportFormat
from arxos.domain.group import GroupKind
from arxos.domain.identifiers import derived_id
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from arxos.domain.search_words import Query
from arxos.migrations.revisions import Migration
from arxos.ports.checks import CheckOrder
from arxos.ports.history import ChangeFilter
from arxos.ports.lists import (
    BuildingFilter,
    DeviceFilter,
    FloorFilter,
    GroupFilter,
    Page,
    RoomFilter,
)
from arxos.use_cases import (
    buildings,
    checks,
    deletions,
    devices,
    exports,
    floors,
    groups,
    history,
    imports,
    overview,
    records,
    rooms,
    users,
)
from arxos.use_cases.batches import Operation
from arxos.use_cases.cancel_import import cancel_import
from arxos.use_cases.device_batches import batch_devices
from arxos.use_cases.room_batches import batch_rooms
from arxos.use_cases.search import search
from tests.adapters.dynamodb.access_world import ADA, MIGRATION, World
from tests.dynamodb_table import REGION, counted_calls
from tests.fake_checks import FakeCheckStore
from tests.fakes import FakeOrders, FakeSignIns, FakeUploads
from tests.make import (
    LATER,
    NOON,
    ORG,
    make_actor,
    make_device,
    make_floor,
    make_id,
    make_organization,
    make_room,
    make_user,
)

DOCUMENT = Path(__file__).parents[3] / "docs" / "access-patterns.md"
ROW = re.compile(r"^\| (?P<id>[A-Z]\d) (?P<state>[✓○]) \|(?:[^|]*\|){4} (?P<calls>[^|]+) \|$", re.M)


def documented() -> dict[str, str]:
    """Each row's calls by its id; the rows that are built."""
    rows = [m for m in ROW.finditer(DOCUMENT.read_text()) if m["state"] == "✓"]
    return {row["id"]: row["calls"].strip() for row in rows}


def start_an_import(w: World) -> None:
    imports.start_import(
        imports.StartImport(building_id=w.building.id, filename="a.ifc"),
        uow=w.uow,
        uploads=FakeUploads(),
        actor=ADA,
        new_id=make_id,
        now=NOON,
    )


def create_a_building(w: World) -> None:
    command = buildings.CreateBuilding(name="East", address=w.building.address)
    buildings.create_building(command, uow=w.uow, actor=ADA, new_id=make_id, now=NOON)


def make_a_building_once(w: World) -> None:
    actor = make_actor(once="a-request")
    w.uow = DynamoUnitOfWork(w.connection, actor, make_id)
    create_a_building(w)


def what_was_done_before(w: World) -> None:
    uow = DynamoUnitOfWork(w.connection, make_actor(once="a-request"), make_id)
    assert uow.done_before() == {}


def invite_a_user(w: World) -> None:
    command = users.InviteUser(
        email="emil@example.com",
        first_name="Emil",
        last_name="Haddad",
        role=Role.VIEWER,
        grants=(
            users.WantedGrant(building_id=w.empty.id),
            users.WantedGrant(building_id=w.building.id, floor_id=w.floor.id),
        ),
    )
    users.invite_user(
        command, uow=w.uow, sign_ins=FakeSignIns(), actor=ADA, new_id=make_id, now=NOON
    )


def delete_a_tree(w: World) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deletions, "SMALL_TREE", 0)
        deletions.start_deletion(
            "floor",
            w.building.id,
            w.floor.id,
            versions=None,
            uow=w.uow,
            queue=FakeOrders(),
            actor=ADA,
            new_id=make_id,
            clock=lambda: NOON,
            pause=lambda _: None,
        )


def remove_a_chunk(w: World, uow: DynamoUnitOfWork) -> None:
    removed = w.deletion.removed.plus("device")
    uow.devices.remove(w.device.removed(at=LATER, by=None))
    uow.deletions.save(w.deletion.moved_on(removed, at=LATER))


def clear_the_remains(w: World, uow: DynamoUnitOfWork) -> None:
    assert uow.deletions.clear_remains(w.old.id, 5) == 1
    uow.deletions.save(w.deletion.moved_on(w.deletion.removed, at=LATER))


SOME = make_actor(grants=(Grant(role=Role.VIEWER, building_id="bld_x"),))


def change_rooms_and_add_one(w: World) -> None:
    rows = [
        Operation(op="create", values={"floor_id": w.floor.id, "room_number": "301"}),
        Operation(op="update", id=w.room.id, values={"room_number": "302"}),
    ]
    batch_rooms(w.building.id, rows, atomic=False, uow=w.uow, actor=ADA, new_id=make_id, now=LATER)


def change_devices_and_add_one(w: World) -> None:
    new = {"name": "Lamp", "device_type": "LightFixture", "room_id": w.room.id}
    rows = [
        Operation(op="create", values=new),
        Operation(op="update", id=w.device.id, values={"model": "x"}),
    ]
    batch_devices(
        w.building.id, rows, atomic=False, uow=w.uow, actor=ADA, new_id=make_id, now=LATER
    )


def migrate_a_deletion(w: World) -> Any:
    """One item, in one segment."""
    marked = Migration(
        number=2,
        title="marks",
        kinds=frozenset({"deletion"}),
        reads=frozenset(),
        up=lambda _: {"mark": "x"},
        down=lambda _: {"mark": None},
    )
    migrator = DynamoMigrator(w.whole_table, clock=lambda: NOON, migrations=(marked,))
    return migrator.work(MIGRATION, attempt="a", until=LATER)


RUNS: dict[str, Callable[[World], Any]] = {
    "V1": migrate_a_deletion,
    "V2": lambda w: w.migrations.all(),
    "V3": lambda w: w.migrations.claim(MIGRATION, "a"),
    "V4": lambda w: whole_organization.remove(
        w.whole_table, list(whole_organization.items_of(w.whole_table, ORG))[:25]
    ),
    "V5": lambda w: w.migrations.save(
        replace(MIGRATION, number=1), "a", 0, {"after": None, "seen": 1, "changed": 1, "faults": []}
    ),
    "L1": lambda w: buildings.list_buildings(
        BuildingFilter(sort="updated"), Page(), uow=w.uow, actor=ADA
    ),
    "L2": lambda w: rooms.list_rooms(
        w.building.id, RoomFilter(sort="name"), Page(), uow=w.uow, actor=ADA
    ),
    "L3": lambda w: devices.list_devices(
        w.building.id, DeviceFilter(sort="-updated"), Page(), uow=w.uow, actor=ADA
    ),
    "M1": change_rooms_and_add_one,
    "M2": change_devices_and_add_one,
    "B1": lambda w: buildings.get_building(w.building.id, uow=w.uow, actor=ADA),
    "B2": lambda w: buildings.list_buildings(BuildingFilter(), Page(), uow=w.uow, actor=ADA),
    "B3": lambda w: buildings.list_buildings(
        BuildingFilter(sort="name"), Page(), uow=w.uow, actor=ADA
    ),
    "B4": create_a_building,
    "B5": lambda w: w.write(
        lambda u: u.buildings.update(w.building.changed(at=LATER, by=None, name="x"))
    ),
    "B6": lambda w: w.write(lambda u: u.buildings.spread(w.building, 4)),
    "B7": lambda w: records.remove_empty(
        "building", w.empty.id, w.empty.id, versions=None, uow=w.uow, actor=ADA, now=LATER
    ),
    "B8": lambda w: overview.get_summary(w.building.id, uow=w.uow, actor=ADA),
    "N1": lambda w: buildings.see_building(w.building.id, uow=w.uow, actor=w.on_one_floor),
    "B9": lambda w: buildings.list_buildings(BuildingFilter(), Page(), uow=w.uow, actor=SOME),
    "F1": lambda w: floors.get_floor(w.building.id, w.floor.id, uow=w.uow, actor=ADA),
    "F2": lambda w: floors.list_floors(w.building.id, FloorFilter(), Page(), uow=w.uow, actor=ADA),
    "F3": lambda w: w.write(lambda u: u.floors.add(make_floor(w.building, floor_number=9))),
    "F4": lambda w: w.write(
        lambda u: u.floors.update(w.floor.changed(at=LATER, by=None, floor_number=8))
    ),
    "F5": lambda w: records.remove_empty(
        "floor", w.building.id, w.upstairs.id, versions=None, uow=w.uow, actor=ADA, now=LATER
    ),
    "R1": lambda w: rooms.get_room(w.building.id, w.room.id, uow=w.uow, actor=ADA),
    "R2": lambda w: rooms.list_rooms(w.building.id, RoomFilter(), Page(), uow=w.uow, actor=ADA),
    "R3": lambda w: rooms.list_rooms(
        w.building.id, RoomFilter(floor_id=w.floor.id), Page(), uow=w.uow, actor=ADA
    ),
    "R4": lambda w: w.write(lambda u: u.rooms.add(make_room(w.floor, room_number="7"))),
    "R5": lambda w: w.write(
        lambda u: u.rooms.update(w.room.changed(at=LATER, by=None, floor_id=w.upstairs.id))
    ),
    "R6": lambda w: records.remove_empty(
        "room", w.building.id, w.store.id, versions=None, uow=w.uow, actor=ADA, now=LATER
    ),
    "D1": lambda w: devices.get_device(w.building.id, w.device.id, uow=w.uow, actor=ADA),
    "D2": lambda w: devices.list_devices(
        w.building.id, DeviceFilter(), Page(), uow=w.uow, actor=ADA
    ),
    "D3": lambda w: devices.list_devices(
        w.building.id, DeviceFilter(room_id=w.room.id), Page(), uow=w.uow, actor=ADA
    ),
    "D4": lambda w: devices.list_devices(
        w.building.id, DeviceFilter(floor_id=w.floor.id), Page(), uow=w.uow, actor=ADA
    ),
    "D5": lambda w: w.write(lambda u: u.devices.add(make_device(w.floor, w.room, w.next_door))),
    "D6": lambda w: w.write(
        lambda u: u.devices.update(
            w.device.move(floor_id=w.upstairs.id, room_ids=(), at=LATER, by=None)
        )
    ),
    "D7": lambda w: records.remove_empty(
        "device", w.building.id, w.door.id, versions=None, uow=w.uow, actor=ADA, now=LATER
    ),
    "H1": lambda w: checks.get_check(w.building.id, w.check.id, uow=w.uow, actor=ADA, now=NOON),
    "H2": lambda w: checks.list_checks(w.building.id, Page(), uow=w.uow, actor=ADA, now=NOON),
    "H3": lambda w: checks.start_check(
        checks.StartCheck(building_id=w.building.id, filename="a.xlsx"),
        uow=w.uow,
        store=FakeCheckStore(),
        actor=ADA,
        new_id=make_id,
        now=NOON,
    ),
    "H4": lambda w: w.write(lambda u: u.checks.save(w.check)),
    "H5": lambda w: DynamoCheckDesk(w.connection, make_id).claim(
        CheckOrder(organization_id=ORG, building_id=w.building.id, check_id=w.check.id),
        attempt="a",
        now=NOON,
        until=LATER,
    ),
    "I1": lambda w: imports.get_import(w.building.id, w.job.id, uow=w.uow, actor=ADA, now=NOON),
    "I2": lambda w: imports.list_imports(w.building.id, Page(), uow=w.uow, actor=ADA, now=NOON),
    "I3": start_an_import,
    "I4": lambda w: w.write(lambda u: u.imports.save(w.job)),
    "I5": lambda w: w.claim(),
    "I7": lambda w: w.write(lambda uow: uow.imports.hand_over(w.job)),
    "I8": lambda w: w.desk.whose_turn(w.import_order),
    "I6": lambda w: cancel_import(w.building.id, w.job.id, uow=w.uow, actor=ADA, now=NOON),
    "J1": lambda w: w.lanes.begin_to_write(),
    "J2": lambda w: w.uow.lanes.all(w.lanes.building.id),
    "J3": lambda w: w.lanes.open(8),
    "J4": lambda w: w.lanes.write(),
    "J5": lambda w: w.write(lambda uow: uow.lanes.close(w.lanes.lane, "closed")),
    "J6": lambda w: w.lanes.remove(),
    "E1": lambda w: exports.get_export(
        w.building.id, w.export.id, uow=w.uow, actor=ADA, now=w.export.created_at
    ),
    "E2": lambda w: exports.list_exports(w.building.id, Page(), uow=w.uow, actor=ADA, now=NOON),
    "E3": lambda w: exports.start_export(
        exports.StartExport(building_id=w.building.id, format=ExportFormat.JSON),
        uow=w.uow,
        queue=FakeOrders(),
        actor=ADA,
        new_id=make_id,
        now=NOON,
    ),
    "E4": lambda w: w.write(lambda u: u.exports.save(w.export)),
    "E5": lambda w: w.export_desk.claim(w.export_order, attempt="a", now=NOON),
    "E6": lambda w: w.build_export(),
    "T1": lambda w: overview.get_tree(
        w.building.id, Page(), floor_id=None, with_devices=False, uow=w.uow, actor=ADA
    ),
    "G1": lambda w: groups.get_group(w.building.id, w.group.id, uow=w.uow, actor=ADA),
    "G2": lambda w: groups.list_groups(w.building.id, GroupFilter(), Page(), uow=w.uow, actor=ADA),
    "G3": lambda w: groups.create_group(
        w.building.id,
        {"group_kind": GroupKind.ZONE, "name": "x"},
        uow=w.uow,
        actor=ADA,
        new_id=make_id,
        now=NOON,
    ),
    "G4": lambda w: groups.update_group(
        w.building.id, w.group.id, {"name": "x"}, versions=None, uow=w.uow, actor=ADA, now=NOON
    ),
    "G5": lambda w: groups.list_group_members(
        w.building.id, w.group.id, Page(), uow=w.uow, actor=ADA
    ),
    "G6": lambda w: groups.replace_group_members(
        w.building.id,
        w.group.id,
        [w.door.id],
        [],
        versions=None,
        uow=w.uow,
        actor=ADA,
        now=NOON,
    ),
    "G7": lambda w: groups.delete_group(
        w.building.id, w.group.id, versions=None, uow=w.uow, actor=ADA, now=NOON
    ),
    "G8": lambda w: devices.list_devices(
        w.building.id, DeviceFilter(group_id=w.group.id), Page(), uow=w.uow, actor=ADA
    ),
    "U1": lambda w: w.uow.users.get(w.user.id),
    "U2": lambda w: w.write(lambda u: u.users.add(make_user())),
    "U3": lambda w: DynamoSignInDirectory().user_of(w.user.subject),
    "U4": lambda w: users.list_users(Page(), uow=w.uow, actor=ADA),
    "U5": lambda w: w.write(
        lambda u: u.users.update(w.guest.changed(at=LATER, by=None, role=Role.ADMIN))
    ),
    "U6": invite_a_user,
    "O1": lambda w: w.uow.organizations.get(),
    "S1": lambda w: search(
        Query.parse("office"), None, Page(), index=DynamoSearchIndex(ORG), actor=ADA
    ),
    "S3": lambda w: w.index(w.device),
    "O2": lambda w: w.write(lambda u: u.organizations.add(make_organization())),
    "X1": lambda w: deletions.get_deletion(w.deletion.id, uow=w.uow, actor=ADA, now=NOON),
    "X2": delete_a_tree,
    "X3": lambda w: w.write(lambda u: remove_a_chunk(w, u)),
    "X4": lambda w: w.write(lambda u: clear_the_remains(w, u)),
    "C7": lambda w: list(w.history.of_import(w.job.id)),
    "A2": make_a_building_once,
    "A3": what_was_done_before,
    "A1": lambda w: w.answers.once(organization_id=ORG, key="k", payload="p", run=dict),
    "C1": lambda w: history.list_record_changes(
        "room", w.building.id, w.room.id, Page(), **w.asked
    ),
    "C2": lambda w: history.list_building_changes(w.building.id, ChangeFilter(), Page(), **w.asked),
    "C3": lambda w: history.list_user_changes("usr_ada", ChangeFilter(), Page(), **w.asked),
    "C4": lambda w: history.list_record_changes(
        "floor", w.building.id, w.upstairs.id, Page(), **w.asked
    ),
    "C5": lambda w: w.room_as_of(LATER),
    "C8": lambda w: history.list_record_changes(
        "group", w.building.id, w.group.id, Page(), **w.asked
    ),
    "C9": lambda w: history.list_user_changes(
        "usr_ada", ChangeFilter(), Page(), done=history.Done.TO_USER, **w.asked
    ),
    "P1": lambda w: history.list_record_changes(
        "building", w.gone.id, w.gone.id, Page(), **w.asked
    ),
    "P2": lambda w: history.list_record_changes(
        "device", w.building.id, w.swept.id, Page(), **w.asked
    ),
    "P3": lambda w: devices.get_device(w.building.id, w.door.id, uow=w.uow, actor=w.on_one_floor),
    "C6": lambda w: history.list_building_changes(w.gone.id, ChangeFilter(), Page(), **w.asked),
}


@pytest.fixture
def world(moto_table: str) -> World:
    return World(connect(table_name=moto_table, region=REGION, endpoint_url=None), moto_table)


def test_every_documented_pattern_is_run_and_every_run_is_documented() -> None:
    assert set(documented()) == set(RUNS)


@pytest.mark.parametrize("pattern", RUNS)
def test_a_pattern_makes_the_calls_it_is_documented_with(pattern: str, world: World) -> None:
    if pattern == "O2":
        world.uow = DynamoUnitOfWork(
            world.connection, make_actor(organization_id="org_third"), make_id
        )

    with counted_calls(world.client) as calls:
        RUNS[pattern](world)

    assert calls == _parsed(documented()[pattern])


def _parsed(calls: str) -> Counter[str]:
    parts = (part.split() for part in calls.split(" + "))
    return Counter({operation: int(number) for number, operation in parts})


def test_history_is_found_by_record_by_building_and_by_user(world: World) -> None:
    def events(pattern: str) -> list[str]:
        return [change.event for change in RUNS[pattern](world).items]

    assert events("C1") == ["RoomAdded"]
    assert {"BuildingCreated", "RoomAdded", "FloorUpdated", "ImportStarted"} < set(events("C2"))
    assert "UserInvited" in events("C3")
    assert events("C4") == ["FloorUpdated", "FloorAdded"]
    assert events("C8") == ["GroupMembersChanged", "GroupAdded"]
    assert events("C9") == ["UserInvited"]
    assert events("P1") == ["BuildingRemoved", "BuildingCreated"]
    assert events("P2") == ["DeviceRemoved", "DeviceAdded"]
    assert events("C6") == ["BuildingRemoved", "BuildingCreated"]


def test_a_page_of_a_big_list_costs_the_same_calls_as_of_a_small_one(world: World) -> None:
    """The first, a middle and the last page; in one shard and across the border of two."""
    with world.uow as uow:
        uow.buildings.spread(world.building, 2)
    wide = world.uow.buildings.get(world.building.id)
    for start in range(0, 60, 30):
        with world.uow as uow:
            for number in range(start, start + 30):
                device_id = derived_id("device", "b", str(number), shards=2)
                uow.devices.add(make_device(world.floor, id=device_id))

    seen, position, queries = 0, None, []
    while True:
        with counted_calls() as calls:
            found = world.uow.devices.list(wide, DeviceFilter(), Page(9, position))
        queries.append(calls["Query"])
        seen, position = seen + len(found.items), found.position
        if position is None:
            break

    assert seen == 62
    assert sorted(queries)[:-1] == [1] * (len(queries) - 1)
    assert max(queries) <= 2


def test_a_filter_that_finds_nothing_reads_a_bounded_part_and_leads_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arxos.adapters.dynamodb.query.FILTERED_ITEMS_PER_CALL", 5)
    for start in range(0, 120, 40):
        with world.uow as uow:
            for _ in range(start, start + 40):
                uow.devices.add(make_device(world.floor))
    building = world.uow.buildings.get(world.building.id)

    with counted_calls() as calls:
        first = world.uow.devices.list(building, DeviceFilter(status="error"), Page())

    assert (first.items, calls["Query"]) == ((), 8)
    pages, position = 1, first.position
    while position is not None:
        found = world.uow.devices.list(building, DeviceFilter(status="error"), Page(50, position))
        assert found.items == ()
        pages, position = pages + 1, found.position
    assert pages == 4
