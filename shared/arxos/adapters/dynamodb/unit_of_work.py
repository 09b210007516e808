"""One organisation's registry on DynamoDB: everything queued is one TransactWriteItems."""

from types import TracebackType
from typing import Self

from pynamodb.connection import Connection

from arxos.adapters.dynamodb.journal import (
    ChangeFiles,
    EntryPerChange,
    FilePerChunk,
    Journal,
    Operation,
)
from arxos.adapters.dynamodb.repositories.buildings import DynamoBuildings
from arxos.adapters.dynamodb.repositories.deletions import DynamoDeletions
from arxos.adapters.dynamodb.repositories.devices import DynamoDevices
from arxos.adapters.dynamodb.repositories.floors import DynamoFloors
from arxos.adapters.dynamodb.repositories.groups import DynamoGroups
from arxos.adapters.dynamodb.repositories.imports import DynamoImports
from arxos.adapters.dynamodb.repositories.people import DynamoOrganizations, DynamoUsers
from arxos.adapters.dynamodb.repositories.rooms import DynamoRooms
from arxos.adapters.dynamodb.transaction import Transaction
from arxos.domain.identifiers import NewId
from arxos.domain.user import Actor


class DynamoUnitOfWork:
    """See `arxos.ports.registry.UnitOfWork`."""

    def __init__(self, connection: Connection, actor: Actor, new_id: NewId) -> None:
        self._connection = connection
        self._actor = actor
        self._new_id = new_id
        self._open()

    def _open(self) -> None:
        self._transaction = Transaction(self._connection)
        self._journal = self._make_journal(self._transaction)
        bound = (self._actor.organization_id, self._transaction, self._journal)
        self.buildings = DynamoBuildings(*bound)
        self.floors = DynamoFloors(*bound)
        self.rooms = DynamoRooms(*bound)
        self.devices = DynamoDevices(*bound)
        self.groups = DynamoGroups(*bound)
        self.imports = DynamoImports(*bound)
        self.deletions = DynamoDeletions(*bound)
        self.users = DynamoUsers(*bound)
        self.organizations = DynamoOrganizations(*bound)

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

    def _make_journal(self, transaction: Transaction) -> Journal:
        return FilePerChunk(
            self._actor,
            transaction,
            self._files,
            operation=self._operation,
            chunk=self._chunk,
        )

    @property
    def writes(self) -> int:
        return len(self._transaction) + 1
