"""The history: what changed, by whom, written in the transaction of the change itself."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from arxos.adapters.dynamodb import keys
from arxos.adapters.dynamodb.table import ChangeItem, GoneItem
from arxos.adapters.dynamodb.transaction import Transaction
from arxos.domain.events import DomainEvent
from arxos.domain.identifiers import NewId, shard_of
from arxos.domain.plain_values import plain
from arxos.domain.record import Record
from arxos.domain.timestamps import to_iso
from arxos.domain.user import Actor


class Journal(Protocol):
    """Takes the events of a unit of work into the history."""

    @property
    def chunk_id(self) -> str | None:
        """The chunk that keeps what is written here in a file; None: each change is an entry."""
        ...

    def write(
        self,
        events: Iterable[DomainEvent],
        building_id: str | None,
        version: int | None = None,
        *,
        removed: Record | None = None,
    ) -> None:
        """Queue what happened to one record, which is in `version` from then on.

        `removed` is the record when it goes: what its item told of its history must stay.
        """
        ...

    def finish(self) -> None:
        """Called once, before the transaction is sent."""
        ...


class EntryPerChange:
    """One item for each change, under the record, listed by building and by user (C1-C3)."""

    def __init__(self, actor: Actor, transaction: Transaction, new_id: NewId) -> None:
        self._actor = actor
        self._transaction = transaction
        self._new_id = new_id

    @property
    def chunk_id(self) -> str | None:
        return None

    def write(
        self,
        events: Iterable[DomainEvent],
        building_id: str | None,
        version: int | None = None,
        *,
        removed: Record | None = None,
    ) -> None:
        for event in events:
            item = change_item(self._actor, self._new_id("change"), event, building_id, version)
            if removed is not None:
                item.change_files, item.born = set(removed.change_files) or None, _born(removed)
            self._transaction.put_new(item)

    def finish(self) -> None:
        """Nothing is held back."""


class ChangeFiles(Protocol):
    """Where the changes of chunks are kept."""

    def save(self, location: str, lines: list[str]) -> None:
        """Write one file of JSON lines; the same location may be written again."""
        ...


@dataclass(frozen=True, slots=True)
class Operation:
    """What works in chunks (`import`, `deletion`, `batch`), and which invocation does so now."""

    kind: str
    id: str
    attempt: str


_CHUNK_EVENTS = {
    "batch": "BatchApplied",
    "deletion": "DeletionChunkApplied",
    "import": "ImportChunkApplied",
}


# Of what is remembered of a record that a chunk removes: 100 records are to fit into one item.
MOST_POINTERS = 50


class FilePerChunk:
    """One item for a whole chunk of an operation, and beside it a file with each change (ADR 0005).

    The file is written before the transaction: a history that misses a change would be wrong, a
    file that nothing points to is only waste. Its name carries the attempt, so that an invocation
    that lost its lease cannot overwrite the file of the one that has it.
    """

    def __init__(
        self,
        actor: Actor,
        transaction: Transaction,
        files: ChangeFiles,
        *,
        operation: Operation,
        chunk: int,
    ) -> None:
        self._actor = actor
        self._transaction = transaction
        self._files = files
        self._operation = operation
        self._chunk = chunk
        self._events: list[tuple[DomainEvent, int | None]] = []
        self._gone: dict[str, GoneItem] = {}
        self._building_id: str | None = None
        self._change_id = f"{operation.id}.{chunk:06d}"

    @property
    def chunk_id(self) -> str | None:
        return self._change_id

    def write(
        self,
        events: Iterable[DomainEvent],
        building_id: str | None,
        version: int | None = None,
        *,
        removed: Record | None = None,
    ) -> None:
        self._events.extend((event, version) for event in events)
        self._building_id = building_id
        if removed is not None and building_id is not None and version is not None:
            self._remember(removed, building_id, version)

    def _remember(self, removed: Record, building_id: str, version: int) -> None:
        """By which chunk the record went: one item for all of a shard."""
        shard = shard_of(removed.id)
        item = self._gone.get(shard)
        if item is None:
            key = keys.gone(self._actor.organization_id, building_id, shard, self._change_id)
            at = removed.events[-1].at if removed.events else None
            item = GoneItem(key.pk, key.sk, at=to_iso(at) if at else "", records={})
            self._gone[shard] = item
            self._transaction.put_new(item)
        newest = sorted(removed.change_files, key=lambda f: -int(f.partition("#")[0]))
        item.records[removed.id] = {
            "version": version,
            "born": _born(removed),
            "files": [f"{version}#{self._change_id}", *newest[:MOST_POINTERS]],
        }

    def finish(self) -> None:
        if not self._events or self._building_id is None:
            return
        location = (
            f"changes/{self._actor.organization_id}/{self._building_id}/{self._operation.id}/"
            f"{self._chunk:06d}-{self._operation.attempt}.jsonl.gz"
        )
        self._files.save(location, [self._line(*each) for each in self._events])
        change_id = self._change_id
        key = keys.chunk_change(self._actor.organization_id, change_id)
        first, _ = self._events[0]
        at = to_iso(first.at) if first.at else ""
        self._transaction.put_new(
            ChangeItem(
                key.pk,
                key.sk,
                id=change_id,
                at=at,
                event=_CHUNK_EVENTS[self._operation.kind],
                record_kind=self._operation.kind,
                record_id=self._operation.id,
                record_label=f"{len(self._events)} changes",
                import_id=self._operation.id if self._operation.kind == "import" else None,
                file=location,
                records=len(self._events),
                kinds={event.record_kind for event, _ in self._events},
                **_context(self._actor, change_id, self._building_id, at),
            )
        )

    def _line(self, event: DomainEvent, version: int | None) -> str:
        line = change_line(event, version)
        if event.kept and self._operation.kind == "import":  # of which there is an undo
            line["kept"] = plain(event.kept)
        return json.dumps(line, ensure_ascii=False)


def _born(record: Record) -> str | None:
    return to_iso(record.created_at) if record.created_at else None


def change_item(
    actor: Actor,
    change_id: str,
    event: DomainEvent,
    building_id: str | None,
    version: int | None = None,
) -> ChangeItem:
    """The history entry of one event."""
    key = keys.change(actor.organization_id, event.record_id, change_id)
    at = to_iso(event.at) if event.at else ""
    return ChangeItem(
        key.pk,
        key.sk,
        id=change_id,
        at=at,
        event=event.name,
        record_kind=event.record_kind,
        record_id=event.record_id,
        record_label=event.record_label,
        version=version,
        changes={k: [plain(a), plain(b)] for k, (a, b) in event.changes.items()},
        **_context(actor, change_id, building_id, at),
    )


def change_line(event: DomainEvent, version: int | None = None) -> dict[str, Any]:
    """One event as a line of a change file."""
    return {
        "event": event.name,
        "record_kind": event.record_kind,
        "record_id": event.record_id,
        "record_label": event.record_label,
        "at": to_iso(event.at) if event.at else None,
        "version": version,
        "changes": {k: [plain(a), plain(b)] for k, (a, b) in event.changes.items()},
    }


def _context(actor: Actor, change_id: str, building_id: str | None, at: str) -> dict[str, Any]:
    org = actor.organization_id
    by_time = keys.changes_by_time(at, change_id)
    listed = (
        {"gsi1_pk": keys.changes_of_building(org, building_id), "gsi1_sk": by_time}
        if building_id
        else {}
    )
    return {
        "building_id": building_id,
        "actor_id": actor.user_id,
        "actor_name": actor.name,
        "request_id": actor.request_id,
        "gsi2_pk": keys.changes_by_user(org, actor.user_id),
        "gsi2_sk": by_time,
        **listed,
    }
