"""Counts the calls that a DynamoDB client makes, and the units that DynamoDB says they took.

Retries within botocore are not calls of their own, and a call that fails says no units, although
DynamoDB charges a write whose condition failed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from arxos.ports.consumption import Consumption

_READING = frozenset({"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"})


def meter(client: Any, consumption: Consumption) -> None:
    """Count all calls of a botocore client, boto3's or PynamoDB's, from now on."""

    def ask(params: dict[str, Any], model: Any, **_: Any) -> None:
        consumption.add(calls=1)
        if "ReturnConsumedCapacity" in model.input_shape.members:
            params.setdefault("ReturnConsumedCapacity", "TOTAL")

    def hear(parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        told = parsed.get("ConsumedCapacity") or ()
        tables: Sequence[Mapping[str, Any]] = (told,) if isinstance(told, Mapping) else told
        for table in tables:
            reads, writes = _units(table, reading=model.name in _READING)
            consumption.add(read_units=reads, write_units=writes)

    events = client.meta.events
    # PynamoDB and boto3 both come by here: `client._make_api_call` emits them.
    events.register("before-parameter-build.dynamodb", ask)
    events.register("after-call.dynamodb", hear)


def _units(table: Mapping[str, Any], *, reading: bool) -> tuple[float, float]:
    """Read and write units: DynamoDB tells them apart for transactions only."""
    if "ReadCapacityUnits" in table or "WriteCapacityUnits" in table:
        return table.get("ReadCapacityUnits", 0.0), table.get("WriteCapacityUnits", 0.0)
    units = table.get("CapacityUnits", 0.0)
    return (units, 0.0) if reading else (0.0, units)
