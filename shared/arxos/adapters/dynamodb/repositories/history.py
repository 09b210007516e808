"""The history on DynamoDB and in change files (docs/access-patterns.md, C; ADR 0005)."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pynamodb.expressions.condition import Condition

from arxos.adapters.dynamodb import keys
from arxos.adapters.dynamodb.availability import reading
from arxos.adapters.dynamodb.query import (
    CALLS_PER_PAGE,
    FILTERED_ITEMS_PER_CALL,
    Collection,
    bad_cursor,
    read_all,
)
from arxos.adapters.dynamodb.repositories.base import all_of
from arxos.adapters.dynamodb.table import (
    GSI1,
    GSI2,
    BuildingItem,
    ChangeItem,
    DeviceItem,
    FloorItem,
    GoneItem,
    GroupItem,
    RoomItem,
    TableItem,
)
from arxos.domain.history import Change
from arxos.domain.identifiers import shard_of
from arxos.domain.timestamps import from_iso
from arxos.ports.history import ChangeFiles, ChangeFilter
from arxos.ports.lists import Page, Slice

# What one page reads at most; a page that needs more ends early, and its cursor leads on.
FILES_PER_PAGE = 8
# A Lambda function answers at most 6 MB, and one change may hold 16 KB of metadata twice.
PAGE_CHARACTERS = 2_000_000

# A page is taken from steps: each change with the position after it. A step without a change says
# that the work of one request is done, and where the next one goes on.
_Step = tuple[Change | None, str]


class DynamoHistory:
    """Access patterns C1-C9, P1, P2. `files` is called when the first change file is to be read."""

    def __init__(self, org: str, files: Callable[[], ChangeFiles]) -> None:
        self._org = org
        self._files = files

    def of_record(self, kind: str, building_id: str, record_id: str, page: Page) -> Slice[Change]:
        """C1; C8, a group's; C9, a user's; C4, where chunks changed it; P1, P2 of what is gone."""
        return _page(self._of_record(kind, building_id, record_id, page), page.limit)

    def of_building(self, building_id: str, where: ChangeFilter, page: Page) -> Slice[Change]:
        """C2."""
        partition = keys.changes_of_building(self._org, building_id)
        return _page(self._by_time(GSI1, partition, where, page), page.limit)

    def of_user(self, user_id: str, where: ChangeFilter, page: Page) -> Slice[Change]:
        """C3."""
        partition = keys.changes_by_user(self._org, user_id)
        return _page(self._by_time(GSI2, partition, where, page), page.limit)

    def of_import(self, import_id: str) -> Iterator[Change]:
        """C7. All that an import's chunks changed, file by file, the newest first."""
        partition = keys.changes_of(self._org, import_id)
        for entry in read_all(Collection((partition,), keys.CHANGE, forward=False)):
            if entry.file is not None:
                yield from self._changes_in(entry)

    def _of_record(
        self, kind: str, building_id: str, record_id: str, page: Page
    ) -> Iterator[_Step]:
        """The record's own entries and its lines in change files, merged by its versions.

        A position is the last entry told; the version after which all is told; and how many lines
        are told of the chunk that made that version. The record's item is read first: what is
        written from then on is left out, of whichever kind it is.
        """
        sk, version, told = _parsed(page.position, (str, int))
        life = self._life(kind, building_id, record_id)
        version = life.version if version is None else version
        chunks = [chunk for chunk in life.chunks if version is None or chunk[0] <= version]
        entries, more = _newest(
            None, keys.changes_of(self._org, record_id), sk, None, page.limit + 1
        )

        def order(entry: Any) -> int:
            """The version it made, or happened to; of an earlier record: before them all."""
            removed = entry.event == f"{kind.capitalize()}Removed" and entry.sk != life.removal
            return -1 if removed or entry.at < life.born else int(entry.version or 0)

        def is_new(entry: Any) -> bool:
            """Written since the item was read, or since the page before."""
            return version is not None and (
                order(entry) > version >= 0 or (told > 0 and order(entry) == version)
            )

        within = [
            chunk_id
            for made, chunk_id in chunks[:FILES_PER_PAGE]
            if more is None or not entries or made >= order(entries[-1])
        ]
        of_chunk = self._entries(within)
        while entries or chunks:
            if entries and is_new(entries[0]):
                sk = entries.pop(0).sk
                continue
            if not entries and more is not None:
                break
            if entries and (not chunks or order(entries[0]) >= chunks[0][0]):
                entry = entries.pop(0)
                sk, told = entry.sk, 0
                version = min(order(entry), order(entry) if version is None else version)
                yield _change(entry), _position(sk, version, told)
                continue
            made, chunk_id = chunks[0]
            if chunk_id not in within:
                more = ""  # beyond what one page reads
                break
            if version != made:
                version, told = made, 0
            if chunk_id in of_chunk:
                for change in self._changes_in(of_chunk[chunk_id], record_id)[told:]:
                    told += 1
                    yield change, _position(sk, version, told)
            version, told = made - 1, 0
            chunks.pop(0)
        if more is not None:
            yield None, _position(sk, version, told)

    def _by_time(
        self, index: str, partition: str, where: ChangeFilter, page: Page
    ) -> Iterator[_Step]:
        """A timeline, in which the entry of a chunk stands for the lines of its file.

        A position is the last entry told, and of which chunk how many lines were told since.
        """
        sk, chunk_id, told = _parsed(page.position, (str, str))
        entries, more = _newest(index, partition, sk, _condition(where), page.limit + 1)
        files = 0
        for entry in entries:
            if entry.file is None:
                sk = _sort_key(entry, index)
                yield _change(entry), _position(sk, None, 0)
                continue
            if files == FILES_PER_PAGE:
                yield None, _position(sk, None, 0)
                return
            files += 1
            changes = [
                change
                for change in self._changes_in(entry)
                if where.kind in (None, change.record_kind)
            ]
            begin = told if entry.id == chunk_id else 0
            for number, change in enumerate(changes[begin:], begin + 1):
                yield change, _position(sk, entry.id, number)
            sk = _sort_key(entry, index)
        if more is not None:
            yield None, _position(more, None, 0)

    def _life(self, kind: str, building_id: str, record_id: str) -> "_Life":
        """What a record's item tells of its history; of one that is gone, what its removal does."""
        if kind not in _ITEMS:
            return _Life()
        item, key_of = _ITEMS[kind]
        key = key_of(self._org, building_id, record_id)
        with reading():
            try:
                found: Any = item.get(
                    key.pk,
                    key.sk,
                    consistent_read=True,
                    attributes_to_get=["kind", "change_files", "created_at", "version"],
                )
            except item.DoesNotExist:
                return self._last_life(building_id, record_id)
        return _Life(int(found.version), found.created_at, _chunks(found.change_files))

    def _last_life(self, building_id: str, record_id: str) -> "_Life":
        """Of a record that is gone: its removal by hand, or by a chunk, whichever was last."""
        entries, _ = _newest(None, keys.changes_of(self._org, record_id), None, None, 1)
        by_hand = entries[0] if entries and entries[0].event.endswith("Removed") else None
        gone_from = keys.gone_from(self._org, building_id, shard_of(record_id))
        is_told = GoneItem.records.contains(record_id)
        removals, _ = _newest(None, gone_from, None, is_told, FILTERED_ITEMS_PER_CALL)
        by_chunk = max(removals, key=lambda gone: str(gone.at), default=None)
        if by_hand is not None and (by_chunk is None or by_hand.at >= by_chunk.at):
            return _Life(
                int(by_hand.version) if by_hand.version is not None else None,
                by_hand.born or "",
                _chunks(by_hand.change_files),
                removal=by_hand.sk,
            )
        if by_chunk is None:
            return _Life()
        told = by_chunk.records[record_id]
        return _Life(int(told["version"]), told["born"] or "", _chunks(told["files"]))

    def _entries(self, chunk_ids: list[str]) -> dict[str, ChangeItem]:
        if not chunk_ids:
            return {}
        wanted = [tuple(keys.chunk_change(self._org, chunk_id)) for chunk_id in chunk_ids]
        with reading():
            return {e.id: e for e in ChangeItem.batch_get(wanted, consistent_read=True)}

    def _changes_in(self, entry: ChangeItem, record_id: str = "") -> list[Change]:
        """The changes in a chunk's file, or those of one record, the newest first."""
        lines = self._files().lines(entry.file)
        found = [
            _line(entry, number, json.loads(line))
            for number, line in enumerate(lines)
            if record_id in line
        ]
        return [c for c in reversed(found) if record_id in ("", c.record_id)]


