"""Finished exports, in the uploads bucket: `exports/<organisation>/<building>/<export>/<file>`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from arxos.adapters import s3_kept
from arxos.adapters.s3_availability import asking_s3
from arxos.domain.export_job import ExportFormat, ExportJob
from arxos.domain.own_exports import Line
from arxos.ports.exports import export_location

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DOWNLOAD_SECONDS = 900
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = {
    ExportFormat.COBIE: _XLSX,
    ExportFormat.XLSX: _XLSX,
    ExportFormat.JSON: "application/x-ndjson",
}


class S3Exports:
    """See `arxos.ports.exports.ExportStore`."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def put(self, organization_id: str, job: ExportJob, path: Path) -> None:
        csv = "text/csv" if job.filename.endswith(".csv") else "application/zip"
        with asking_s3():
            self._s3.upload_file(
                str(path),
                self._bucket,
                export_location(organization_id, job),
                ExtraArgs={"ContentType": _TYPES.get(job.format, csv)},
            )

    def download_url(self, organization_id: str, job: ExportJob) -> str:
        return self._s3.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": export_location(organization_id, job),
                "ResponseContentDisposition": f'attachment; filename="{job.filename}"',
            },
            ExpiresIn=DOWNLOAD_SECONDS,
        )

    def kept_sheets(self, organization_id: str, building_id: str) -> Iterator[Line]:
        return s3_kept.lines(self._s3, self._bucket, organization_id, building_id)
