"""When DynamoDB does not answer, or says it is too busy: an error of ours, not of PynamoDB's."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError
from pynamodb.exceptions import PynamoDBException

from arxos.domain.errors import ServiceUnavailable

# After botocore's own retries are used up.
BUSY = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
    }
)


def code_of(error: PynamoDBException) -> str | None:
    """DynamoDB's code of the error; None when it did not answer at all.

    PynamoDB's own `cause_response_code` fails then: botocore's timeouts have a response of None.
    """
    response = getattr(error.cause, "response", None) or {}
    code: str | None = response.get("Error", {}).get("Code")
    return code


def unavailability(error: PynamoDBException) -> ServiceUnavailable | None:
    """What to say of a call that may succeed later; None for any other error."""
    if code_of(error) in BUSY:
        return ServiceUnavailable("The registry is busy; try again in a moment.")
    if isinstance(error.cause, BotoCoreError):
        return ServiceUnavailable("The registry does not answer; try again later.")
    return None


@contextmanager
def reading() -> Iterator[None]:
    """Turns a read that was throttled or not answered into ServiceUnavailable."""
    try:
        yield
    except PynamoDBException as error:
        if (unavailable := unavailability(error)) is not None:
            raise unavailable from error
        raise
