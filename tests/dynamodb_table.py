"""The single table on a backend of DynamoDB's API, and a count of the calls it gets."""

import copy
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import local
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from pynamodb.signals import post_dynamodb_send

REGION = "eu-central-1"
_DATA_TEMPLATE = Path(__file__).parents[1] / "infra" / "data.yaml"


def one_copy_per_transaction(patch: pytest.MonkeyPatch) -> None:
    """Moto copies the whole table, for a rollback, once for each item of a transaction; the same
    copy serves all of them, for they are made before anything is written.
    """
    from moto.dynamodb import models
    from moto.dynamodb.models.table import Table

    kept, run = local(), models.DynamoDBBackend.transact_write_items

    def copied(thing: Any) -> Any:
        copies = getattr(kept, "copies", None)
        if copies is None or not isinstance(thing, Table):
            return copy.deepcopy(thing)
        if thing.name not in copies:
            copies[thing.name] = copy.deepcopy(thing)
        return copies[thing.name]

    def transact(backend: Any, items: Any) -> None:
        kept.copies = {}
        try:
            run(backend, items)
        finally:
            kept.copies = None

    patch.setattr(models, "copy", SimpleNamespace(deepcopy=copied))
    patch.setattr(models.DynamoDBBackend, "transact_write_items", transact)


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's tags as plain values."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: f"!{suffix}")


def table_properties() -> dict[str, Any]:
    """Keys and indexes as the template declares them, so that tests cannot drift from it."""
    template = yaml.load(_DATA_TEMPLATE.read_text(), Loader=_Loader)  # noqa: S506  a SafeLoader
    (table,) = (
        resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::DynamoDB::Table"
    )
    wanted = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    return {name: table[name] for name in wanted}


def create_table(client: Any, name: str) -> None:
    """Make the table with a DynamoDB client of any backend."""
    client.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **table_properties())


@contextmanager
def counted_calls(*clients: Any) -> Iterator[Counter[str]]:
    """The DynamoDB operations sent inside `with` by PynamoDB and by these boto3 clients."""
    calls: Counter[str] = Counter()
    for client in clients:
        client.meta.events.register(
            "before-call.dynamodb", lambda model, **_: calls.update([model.name])
        )

    def count(_sender: object, operation_name: str, **_: object) -> None:
        calls[operation_name] += 1

    with post_dynamodb_send.connected_to(count):
        yield calls
