"""One organisation's registry on DynamoDB: everything queued is one TransactWriteItems."""

import json
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from pynamodb.connection import Connection

from arxos.adapters.dynamodb import keys
from arxos.adapters.dynamodb.journal import (
    ChangeFiles,
    EntryPerChange,
    FilePerChunk,
    Journal,
    Operation,
)
from arxos.adapters.dynamodb.query import Collection, read_all
from arxos.adapters.dynamodb.repositories.base import get_item
from arxos.adapters.dynamodb.repositories.buildings import DynamoBuildings
from arxos.adapters.dynamodb.repositories.checks import DynamoChecks
from arxos.adapters.dynamodb.repositories.deletions import DynamoDeletions
from arxos.adapters.dynamodb.repositories.devices import DynamoDevices
from arxos.adapters.dynamodb.repositories.exports import DynamoExports
from arxos.adapters.dynamodb.repositories.floors import DynamoFloors
from arxos.adapters.dynamodb.repositories.groups import DynamoGroups
from arxos.adapters.dynamodb.repositories.imports import DynamoImports
from arxos.adapters.dynamodb.repositories.lanes import DynamoLanes
from arxos.adapters.dynamodb.repositories.people import DynamoOrganizations, DynamoUsers
from arxos.adapters.dynamodb.repositories.rooms import DynamoRooms
from arxos.adapters.dynamodb.table import OnceItem
from arxos.adapters.dynamodb.transaction import LaneTransaction, Transaction
from arxos.domain.errors import ArxosError, DoneBefore
from arxos.domain.identifiers import NewId
from arxos.domain.user import Actor

# Longer than the answer is kept that makes it needless.
ONCE_SECONDS = 25 * 3600


class DynamoUnitOfWork:
    """See `arxos.ports.registry.UnitOfWork`."""

    def __init__(self, connection: Connection, actor: Actor, new_id: NewId) -> None:
        self._connection = connection
        self._actor = actor
        self._new_id = new_id
        self._open()

    def _open(self) -> None:
        self._transaction = self._make_transaction()
        self._journal = self._make_journal(self._transaction)
        bound = (self._actor.organization_id, self._transaction, self._journal)
        self.buildings = DynamoBuildings(*bound)
        self.floors = DynamoFloors(*bound)
        self.rooms = DynamoRooms(*bound)
        self.devices = DynamoDevices(*bound)
        self.groups = DynamoGroups(*bound)
        self.imports = DynamoImports(*bound)
        self.lanes = DynamoLanes(*bound)
        self.checks = DynamoChecks(*bound)
        self.exports = DynamoExports(*bound)
        self.deletions = DynamoDeletions(*bound)
        self.users = DynamoUsers(*bound)
        self.organizations = DynamoOrganizations(*bound)

    def _make_transaction(self) -> Transaction:
        return Transaction(self._connection)

    def _make_journal(self, transaction: Transaction) -> Journal:
        return EntryPerChange(self._actor, transaction, self._new_id)

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc_type is None:
            self._journal.finish()
            self._transaction.commit()

    def only_once(self, record_id: str) -> None:
        """Access pattern A2."""
        if self._actor.once is None:
            return
        self._note(keys.made_once(self._actor.organization_id, self._actor.once), record_id)

    def rows_only_once(self, rows: Mapping[int, str]) -> None:
        """Access pattern A2."""
        if self._actor.once is None or not rows:
            return
        first = min(rows)
        key = keys.rows_made_once(self._actor.organization_id, self._actor.once, first)
        self._note(key, rows[first], rows=json.dumps(rows, separators=(",", ":")))

    def done_before(self) -> dict[int, str]:
        """Access pattern A3."""
        done: dict[int, str] = {}
        if self._actor.once is None:
            return done
        key = keys.made_once(self._actor.organization_id, self._actor.once)
        for item in read_all(Collection((key.pk,), key.sk)):
            rows = json.loads(item.rows) if item.rows else {0: item.record_id}
            done.update({int(row): record_id for row, record_id in rows.items()})
        return done

    def _note(self, key: keys.Key, record_id: str, rows: str | None = None) -> None:
        expires_at = int(time.time()) + ONCE_SECONDS
        item = OnceItem(key.pk, key.sk, record_id=record_id, rows=rows, expires_at=expires_at)

        def made_before() -> ArxosError:
            return DoneBefore(get_item(OnceItem, key, "request").record_id)

        self._transaction.put_new(item, error=made_before)

    @property
    def writes(self) -> int:
        return len(self._transaction)


class ChunkUnitOfWork(DynamoUnitOfWork):
    """A unit of work whose history is one entry and a change file."""

    def __init__(
        self,
        connection: Connection,
        actor: Actor,
        new_id: NewId,
        files: ChangeFiles,
        *,
        operation: Operation,
        chunk: int,
    ) -> None:
        self._files = files
        self._operation = operation
        self._chunk = chunk
        super().__init__(connection, actor, new_id)

    def _make_transaction(self) -> Transaction:
        if self._operation.kind == "batch":  # somebody waits for it
            return super()._make_transaction()
        return Transaction(self._connection, patient=True)

    def _make_journal(self, transaction: Transaction) -> Journal:
        return FilePerChunk(
            self._actor,
            transaction,
            self._files,
            operation=self._operation,
            chunk=self._chunk,
        )

    def prepared(self) -> Callable[[], None]:
        self._journal.finish()
        self._transaction.prepare()
        return self._transaction.commit

    @property
    def writes(self) -> int:
        return len(self._transaction) + 1


class LaneUnitOfWork(ChunkUnitOfWork):
    """Of a chunk in a lane of an import: see `LaneTransaction`."""

    def __init__(self, lane: keys.Key, *args: Any, **kwargs: Any) -> None:
        self._lane = lane
        super().__init__(*args, **kwargs)

    def _make_transaction(self) -> Transaction:
        return LaneTransaction(self._connection, self._lane)
