"""Sheets that imports have only stored, in the uploads bucket.

They lie at `kept/<organisation>/<building>/<import>.<document>.jsonl.gz`.
The lines are those of an export, so that an export copies them. Written when an import is applied;
the same import writes the same object.
"""

import gzip
import json
import tempfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from arxos.adapters.s3_availability import asking_s3
from arxos.domain.errors import ServiceUnavailable
from arxos.domain.own_exports import OWN, Line, kept_that_count, lines_of_sheet
from arxos.domain.source import KeptSheet
from arxos.domain.source_statement import digest
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
    name = OWN if document == OWN else digest(document)
    with tempfile.NamedTemporaryFile(prefix="arxos-", suffix=".gz") as packed:
        with gzip.open(packed, "wt", encoding="utf-8") as lines:
            for sheet in sheets:
                for line in lines_of_sheet(sheet):
                    lines.write(json.dumps(line, ensure_ascii=False) + "\n")
        packed.flush()
        with asking_s3():
            s3.upload_file(packed.name, bucket, f"{of_import(file)}{name}{_SUFFIX}")


def lines(s3: "S3Client", bucket: str, organization_id: str, building_id: str) -> Iterator[Line]:
    """The lines of all stored sheets of a building that still count."""
    folder = f"{FOLDER}{organization_id}/{building_id}/"
    try:
        names = [
            key.removeprefix(folder).removesuffix(_SUFFIX) for key in _keys(s3, bucket, folder)
        ]
        pairs = [(i, d) for i, _, d in (name.partition(".") for name in names)]
        for import_id, document in kept_that_count(pairs):
            with tempfile.NamedTemporaryFile(prefix="arxos-", suffix=".gz") as packed:
                key = f"{folder}{import_id}.{document}{_SUFFIX}"
                s3.download_file(bucket, key, packed.name)
                with gzip.open(packed.name, "rt", encoding="utf-8") as found:
                    yield from (json.loads(line) for line in found)
    except (BotoCoreError, ClientError) as error:
        raise ServiceUnavailable(
            "What the building's imports have stored cannot be had just now; try again later."
        ) from error


def remove(s3: "S3Client", bucket: str, prefix: str) -> None:
    """Every object whose key begins so."""
    with asking_s3():
        for key in _keys(s3, bucket, prefix):
            s3.delete_object(Bucket=bucket, Key=key)


def _keys(s3: "S3Client", bucket: str, prefix: str) -> Iterator[str]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for found in page.get("Contents", ()):
            yield found["Key"]
