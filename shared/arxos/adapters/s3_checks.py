"""Files of checks, and what checks found, in the uploads bucket.

`checks/<organisation>/<building>/<check>/<filename>` is what a person uploads, or the order to
check the registry; `reports/<organisation>/<building>/<check>/…` holds the findings.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from botocore.exceptions import ClientError

from arxos.adapters.readers.check_lines import finding
from arxos.adapters.s3_availability import asking_s3, is_absent
from arxos.adapters.s3_uploads import S3Uploads
from arxos.domain.check_job import CheckJob
from arxos.domain.errors import UnreadableFile
from arxos.domain.handover.rule import Finding
from arxos.domain.import_job import ImportJob
from arxos.ports.checks import check_location
from arxos.ports.imports import Upload, uploaded_file

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FINDINGS_PER_PAGE = 500
DOWNLOAD_SECONDS = 900
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class S3Checks:
    """See `arxos.ports.checks.CheckStore`."""

    def __init__(self, s3: "S3Client", bucket: str, *, max_bytes: int) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._uploads = S3Uploads(s3, bucket, max_bytes=max_bytes)

    def presign(self, organization_id: str, job: CheckJob) -> Upload:
        return self._uploads.form(check_location(organization_id, job))

    def order(self, organization_id: str, job: CheckJob) -> None:
        with asking_s3("The check could not be ordered just now: send the same request again."):
            self._s3.put_object(
                Bucket=self._bucket, Key=check_location(organization_id, job), Body=b""
            )

    @contextmanager
    def fetch(self, organization_id: str, job: CheckJob) -> Iterator[Path]:
        with self._uploads.local_copy(check_location(organization_id, job)) as path:
            yield path

    @contextmanager
    def fetch_import(self, organization_id: str, job: ImportJob) -> Iterator[Path]:
        location = uploaded_file(organization_id, job).location
        with asking_s3():
            try:
                self._s3.head_object(Bucket=self._bucket, Key=location)
            except ClientError as refused:
                if not is_absent(refused):
                    raise
                raise UnreadableFile(
                    f"The file of that import, '{job.filename}', is not kept any more, or never"
                    " came. Import it again, and name that import."
                ) from refused
        with self._uploads.local_copy(location) as path:
            yield path

    def save_marked(self, organization_id: str, building_id: str, of: str, path: Path) -> None:
        with asking_s3():
            self._s3.upload_file(
                str(path),
                self._bucket,
                _marked_location(organization_id, building_id, of),
                ExtraArgs={"ContentType": XLSX},
            )

    def marked_url(
        self, organization_id: str, building_id: str, of: str, filename: str
    ) -> str | None:
        key = _marked_location(organization_id, building_id, of)
        with asking_s3("The workbook cannot be had just now; try again in a moment."):
            try:
                self._s3.head_object(Bucket=self._bucket, Key=key)
            except ClientError as refused:
                if is_absent(refused):
                    return None
                raise
        name = quote(f"{Path(filename).stem} checked.xlsx")
        return self._s3.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentDisposition": f"attachment; filename*=UTF-8''{name}",
            },
            ExpiresIn=DOWNLOAD_SECONDS,
        )

    def save_findings(
        self, organization_id: str, job: CheckJob, findings: Sequence[Finding]
    ) -> None:
        for start in range(0, len(findings), FINDINGS_PER_PAGE):
            page = findings[start : start + FINDINGS_PER_PAGE]
            self._uploads.save(
                _page_location(organization_id, job, start // FINDINGS_PER_PAGE),
                [json.dumps(asdict(found), ensure_ascii=False) for found in page],
            )

    def findings(
        self, organization_id: str, job: CheckJob, *, start: int, end: int
    ) -> Iterator[Finding]:
        for number in range(start // FINDINGS_PER_PAGE, (max(end, 1) - 1) // FINDINGS_PER_PAGE + 1):
            first = number * FINDINGS_PER_PAGE
            lines = self._uploads.lines(_page_location(organization_id, job, number))
            for line in lines[max(0, start - first) : end - first]:
                yield finding(json.loads(line))


def _marked_location(organization_id: str, building_id: str, of: str) -> str:
    return f"reports/{organization_id}/{building_id}/{of}/workbook.xlsx"


def _page_location(organization_id: str, job: CheckJob, number: int) -> str:
    folder = f"reports/{organization_id}/{job.building_id}/{job.id}"
    return f"{folder}/findings/{number:06d}.jsonl.gz"
