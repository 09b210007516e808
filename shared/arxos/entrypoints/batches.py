"""What became of a batch, as the API tells it: each row as if it had been a request of its own."""

import json
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from typing import Any

from arxos.domain.errors import ArxosError, BatchRefused, InvalidBatch, InvalidInput
from arxos.entrypoints.http import Response, code_of, status_of
from arxos.use_cases.batches import Outcome

# Lambda answers at most 6 MB, in which a quotation mark of ours, or a letter that is not ASCII, may
# count twice. Records beyond this are left out; their ids and versions are not.
MAX_RECORD_BYTES = 2_500_000


def batch_done(
    outcomes: Sequence[Outcome[Any]], show: Callable[[Any], dict[str, Any]], *, atomic: bool
) -> Response:
    """200 with a result for each row. Raises InvalidBatch or BatchRefused for a whole one."""
    results = list(_results(outcomes, show))
    failed = sum(1 for result in results if not result["success"])
    if atomic and failed:
        raise _refused(results)
    return Response({"results": results, "succeeded": len(results) - failed, "failed": failed})


def _results(
    outcomes: Sequence[Outcome[Any]], show: Callable[[Any], dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    room_left = MAX_RECORD_BYTES
    for outcome in outcomes:
        told: dict[str, Any] = {"index": outcome.index, "op": outcome.op, "id": outcome.id}
        if outcome.error is not None:
            status = status_of(outcome.error)
            error = _error(outcome.error)
            yield {**told, "success": False, "status": int(status), "error": error}
            continue
        created = outcome.op == "create"
        told |= {"success": True, "status": int(HTTPStatus.CREATED if created else HTTPStatus.OK)}
        if outcome.record is not None and not outcome.is_gone:
            record = show(outcome.record)
            told["version"] = record["version"]
            room_left -= len(json.dumps(record, ensure_ascii=False).encode())
            if room_left > 0:
                told["record"] = record
        yield told


def _error(error: ArxosError) -> dict[str, Any]:
    return {
        "code": code_of(error),
        "message": error.message,
        "details": {"field_errors": _paths(error)}
        if isinstance(error, InvalidInput)
        else error.details,
    }


def _paths(error: InvalidInput) -> dict[str, str]:
    """Paths within the row: what the domain judges are its `values`."""
    ours = type(error) is InvalidInput  # of the row itself, where the paths are whole
    return {k if ours else f"values.{k}": v for k, v in error.field_errors.items()}


def _refused(results: list[dict[str, Any]]) -> ArxosError:
    bad = [result for result in results if not result["success"]]
    rows = "1 operation" if len(bad) == 1 else f"{len(bad)} operations"
    message = f"Nothing was done: {rows} of this batch cannot be done."
    field_errors = {
        f"operations.{result['index']}.{path}".removesuffix("."): sentence
        for result in bad
        for path, sentence in result["error"]["details"].get("field_errors", {}).items()
    }
    if field_errors:
        return InvalidBatch(message, field_errors, bad)
    return BatchRefused(message, bad)
