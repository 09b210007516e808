"""An import with one open lane, in a building of its own."""

from arxos.adapters.dynamodb.import_desk import DynamoImportDesk
from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
from arxos.domain.import_lane import ImportLane, floors_of
from arxos.ports.import_lanes import LaneOrder
from arxos.ports.imports import uploaded_file
from arxos.use_cases.write_lane import write_lane
from tests.fakes import FakeOrders, FakeUploads
from tests.make import (
    LATER,
    NOON,
    ORG,
    make_building,
    make_delivery,
    make_device,
    make_floor,
    make_import,
    make_room,
)


class OneLane:
    """Two devices in a room, in one chunk."""

    def __init__(self, uow: DynamoUnitOfWork, desk: DynamoImportDesk) -> None:
        self.uow, self.desk = uow, desk
        self.building = make_building(name="Laned")
        floor = make_floor(self.building)
        room = make_room(floor)
        self.job = make_import(self.building, attempt="a")
        self.devices = [make_device(floor, room) for _ in range(2)]
        self.file = uploaded_file(ORG, self.job)
        self.uploads = FakeUploads()
        with uow:
            uow.buildings.add(self.building)
            uow.floors.add(floor)
            uow.rooms.add(room)
            uow.imports.add(self.job)
        self.lane = self.open(0)

    def open(self, first_chunk: int) -> ImportLane:
        lane = ImportLane(
            building_id=self.building.id,
            import_id=self.job.id,
            first_chunk=first_chunk,
            location=self.uploads.save_lane(self.file, str(first_chunk), [self.devices]),
            chunks=1,
            floor_ids=floors_of(self.devices),
        )
        with self.uow as uow:
            uow.lanes.open(lane, self.devices)
            uow.imports.save(self.job)
        return lane

    def begin_to_write(self) -> None:
        """All but the chunks, for which there is no time."""
        order = LaneOrder(
            organization_id=ORG,
            building_id=self.building.id,
            import_id=self.job.id,
            first_chunk=self.lane.first_chunk,
        )
        queue = FakeOrders[LaneOrder]()
        write_lane(
            order,
            make_delivery(NOON),
            desk=self.desk,
            uploads=self.uploads,
            queue=queue,
            clock=lambda: LATER,
        )
        assert queue.orders == [order]

    def write(self) -> None:
        with self.desk.lane_chunk(self.file, self.job, self.lane, attempt="b") as uow:
            for device in self.devices:
                uow.devices.add(device)
            uow.lanes.advance(self.lane.advanced(self.devices))

    def remove(self) -> None:
        with self.uow as uow:
            assert uow.lanes.remove(self.lane)
            uow.imports.save(self.job)