@dataclass(frozen=True, slots=True)
class _Life:
    """A record's version; when it came into the registry, as text; the chunks that changed it, the
    newest first, each with the version it made; and the sort key of its removal by hand.
    """

    version: int | None = None
    born: str = ""
    chunks: Sequence[tuple[int, str]] = ()
    removal: str | None = None


_ITEMS: dict[str, tuple[Any, Callable[[str, str, str], keys.Key]]] = {
    "building": (BuildingItem, lambda org, building_id, _: keys.building(org, building_id)),
    "floor": (FloorItem, keys.floor),
    "room": (RoomItem, keys.room),
    "device": (DeviceItem, keys.device),
    "group": (GroupItem, keys.group),
}


def _chunks(pointers: Iterable[str] | None) -> list[tuple[int, str]]:
    """Each `<version>#<chunk>`, the newest first."""
    made = (pointer.partition("#") for pointer in pointers or ())
    return sorted(((int(version), chunk_id) for version, _, chunk_id in made), reverse=True)


def _page(steps: Iterator[_Step], limit: int) -> Slice[Change]:
    found: list[Change] = []
    position, characters = None, 0
    for change, after in steps:
        if change is None:
            return Slice(tuple(found), after)
        size = len(json.dumps(change.changes))
        if len(found) == limit or (found and characters + size > PAGE_CHARACTERS):
            return Slice(tuple(found), position)
        found.append(change)
        position, characters = after, characters + size
    return Slice(tuple(found), None)


