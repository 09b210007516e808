"""Search words on DynamoDB (docs/access-patterns.md, S1 and S3; ADR 0007)."""

from collections.abc import Mapping, Sequence
from typing import Any

from pynamodb.connection import Connection
from pynamodb.exceptions import PynamoDBException
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from arxos.adapters.dynamodb import keys, mapping
from arxos.adapters.dynamodb.availability import reading, unavailability
from arxos.adapters.dynamodb.query import bad_cursor
from arxos.adapters.dynamodb.table import (
    BuildingItem,
    DeviceItem,
    FloorItem,
    RoomItem,
    TableItem,
    WordItem,
)
from arxos.domain.errors import ServiceUnavailable
from arxos.domain.record import Record
from arxos.domain.search_words import FIELDS, KINDS, Drawer, RecordChange, Searchable, WordEntry
from arxos.ports.search import Span, Window

WORDS_PER_WINDOW = 400
_ITEMS_PER_WRITE = 25  # DynamoDB's limit for BatchWriteItem
_SECONDS_OF_RETRIES = 20
_LONGEST_POSITION = 400

Image = Mapping[str, Any]


class DynamoSearchIndex:
    """See `arxos.ports.search.SearchIndex`."""

    def __init__(self, org: str) -> None:
        self._org = org

    def window(self, drawer: Drawer, beginning: str, span: Span) -> Window:
        """S1, its Query."""
        for position in (span.after, span.until):
            if position is not None and not _fits(position, beginning):
                raise bad_cursor()
        partition = keys.words(self._org, drawer, beginning)
        until = span.until
        pages = WordItem.query(
            partition,
            range_key_condition=WordItem.sk.startswith(beginning)
            if until is None
            else WordItem.sk.between(beginning, until),
            last_evaluated_key={"PK": {"S": partition}, "SK": {"S": span.after}}
            if span.after is not None
            else None,
            page_size=WORDS_PER_WINDOW if until is None else None,
        ).page_iter
        with reading():
            response = next(pages)
        last = response.get("LastEvaluatedKey")
        entries = tuple(_entry(self._org, item) for item in response["Items"])
        return Window(entries, last["SK"]["S"] if last is not None else until)

    def records(self, entries: Sequence[WordEntry]) -> Mapping[str, Record]:
        """S1, its BatchGetItem: one for each 100 records and buildings."""
        wanted = {
            tuple(_record_key(self._org, e.kind, e.building_id, e.record_id)) for e in entries
        }
        wanted |= {tuple(keys.building(self._org, entry.building_id)) for entry in entries}
        with reading():
            items = list(TableItem.batch_get(sorted(wanted), consistent_read=True))
        return {record.id: record for record in (_RECORDS[type(item)](item) for item in items)}


class DynamoSearchWords:
    """See `arxos.ports.search.SearchWords`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def write(self, put: Sequence[WordEntry], removed: Sequence[WordEntry]) -> None:
        """S3."""
        writes: list[dict[str, Any]] = [
            *({"PutRequest": {"Item": _item(entry).serialize()}} for entry in put),
            *({"DeleteRequest": {"Key": _key(entry)}} for entry in removed),
        ]
        for start in range(0, len(writes), _ITEMS_PER_WRITE):
            self._send(writes[start : start + _ITEMS_PER_WRITE])

    def _send(self, requests: list[dict[str, Any]]) -> None:
        """One BatchWriteItem, and again what DynamoDB was too busy for: it takes such a batch in
        part. Raises ServiceUnavailable when it stays busy.
        """
        left = requests
        for attempt in Retrying(
            retry=retry_if_exception_type(ServiceUnavailable),
            wait=wait_random_exponential(multiplier=0.05, max=2),
            stop=stop_after_delay(_SECONDS_OF_RETRIES),
            reraise=True,
        ):
            with attempt:
                left = self._send_once(left)
                if left:
                    raise ServiceUnavailable("The registry is busy; search words wait.")

    def _send_once(self, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        table = TableItem.Meta.table_name
        try:
            response = self._connection.batch_write_item(
                table,
                put_items=[r["PutRequest"]["Item"] for r in requests if "PutRequest" in r],
                delete_items=[r["DeleteRequest"]["Key"] for r in requests if "DeleteRequest" in r],
            )
        except PynamoDBException as error:
            raise unavailability(error) or error from error
        left: list[dict[str, Any]] = response.get("UnprocessedItems", {}).get(table, [])
        return left


def record_change(old: Image | None, new: Image | None) -> RecordChange:
    """What the stream's images of an item, before and after, say to search."""
    known = new or old or {}
    return RecordChange(
        organization_id=keys.organization_of(known["PK"]["S"]),
        before=_searchable(old) if old else None,
        after=_searchable(new) if new else None,
    )


def _searchable(image: Image) -> Searchable:
    """Only what search needs: an image is read at every change, whatever else it holds."""
    kind, record_id = image["kind"]["S"], image["id"]["S"]
    found = {name: image[name] for name in FIELDS[kind] if name in image}
    values = {name: value.get("S") or value.get("N") for name, value in found.items()}
    return Searchable(
        kind=kind,
        id=record_id,
        building_id=image["building_id"]["S"] if kind != "building" else record_id,
        floor_id=record_id if kind == "floor" else image.get("floor_id", {}).get("S"),
        values={name: text for name, text in values.items() if text},
    )


_RECORDS: Mapping[type[TableItem], Any] = {
    BuildingItem: mapping.building,
    FloorItem: mapping.floor,
    RoomItem: mapping.room,
    DeviceItem: mapping.device,
}
# Sorts the records that have the same word: an identifier before a name, then by kind.
_ORDER = {
    (whole, str(kind)): f"{int(not whole)}{number}"
    for whole in (True, False)
    for number, kind in enumerate(KINDS)
}
_MEANING = {order: meaning for meaning, order in _ORDER.items()}


def _record_key(org: str, kind: str, building_id: str, record_id: str) -> keys.Key:
    if kind == "building":
        return keys.building(org, record_id)
    return {"floor": keys.floor, "room": keys.room, "device": keys.device}[kind](
        org, building_id, record_id
    )


def _word_key(entry: WordEntry) -> keys.Key:
    order = _ORDER[entry.whole, entry.kind]
    return keys.Key(
        keys.words(entry.organization_id, Drawer.of(entry.kind), entry.text),
        keys.word(entry.text, order=order, record_id=entry.record_id),
    )


def _key(entry: WordEntry) -> dict[str, dict[str, str]]:
    key = _word_key(entry)
    return {"PK": {"S": key.pk}, "SK": {"S": key.sk}}


def _item(entry: WordEntry) -> WordItem:
    key = _word_key(entry)
    return WordItem(
        key.pk,
        key.sk,
        building_id=entry.building_id,
        floor_id=entry.floor_id,
        words=" ".join(entry.words),
    )


def _entry(org: str, raw: Image) -> WordEntry:
    text, order, record_id = raw["SK"]["S"].split("#", 2)
    whole, kind = _MEANING[order]
    return WordEntry(
        organization_id=org,
        text=text,
        whole=whole,
        kind=kind,
        record_id=record_id,
        building_id=raw["building_id"]["S"],
        floor_id=raw.get("floor_id", {}).get("S"),
        words=tuple(raw["words"]["S"].split(" ")),
    )


def _fits(position: str, beginning: str) -> bool:
    """Whether DynamoDB can go on there: anything else it would refuse as an error of ours."""
    return position.startswith(beginning) and len(position) <= _LONGEST_POSITION
