"""The history: what changed, by whom, written in the transaction of the change itself."""

import json
from collections.abc import Iterable
from typing import Any, Protocol

from arxos.adapters.dynamodb import keys
from arxos.adapters.dynamodb.table import ChangeItem
from arxos.adapters.dynamodb.transaction import Transaction
from arxos.domain.events import DomainEvent
from arxos.domain.identifiers import NewId
from arxos.domain.plain_values import plain
from arxos.domain.timestamps import to_iso
from arxos.domain.user import Actor


class Journal(Protocol):
    """Takes the events of a unit of work into the history."""

    def write(self, events: Iterable[DomainEvent], building_id: str | None) -> None:
        """Queue what happened to one record."""
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

    def write(self, events: Iterable[DomainEvent], building_id: str | None) -> None:
        for event in events:
            self._transaction.put_new(
                change_item(self._actor, self._new_id("change"), event, building_id)
            )

    def finish(self) -> None:
        """Nothing is held back."""


class ChangeFiles(Protocol):
    """Where the changes of import chunks are kept."""

    def save(self, location: str, lines: list[str]) -> None:
        """Write one file of JSON lines; the same location may be written again."""
        ...


class FilePerChunk:
    """One item for a whole chunk of an import, and beside it a file with each change (ADR 0005).

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
        import_id: str,
        attempt: str,
        chunk: int,
    ) -> None:
        self._actor = actor
        self._transaction = transaction
        self._files = files
        self._import_id = import_id
        self._attempt = attempt
        self._chunk = chunk
        self._events: list[DomainEvent] = []
        self._building_id: str | None = None

    def write(self, events: Iterable[DomainEvent], building_id: str | None) -> None:
        self._events.extend(events)
        self._building_id = building_id

    def finish(self) -> None:
        if not self._events or self._building_id is None:
            return
        location = (
            f"changes/{self._actor.organization_id}/{self._building_id}/{self._import_id}/"
            f"{self._chunk:06d}-{self._attempt}.jsonl.gz"
        )
        self._files.save(
            location, [json.dumps(change_line(e), ensure_ascii=False) for e in self._events]
        )
        change_id = f"{self._import_id}.{self._chunk:06d}"
        key = keys.change(self._actor.organization_id, self._import_id, change_id)
        first = self._events[0]
        self._transaction.put_new(
            ChangeItem(
                key.pk,
                key.sk,
                id=change_id,
                at=to_iso(first.at) if first.at else "",
                event="ImportChunkApplied",
                record_kind="import",
                record_id=self._import_id,
                record_label=f"{len(self._events)} changes",
                import_id=self._import_id,
                file=location,
                records=len(self._events),
                **_context(self._actor, change_id, self._building_id),
            )
        )


def change_item(
    actor: Actor, change_id: str, event: DomainEvent, building_id: str | None
) -> ChangeItem:
    """The history entry of one event."""
    key = keys.change(actor.organization_id, event.record_id, change_id)
    return ChangeItem(
        key.pk,
        key.sk,
        id=change_id,
        at=to_iso(event.at) if event.at else "",
        event=event.name,
        record_kind=event.record_kind,
        record_id=event.record_id,
        record_label=event.record_label,
        changes={k: [plain(a), plain(b)] for k, (a, b) in event.changes.items()},
        **_context(actor, change_id, building_id),
    )


def change_line(event: DomainEvent) -> dict[str, Any]:
    """One event as a line of a change file."""
    return {
        "event": event.name,
        "record_kind": event.record_kind,
        "record_id": event.record_id,
        "record_label": event.record_label,
        "at": to_iso(event.at) if event.at else None,
        "changes": {k: [plain(a), plain(b)] for k, (a, b) in event.changes.items()},
    }


def _context(actor: Actor, change_id: str, building_id: str | None) -> dict[str, Any]:
    org = actor.organization_id
    listed = (
        {"gsi1_pk": keys.changes_of_building(org, building_id), "gsi1_sk": change_id}
        if building_id
        else {}
    )
    return {
        "building_id": building_id,
        "actor_id": actor.user_id,
        "actor_name": actor.name,
        "request_id": actor.request_id,
        "gsi2_pk": keys.changes_by_user(org, actor.user_id),
        "gsi2_sk": change_id,
        **listed,
    }
