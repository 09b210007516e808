"""Orders for work in the background, as messages of an SQS queue."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from arxos.domain.errors import ServiceUnavailable
from arxos.domain.identifiers import NewId
from arxos.ports.orders import Order

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

O_contra = TypeVar("O_contra", bound=Order, contravariant=True)


class SqsOrders(Generic[O_contra]):
    """See `arxos.ports.orders.OrderQueue`. The client is made when it is needed: most requests
    that may order something do it themselves.
    """

    def __init__(self, make_client: Callable[[], "SQSClient"], queue_url: str) -> None:
        self._make_client = make_client
        self._queue_url = queue_url

    def send(self, order: O_contra) -> None:
        try:
            self._make_client().send_message(
                QueueUrl=self._queue_url,
                MessageBody=json.dumps(asdict(order)),
                **self._place_in_queue(order),
            )
        except (BotoCoreError, ClientError) as error:
            raise ServiceUnavailable(
                "This has begun and could not be ordered to go on: send the same request again in"
                " a moment."
            ) from error

    def _place_in_queue(self, _: O_contra) -> dict[str, Any]:
        return {}


class SqsOrdersInTurn(SqsOrders[O_contra]):
    """On a FIFO queue: orders of one group (`group_of`) are done one after the other."""

    def __init__(
        self,
        make_client: Callable[[], "SQSClient"],
        queue_url: str,
        *,
        group_of: Callable[[O_contra], str],
        new_id: NewId,
    ) -> None:
        super().__init__(make_client, queue_url)
        self._group_of = group_of
        self._new_id = new_id

    def _place_in_queue(self, order: O_contra) -> dict[str, Any]:
        return {
            "MessageGroupId": self._group_of(order),
            # Each order counts: the worker orders what its time was too short for, and a
            # content-based id would swallow that for five minutes.
            "MessageDeduplicationId": self._new_id("change"),
        }
