"""The changes of the table's stream, delivered to a function by Lambda, to use cases."""

import functools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from arxos.entrypoints.observation import logger, observed

Event = dict[str, Any]
Image = dict[str, Any]
C = TypeVar("C")


def stream_handler(
    *,
    reads: Callable[[Image | None, Image | None], C],
    counts: Callable[[Sequence[C]], Mapping[str, Counter[str]]],
) -> Callable[[Callable[[Sequence[C]], int]], Callable[[Event, Any], Event]]:
    """Make a Lambda handler of a function that takes changes in their order.

    It answers how many items it wrote. `reads` makes a change of an item's images, before and
    after. At the first that it cannot read the batch ends: what came before is done, and Lambda is
    told where to go on. What the handler raises goes to Lambda, which delivers the whole batch
    again. What cannot be done at all ends in the dead-letter queue.

    `counts` says by organisation what the changes are to the business. The sums are metrics; which
    organisation it was is in the log alone, where a name more costs nothing. A batch that is
    delivered twice counts twice: these are to be watched, not to be billed by.
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
                seen.counted = {"ItemsWritten": written, **_told(use_case, counts(changes))}
            return {"batchItemFailures": undone}

        return lambda_handler

    return decorate


def _told(use_case: str, by_organization: Mapping[str, Counter[str]]) -> dict[str, int]:
    """One line for each organisation, and the sums as metrics: `BuildingsCreated`."""
    sums: Counter[str] = Counter()
    for organization_id, counted in by_organization.items():
        told: dict[str, Any] = {"organization_id": organization_id, **counted}
        logger.info("records", use_case=use_case, **told)
        sums += counted
    return {"".join(map(str.capitalize, what.split("_"))): n for what, n in sums.items()}
