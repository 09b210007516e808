"""SQS ImportQueue: a plan that somebody approved is carried out, or an import is undone."""

from arxos.bootstrap import import_desk, import_queue, now, uploads
from arxos.domain.import_job import ImportJob
from arxos.entrypoints.queues import Delivery, import_orders_handler
from arxos.ports.imports import ImportOrder
from arxos.use_cases.apply_import import apply_import
from arxos.use_cases.undo_import import undo_import


@import_orders_handler
def handler(order: ImportOrder, delivery: Delivery) -> ImportJob | None:
    work = apply_import if order.action == "apply" else undo_import
    return work(
        order,
        attempt=delivery.attempt,
        lease_until=delivery.ends,
        work_until=delivery.until,
        is_last_try=delivery.is_last,
        desk=import_desk(),
        uploads=uploads(),
        queue=import_queue(),
        clock=now,
    )
