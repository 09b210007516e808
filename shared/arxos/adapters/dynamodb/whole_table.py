"""The table from end to end, in segments side by side: the one place that scans.

No request comes here, only what an operator starts: migrations, and the export, the removal and the
search of a whole organisation (docs/access-patterns.md, "What reads all"). Items are plain
dictionaries here: who works on all of them must not need a model for each.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from arxos.adapters.dynamodb.availability import BUSY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")
Item = dict[str, Any]
PAGE = 200
_TRIES, _LONGEST_PAUSE = 12, 20.0
_SERIALIZER, _DESERIALIZER = TypeSerializer(), TypeDeserializer()


def stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as DynamoDB's API takes them."""
    return {name: _SERIALIZER.serialize(value) for name, value in values.items()}


def plain(item: Mapping[str, Any]) -> Item:
    """Values as Python has them: numbers are Decimals."""
    return {name: _DESERIALIZER.deserialize(value) for name, value in item.items()}


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """What one call found: `items` passed the filter, `looked_at` were read, `after` comes next."""

    items: list[Item]
    looked_at: int
    units: float
    after: Item | None


class Pace:
    """Keeps what several threads take together below a rate, in capacity units a second."""

    def __init__(
        self,
        rate: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate, self._clock, self._sleep = rate, clock, sleep
        self._free_at = clock()
        self._lock = threading.Lock()

    def spend(self, units: float) -> None:
        """Say what was taken; comes back when there may be more."""
        with self._lock:
            self._free_at = max(self._free_at, self._clock()) + units / self._rate
            pause = self._free_at - self._clock()
        if pause > 0:
            self._sleep(pause)


class WholeTable:
    """A table, by a low-level client. Calls that DynamoDB throttles are repeated, ever slower."""

    def __init__(
        self,
        client: "DynamoDBClient",
        name: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.client: Any = client
        self.name = name
        self._sleep = sleep

    def patiently(self, call: Callable[..., T], **arguments: Any) -> T:
        """Call DynamoDB about this table."""
        return self._repeated(call, TableName=self.name, **arguments)

    def _repeated(self, call: Callable[..., T], **arguments: Any) -> T:
        retrying = Retrying(
            retry=retry_if_exception(_is_busy),
            wait=wait_random_exponential(multiplier=0.2, max=_LONGEST_PAUSE),
            stop=stop_after_attempt(_TRIES),
            sleep=self._sleep,
            reraise=True,
        )
        return retrying(call, **arguments)

    def pages(
        self,
        *,
        segment: int = 0,
        segments: int = 1,
        after: Item | None = None,
        consistent: bool = False,
        limit: int = PAGE,
        **conditions: Any,
    ) -> Iterator[ScannedPage]:
        """One segment, from a key on; `conditions` are the Scan's own (FilterExpression …)."""
        while True:
            if after is not None:
                conditions["ExclusiveStartKey"] = stored(after)
            answer = self.patiently(
                self.client.scan,
                Segment=segment,
                TotalSegments=segments,
                Limit=limit,
                ConsistentRead=consistent,
                ReturnConsumedCapacity="TOTAL",
                **conditions,
            )
            key = answer.get("LastEvaluatedKey")
            after = plain(key) if key else None
            yield ScannedPage(
                [plain(item) for item in answer["Items"]],
                answer["ScannedCount"],
                answer.get("ConsumedCapacity", {}).get("CapacityUnits", 0.0),
                after,
            )
            if after is None:
                return

    def write_batch(self, requests: list[Any], tries: int = 0) -> list[Any]:
        """One BatchWriteItem, after a pause if there were tries before; answers what is left."""
        if tries:
            self._sleep(min(_LONGEST_PAUSE, 0.1 * 2**tries))
        answer = self._repeated(self.client.batch_write_item, RequestItems={self.name: requests})
        left: list[Any] = answer.get("UnprocessedItems", {}).get(self.name, [])
        return left

    def get(self, key: Mapping[str, str]) -> Item | None:
        """One item, as it is now."""
        answer = self.patiently(self.client.get_item, Key=stored(key), ConsistentRead=True)
        return plain(answer["Item"]) if "Item" in answer else None


def is_refused(error: ClientError) -> bool:
    """Whether a write's condition did not hold."""
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"


def _is_busy(error: BaseException) -> bool:
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in BUSY
