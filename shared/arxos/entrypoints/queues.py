"""Messages of an SQS queue, delivered to a function by Lambda, to use cases."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from arxos.entrypoints.observation import Observation, observed
from arxos.ports.orders import MAX_DELIVERIES, Delivery, Order

OrderT = TypeVar("OrderT", bound=Order)
Event = dict[str, Any]
# What is kept of an invocation's time to finish the chunk at hand and to order the rest.
HANDING_OVER = timedelta(seconds=10)


class Done(Protocol):
    """A deletion or an import, after a delivery."""

    @property
    def status(self) -> str: ...


def orders_handler(
    order_type: type[OrderT],
    tell: Callable[[Observation, Any], None] = lambda *_: None,
) -> Callable[[Callable[[OrderT, Delivery], Done | None]], Callable[[Event, Any], Event]]:
    """Make a Lambda handler of a function that takes one order of this type.

    An order whose handling raises is named in the answer (ReportBatchItemFailures): the queue
    delivers it again, and after MAX_DELIVERIES hands it to its dead-letter queue. Orders hold ids
    only, so all of them may be logged. `tell` adds what the outcome has to tell.
    """

    def decorate(
        handler: Callable[[OrderT, Delivery], Done | None],
    ) -> Callable[[Event, Any], Event]:
        use_case = handler.__module__.rpartition(".")[2]

        def lambda_handler(event: Event, context: Any) -> Event:
            records = event.get("Records", [])
            failed = [{"itemIdentifier": record["messageId"]} for record in records]
            for record in records:
                delivery = _delivery(record, context)
                # An error is told by `observed`, and the queue keeps the message.
                with suppress(Exception), observed(use_case, delivery.attempt) as seen:
                    order = order_type(**json.loads(record["body"]))
                    ids = asdict(order)
                    seen.organization_id = ids.pop("organization_id")
                    seen.told |= ids
                    done = handler(order, delivery)
                    tell(seen, done)
                    seen.told["became"] = str(done.status) if done else "nothing to do"
                    failed.remove({"itemIdentifier": record["messageId"]})
            return {"batchItemFailures": failed}

        return lambda_handler

    return decorate


def _delivery(record: Event, context: Any) -> Delivery:
    ends = datetime.now(UTC) + timedelta(milliseconds=context.get_remaining_time_in_millis())
    count = int(record["attributes"]["ApproximateReceiveCount"])
    return Delivery(
        # Each delivery is an attempt of its own: the one before may still be dying.
        attempt=f"{context.aws_request_id}-{count}",
        until=ends - HANDING_OVER,
        ends=ends,
        is_last=count >= MAX_DELIVERIES,
    )
