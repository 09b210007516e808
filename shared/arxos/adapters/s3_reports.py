"""Reports of imports, in the bucket: `reports/<organisation>/<building>/<import>/<name>`."""

from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from arxos.adapters.s3_availability import asking_s3, is_absent
from arxos.adapters.s3_uploads import report_folder
from arxos.ports.reports import Report

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DOWNLOAD_SECONDS = 300
_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class S3Reports:
    """See `arxos.ports.reports.ReportStore`."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def url(self, report: Report) -> str | None:
        with asking_s3():
            try:
                self._s3.head_object(Bucket=self._bucket, Key=_location(report))
            except ClientError as refused:
                if is_absent(refused):
                    return None
                raise
        return self._presigned(report)

    def put(self, report: Report, path: Path) -> str:
        type_ = _TYPES[Path(report.name).suffix]
        with asking_s3():
            self._s3.upload_file(
                str(path), self._bucket, _location(report), ExtraArgs={"ContentType": type_}
            )
        return self._presigned(report)

    def _presigned(self, report: Report) -> str:
        return self._s3.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": _location(report),
                "ResponseContentDisposition": f'attachment; filename="{report.filename}"',
            },
            ExpiresIn=DOWNLOAD_SECONDS,
        )


def _location(report: Report) -> str:
    return f"{report_folder(report.file)}/{report.name}"
