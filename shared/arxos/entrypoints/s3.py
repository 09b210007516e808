"""S3's events, delivered to a function by Lambda, to use cases."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from arxos.domain.import_job import ImportJob
from arxos.ports.imports import UploadedFile

logger = Logger()
metrics = Metrics()
Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Invocation:
    """One invocation of the function: `id` stays the same when Lambda retries its event."""

    id: str
    deadline: datetime


UploadHandler = Callable[[UploadedFile, Invocation], ImportJob | None]


def uploads_handler(handler: UploadHandler) -> Callable[[Event, Any], None]:
    """Make a Lambda handler of a function that takes one uploaded file.

    What it raises goes to Lambda, which tries the event again and at last hands it to the
    dead-letter queue.
    """

    def lambda_handler(event: Event, context: Any) -> None:
        left = timedelta(milliseconds=context.get_remaining_time_in_millis())
        invocation = Invocation(context.aws_request_id, datetime.now(UTC) + left)
        for record in event.get("Records", []):
            # S3 encodes keys in events as in a query string.
            file = UploadedFile.at(unquote_plus(record["s3"]["object"]["key"]))
            if file is None:
                logger.warning("not an upload", request_id=invocation.id)
                continue
            _report(file, invocation, handler(file, invocation))

    return lambda_handler


def _report(file: UploadedFile, invocation: Invocation, job: ImportJob | None) -> None:
    if job is None:
        logger.info("nothing to do", request_id=invocation.id, import_id=file.import_id)
        return
    logger.info(
        "import",
        request_id=invocation.id,
        organization_id=file.organization_id,
        import_id=job.id,
        status=job.status.value,
        records_created=job.counts.created,
        records_updated=job.counts.updated,
        records_unchanged=job.counts.unchanged,
    )
    metrics.add_dimension("use_case", "read_building_file")
    metrics.add_metric(f"Imports{job.status.value.capitalize()}", MetricUnit.Count, 1)
    metrics.add_metric("RecordsWritten", MetricUnit.Count, job.counts.created + job.counts.updated)
    metrics.flush_metrics()
