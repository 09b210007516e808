"""Fixtures for all tests: fake AWS credentials, and the table on moto."""

import os
from collections.abc import Iterator

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


@pytest.fixture
def moto_table() -> Iterator[str]:
    """The table's name, on a fresh moto."""
    from moto import mock_aws

    from tests.dynamodb_table import TABLE, create_table

    with mock_aws():
        create_table()
        yield TABLE
