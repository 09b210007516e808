"""functions/system/migrate_items.py, as its queue calls it, on moto."""

import json
from typing import Any

import boto3
import pytest

from arxos import bootstrap
from functions.system.migrate_items import handler
from tests.cli.stored_items import COMPACT, devices, put_old_devices
from tests.dynamodb_table import REGION
from tests.gateway_events import LambdaContext


def test_an_order_is_worked_off_and_the_next_has_nothing_to_do(
    deployed: Any, moto_table: str, caplog: pytest.LogCaptureFixture
) -> None:
    client: Any = boto3.client("dynamodb", region_name=REGION)
    put_old_devices(client, moto_table, 3)
    order = {"number": 2, "direction": "up", "segments": 2, "rate": 1e6, "run": "1"}
    record = {
        "messageId": "m1",
        "body": json.dumps(order),
        "attributes": {"ApproximateReceiveCount": "1"},
    }

    for _ in range(2):
        answer = handler({"Records": [record]}, LambdaContext())
        assert answer == {"batchItemFailures": []}

    found = devices(client, moto_table)
    assert [(one["schema"]["N"], one["metadata"]["S"]) for one in found] == [("2", COMPACT)] * 3
    assert [getattr(record, "became", None) for record in caplog.records][-2:] == ["done"] * 2


def test_without_time_left_the_rest_is_ordered(
    deployed: Any, moto_table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = boto3.client("sqs", region_name=REGION)
    url = queue.create_queue(QueueName="migrations")["QueueUrl"]
    monkeypatch.setenv("MIGRATION_QUEUE_URL", url)
    bootstrap._settings.cache_clear()
    bootstrap._sqs.cache_clear()
    client: Any = boto3.client("dynamodb", region_name=REGION)
    put_old_devices(client, moto_table, 3)
    order = {"number": 2, "direction": "up", "segments": 1, "rate": 1e6, "run": "1"}
    record = {
        "messageId": "m1",
        "body": json.dumps(order),
        "attributes": {"ApproximateReceiveCount": "1"},
    }

    assert handler({"Records": [record]}, LambdaContext(remaining_ms=9_000)) == {
        "batchItemFailures": []
    }

    (message,) = queue.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == {"organization_id": "", **order}
    queue.delete_queue(QueueUrl=url)
