"""What every history must tell, whoever made the changes and wherever they are kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from arxos.domain.building import Building
from arxos.domain.deletion import Deletion, Target
from arxos.domain.floor import Floor
from arxos.domain.history import Change
from arxos.domain.import_job import ImportJob
from arxos.domain.room import Room
from arxos.ports.history import ChangeFilter, History
from arxos.ports.imports import ImportDesk, UploadedFile, upload_location
from arxos.ports.lists import Page, Slice
from arxos.ports.registry import UnitOfWork
from tests.contract.conftest import BACKENDS
from tests.fakes import FakeChangeFiles, FakeHistory, FakeImportDesk, FakeTable, FakeUnitOfWork
from tests.make import (
    NOON,
    ORG,
    OTHER_ORG,
    make_actor,
    make_building,
    make_device,
    make_floor,
    make_id,
    make_import,
    make_room,
)

ANY = ChangeFilter()


def minute(number: int) -> datetime:
    return NOON + timedelta(minutes=number)


@dataclass
class World:
    """A building with a floor, two rooms and an import that holds its claim."""

    open: Callable[[str], UnitOfWork]
    history_of: Callable[[str], History]
    desk: ImportDesk
    building: Building = field(default_factory=lambda: make_building(shards=1))
    chunks: int = 0

    def __post_init__(self) -> None:
        self.uow = self.open(ORG)
        self.history = self.history_of(ORG)
        self.floor: Floor = make_floor(self.building)
        self.room: Room = make_room(self.floor)
        self.job: ImportJob = make_import(self.building, attempt="one").started()
        with self.uow as uow:
            uow.buildings.add(self.building)
            uow.floors.add(self.floor)
            uow.rooms.add(self.room)
            uow.imports.add(self.job)

    def by_hand(self, at: int, **values: object) -> None:
        room = self.uow.rooms.get(self.building.id, self.room.id)
        with self.uow as uow:
            uow.rooms.update(room.edited(at=minute(at), by="usr_ada", **values))

    def by_import(self, queue: Callable[[UnitOfWork], None]) -> None:
        file = UploadedFile.at(upload_location(ORG, self.job))
        assert file is not None
        with self.desk.chunk(file, self.job, self.chunks) as uow:
            queue(uow)
        self.chunks += 1

    def import_names(self, at: int, name: str) -> None:
        room = self.uow.rooms.get(self.building.id, self.room.id)
        self.by_import(lambda u: u.rooms.update(room.changed(at=minute(at), by=None, name=name)))

    def of_room(self, limit: int = 50) -> list[Change]:
        return walk(
            lambda page: self.history.of_record("room", self.building.id, self.room.id, page),
            limit,
        )

    def of_building(self, where: ChangeFilter = ANY, limit: int = 50) -> list[Change]:
        return walk(lambda page: self.history.of_building(self.building.id, where, page), limit)


def walk(read: Callable[[Page], Slice[Change]], limit: int) -> list[Change]:
    """All pages, none of them too long."""
    found: list[Change] = []
    position = None
    while True:
        part = read(Page(limit, position))
        assert len(part.items) <= limit
        found += part.items
        position = part.position
        if position is None:
            return found


@pytest.fixture(params=BACKENDS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "fake":
        table = FakeTable()
        yield World(
            lambda org: FakeUnitOfWork(table, make_actor(organization_id=org)),
            lambda org: FakeHistory(table, org),
            FakeImportDesk(table),
        )
        return
    import boto3

    from arxos.adapters.dynamodb.import_desk import DynamoImportDesk
    from arxos.adapters.dynamodb.repositories.history import DynamoHistory
    from arxos.adapters.dynamodb.table import connect
    from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
    from arxos.adapters.s3_uploads import S3Uploads
    from tests.dynamodb_table import REGION

    files: S3Uploads | FakeChangeFiles = FakeChangeFiles()
    if request.param == "moto":
        name, endpoint_url = request.getfixturevalue("moto_table"), None
        s3 = boto3.client("s3", region_name=REGION)
        bucket = f"arxos-{uuid4().hex[:8]}"
        location: Any = {"LocationConstraint": REGION}
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=location)
        files = S3Uploads(s3, bucket, max_bytes=1)
    else:
        name, endpoint_url = request.getfixturevalue("dynamodb_local_table")
    connection = connect(table_name=name, region=REGION, endpoint_url=endpoint_url)
    yield World(
        lambda org: DynamoUnitOfWork(connection, make_actor(organization_id=org), make_id),
        lambda org: DynamoHistory(org, lambda: files),
        DynamoImportDesk(connection, files, make_id),
    )


def names(changes: list[Change]) -> list[object]:
    return [change.changes["name"][1] for change in changes]


def test_a_records_history_tells_who_did_what_when_and_in_which_request(world: World) -> None:
    world.by_hand(1, name="Store", tags=("a",))

    update, creation = world.of_room()

    assert (update.event, update.at, update.version) == ("RoomUpdated", minute(1), 2)
    assert (update.record_kind, update.record_id, update.record_label) == (
        "room",
        world.room.id,
        "101 Store",
    )
    assert (update.user_id, update.user_name, update.request_id, update.import_id) == (
        "usr_ada",
        "Ada Lovelace",
        "req-1",
        None,
    )
    assert dict(update.changes) == {"name": ("Office", "Store"), "tags": ([], ["a"])}
    assert (creation.event, creation.version) == ("RoomAdded", 1)
    assert creation.changes["area_m2"] == (None, 12.5)


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_what_imports_did_to_a_record_is_in_its_history_in_order(world: World, limit: int) -> None:
    """The import's times lie before those by hand: versions tell the order, clocks do not."""
    world.by_hand(5, name="A")
    world.import_names(1, "B")
    world.import_names(1, "C")
    world.by_hand(6, name="D")
    world.import_names(2, "E\u2028e")

    found = world.of_room(limit)

    assert names(found) == ["E\u2028e", "D", "C", "B", "A", "Office"]
    assert [c.version for c in found] == [6, 5, 4, 3, 2, 1]
    assert [c.import_id for c in found] == [
        world.job.id, None, world.job.id, world.job.id, None, None
    ]  # fmt: skip
    assert len({c.id for c in found}) == len(found)
    assert (found[0].user_name, found[0].request_id) == ("Ada Lovelace", "one")


