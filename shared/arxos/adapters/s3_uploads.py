"""Uploaded building files, and what importing them leaves behind, in the uploads bucket.

`uploads/<organisation>/<building>/<import>/<filename>` is what a person uploads, `drop/…` what
other systems put there; `changes/…` are
the change files of import chunks, `reports/…` the problems of each import, `kept/…` (s3_kept.py)
the sheets that imports have only stored, `lanes/…` what the writers of its lanes are handed, which
the bucket itself removes after some days.
"""

import gzip
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from itertools import chain, count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from arxos.adapters import s3_kept
from arxos.adapters.device_lines import chunk_of, line_of
from arxos.adapters.readers.model_lines import lines_of, model_of
from arxos.adapters.s3_availability import asking_s3
from arxos.domain.device import Device
from arxos.domain.errors import ServiceUnavailable
from arxos.domain.import_job import ImportJob
from arxos.domain.plan_entries import EntryKind, PlanEntry
from arxos.domain.source import KeptSheet, Problem, SourceModel
from arxos.domain.stored_sheets import StoredHead
from arxos.ports.checks import CHECKS
from arxos.ports.drops import Drop
from arxos.ports.exports import EXPORTS
from arxos.ports.imports import Upload, UploadedFile, upload_location

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CopySourceTypeDef

UPLOAD_SECONDS = 3_600
ENTRIES_PER_PAGE = 500
LANES = "lanes/"


