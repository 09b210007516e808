"""Uploaded building files, and what importing them leaves behind, in the uploads bucket.

`uploads/<organisation>/<building>/<import>/<filename>` is what a person uploads; `changes/…` are
the change files of import chunks, `reports/…` the problems of each import.
"""

import gzip
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from arxos.domain.import_job import ImportJob
from arxos.domain.source import Problem
from arxos.ports.imports import Upload, UploadedFile, upload_location

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

UPLOAD_SECONDS = 3_600


class S3Uploads:
    """See `arxos.ports.imports.UploadStore`."""

    def __init__(self, s3: "S3Client", bucket: str, *, max_bytes: int) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._max_bytes = max_bytes

    def presign(self, organization_id: str, job: ImportJob) -> Upload:
        key = upload_location(organization_id, job)
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
        with tempfile.TemporaryDirectory(prefix="arxos-") as folder:
            path = Path(folder) / f"upload{Path(file.filename).suffix.lower()}"
            self._s3.download_file(self._bucket, file.location, str(path))
            yield path

    def save_report(self, file: UploadedFile, problems: tuple[Problem, ...]) -> None:
        location = (
            f"reports/{file.organization_id}/{file.building_id}/{file.import_id}/problems.jsonl.gz"
        )
        self.save(location, [json.dumps(asdict(p), ensure_ascii=False) for p in problems])

    def save(self, location: str, lines: list[str]) -> None:
        """See `arxos.adapters.dynamodb.journal.ChangeFiles`."""
        # mtime=0: the same lines make the same bytes, so a retry writes the same object.
        body = gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0)
        self._s3.put_object(
            Bucket=self._bucket,
            Key=location,
            Body=body,
            ContentType="application/x-ndjson",
            ContentEncoding="gzip",
        )