def test_a_record_that_an_import_brought_has_its_creation_and_only_its_own_changes(
    world: World,
) -> None:
    room = make_room(world.floor, room_number="102")
    device = make_device(world.floor, room)

    def queue(uow: UnitOfWork) -> None:
        uow.rooms.add(room)
        uow.devices.add(device)

    world.by_import(queue)
    stored = world.uow.devices.get(world.building.id, device.id)
    moved = stored.move(floor_id=world.floor.id, room_ids=(world.room.id,), at=minute(1), by=None)
    world.by_import(
        lambda uow: uow.devices.update(moved.changed(at=minute(1), by=None, name="Lamp 2"))
    )

    found = world.history.of_record("device", world.building.id, device.id, Page()).items

    assert [c.event for c in found] == ["DeviceUpdated", "DeviceMoved", "DeviceAdded"]
    assert [c.version for c in found] == [2, 2, 1]
    assert found[1].changes["room_ids"] == ([room.id], [world.room.id])
    one_by_one = walk(
        lambda page: world.history.of_record("device", world.building.id, device.id, page), 1
    )
    assert one_by_one == list(found)


def test_an_update_by_hand_forgets_no_import(world: World) -> None:
    world.import_names(1, "B")
    for number in range(3):
        world.by_hand(2 + number, name=f"hand {number}")

    assert names(world.of_room())[-2:] == ["B", "Office"]


def test_many_imports_of_one_record_come_page_by_page(world: World) -> None:
    for number in range(20):
        world.import_names(number, f"name {number}")

    assert names(world.of_room()) == [f"name {n}" for n in reversed(range(20))] + ["Office"]
    assert names(world.of_building(ChangeFilter(import_id=world.job.id, kind="room"))) == [
        f"name {n}" for n in reversed(range(20))
    ]


def test_edits_of_a_predecessor_are_not_mixed_with_its_successors(world: World) -> None:
    """Removed with a whole floor: the removal itself stands in that chunk's file alone."""
    if isinstance(world.history, FakeHistory):
        return  # it sees all lines of all files
    for number in range(5):
        world.by_hand(number, name=f"old {number}")
    room = world.uow.rooms.get(world.building.id, world.room.id)
    world.by_import(lambda uow: uow.rooms.remove(room.removed(at=minute(6), by=None)))
    again = replace(
        make_room(world.floor, id=room.id, name="new 0"), created_at=minute(10), events=()
    )
    (added,) = make_room(world.floor, id=room.id, name="new 0").events
    again = replace(again, events=(replace(added, at=minute(10)),))
    world.by_import(lambda uow: uow.rooms.add(again))
    world.by_hand(11, name="new 1")
    world.import_names(12, "new 2")

    assert names(world.of_room(3)) == [
        "new 2", "new 1", "new 0", *(f"old {n}" for n in reversed(range(5))), "Office"
    ]  # fmt: skip


