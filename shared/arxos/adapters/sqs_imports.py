"""Orders to apply or undo imports, as messages of a FIFO queue, grouped by building."""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from arxos.domain.errors import ServiceUnavailable
from arxos.ports.imports import ImportOrder

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsImportQueue:
    """See `arxos.ports.imports.ImportQueue`: a building's orders form one message group."""

    def __init__(
        self, make_client: Callable[[], "SQSClient"], queue_url: str, new_id: Callable[[str], str]
    ) -> None:
        self._make_client = make_client
        self._queue_url = queue_url
        self._new_id = new_id

    def send(self, order: ImportOrder) -> None:
        try:
            self._make_client().send_message(
                QueueUrl=self._queue_url,
                MessageBody=json.dumps(asdict(order)),
                MessageGroupId=order.building_id,
                # Each order counts: the worker orders what its time was too short for, and a
                # content-based id would swallow that for five minutes.
                MessageDeduplicationId=self._new_id("import"),
            )
        except (BotoCoreError, ClientError) as error:
            raise ServiceUnavailable(
                "The import could not be ordered to go on: send the same request again in a moment."
            ) from error