class S3Uploads:
    """See `arxos.ports.imports.UploadStore`."""

    def __init__(self, s3: "S3Client", bucket: str, *, max_bytes: int) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._max_bytes = max_bytes

    def presign(self, organization_id: str, job: ImportJob) -> Upload:
        return self.form(upload_location(organization_id, job))

    def form(self, key: str) -> Upload:
        """A form that accepts one file of limited size under this key, and nothing else."""
        form = self._s3.generate_presigned_post(
            self._bucket,
            key,
            # From 0: an empty file deserves its own sentence in the import, not S3's XML.
            Conditions=[["content-length-range", 0, self._max_bytes]],
            ExpiresIn=UPLOAD_SECONDS,
        )
        return Upload(
            url=form["url"],
            fields=form["fields"],
            max_bytes=self._max_bytes,
            expires_in_seconds=UPLOAD_SECONDS,
        )

    @contextmanager
    def fetch(self, file: UploadedFile) -> Iterator[Path]:
        with self.local_copy(file.location) as path:
            yield path

    @contextmanager
    def local_copy(self, location: str) -> Iterator[Path]:
        """An object on local disk, gone again at the end of `with`."""
        with tempfile.TemporaryDirectory(prefix="arxos-") as folder:
            path = Path(folder) / f"upload{Path(location).suffix.lower()}"
            with asking_s3():
                self._s3.download_file(self._bucket, location, str(path))
            yield path

    def adopt(self, drop: Drop, file: UploadedFile) -> bool:
        source: CopySourceTypeDef = {"Bucket": self._bucket, "Key": drop.location}
        try:
            found = self._s3.head_object(Bucket=self._bucket, Key=drop.location)
            if found["ETag"].strip('"') != drop.etag:
                return False
            self._s3.copy_object(
                Bucket=self._bucket,
                Key=file.location,
                CopySource=source,
                CopySourceIfMatch=drop.etag,
                # Whatever its sender attached: the right to copy that would be needed too.
                MetadataDirective="REPLACE",
                TaggingDirective="REPLACE",
            )
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (404, 412):
                return False
            raise
        return True

    def save_model(self, file: UploadedFile, model: SourceModel) -> None:
        with tempfile.NamedTemporaryFile(prefix="arxos-", suffix=".gz") as packed:
            # Line by line: a large model is never in memory twice.
            with gzip.open(packed, "wt", encoding="utf-8") as lines:
                for line in lines_of(model):
                    lines.write(json.dumps(line, ensure_ascii=False) + "\n")
            packed.flush()
            with asking_s3():
                self._s3.upload_file(packed.name, self._bucket, _model_location(file))

    def model(self, file: UploadedFile) -> SourceModel:
        with tempfile.NamedTemporaryFile(prefix="arxos-", suffix=".gz") as packed:
            try:
                self._s3.download_file(self._bucket, _model_location(file), packed.name)
            except (BotoCoreError, ClientError) as error:
                raise ServiceUnavailable(
                    "What was read of the file cannot be had just now; try again later."
                ) from error
            with gzip.open(packed.name, "rt", encoding="utf-8") as lines:
                return model_of(json.loads(line) for line in lines)

    def save_plan(self, file: UploadedFile, entries: Iterable[PlanEntry]) -> None:
        # Page by page: a large plan is never in memory as a whole.
        rest = iter(entries)
        for number in count():
            page = list(islice(rest, ENTRIES_PER_PAGE))
            if not page and number:
                return
            self.save(
                _plan_location(file, number),
                [json.dumps(_fields(entry), ensure_ascii=False) for entry in page],
            )

    def plan(self, file: UploadedFile, *, start: int = 0, size: int) -> Iterator[PlanEntry]:
        first, last = start // ENTRIES_PER_PAGE, max(size - 1, 0) // ENTRIES_PER_PAGE
        lines = chain.from_iterable(
            self.lines(_plan_location(file, number))
            for number in range(first, last + 1 if start < size else first)
        )
        begin = first * ENTRIES_PER_PAGE
        for line in islice(lines, start - begin, size - begin):
            told = json.loads(line)
            yield PlanEntry(**{**told, "kind": EntryKind(told["kind"])})

    def save_lane(self, file: UploadedFile, name: str, chunks: Iterable[Sequence[Device]]) -> str:
        location = f"{LANES}{file.organization_id}/{file.building_id}/{file.import_id}/{name}"
        self.save(f"{location}.jsonl.gz", [line_of(chunk) for chunk in chunks])
        return f"{location}.jsonl.gz"

    def lane(self, location: str, *, start: int) -> Iterator[list[Device]]:
        return map(chunk_of, self.lines(location)[start:])

    def problems(self, file: UploadedFile) -> Iterator[Problem]:
        for line in self.lines(_report_location(file)):
            yield Problem(**json.loads(line))

    def save_report(self, file: UploadedFile, problems: tuple[Problem, ...]) -> None:
        self.save(
            _report_location(file), [json.dumps(asdict(p), ensure_ascii=False) for p in problems]
        )

    def save_kept(self, file: UploadedFile, document: str, sheets: Sequence[KeptSheet]) -> None:
        s3_kept.save(self._s3, self._bucket, file, document, sheets)

    def kept(self, file: UploadedFile) -> Iterator[StoredHead]:
        return s3_kept.heads(self._s3, self._bucket, file)

    def forget_kept(self, file: UploadedFile) -> None:
        s3_kept.remove(self._s3, self._bucket, s3_kept.of_import(file))

    def forget_building(self, organization_id: str, building_id: str) -> None:
        """See `arxos.ports.deletions.DeletionDesk.clear_files`."""
        for folder in (s3_kept.FOLDER, EXPORTS, CHECKS):
            s3_kept.remove(self._s3, self._bucket, f"{folder}{organization_id}/{building_id}/")

    def save(self, location: str, lines: list[str]) -> None:
        """See `arxos.adapters.dynamodb.journal.ChangeFiles`."""
        # mtime=0: the same lines make the same bytes, so a retry writes the same object.
        body = gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0)
        with asking_s3():
            self._s3.put_object(
                Bucket=self._bucket,
                Key=location,
                Body=body,
                ContentType="application/x-ndjson",
                ContentEncoding="gzip",
            )

    def lines(self, location: str) -> list[str]:
        """See `arxos.ports.history.ChangeFiles`."""
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=location)["Body"].read()
        except (BotoCoreError, ClientError) as error:
            # Also of a file that is not there: a history without it would not be the truth.
            raise ServiceUnavailable(
                "A part of the history cannot be read; try again later."
            ) from error
        # Not splitlines: texts may hold other ends of lines (U+2028), which JSON leaves alone.
        return gzip.decompress(body).decode().rstrip("\n").split("\n")


def _fields(entry: PlanEntry) -> dict[str, Any]:
    """As `asdict`, which would copy each value, too."""
    return {each.name: getattr(entry, each.name) for each in fields(entry)}


def _report_location(file: UploadedFile) -> str:
    return f"{report_folder(file)}/problems.jsonl.gz"


def _model_location(file: UploadedFile) -> str:
    return f"{report_folder(file)}/model.jsonl.gz"


def _plan_location(file: UploadedFile, page: int) -> str:
    return f"{report_folder(file)}/plan/{page:06d}.jsonl.gz"


def report_folder(file: UploadedFile) -> str:
    """Where everything is kept that is told of an import."""
    return f"reports/{file.organization_id}/{file.building_id}/{file.import_id}"
