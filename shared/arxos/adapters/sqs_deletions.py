"""Orders to remove trees, as messages of an SQS queue."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from arxos.domain.errors import ServiceUnavailable
from arxos.ports.deletions import DeletionOrder

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsDeletionQueue:
    """See `arxos.ports.deletions.DeletionQueue`. The client is made when it is needed: most
    deletions are small and need none.
    """

    def __init__(self, make_client: Callable[[], "SQSClient"], queue_url: str) -> None:
        self._make_client = make_client
        self._queue_url = queue_url

    def send(self, order: DeletionOrder) -> None:
        body = {"organization_id": order.organization_id, "deletion_id": order.deletion_id}
        try:
            self._make_client().send_message(QueueUrl=self._queue_url, MessageBody=json.dumps(body))
        except (BotoCoreError, ClientError) as error:
            raise ServiceUnavailable(
                "The deletion has begun and could not be ordered to go on: send the same request"
                " again in a moment."
            ) from error