def test_a_page_of_large_changes_ends_early_and_none_is_left_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arxos.adapters.dynamodb.repositories.history.PAGE_CHARACTERS", 500)
    for number in range(4):
        world.by_hand(number, name=f"hand {number}", metadata={"x": str(number) * 150})
    world.import_names(9, "B")

    page = world.history.of_record("room", world.building.id, world.room.id, Page(50))

    assert len(page.items) < 6 or isinstance(world.history, FakeHistory)
    assert len(world.of_room()) == 6
    assert len(world.of_building(ChangeFilter(kind="room"))) == 6


def test_what_happens_to_a_record_without_changing_its_version_comes_after_its_last_change(
    world: World,
) -> None:
    world.by_hand(1, name="A")
    world.import_names(2, "B")
    room = world.uow.rooms.get(world.building.id, world.room.id)
    deletion = Deletion(
        id=make_id("deletion"),
        target=Target.of(room),
        total=1,
        created_at=minute(3),
        updated_at=minute(3),
    ).started()
    with world.uow as uow:
        uow.deletions.begin(deletion, room)

    for limit in (1, 50):
        assert [c.event for c in world.of_room(limit)] == [
            "DeletionStarted",
            "RoomUpdated",
            "RoomUpdated",
            "RoomAdded",
        ]


def test_a_removed_records_fields_are_in_the_history_and_its_successor_begins_anew(
    world: World,
) -> None:
    world.import_names(1, "B")
    room = world.uow.rooms.get(world.building.id, world.room.id)
    with world.uow as uow:
        uow.rooms.remove(room.removed(at=minute(2), by="usr_ada"))
    again = make_room(world.floor, id=room.id, name="Again")
    world.by_import(lambda uow: uow.rooms.add(again))
    world.by_hand(4, name="Last")

    found = world.of_room(2)

    assert [c.event for c in found][:3] == ["RoomUpdated", "RoomAdded", "RoomRemoved"]
    assert found[2].changes["name"] == ("B", None)
    assert found[2].changes["footprint"][0] == [[0, 0], [5, 0], [5, 2.5], [0, 2.5]]
    assert found[-1].event == "RoomAdded"


@pytest.mark.parametrize("limit", [1, 3, 50])
def test_a_buildings_timeline_tells_all_that_happened_in_it(world: World, limit: int) -> None:
    def queue(uow: UnitOfWork) -> None:
        floor = make_floor(world.building, floor_number=2, name="F2")
        uow.floors.add(floor)
        for number in ("1", "2"):
            uow.rooms.add(make_room(floor, room_number=number, name=f"R{number}"))

    world.by_hand(-1, name="first")
    world.by_import(queue)
    world.by_hand(1, name="last")

    found = world.of_building(limit=limit)

    assert found[0].changes["name"][1] == "last"
    assert {(c.event, c.record_label) for c in found[1:-1]} == {
        ("BuildingCreated", "North Tower"),
        ("FloorAdded", "First"),
        ("FloorAdded", "F2"),
        ("RoomAdded", "101 Office"),
        ("RoomAdded", "1 R1"),
        ("RoomAdded", "2 R2"),
        ("ImportStarted", "house.ifc"),
    }
    assert found[-1].changes["name"][1] == "first"
    assert len({c.id for c in found}) == len(found)


def test_a_timeline_is_filtered_by_kind_user_and_import(world: World) -> None:
    world.by_hand(1, name="A")
    world.import_names(2, "B")

    def count(**where: str) -> int:
        return len(world.of_building(ChangeFilter(**where)))

    assert [c.changes["name"][1] for c in world.of_building(ChangeFilter(kind="room"))] == [
        "B",
        "A",
        "Office",
    ]
    assert count(kind="device") == 0
    assert count(kind="floor") == count(kind="building") == 1
    assert count(user_id="usr_bob") == 0
    assert count(user_id="usr_ada") == count() == 6
    assert [c.event for c in world.of_building(ChangeFilter(import_id=world.job.id))] == [
        "RoomUpdated",
        "ImportStarted",
    ]
    assert names(walk(lambda p: world.history.of_user("usr_ada", ChangeFilter(kind="room"), p), 1))[
        :2
    ] == ["B", "A"]
    assert world.history.of_user("usr_bob", ANY, Page()).items == ()


def test_a_removed_buildings_timeline_is_still_told(world: World) -> None:
    empty = make_building(name="Empty")
    with world.uow as uow:
        uow.buildings.add(empty)
    stored = world.uow.buildings.get(empty.id)
    with world.uow as uow:
        uow.buildings.remove(stored.removed(at=minute(1), by="usr_ada"))

    timeline = world.history.of_building(empty.id, ANY, Page()).items
    own = world.history.of_record("building", empty.id, empty.id, Page()).items

    assert [c.event for c in timeline] == ["BuildingRemoved", "BuildingCreated"]
    assert own == timeline


