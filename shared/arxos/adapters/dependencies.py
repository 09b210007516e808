"""What /health asks: the table, the uploads bucket and the sign-in keys."""

import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from arxos.adapters.dynamodb import keys
from arxos.adapters.dynamodb.availability import code_of
from arxos.adapters.dynamodb.table import TableItem

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class TableDependency:
    """One GetItem of a key that never exists: the very path that requests take."""

    name = "table"
    is_vital = True

    def check(self) -> str | None:
        key = keys.organization("health-check")
        try:
            TableItem.get(key.pk, key.sk)
        except TableItem.DoesNotExist:
            return None
        except PynamoDBException as unavailable:
            return f"The table does not answer ({code_of(unavailable) or 'no answer'})."
        return None


class UploadsDependency:
    """Without it, reading goes on and imports stop."""

    name = "uploads"
    is_vital = False

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def check(self) -> str | None:
        try:
            self._s3.head_bucket(Bucket=self._bucket)
        except (BotoCoreError, ClientError):
            return "The uploads bucket does not answer."
        return None


class SignInDependency:
    """Without it, tokens with cached keys still pass and new keys cannot be had."""

    name = "sign_in"
    is_vital = False

    def __init__(self, jwks_url: str) -> None:
        self._jwks_url = jwks_url

    def check(self) -> str | None:
        try:
            # The address is from our own template, not from a request.
            with urllib.request.urlopen(self._jwks_url, timeout=2) as answer:  # noqa: S310
                answer.read(1)
        except (urllib.error.URLError, TimeoutError, OSError):
            return "The sign-in keys cannot be had."
        return None
