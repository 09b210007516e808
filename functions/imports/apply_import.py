"""SQS ImportQueue: an import is applied, or undone, when it is its turn in its building."""

from time import sleep

from arxos.bootstrap import import_desk, import_queue, lane_queue, now, uploads
from arxos.domain.import_job import ImportJob
from arxos.entrypoints.import_observation import tell_import
from arxos.entrypoints.queues import orders_handler
from arxos.ports.import_lanes import LaneWriters
from arxos.ports.imports import ImportOrder
from arxos.ports.orders import Delivery
from arxos.use_cases.apply_import import apply_import
from arxos.use_cases.undo_import import undo_import


@orders_handler(ImportOrder, tell_import)
def handler(order: ImportOrder, delivery: Delivery) -> ImportJob | None:
    desk, files, queue = import_desk(), uploads(), import_queue()
    if order.action == "undo":
        return undo_import(order, delivery, desk=desk, uploads=files, queue=queue, clock=now)
    return apply_import(
        order,
        delivery,
        desk=desk,
        uploads=files,
        queue=queue,
        clock=now,
        lanes=LaneWriters(lane_queue(), sleep),
    )
