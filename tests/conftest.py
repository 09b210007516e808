"""Fixtures for all tests: fake AWS credentials, and the table on moto."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

for name, value in {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_SESSION_TOKEN": "test",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "POWERTOOLS_SERVICE_NAME": "arxos",
    "POWERTOOLS_METRICS_NAMESPACE": "Arxos",
    "POWERTOOLS_TRACE_DISABLED": "1",
}.items():
    os.environ.setdefault(name, value)
os.environ.pop("AWS_ENDPOINT_URL", None)
os.environ.pop("AWS_PROFILE", None)


def pytest_configure(config: pytest.Config) -> None:
    """Every handler that a test calls is held against its function's role."""
    from tests.roles.plugin import RolesPlugin

    config.pluginmanager.register(RolesPlugin(config), "roles")


@pytest.fixture(scope="session")
def moto(_moto_copies_a_table_once_in_a_transaction: None) -> Iterator[Any]:
    """One moto for all tests: starting it, and boto3's clients, costs more than most tests."""
    import boto3
    from moto import mock_aws

    from tests.dynamodb_table import REGION, one_copy_per_transaction

    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        one_copy_per_transaction(patch)
        yield boto3.client("dynamodb", region_name=REGION)


@pytest.fixture
def moto_table(moto: Any) -> Iterator[str]:
    """The name of a fresh table on moto."""
    from uuid import uuid4

    from tests.dynamodb_table import create_table

    name = f"arxos-{uuid4().hex[:8]}"
    create_table(moto, name)
    yield name
    moto.delete_table(TableName=name)


@pytest.fixture(scope="session")
def dynamodb_local() -> Iterator[str]:
    """The endpoint of AWS's DynamoDB Local; skips where it cannot be had."""
    from scripts.dynamodb_local import Missing, running

    try:
        with running() as endpoint_url:
            yield endpoint_url
    except Missing as missing:
        pytest.skip(f"DynamoDB Local: {missing}")


@pytest.fixture
def dynamodb_local_table(dynamodb_local: str) -> Iterator[tuple[str, str]]:
    """A fresh table's name and endpoint on DynamoDB Local."""
    from uuid import uuid4

    import boto3

    from tests.dynamodb_table import REGION, create_table

    name = f"arxos-{uuid4().hex[:8]}"
    client = boto3.client("dynamodb", region_name=REGION, endpoint_url=dynamodb_local)
    create_table(client, name)
    yield name, dynamodb_local
    client.delete_table(TableName=name)


@pytest.fixture(scope="session")
def _moto_copies_a_table_once_in_a_transaction() -> Iterator[None]:
    """For a failure it keeps a copy of the table, and makes one for each of the actions."""
    import copy
    from types import SimpleNamespace

    from moto.dynamodb import models
    from moto.dynamodb.models.table import Table

    copies: dict[int, Any] = {}

    def copied(thing: Any) -> Any:
        if not isinstance(thing, Table):
            return copy.deepcopy(thing)
        if id(thing) not in copies:
            copies[id(thing)] = copy.deepcopy(thing)
        return copies[id(thing)]

    transact = models.DynamoDBBackend.transact_write_items

    def transact_afresh(backend: Any, transact_items: Any) -> None:
        copies.clear()
        transact(backend, transact_items)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models, "copy", SimpleNamespace(deepcopy=copied, copy=copy.copy))
        patch.setattr(models.DynamoDBBackend, "transact_write_items", transact_afresh)
        yield


@pytest.fixture(scope="session", autouse=True)
def _botocore_models_read_once() -> Iterator[None]:
    """Each new client parses megabytes of JSON; the tests make hundreds of clients."""
    from functools import cache

    from botocore.loaders import JSONFileLoader

    with pytest.MonkeyPatch.context() as patch:
        read = cache(JSONFileLoader().load_file)
        patch.setattr(JSONFileLoader, "load_file", lambda _, path: read(path))
        yield
