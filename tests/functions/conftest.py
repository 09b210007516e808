"""The handlers as Lambda runs them, on moto: their environment, their table, their bucket."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest

from arxos import bootstrap
from tests.dynamodb_table import REGION
from tests.functions.import_queue import ImportQueue, import_queue_of

BUCKET = "arxos-uploads"
ISSUER = f"https://cognito-idp.{REGION}.amazonaws.com/{REGION}_pool"


@cache
def sensitive_key() -> str:
    """The ARN of a KMS key on moto, one for all tests."""
    import boto3

    return boto3.client("kms", region_name=REGION).create_key()["KeyMetadata"]["Arn"]


@pytest.fixture
def deployed(moto_table: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The S3 client of a deployment whose functions can be called."""
    with deployment(moto_table, monkeypatch) as s3:
        yield s3


@pytest.fixture
def import_queue(deployed: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[ImportQueue]:
    """Where imports wait for their turn."""
    with import_queue_of(monkeypatch) as queue:
        yield queue


@contextmanager
def deployment(table: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """What functions find around them: see `deployed`."""
    for name, value in {
        "TABLE_NAME": table,
        "UPLOADS_BUCKET": BUCKET,
        "USER_POOL_ID": f"{REGION}_pool",
        "USER_POOL_CLIENT_ID": "client-1",
        "MAX_UPLOAD_BYTES": "104857600",
        "CURSOR_SECRET": "arn:aws:cloudformation:eu-central-1:123456789012:stack/arxos/6bc28136",
        "SENSITIVE_KEY": sensitive_key(),
        "AWS_REGION": REGION,
    }.items():
        monkeypatch.setenv(name, value)
    forget()
    s3 = bootstrap._s3()
    location: Any = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
    yield s3
    for listed in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        s3.delete_object(Bucket=BUCKET, Key=listed["Key"])
    s3.delete_bucket(Bucket=BUCKET)
    forget()


def forget() -> None:
    """What a container keeps between invocations is gone with the container."""
    made: list[Callable[[], Any]] = [
        bootstrap._settings,
        bootstrap._connection,
        bootstrap._s3,
        bootstrap._dynamodb,
        bootstrap._cognito,
        bootstrap._kms,
        bootstrap.token_verifier,
    ]
    for cached in made:
        cached.cache_clear()  # type: ignore[attr-defined]
