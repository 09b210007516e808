"""SQS LaneQueue: a lane of an import is written, beside the others."""

from arxos.bootstrap import import_desk, lane_queue, now, uploads
from arxos.domain.import_lane import ImportLane
from arxos.entrypoints.import_observation import tell_lane
from arxos.entrypoints.queues import orders_handler
from arxos.ports.import_lanes import LaneOrder
from arxos.ports.orders import Delivery
from arxos.use_cases.write_lane import write_lane


@orders_handler(LaneOrder, tell_lane)
def handler(order: LaneOrder, delivery: Delivery) -> ImportLane | None:
    return write_lane(
        order,
        delivery,
        desk=import_desk(),
        uploads=uploads(),
        queue=lane_queue(),
        clock=now,
    )
