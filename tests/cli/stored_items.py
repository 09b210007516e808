"""Devices as an older version of Arxos stored them, and what an operator's file says of a table."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.dynamodb_table import REGION

# With blanks and escapes, as level 1 kept JSON.
METADATA = json.dumps({"place": "会議室", "list": [1, 2]})
COMPACT = '{"place":"会議室","list":[1,2]}'


def old_device(number: int) -> dict[str, Any]:
    shard = "0123456789abcdef"[number % 16]
    return {
        "PK": {"S": f"ORG#org_first#BLD#bld_1#{shard}"},
        "SK": {"S": f"DEV#dev_{shard}{number:06d}"},
        "GSI1PK": {"S": f"ORG#org_first#RM#rm_{number // 10}"},
        "GSI1SK": {"S": f"DEV#lamp#{number}"},
        "kind": {"S": "device"},
        "schema": {"N": "1"},
        "version": {"N": "1"},
        "id": {"S": f"dev_{shard}{number:06d}"},
        "name": {"S": f"Lamp {number}"},
        "metadata": {"S": METADATA},
    }


def put_old_devices(client: Any, table: str, number: int) -> None:
    for begin in range(0, number, 25):
        requests = [
            {"PutRequest": {"Item": old_device(n)}} for n in range(begin, min(begin + 25, number))
        ]
        client.batch_write_item(RequestItems={table: requests})


def items(client: Any, table: str) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]


def devices(client: Any, table: str) -> list[dict[str, Any]]:
    return [item for item in items(client, table) if item["kind"]["S"] == "device"]


def outputs_file(folder: Path, table: str, endpoint_url: str | None, **more: str) -> Path:
    file = folder / "outputs.json"
    outputs = {
        "region": REGION,
        "endpoint_url": endpoint_url,
        "table_name": table,
        "uploads_bucket": "uploads",
        "user_pool_id": "pool",
    }
    file.write_text(json.dumps(outputs | more))
    return file