def test_another_organization_has_no_part_in_it(world: World) -> None:
    world.import_names(1, "B")
    theirs = world.history_of(OTHER_ORG)

    for found in (
        theirs.of_building(world.building.id, ANY, Page()),
        theirs.of_record("room", world.building.id, world.room.id, Page()),
        theirs.of_user("usr_ada", ANY, Page()),
    ):
        assert found == Slice((), None)


def test_a_cursor_stays_where_it_was_while_others_write(world: World) -> None:
    world.import_names(1, "A")
    world.by_hand(2, name="B")
    first = world.history.of_record("room", world.building.id, world.room.id, Page(1))
    timeline = world.history.of_building(world.building.id, ChangeFilter(kind="room"), Page(1))
    if isinstance(world.history, FakeHistory):
        return  # its positions are numbers
    world.by_hand(3, name="C")
    world.import_names(4, "D")

    rest = world.history.of_record(
        "room", world.building.id, world.room.id, Page(50, first.position)
    )
    later = world.history.of_building(
        world.building.id, ChangeFilter(kind="room"), Page(50, timeline.position)
    )

    assert names(list(rest.items)) == names(list(later.items)) == ["A", "Office"]


def test_a_removed_record_keeps_what_imports_and_people_did_to_it(world: World) -> None:
    """Whoever removed it, and in whichever of the two ways its changes are kept."""
    world.import_names(1, "A")
    world.by_hand(2, name="B")
    world.import_names(3, "C")
    by_hand = ["RoomRemoved", "RoomUpdated", "RoomUpdated", "RoomUpdated", "RoomAdded"]
    room = world.uow.rooms.get(world.building.id, world.room.id)
    with world.uow as uow:
        uow.rooms.remove(room.removed(at=minute(4), by="usr_ada"))

    for limit in (1, 2, 50):
        found = world.of_room(limit)
        assert [c.event for c in found] == by_hand
        assert [c.version for c in found] == [5, 4, 3, 2, 1]
        assert [c.changes["name"][1] for c in found] == [None, "C", "B", "A", "Office"]


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_a_record_that_a_chunk_removed_is_told_of_by_its_own_id(world: World, limit: int) -> None:
    world.import_names(1, "A")
    world.by_hand(2, name="B")
    other = make_room(world.floor, room_number="102")
    world.by_import(lambda uow: uow.rooms.add(other))

    def sweep(uow: UnitOfWork) -> None:
        for room_id in (world.room.id, other.id):
            room = uow.rooms.get(world.building.id, room_id)
            uow.rooms.remove(room.removed(at=minute(4), by=None))

    world.by_import(sweep)

    found = world.of_room(limit)
    assert [c.event for c in found] == ["RoomRemoved", "RoomUpdated", "RoomUpdated", "RoomAdded"]
    assert [c.version for c in found] == [4, 3, 2, 1]
    assert found[0].changes["name"] == ("B", None)
    beside = walk(
        lambda page: world.history.of_record("room", world.building.id, other.id, page), limit
    )
    assert [c.event for c in beside] == ["RoomRemoved", "RoomAdded"]
    assert {c.record_id for c in beside} == {other.id}


def test_a_record_that_went_twice_is_told_as_it_went_last(world: World) -> None:
    if isinstance(world.history, FakeHistory):
        return  # it sees all lines of all files, of both lives
    room = world.uow.rooms.get(world.building.id, world.room.id)
    with world.uow as uow:
        uow.rooms.remove(room.removed(at=minute(1), by="usr_ada"))
    again = replace(
        make_room(world.floor, id=room.id, name="Again"), created_at=minute(2), events=()
    )
    (added,) = make_room(world.floor, id=room.id, name="Again").events
    again = replace(again, events=(replace(added, at=minute(2)),))
    world.by_import(lambda uow: uow.rooms.add(again))
    second = world.uow.rooms.get(world.building.id, room.id)
    world.by_import(lambda uow: uow.rooms.remove(second.removed(at=minute(3), by=None)))

    found = world.of_room(1)

    assert [(c.event, c.version) for c in found] == [
        ("RoomRemoved", 2), ("RoomAdded", 1), ("RoomRemoved", 2), ("RoomAdded", 1)
    ]  # fmt: skip
    assert [c.changes["name"][0] for c in (found[0], found[2])] == ["Again", "Office"]
