"""Lists in an order that no index has: read through, while no more than a page of them is kept.

A page goes on after a value and an id, not after a place in the list, so that records which others
add or remove meanwhile shift nothing.
"""

import heapq
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any, TypeVar

from pynamodb.expressions.condition import Condition

from arxos.adapters.dynamodb.query import Collection, bad_cursor, read_raw
from arxos.domain.ordering import Order, natural, order_of
from arxos.domain.record import Record
from arxos.domain.text_rules import folded
from arxos.ports.lists import Page, Slice

R = TypeVar("R", bound=Record)
T = TypeVar("T")

_ATTRIBUTES = {
    "name": "name",
    "number": "room_number",
    "created": "created_at",
    "updated": "updated_at",
}
_VALUES: dict[str, Callable[[str], str]] = {
    "name": folded,
    "number": lambda number: natural(folded(number)),
    "created": str,
    "updated": str,
}


def in_order(records: Iterable[R], sort: str, page: Page) -> Slice[R]:
    """A page of these records, sorted."""
    return best(((order_of(record, sort), record) for record in records), sort, page)


def read_orders(
    collection: Collection,
    sort: str,
    *,
    where: Condition | None = None,
    also: tuple[str, ...] = (),
) -> Iterator[tuple[Order | None, dict[str, Any]]]:
    """What each item is sorted by, and the item: PK, SK and `also` of it as DynamoDB has them.

    None for an item that is no record itself, but points to one.
    """
    by = sort.removeprefix("-")
    attribute, value_of = _ATTRIBUTES[by], _VALUES[by]
    for raw in read_raw(collection, ("PK", "SK", "id", attribute, *also), where=where):
        record_id = raw.get("id")
        value = raw.get(attribute, {"S": ""})
        yield (None if record_id is None else (value_of(value["S"]), record_id["S"])), raw


def best(candidates: Iterable[tuple[Order, T]], sort: str, page: Page) -> Slice[T]:
    """A page of the candidates, each of which comes with what it is sorted by."""
    downwards = sort.startswith("-")
    after = _parse(page.position)
    left = (
        candidate
        for candidate in candidates
        if after is None or (candidate[0] < after if downwards else candidate[0] > after)
    )
    pick = heapq.nlargest if downwards else heapq.nsmallest
    try:
        found = pick(page.limit + 1, left, key=itemgetter(0))
    except TypeError:
        raise bad_cursor() from None  # of an order by another kind of value
    kept = found[: page.limit]
    position = json.dumps(kept[-1][0]) if len(found) > page.limit else None
    return Slice(tuple(item for _, item in kept), position)


def best_of(
    candidates: Iterable[tuple[Order, str]],
    sort: str,
    page: Page,
    get_some: Callable[[Iterable[str]], Mapping[str, R]],
) -> Slice[R]:
    """A page of the records whose ids are the candidates; only the page's records are read."""
    ids = best(candidates, sort, page)
    held = get_some(ids.items)
    return Slice(tuple(held[i] for i in ids.items if i in held), ids.position)


def _parse(position: str | None) -> Order | None:
    if position is None:
        return None
    try:
        value, record_id = json.loads(position)
    except (ValueError, TypeError):
        raise bad_cursor() from None
    if not isinstance(value, (str, int)) or not isinstance(record_id, str):
        raise bad_cursor()
    return value, record_id
