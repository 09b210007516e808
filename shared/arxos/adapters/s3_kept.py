"""Sheets that imports have only stored, in the uploads bucket.

Each lies at `kept/<organisation>/<building>/<import>.<part>.jsonl.gz`; the part says where in the
workbook it stood and what it is known by, so that a listing tells which count. The lines are those
of an export, so that an export copies them. Written when an import is applied; the same import
writes the same objects.
"""

import gzip
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from arxos.adapters.s3_availability import asking_s3
from arxos.domain.errors import ServiceUnavailable
from arxos.domain.own_exports import Line
from arxos.domain.source import KeptSheet
from arxos.domain.stored_sheets import (
    StoredHead,
    head_of,
    lines_of_sheet,
    stored_parts,
    stored_that_count,
)
from arxos.ports.imports import UploadedFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FOLDER = "kept/"
_SUFFIX = ".jsonl.gz"


def of_import(file: UploadedFile) -> str:
    """What the keys of an import's stored sheets begin with."""
    return f"{FOLDER}{file.organization_id}/{file.building_id}/{file.import_id}."


def save(
    s3: "S3Client",
    bucket: str,
    file: UploadedFile,
    document: str,
    sheets: Sequence[KeptSheet],
) -> None:
    """Row by row: a large workbook is never in memory twice."""
    for part, sheet in stored_parts(document, sheets):
        with tempfile.NamedTemporaryFile(prefix="arxos-", suffix=".gz") as packed:
            with gzip.open(packed, "wt", encoding="utf-8") as lines:
                for line in lines_of_sheet(sheet):
                    lines.write(json.dumps(line, ensure_ascii=False) + "\n")
            packed.flush()
            with asking_s3():
                s3.upload_file(packed.name, bucket, f"{of_import(file)}{part}{_SUFFIX}")


def lines(s3: "S3Client", bucket: str, organization_id: str, building_id: str) -> Iterator[Line]:
    """The lines of all stored sheets of a building that still count."""
    with _readable():
        for key in _keys_that_count(s3, bucket, organization_id, building_id):
            with tempfile.NamedTemporaryFile(prefix="arxos-", suffix=".gz") as packed:
                s3.download_file(bucket, key, packed.name)
                with gzip.open(packed.name, "rt", encoding="utf-8") as found:
                    yield from (json.loads(line) for line in found)


def heads(s3: "S3Client", bucket: str, file: UploadedFile) -> Iterator[StoredHead]:
    """The stored sheets of the import's building that count now; of each only its first line."""
    with _readable():
        for key in _keys_that_count(s3, bucket, file.organization_id, file.building_id):
            body = s3.get_object(Bucket=bucket, Key=key)["Body"]
            with closing(body), gzip.open(body, "rt", encoding="utf-8") as found:
                head = head_of(json.loads(found.readline()))
            if head is not None:
                yield head


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise ServiceUnavailable(
            "What the building's imports have stored cannot be had just now; try again later."
        ) from error


def _keys_that_count(
    s3: "S3Client", bucket: str, organization_id: str, building_id: str
) -> list[str]:
    folder = f"{FOLDER}{organization_id}/{building_id}/"
    names = (key.removeprefix(folder).removesuffix(_SUFFIX) for key in _keys(s3, bucket, folder))
    pairs = ((import_id, part) for import_id, _, part in (n.partition(".") for n in names))
    return [f"{folder}{i}.{part}{_SUFFIX}" for i, part in stored_that_count(pairs)]


def remove(s3: "S3Client", bucket: str, prefix: str) -> None:
    """Every object whose key begins so."""
    with asking_s3():
        for key in _keys(s3, bucket, prefix):
            s3.delete_object(Bucket=bucket, Key=key)


def _keys(s3: "S3Client", bucket: str, prefix: str) -> Iterator[str]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for found in page.get("Contents", ()):
            yield found["Key"]
