"""Reading lists: pages that cost the same whether they are the first or the thousandth."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pynamodb.expressions.condition import Condition

from arxos.adapters.dynamodb.availability import reading
from arxos.adapters.dynamodb.table import GSI1, GSI2, TableItem
from arxos.domain.errors import InvalidInput
from arxos.ports.lists import Page, Slice

# A filter that no index answers reads this many items a call, so many calls a page, and then
# hands back what it has with a cursor: the work of one request is bounded, whatever it finds.
FILTERED_ITEMS_PER_CALL = 400
CALLS_PER_PAGE = 8
# What a walk over a whole building asks for at once; DynamoDB ends a page at 1 MB anyway.
_WALK_ITEMS = 1_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Collection:
    """Where a list lives: partitions in reading order, and which sort keys of theirs belong to it.

    `home` makes the table's partition of an item from its sort key, where an index is read: a
    position then needs no partition key in it, so a cursor cannot name another organisation's.
    """

    partitions: Sequence[str]
    prefix: str
    index: str | None = None
    home: Callable[[str], str] | None = None
    forward: bool = True


@dataclass(frozen=True, slots=True)
class _Position:
    """How far a list was read: in which of its partitions, after which item."""

    partition: int = 0
    sk: str | None = None
    index_sk: str | None = None


def read_slice(
    collection: Collection,
    page: Page,
    to_record: Callable[[Any], T],
    *,
    where: Condition | None = None,
) -> Slice[T]:
    """One page of a collection; one record more is read, so that the last page has no next.

    Raises InvalidInput for a position that no such list handed out.
    """
    if not collection.partitions:
        return Slice((), None)
    at = _parse(page.position, collection)
    found: list[tuple[_Position, TableItem]] = []
    for _ in range(CALLS_PER_PAGE):
        wanted = page.limit + 1 - len(found)
        items, after = _query(
            collection, at, where, wanted if where is None else FILTERED_ITEMS_PER_CALL
        )
        found += [(_position(collection, at.partition, item), item) for item in items]
        if len(found) > page.limit:
            kept = found[: page.limit]
            return Slice(tuple(to_record(item) for _, item in kept), _format(kept[-1][0]))
        if after is not None:
            at = after
        elif at.partition + 1 < len(collection.partitions):
            at = _Position(at.partition + 1)
        else:
            return Slice(tuple(to_record(item) for _, item in found), None)
    return Slice(tuple(to_record(item) for _, item in found), _format(at))


def read_all(collection: Collection) -> Iterator[Any]:
    """Every item of a collection, page by page."""
    at: _Position | None
    for partition in range(len(collection.partitions)):
        at = _Position(partition)
        while at is not None:
            items, at = _query(collection, at, None, _WALK_ITEMS)
            yield from items


def read_raw(
    collection: Collection, attributes: Sequence[str], *, where: Condition | None = None
) -> Iterator[dict[str, Any]]:
    """These attributes of every item that `where` holds for, as DynamoDB has them."""
    at: _Position | None
    for partition in range(len(collection.partitions)):
        at = _Position(partition)
        while at is not None:
            raws, at = _query_raw(collection, at, where, _WALK_ITEMS, attributes)
            yield from raws


def _query(
    collection: Collection, at: _Position, where: Condition | None, limit: int
) -> tuple[list[TableItem], _Position | None]:
    """One Query call: its items, and where to go on in this partition (None: it is read)."""
    raws, after = _query_raw(collection, at, where, limit)
    return [TableItem.from_raw_data(raw) for raw in raws], after


def _query_raw(
    collection: Collection,
    at: _Position,
    where: Condition | None,
    limit: int,
    attributes: Sequence[str] | None = None,
) -> tuple[list[dict[str, Any]], _Position | None]:
    """As `_query`, with the items (or only these attributes of them) as DynamoDB has them."""
    sort_key: Any = _sort_key(collection.index)
    # Indexes have no consistent reads; the table is read consistently, so that a list holds what
    # its reader has just created.
    pages = TableItem.query(
        collection.partitions[at.partition],
        range_key_condition=sort_key.startswith(collection.prefix) if collection.prefix else None,
        filter_condition=where,
        consistent_read=collection.index is None,
        index_name=collection.index,
        scan_index_forward=collection.forward,
        last_evaluated_key=_start_key(collection, at),
        page_size=limit,
        attributes_to_get=None if attributes is None else list(attributes),
    ).page_iter
    with reading():
        response = next(pages)
    raws: list[dict[str, Any]] = response["Items"]
    last = response.get("LastEvaluatedKey")
    if last is None:
        return raws, None
    index_sk = last[f"{collection.index}SK"]["S"] if collection.index else None
    return raws, _Position(at.partition, last["SK"]["S"], index_sk)


def _sort_key(index: str | None) -> Any:
    return {None: TableItem.sk, GSI1: TableItem.gsi1_sk, GSI2: TableItem.gsi2_sk}[index]


def _start_key(collection: Collection, at: _Position) -> dict[str, dict[str, Any]] | None:
    if at.sk is None:
        return None
    partition = collection.partitions[at.partition]
    if collection.index is None or collection.home is None:
        return {"PK": {"S": partition}, "SK": {"S": at.sk}}
    return {
        "PK": {"S": collection.home(at.sk)},
        "SK": {"S": at.sk},
        f"{collection.index}PK": {"S": partition},
        f"{collection.index}SK": {"S": at.index_sk},
    }


def _position(collection: Collection, partition: int, item: TableItem) -> _Position:
    index_sk = {None: None, GSI1: item.gsi1_sk, GSI2: item.gsi2_sk}[collection.index]
    return _Position(partition, item.sk, index_sk)


def _format(at: _Position) -> str:
    return json.dumps([at.partition, at.sk, at.index_sk], separators=(",", ":"))


def _parse(position: str | None, collection: Collection) -> _Position:
    if position is None:
        return _Position()
    try:
        partition, sk, index_sk = json.loads(position)
    except (ValueError, TypeError):
        raise bad_cursor() from None
    texts = (str, type(None))
    if (
        not isinstance(partition, int)
        or not 0 <= partition < len(collection.partitions)
        or not isinstance(sk, texts)
        or not isinstance(index_sk, texts)
        or (sk is not None and collection.index is not None and index_sk is None)
    ):
        raise bad_cursor()
    return _Position(partition, sk, index_sk)


def bad_cursor() -> InvalidInput:
    """The error for a cursor that the list at hand did not hand out."""
    message = "The cursor does not belong to this list; begin again without one."
    return InvalidInput(message, {"cursor": message})
