"""What an invocation leaves behind: one log line, its metrics, and a subsegment of its trace.

They hold ids, codes and numbers only: no names, bodies, addresses or tokens, and not the words of
an error, which may quote what somebody sent. A trace is written only where X-Ray samples one; the
X-Ray SDK is imported then and not before.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from traceback import walk_tb
from typing import Any

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from arxos import settings
from arxos.domain.errors import ArxosError
from arxos.ports.consumption import Consumption

logger = Logger()
metrics = Metrics()
# Of this container, which serves one invocation at a time; bootstrap's clients add to it.
consumption = Consumption()

MOST_CAUSES, MOST_FRAMES = 5, 30
# At DEBUG they log the bodies they send, whatever Arxos' own level.
for talkative in ("boto3", "botocore", "pynamodb", "s3transfer", "urllib3"):
    logging.getLogger(talkative).setLevel(logging.INFO)


@dataclass(slots=True)
class Observation:
    """What is to be told of one use of a use case.

    `told` goes into the log line, `counted` into the metrics.
    """

    use_case: str
    request_id: str
    organization_id: str | None = None
    code: str = "OK"
    error: BaseException | None = None
    told: dict[str, Any] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)

    def failed(self, error: BaseException) -> None:
        """It could not be done, and that is a fault of ours or of what we depend on."""
        self.error = error
        self.code = error.code if isinstance(error, ArxosError) else "INTERNAL_ERROR"


@contextmanager
def observed(use_case: str, request_id: str, *, message: str = "request") -> Iterator[Observation]:
    """Observe what happens inside `with`; an error that leaves it is told, and goes on its way.

    For one request, or for one record of an event: not one inside another.
    """
    seen = Observation(use_case, request_id)
    left: Exception | None = None
    consumption.take()
    started = time.perf_counter()
    with _subsegment(use_case) as subsegment:
        try:
            yield seen
        except Exception as error:  # raised again below, outside the subsegment: it would tell it
            left = error
            seen.failed(error)
        _annotate(subsegment, seen)
    _report(seen, message, round((time.perf_counter() - started) * 1000, 1))
    if left is not None:
        raise left


def _report(seen: Observation, message: str, milliseconds: float) -> None:
    consumed = consumption.take()
    if seen.error is not None:
        logger.error(
            "failed",
            use_case=seen.use_case,
            request_id=seen.request_id,
            code=seen.code,
            errors=described(seen.error),
        )
    logger.info(
        message,
        use_case=seen.use_case,
        request_id=seen.request_id,
        organization_id=seen.organization_id,
        code=seen.code,
        milliseconds=milliseconds,
        dynamodb_calls=consumed.calls,
        read_units=consumed.read_units,
        write_units=consumed.write_units,
        **seen.told,
    )
    metrics.add_dimension("use_case", seen.use_case)
    metrics.add_metric("Requests", MetricUnit.Count, 1)
    metrics.add_metric("Latency", MetricUnit.Milliseconds, milliseconds)
    metrics.add_metric("Errors", MetricUnit.Count, int(seen.error is not None))
    sums: dict[str, float] = {
        "DynamoDBCalls": consumed.calls,
        "ReadUnits": consumed.read_units,
        "WriteUnits": consumed.write_units,
        **seen.counted,
    }
    for name, value in sums.items():
        if value:  # CloudWatch charges for each metric it has heard of; a sum needs no zeros
            metrics.add_metric(name, MetricUnit.Count, value)
    metrics.flush_metrics()
    if seen.code != "OK":
        dimensions = {"use_case": seen.use_case, "code": seen.code}
        with single_metric("ErrorsByCode", MetricUnit.Count, 1, default_dimensions=dimensions):
            pass
    if seen.error is not None:
        # One number for all use cases, which an alarm can watch (infra/observability.yaml).
        with single_metric("Faults", MetricUnit.Count, 1):
            pass


def described(error: BaseException | None) -> list[dict[str, Any]]:
    """An error and its causes: of what type and where, and what AWS calls it."""
    told: list[dict[str, Any]] = []
    while error is not None and len(told) < MOST_CAUSES:
        frames = [
            f"{frame.f_code.co_filename}:{line} {frame.f_code.co_name}"
            for frame, line in walk_tb(error.__traceback__)
        ]
        entry: dict[str, Any] = {"type": type(error).__name__, "at": frames[-MOST_FRAMES:]}
        answer = getattr(error, "response", None)
        if isinstance(answer, dict):
            entry["aws"] = answer.get("Error", {}).get("Code")
            entry["operation"] = getattr(error, "operation_name", None)
        told.append(entry)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return told


@contextmanager
def _subsegment(use_case: str) -> Iterator[Any]:
    """A subsegment of this invocation's trace; None where none is sampled."""
    if not settings.trace_is_sampled():
        yield None
        return
    from aws_lambda_powertools import Tracer

    # Nothing is patched: DynamoDB's calls are counted, and patching costs every cold start.
    tracer = Tracer(auto_patch=False)
    with tracer.provider.in_subsegment(name=use_case) as subsegment:
        yield subsegment


def _annotate(subsegment: Any, seen: Observation) -> None:
    if subsegment is None:
        return
    subsegment.put_annotation("use_case", seen.use_case)
    subsegment.put_annotation("code", seen.code)
    if seen.organization_id is not None:
        subsegment.put_annotation("organization_id", seen.organization_id)
    if seen.error is not None:
        subsegment.add_fault_flag()
