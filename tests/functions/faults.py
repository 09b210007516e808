"""Calls to AWS that fail: throttled, unanswered, answered too late, in conflict."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.endpoint import Endpoint
from botocore.exceptions import ReadTimeoutError

REAL: Callable[..., Any] = Endpoint.make_request


class Fault(Enum):
    """How a call fails, at every attempt of its client."""

    THROTTLED = "throttled"
    NOT_SENT = "timeout before the effect"
    NOT_HEARD = "timeout after the effect"
    CONFLICT = "another transaction has the item"


# The rest have no effect that could come before the answer is lost.
EFFECTS = ("Admin", "Copy", "Delete", "Put", "Send", "Transact", "Update", "BatchWrite", "Upload")


READING = (Fault.THROTTLED, Fault.NOT_SENT)


def faults_of(number: int, operation: str) -> tuple[Fault, ...]:
    """What can befall a call of a request that writes; of those that read only one in turn."""
    if operation == "TransactWriteItems":
        return tuple(Fault)
    if operation.startswith(EFFECTS):
        return (*READING, Fault.NOT_HEARD)
    return (READING[number % 2],)


class Faulty:
    """Counts the calls that go to AWS, and makes the one of that number fail."""

    def __init__(self, number: int | None = None, fault: Fault | None = None) -> None:
        self.operations: list[str] = []
        self.done: Counter[str] = Counter()
        self._number, self._fault = number, fault

    def request(self, endpoint: Endpoint, model: Any, sent: Any) -> Any:
        self.operations.append(model.name)
        if len(self.operations) - 1 != self._number:
            self.done[model.name] += 1
            return REAL(endpoint, model, sent)
        if self._fault is Fault.NOT_HEARD:
            self.done[model.name] += 1
            REAL(endpoint, model, sent)
        if self._fault in (Fault.NOT_SENT, Fault.NOT_HEARD):
            raise ReadTimeoutError(endpoint_url=endpoint.host)
        if self._fault is Fault.CONFLICT:
            reasons = [{"Code": "TransactionConflict"}]
            return refused(400, "TransactionCanceledException", CancellationReasons=reasons)
        if model.service_model.service_name == "s3":
            # To HEAD there is no body that could tell more than the status.
            return refused(503, "503" if model.name.startswith("Head") else "SlowDown")
        return refused(400, "ThrottlingException")

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """All calls go through here."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Endpoint, "make_request", lambda *sent: self.request(*sent))
            yield


def refused(status: int, code: str, **more: Any) -> Any:
    parsed = {
        "Error": {"Code": code, "Message": code},
        "ResponseMetadata": {"HTTPStatusCode": status},
        **more,
    }
    return AWSResponse("https://x", status, HTTPHeaders(), None), parsed