def _newest(
    index: str | None, partition: str, before: str | None, where: Condition | None, wanted: int
) -> tuple[list[Any], str | None]:
    """Entries before a sort key, the newest first; and the key to go on from, if there are more."""
    sort_key: Any = {None: TableItem.sk, GSI1: TableItem.gsi1_sk, GSI2: TableItem.gsi2_sk}[index]
    found: list[Any] = []
    for _ in range(CALLS_PER_PAGE):
        pages = TableItem.query(
            partition,
            range_key_condition=sort_key < before if before is not None else None,
            filter_condition=where,
            consistent_read=index is None,
            index_name=index,
            scan_index_forward=False,
            page_size=wanted - len(found) if where is None else FILTERED_ITEMS_PER_CALL,
        ).page_iter
        with reading():
            response = next(pages)
        found += [TableItem.from_raw_data(raw) for raw in response["Items"]]
        last = response.get("LastEvaluatedKey")
        before = last[f"{index}SK" if index else "SK"]["S"] if last else None
        if len(found) > wanted:
            return found[:wanted], _sort_key(found[wanted - 1], index)
        if before is None or len(found) == wanted:
            break
    return found, before


def _sort_key(item: Any, index: str | None) -> str:
    key: str = {None: item.sk, GSI1: item.gsi1_sk, GSI2: item.gsi2_sk}[index]
    return key


def _condition(where: ChangeFilter) -> Condition | None:
    of_kind = of_import = None
    if where.kind is not None:
        of_kind = (ChangeItem.file.does_not_exist() & (ChangeItem.record_kind == where.kind)) | (
            ChangeItem.kinds.contains(where.kind)
        )
    if where.import_id is not None:
        of_import = (ChangeItem.import_id == where.import_id) | (
            ChangeItem.record_id == where.import_id
        )
    by_user = ChangeItem.actor_id == where.user_id if where.user_id is not None else None
    combined: Condition | None = all_of(of_kind, by_user, of_import)
    return combined


def _change(entry: Any) -> Change:
    return Change(
        id=entry.id,
        at=from_iso(entry.at) if entry.at else None,
        event=entry.event,
        record_kind=entry.record_kind,
        record_id=entry.record_id,
        record_label=entry.record_label,
        user_id=entry.actor_id or None,
        user_name=entry.actor_name,
        request_id=entry.request_id,
        import_id=entry.import_id or (entry.record_id if entry.record_kind == "import" else None),
        version=int(entry.version) if entry.version is not None else None,
        changes={name: (before, after) for name, (before, after) in (entry.changes or {}).items()},
    )


def _line(entry: ChangeItem, number: int, line: dict[str, Any]) -> Change:
    return Change(
        id=f"{entry.id}.{number}",
        at=from_iso(line["at"]) if line["at"] else None,
        event=line["event"],
        record_kind=line["record_kind"],
        record_id=line["record_id"],
        record_label=line["record_label"],
        user_id=entry.actor_id or None,
        user_name=entry.actor_name,
        request_id=entry.request_id,
        import_id=entry.import_id,
        version=line.get("version"),
        changes={name: (before, after) for name, (before, after) in line["changes"].items()},
        kept=line.get("kept", {}),
    )


def _position(sk: str | None, chunk: str | int | None, told: int) -> str:
    return json.dumps([sk, chunk, told], separators=(",", ":"))


def _parsed(position: str | None, types: tuple[type, type]) -> tuple[Any, Any, int]:
    if position is None:
        return None, None, 0
    try:
        sk, chunk, told = json.loads(position)
    except (ValueError, TypeError):
        raise bad_cursor() from None
    for value, type_ in zip((sk, chunk, told), (*types, int), strict=True):
        if value is not None and type(value) is not type_:
            raise bad_cursor()
    if told is None or told < 0:
        raise bad_cursor()
    return sk, chunk, told
