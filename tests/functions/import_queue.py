"""The import queue on moto, and its deliveries to the worker."""

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest

from arxos import bootstrap
from functions.imports import apply_import
from tests.dynamodb_table import REGION
from tests.gateway_events import LambdaContext, sqs_event


class ImportQueue:
    """Orders wait here until a test has them delivered."""

    def __init__(self) -> None:
        self.client = boto3.client("sqs", region_name=REGION)
        made = self.client.create_queue(QueueName="imports.fifo", Attributes={"FifoQueue": "true"})
        self.url = made["QueueUrl"]

    def deliver(self) -> None:
        """Every order, until there are none."""
        while received := self.client.receive_message(QueueUrl=self.url).get("Messages"):
            for message in received:
                answer = apply_import.handler(sqs_event(message["Body"]), LambdaContext())
                assert answer == {"batchItemFailures": []}
                handle = message["ReceiptHandle"]
                self.client.delete_message(QueueUrl=self.url, ReceiptHandle=handle)


@contextmanager
def import_queue_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImportQueue]:
    """The queue of a deployment whose functions can be called."""
    queue = ImportQueue()
    monkeypatch.setenv("IMPORT_QUEUE_URL", queue.url)
    bootstrap._settings.cache_clear()
    bootstrap._sqs.cache_clear()
    yield queue
    queue.client.delete_queue(QueueUrl=queue.url)
