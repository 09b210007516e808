"""The queues of imports on moto, and their deliveries to the workers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest

from arxos import bootstrap
from functions.imports import apply_import, write_lane
from tests.dynamodb_table import REGION
from tests.gateway_events import LambdaContext, sqs_event


class ImportQueue:
    """Orders wait here until a test has them delivered; those of lanes while an import waits."""

    def __init__(self) -> None:
        self.client = boto3.client("sqs", region_name=REGION)
        made = self.client.create_queue(QueueName="imports.fifo", Attributes={"FifoQueue": "true"})
        self.url = made["QueueUrl"]
        self.lanes_url = self.client.create_queue(QueueName="lanes")["QueueUrl"]
        self.lanes_written = 0

    def deliver(self) -> None:
        """Every order, until there are none."""
        self._deliver(self.url, apply_import.handler)

    def write_lanes(self, _: float = 0) -> None:
        """Every order of a lane, until there are none."""
        self.lanes_written += self._deliver(self.lanes_url, write_lane.handler)

    def _deliver(self, url: str, handler: Callable[..., Any]) -> int:
        delivered = 0
        while received := self.client.receive_message(QueueUrl=url).get("Messages"):
            for message in received:
                answer = handler(sqs_event(message["Body"]), LambdaContext())
                assert answer == {"batchItemFailures": []}
                self.client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                delivered += 1
        return delivered


@contextmanager
def import_queue_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImportQueue]:
    """The queues of a deployment whose functions can be called."""
    queue = ImportQueue()
    monkeypatch.setenv("IMPORT_QUEUE_URL", queue.url)
    monkeypatch.setenv("LANE_QUEUE_URL", queue.lanes_url)
    monkeypatch.setattr(apply_import, "sleep", queue.write_lanes)
    bootstrap._settings.cache_clear()
    bootstrap._sqs.cache_clear()
    yield queue
    queue.client.delete_queue(QueueUrl=queue.url)
    queue.client.delete_queue(QueueUrl=queue.lanes_url)
