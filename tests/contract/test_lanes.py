"""Lanes of imports: what is announced, written, owed and settled; the same on all stores."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.errors import BeingDeleted, ChangedMeanwhile, NotFound
from arxos.domain.floor import Floor
from arxos.domain.import_job import ImportCounts, ImportJob, ImportStatus
from arxos.domain.import_lane import CLOSED, ImportLane, floors_of
from arxos.domain.import_plan import is_new
from arxos.domain.room import Room
from arxos.ports.imports import ImportDesk, UploadedFile, uploaded_file
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.import_lanes import collect_lane, end_lanes, settle_lane
from tests.contract.conftest import BACKENDS
from tests.contract.test_deletions import begin
from tests.fakes import FakeChangeFiles, FakeImportDesk, FakeTable, FakeUnitOfWork
from tests.make import (
    LATER,
    ORG,
    make_actor,
    make_building,
    make_device,
    make_floor,
    make_id,
    make_import,
    make_room,
)


@dataclass
class World:
    """An import that is being applied, into a building with two floors and a room on each."""

    uow: UnitOfWork
    desk: ImportDesk
    building: Building
    floors: tuple[Floor, Floor]
    rooms: tuple[Room, Room]
    job: ImportJob

    @property
    def file(self) -> UploadedFile:
        return uploaded_file(ORG, self.job)

    def chunk(self) -> UnitOfWork:
        return self.desk.chunk(self.file, self.job, self.job.chunks_done)

    def open(self, *chunks: Sequence[Device], first_chunk: int = 7) -> ImportLane:
        devices = [device for chunk in chunks for device in chunk]
        lane = ImportLane(
            building_id=self.building.id,
            import_id=self.job.id,
            first_chunk=first_chunk,
            location="somewhere",
            chunks=len(chunks),
            floor_ids=floors_of(devices),
        )
        with self.uow:
            self.uow.lanes.open(lane, devices)
        assert self.stored(lane) == lane
        return lane

    def write(self, lane: ImportLane, chunk: Sequence[Device]) -> ImportLane:
        advanced = lane.advanced(chunk)
        with self.desk.lane_chunk(self.file, self.job, lane, attempt="a writer") as uow:
            for device in chunk:
                (uow.devices.add if is_new(device) else uow.devices.update)(device)
            uow.lanes.advance(advanced)
        assert self.stored(lane) == advanced.stored()
        return advanced.stored()

    def stored(self, lane: ImportLane) -> ImportLane:
        return self.uow.lanes.get(lane.building_id, lane.import_id, lane.first_chunk)

    def lanes(self) -> Sequence[ImportLane]:
        return self.uow.lanes.all(self.building.id)

    def counts(self) -> tuple[int, ...]:
        """Devices of the building, of its floors, of its rooms."""
        building = self.uow.buildings.get(self.building.id)
        floors = [self.uow.floors.get(building.id, floor.id) for floor in self.floors]
        rooms = [self.uow.rooms.get(building.id, room.id) for room in self.rooms]
        records: list[Any] = [building, *floors, *rooms]
        return tuple(record.devices_count for record in records)

    def makers(self) -> dict[str, int]:
        """Devices by manufacturer, as they are kept."""
        tally = self.uow.buildings.tallies(self.building.id)
        return {maker: n for (facet, maker), n in tally.items() if facet.endswith("manufacturer")}


@pytest.fixture(params=BACKENDS)
def world(request: pytest.FixtureRequest) -> World:
    uow: UnitOfWork
    desk: ImportDesk
    if request.param == "fake":
        table = FakeTable()
        uow, desk = FakeUnitOfWork(table, make_actor()), FakeImportDesk(table)
    else:
        from arxos.adapters.dynamodb.import_desk import DynamoImportDesk
        from arxos.adapters.dynamodb.table import connect
        from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
        from tests.dynamodb_table import REGION

        if request.param == "moto":
            name, endpoint_url = request.getfixturevalue("moto_table"), None
        else:
            name, endpoint_url = request.getfixturevalue("dynamodb_local_table")
        connection = connect(table_name=name, region=REGION, endpoint_url=endpoint_url)
        uow = DynamoUnitOfWork(connection, make_actor(), make_id)
        desk = DynamoImportDesk(connection, FakeChangeFiles(), make_id)
    building = make_building()
    floors = make_floor(building, floor_number=0), make_floor(building, floor_number=1)
    rooms = make_room(floors[0]), make_room(floors[1])
    job = make_import(
        building, status=ImportStatus.APPLYING, attempt="one", counts=ImportCounts(created=4)
    )
    with uow:
        uow.buildings.add(building)
        uow.imports.add(job)
    for floor, room in zip(floors, rooms, strict=True):
        with uow:
            uow.floors.add(floor)
        with uow:
            uow.rooms.add(room)
    return World(uow, desk, building, floors, rooms, job)


def devices_of(world: World, number: int, **changes: object) -> list[Device]:
    return [make_device(world.floors[0], world.rooms[0], **changes) for _ in range(number)]


def test_a_lane_announces_its_devices_and_when_it_is_gone_all_is_exact(world: World) -> None:
    first = devices_of(world, 2, manufacturer="Philips")
    second = devices_of(world, 1, manufacturer="Osram [DE]")

    lane = world.open(first, second)
    assert world.counts() == (3, 3, 0, 0, 0)
    lane = world.write(lane, first)
    assert world.counts() == (3, 3, 0, 2, 0)
    lane = world.write(lane, second)
    assert (lane.is_over, lane.written, lane.created) == (True, 3, 3)

    job = collect_lane(world.chunk, lane, world.job, at=LATER)

    assert world.lanes() == []
    assert world.counts() == (3, 3, 0, 3, 0)
    assert world.makers() == {"Philips": 2, "Osram [DE]": 1}
    assert job.counts == ImportCounts(created=7)
    assert world.uow.imports.get(world.building.id, world.job.id).counts == job.counts


def test_what_was_announced_and_not_written_is_taken_back(world: World) -> None:
    first, second = devices_of(world, 2), devices_of(world, 3)
    lane = world.write(world.open(first, second), first)

    job = end_lanes(world.chunk, world.job, at=LATER)

    assert job.counts == ImportCounts(created=6)
    assert world.lanes() == []
    assert world.counts() == (2, 2, 0, 2, 0)
    with pytest.raises(ChangedMeanwhile):
        world.write(lane, second)
    assert world.counts() == (2, 2, 0, 2, 0)


def test_a_move_leaves_no_counter_below_what_there_is(world: World) -> None:
    (device,) = devices_of(world, 1, manufacturer="Philips")
    with world.uow as uow:
        uow.devices.add(device)
    moved = replace(device, events=()).move(
        floor_id=world.floors[1].id, room_ids=(world.rooms[1].id,), at=LATER, by=None
    )
    changed = moved.changed(at=LATER, by=None, manufacturer="Osram")

    lane = world.open([changed])
    assert world.counts() == (1, 1, 1, 1, 0)
    lane = world.write(lane, [changed])
    assert world.counts() == (1, 1, 1, 0, 1)
    settle_lane(world.chunk, lane, CLOSED)

    assert world.counts() == (1, 0, 1, 0, 1)
    assert world.makers() == {"Osram": 1}
    assert (lane.created, lane.updated) == (0, 1)
    assert lane.floor_ids == {floor.id for floor in world.floors}


def test_a_lane_is_settled_once_and_left_for_its_import_to_count(world: World) -> None:
    devices = devices_of(world, 2, manufacturer="Philips")
    lane = world.write(world.open(devices, devices_of(world, 5)), devices)

    settle_lane(world.chunk, lane, "being deleted: floor")
    settle_lane(world.chunk, lane, CLOSED)

    assert world.counts() == (2, 2, 0, 2, 0)
    (left,) = world.lanes()
    assert (left.fault, left.is_over, left.created) == ("being deleted: floor", True, 2)
    assert end_lanes(world.chunk, world.job, at=LATER).counts == ImportCounts(created=6)
    assert world.counts() == (2, 2, 0, 2, 0)
    assert world.makers() == {"Philips": 2}
    settle_lane(world.chunk, left, CLOSED)  # which is gone


def test_more_than_fits_into_a_transaction_is_settled_in_several(world: World) -> None:
    chunks = [
        [make_device(world.floors[0], manufacturer=f"Maker {c}.{d}") for d in range(50)]
        for c in range(3)
    ]
    lane = world.open(*chunks)
    for chunk in chunks:
        lane = world.write(lane, chunk)

    collect_lane(world.chunk, lane, world.job, at=LATER)

    assert world.counts() == (150, 150, 0, 0, 0)
    assert len(world.makers()) == 150
    assert set(world.makers().values()) == {1}


def test_of_two_writers_of_one_lane_one_writes(world: World) -> None:
    first, second = devices_of(world, 1), devices_of(world, 1)
    lane = world.open(first, second)
    world.write(lane, first)

    with pytest.raises(ChangedMeanwhile):
        world.write(lane, devices_of(world, 1))

    assert world.counts() == (2, 2, 0, 1, 0)


def test_a_lane_that_is_over_is_not_closed(world: World) -> None:
    devices = devices_of(world, 1)
    lane = world.write(world.open(devices), devices)

    with pytest.raises(ChangedMeanwhile), world.uow as uow:
        uow.lanes.close(lane, CLOSED)

    assert world.stored(lane).fault is None


@pytest.mark.parametrize(
    ("kind", "is_new"), [("building", True), ("building", False), ("floor", True)]
)
def test_no_lane_is_opened_into_what_is_being_deleted(
    world: World, kind: str, is_new: bool
) -> None:
    devices = devices_of(world, 1)
    if not is_new:
        devices = [replace(d, events=()).changed(at=LATER, by=None, name="X") for d in devices]
    begin(world.uow, world.building if kind == "building" else world.floors[0])

    with pytest.raises(BeingDeleted, match=f"This {kind}"):
        world.open(devices)

    assert world.lanes() == []


def test_lanes_are_listed_by_building_and_by_import(world: World) -> None:
    lane = world.open(devices_of(world, 1))
    other = world.open(devices_of(world, 1), first_chunk=8)

    assert world.lanes() == [lane, other]
    assert world.uow.lanes.all(world.building.id, world.job.id) == [lane, other]
    assert world.uow.lanes.all(world.building.id, "imp_other") == []
    with pytest.raises(NotFound):
        world.uow.lanes.get(world.building.id, world.job.id, 9)
