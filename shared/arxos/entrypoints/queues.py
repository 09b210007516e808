"""Messages of an SQS queue, delivered to a function by Lambda, to use cases."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from arxos.domain.deletion import MAX_DELIVERIES, Deletion
from arxos.domain.import_job import ImportJob
from arxos.entrypoints.observation import observed
from arxos.ports.deletions import DeletionOrder
from arxos.ports.imports import ImportOrder

Event = dict[str, Any]
# What is kept of an invocation's time to finish the chunk at hand and to order the rest.
HANDING_OVER = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of a message: `attempt` names the invocation, `until` ends its work."""

    attempt: str
    until: datetime
    is_last: bool
    ends: datetime


ImportOrderHandler = Callable[[ImportOrder, Delivery], ImportJob | None]


def import_orders_handler(handler: ImportOrderHandler) -> Callable[[Event, Any], Event]:
    """As `deletion_orders_handler`, for orders to apply or undo an import."""
    use_case = handler.__module__.rpartition(".")[2]

    def lambda_handler(event: Event, context: Any) -> Event:
        records = event.get("Records", [])
        failed = [{"itemIdentifier": record["messageId"]} for record in records]
        for record in records:
            delivery = _delivery(record, context)
            with (
                suppress(Exception),
                observed(use_case, delivery.attempt, message="import") as seen,
            ):
                order = ImportOrder(**json.loads(record["body"]))
                seen.organization_id = order.organization_id
                seen.told |= {"import_id": order.import_id, "action": order.action}
                job = handler(order, delivery)
                seen.told["import_status"] = job.status.value if job else "nothing"
                failed.remove({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failed}

    return lambda_handler


def _delivery(record: Event, context: Any) -> Delivery:
    ends = datetime.now(UTC) + timedelta(milliseconds=context.get_remaining_time_in_millis())
    count = int(record["attributes"]["ApproximateReceiveCount"])
    # Each delivery is an attempt of its own: the one before may still be dying.
    attempt = f"{context.aws_request_id}-{count}"
    return Delivery(attempt, ends - HANDING_OVER, count >= MAX_DELIVERIES, ends)


OrderHandler = Callable[[DeletionOrder, Delivery], Deletion | None]


def deletion_orders_handler(handler: OrderHandler) -> Callable[[Event, Any], Event]:
    """Make a Lambda handler of a function that takes one order to remove a tree.

    An order whose handling raises is named in the answer (ReportBatchItemFailures): the queue
    delivers it again, and after MAX_DELIVERIES hands it to its dead-letter queue.
    """
    use_case = handler.__module__.rpartition(".")[2]

    def lambda_handler(event: Event, context: Any) -> Event:
        records = event.get("Records", [])
        failed = [{"itemIdentifier": record["messageId"]} for record in records]
        for record in records:
            delivery = _delivery(record, context)
            # An error is told by `observed`, and the queue keeps the message.
            with suppress(Exception), observed(use_case, delivery.attempt) as seen:
                order = DeletionOrder(**json.loads(record["body"]))
                seen.organization_id = order.organization_id
                seen.told["deletion_id"] = order.deletion_id
                deletion = handler(order, delivery)
                seen.told["deletion_status"] = deletion.status.value if deletion else "nothing"
                failed.remove({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failed}

    return lambda_handler
