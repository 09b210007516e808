"""What AWS would charge for the transactions a client sends, worked out from the items' sizes.

DynamoDB Local says the same few units for a transaction of one item and of ninety. AWS's rules: an
item in a transaction is two write units for each KB begun, of the larger of before and after; each
index that it is in is one more for each KB. A check of a condition counts as a write.
"""

from collections.abc import Mapping
from math import ceil
from typing import Any

_INDEXES = ("GSI1PK", "GSI2PK")


class WriteUnits:
    """Counts what a botocore client asks for, from now on."""

    def __init__(self, client: Any) -> None:
        self._sum = 0
        # Of each item ever put: its KB begun, and in how many indexes it is.
        self._items: dict[tuple[str, str], tuple[int, int]] = {}
        client.meta.events.register(
            "before-parameter-build.dynamodb.TransactWriteItems", self._count
        )

    def take(self) -> int:
        """The units since the last call of this."""
        units, self._sum = self._sum, 0
        return units

    def _count(self, params: Mapping[str, Any], **_: Any) -> None:
        for action in params["TransactItems"]:
            ((name, told),) = action.items()
            item = told.get("Item") or told["Key"]
            key = item["PK"]["S"], item["SK"]["S"]
            if name == "Put":
                self._items[key] = ceil(_size(item) / 1024), sum(i in item for i in _INDEXES)
            kilobytes, indexes = self._items.get(key, (1, 0))
            self._sum += kilobytes * (2 if name == "ConditionCheck" else 2 + indexes)


def _size(value: Any) -> int:
    """The bytes of an attribute value as DynamoDB counts them, near enough."""
    if isinstance(value, Mapping):
        return sum(
            (0 if len(name) <= 2 and name.isupper() and name not in ("PK", "SK") else len(name))
            + _size(each)
            for name, each in value.items()
        )
    if isinstance(value, list):
        return 3 + sum(1 + _size(each) for each in value)
    return len(value.encode()) if isinstance(value, str) else 1
