"""When S3 does not answer, or says it is too busy: an error of ours, not of boto3's."""

from collections.abc import Iterator
from contextlib import contextmanager

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from arxos.domain.errors import ServiceUnavailable

# After botocore's own retries are used up. S3 tells HEAD no code, only the status.
_BUSY = frozenset({"RequestTimeout", "RequestTimeTooSkewed", "SlowDown", "ThrottlingException"})


@contextmanager
def asking_s3(
    says: str = "The store of files does not answer; try again in a moment.",
) -> Iterator[None]:
    """Turns a call that was throttled or not answered into ServiceUnavailable."""
    try:
        yield
    except ClientError as refused:
        if _is_busy(refused):
            raise ServiceUnavailable(says) from refused
        raise
    except Boto3Error as failed:
        # The transfer of a file hides what S3 said in its own error.
        cause = failed.__cause__ or failed.__context__
        if isinstance(cause, ClientError) and not _is_busy(cause):
            raise
        raise ServiceUnavailable(says) from failed
    except BotoCoreError as silent:
        raise ServiceUnavailable(says) from silent


def is_absent(refused: ClientError) -> bool:
    """Whether there is no such object: who may not list the bucket is told 403 of it."""
    return _status(refused) in (403, 404)


def _is_busy(refused: ClientError) -> bool:
    code = refused.response.get("Error", {}).get("Code", "")
    return code in _BUSY or _status(refused) in (429, 500, 502, 503, 504)


def _status(refused: ClientError) -> int:
    return int(refused.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
