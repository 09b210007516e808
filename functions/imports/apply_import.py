"""SQS ImportQueue: an import is applied, or undone, when it is its turn in its building."""

from arxos.bootstrap import import_desk, import_queue, now, uploads
from arxos.domain.import_job import ImportJob
from arxos.entrypoints.import_observation import tell_import
from arxos.entrypoints.queues import orders_handler
from arxos.ports.imports import ImportOrder
from arxos.ports.orders import Delivery
from arxos.use_cases.apply_import import apply_import
from arxos.use_cases.undo_import import undo_import


@orders_handler(ImportOrder, tell_import)
def handler(order: ImportOrder, delivery: Delivery) -> ImportJob | None:
    work = apply_import if order.action == "apply" else undo_import
    return work(
        order,
        delivery,
        desk=import_desk(),
        uploads=uploads(),
        queue=import_queue(),
        clock=now,
    )
