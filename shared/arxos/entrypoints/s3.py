"""S3's events, delivered to a function by Lambda, to use cases."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import unquote_plus

from arxos.domain.check_job import CheckJob
from arxos.domain.errors import BeingDeleted, InvalidInput, NotFound
from arxos.domain.import_job import ImportJob
from arxos.entrypoints.import_observation import tell_import
from arxos.entrypoints.observation import Observation, logger, observed
from arxos.ports.checks import CheckOrder
from arxos.ports.drops import Drop
from arxos.ports.imports import UploadedFile

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Invocation:
    """One invocation of the function: `id` stays the same when Lambda retries its event."""

    id: str
    deadline: datetime


UploadHandler = Callable[[UploadedFile, Invocation], ImportJob | None]
CheckHandler = Callable[[CheckOrder, Invocation], CheckJob | None]
DropHandler = Callable[[Drop, Invocation], ImportJob | None]
Arrival = TypeVar("Arrival", UploadedFile, CheckOrder, Drop)
LambdaHandler = Callable[[Event, Any], None]


def uploads_handler(handler: UploadHandler) -> LambdaHandler:
    """Make a Lambda handler of a function that takes one uploaded file."""

    def do(file: UploadedFile, invocation: Invocation, seen: Observation) -> None:
        seen.told["import_id"] = file.import_id
        tell_import(seen, handler(file, invocation))

    return _storage_handler(handler, lambda event: UploadedFile.at(_key(event)), "import", do)


def drops_handler(handler: DropHandler) -> LambdaHandler:
    """Make a Lambda handler of a function that takes one dropped file.

    What cannot become an import is told, counted and left where it is: trying it again would not
    help.
    """

    def do(drop: Drop, invocation: Invocation, seen: Observation) -> None:
        try:
            job = handler(drop, invocation)
        except (NotFound, InvalidInput, BeingDeleted) as refused:
            seen.code = refused.code
            seen.counted["DropsRefused"] = 1
            return
        seen.told["import_id"] = job.id if job else "nothing to do"
        seen.counted["DropsTaken"] = int(job is not None)

    return _storage_handler(handler, _drop, "drop", do)


def checks_handler(handler: CheckHandler) -> LambdaHandler:
    """Make a Lambda handler of a function that does one check."""

    def do(order: CheckOrder, invocation: Invocation, seen: Observation) -> None:
        job = handler(order, invocation)
        seen.told |= {
            "check_id": order.check_id,
            "check_status": job.status.value if job else "nothing to do",
        }

    return _storage_handler(handler, lambda event: CheckOrder.at(_key(event)), "check", do)


def _storage_handler(
    handler: Callable[..., Any],
    arrived: Callable[[Event], Arrival | None],
    message: str,
    do: Callable[[Arrival, Invocation, Observation], None],
) -> LambdaHandler:
    """What it raises goes to Lambda, which tries the event again and at last hands it to the
    dead-letter queue.
    """

    use_case = handler.__module__.rpartition(".")[2]

    def lambda_handler(event: Event, context: Any) -> None:
        left = timedelta(milliseconds=context.get_remaining_time_in_millis())
        invocation = Invocation(context.aws_request_id, datetime.now(UTC) + left)
        for record in event.get("Records", []):
            arrival = arrived(record)
            if arrival is None:
                logger.warning("not an upload", request_id=invocation.id)
                continue
            with observed(use_case, invocation.id, message=message) as seen:
                seen.organization_id = arrival.organization_id
                do(arrival, invocation, seen)

    return lambda_handler


def _key(record: Event) -> str:
    """S3 encodes keys in events as in a query string."""
    return unquote_plus(record["s3"]["object"]["key"])


def _drop(record: Event) -> Drop | None:
    told = record["s3"]["object"]
    return Drop.of(
        _key(record),
        etag=told["eTag"],
        sequence=told.get("sequencer") or told["eTag"],
        size=int(told["size"]),
        at=datetime.fromisoformat(record["eventTime"]),
    )
