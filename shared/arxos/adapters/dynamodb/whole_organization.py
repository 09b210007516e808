"""All that the table holds of one organisation, of whatever kind: found, removed (row V4)."""

from collections.abc import Iterator
from typing import Any

from arxos.adapters.dynamodb import keys
from arxos.adapters.dynamodb.whole_table import Item, WholeTable, stored

# What says who belongs to the organisation goes last: an interrupted removal still needs it.
LAST_KINDS = frozenset({"user", "organization"})
_BATCH = 25
_SOME_TRIES = 10
# A megabyte a call, whatever the items.
_LIMIT = 10_000


def items_of(table: WholeTable, org: str) -> Iterator[Item]:
    """Every item in the organisation's partitions, and the sign-ins that lead to it."""
    within, itself = keys.of_organization(org)
    # The sign-ins are the one kind whose partition does not say the organisation.
    condition = "begins_with(PK, :within) OR PK = :itself OR organization_id = :org"
    values = {":within": within, ":itself": itself, ":org": org}
    for page in table.pages(
        consistent=True,
        limit=_LIMIT,
        FilterExpression=condition,
        ExpressionAttributeValues=stored(values),
    ):
        yield from page.items


def mentions_of(table: WholeTable, org: str) -> Iterator[Item]:
    """Every item of the table in which the organisation's id stands anywhere: the proof."""
    for page in table.pages(consistent=True, limit=_LIMIT):
        yield from (item for item in page.items if org in repr(item))


def organization_item(table: WholeTable, org: str) -> Item | None:
    """The organisation's own record."""
    key = keys.organization(org)
    return table.get({"PK": key.pk, "SK": key.sk})


def remove(table: WholeTable, items: list[Item]) -> None:
    """Delete items by their keys, 25 a call; what is gone already does no harm."""
    for begin in range(0, len(items), _BATCH):
        requests: list[Any] = [
            {"DeleteRequest": {"Key": stored({"PK": item["PK"], "SK": item["SK"]})}}
            for item in items[begin : begin + _BATCH]
        ]
        for tries in range(_SOME_TRIES):
            requests = table.write_batch(requests, tries)
            if not requests:
                break
        else:
            raise TimeoutError("DynamoDB is too busy to delete; run the command again.")
