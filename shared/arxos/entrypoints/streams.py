"""The changes of the table's stream, delivered to a function by Lambda, to use cases."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from arxos.entrypoints.observation import observed

Event = dict[str, Any]
Image = dict[str, Any]
C = TypeVar("C")


def stream_handler(
    *, reads: Callable[[Image | None, Image | None], C]
) -> Callable[[Callable[[Sequence[C]], int]], Callable[[Event, Any], Event]]:
    """Make a Lambda handler of a function that takes changes in their order.

    It answers how many items it wrote. `reads` makes a change of an item's images, before and
    after. At the first that it cannot read the batch ends: what came before is done, and Lambda is
    told where to go on. What the handler raises goes to Lambda, which delivers the whole batch
    again. What cannot be done at all ends in the dead-letter queue.
    """

    def decorate(handler: Callable[[Sequence[C]], int]) -> Callable[[Event, Any], Event]:
        use_case = handler.__module__.rpartition(".")[2]

        @functools.wraps(handler)
        def lambda_handler(event: Event, context: Any) -> Event:
            changes: list[C] = []
            undone: list[dict[str, str]] = []
            with observed(use_case, context.aws_request_id, message="changes") as seen:
                for record in event["Records"]:
                    item = record["dynamodb"]
                    try:
                        changes.append(reads(item.get("OldImage"), item.get("NewImage")))
                    except Exception as error:  # of any kind: Lambda decides how often to try
                        undone.append({"itemIdentifier": item["SequenceNumber"]})
                        seen.failed(error)
                        break
                written = handler(changes)
                seen.told = {"changes": len(changes), "items_written": written}
                seen.counted = {"ItemsWritten": written}
            return {"batchItemFailures": undone}

        return lambda_handler

    return decorate
