"""Writing one lane of an import: its chunks in their order, each exactly once.

Each chunk's transaction moves the lane on from where it was read, so that of two deliveries of one
order one stops, and a later one goes on where a killed one was.
"""

from contextlib import suppress

from arxos.domain.errors import BeingDeleted, ChangedMeanwhile, Conflict, NotFound
from arxos.domain.import_lane import MOVED, ImportLane, being_deleted
from arxos.domain.import_plan import is_new
from arxos.ports.import_lanes import LaneOrder
from arxos.ports.imports import ImportDesk, UploadStore, uploaded_file
from arxos.ports.orders import Delivery, OrderQueue
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.import_work import Clock


def write_lane(
    order: LaneOrder,
    delivery: Delivery,
    *,
    desk: ImportDesk,
    uploads: UploadStore,
    queue: OrderQueue[LaneOrder],
    clock: Clock,
) -> ImportLane | None:
    """Write what is left of a lane; None when there is no such lane any more.

    What does not fit into the delivery's time is ordered again. A chunk that cannot be written as
    it was planned closes the lane: whoever holds the import plans anew. Other errors are raised, so
    that the order comes again.
    """
    try:
        job = desk.find(order)
        file = uploaded_file(order.organization_id, job)
        lane = desk.chunk(file, job, 0).lanes.get(
            order.building_id, order.import_id, order.first_chunk
        )
    except NotFound:
        return None
    if lane.is_over:
        return lane
    for chunk in uploads.lane(lane.location, start=lane.done):
        if clock() > delivery.until:
            queue.send(order)
            return lane
        advanced = lane.advanced(chunk)
        try:
            with desk.lane_chunk(file, job, lane, attempt=delivery.attempt) as uow:
                for device in chunk:
                    (uow.devices.add if is_new(device) else uow.devices.update)(device)
                uow.lanes.advance(advanced)
        except BeingDeleted as deletion:
            fault = being_deleted(deletion.kind)
        except (Conflict, NotFound):
            fault = MOVED
        else:
            lane = advanced.stored()
            continue
        return _closed_by(fault, lane, desk.chunk(file, job, 0))
    return lane


def _closed_by(fault: str, lane: ImportLane, uow: UnitOfWork) -> ImportLane | None:
    """Unless another delivery has written in it meanwhile, or somebody has closed it."""
    try:
        now = uow.lanes.get(lane.building_id, lane.import_id, lane.first_chunk)
    except NotFound:
        return None
    if now.version == lane.version:
        with suppress(ChangedMeanwhile), uow:
            uow.lanes.close(lane, fault)
    return now
