"""SQS DeletionQueue: a building, floor or room is removed with all that is in it."""

from arxos.bootstrap import deletion_desk, deletion_queue, now, pause
from arxos.domain.deletion import Deletion
from arxos.entrypoints.queues import Delivery, deletion_orders_handler
from arxos.ports.deletions import DeletionOrder
from arxos.use_cases.deletions import delete_tree


@deletion_orders_handler
def handler(order: DeletionOrder, delivery: Delivery) -> Deletion | None:
    return delete_tree(
        order,
        until=delivery.until,
        is_last_try=delivery.is_last,
        desk=deletion_desk(delivery.attempt),
        queue=deletion_queue(),
        clock=now,
        pause=pause,
    )
