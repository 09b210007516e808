"""SQS DeletionQueue: a building, floor or room is removed with all that is in it."""

from arxos.bootstrap import deletion_desk, deletion_queue, now, pause
from arxos.domain.deletion import Deletion
from arxos.entrypoints.queues import orders_handler
from arxos.ports.deletions import DeletionOrder
from arxos.ports.orders import Delivery
from arxos.use_cases.deletions import delete_tree


@orders_handler(DeletionOrder)
def handler(order: DeletionOrder, delivery: Delivery) -> Deletion | None:
    return delete_tree(
        order,
        delivery,
        desk=deletion_desk(delivery.attempt),
        queue=deletion_queue(),
        clock=now,
        pause=pause,
    )
