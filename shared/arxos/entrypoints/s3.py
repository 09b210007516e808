"""S3's events, delivered to a function by Lambda, to use cases."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

from arxos.domain.import_job import ImportJob
from arxos.entrypoints.observation import Observation, logger, observed
from arxos.ports.imports import UploadedFile

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

    use_case = handler.__module__.rpartition(".")[2]

    def lambda_handler(event: Event, context: Any) -> None:
        left = timedelta(milliseconds=context.get_remaining_time_in_millis())
        invocation = Invocation(context.aws_request_id, datetime.now(UTC) + left)
        for record in event.get("Records", []):
            # S3 encodes keys in events as in a query string.
            file = UploadedFile.at(unquote_plus(record["s3"]["object"]["key"]))
            if file is None:
                logger.warning("not an upload", request_id=invocation.id)
                continue
            with observed(use_case, invocation.id, message="import") as seen:
                seen.organization_id = file.organization_id
                seen.told["import_id"] = file.import_id
                _tell(seen, handler(file, invocation))

    return lambda_handler


def _tell(seen: Observation, job: ImportJob | None) -> None:
    if job is None:
        seen.told["import_status"] = "nothing to do"
        return
    seen.told |= {
        "import_status": job.status.value,
        "records_created": job.counts.created,
        "records_updated": job.counts.updated,
        "records_unchanged": job.counts.unchanged,
    }
    seen.counted = {
        f"Imports{job.status.value.capitalize()}": 1,
        "RecordsWritten": job.counts.created + job.counts.updated,
    }
