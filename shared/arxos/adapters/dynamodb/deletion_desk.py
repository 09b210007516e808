"""The registry as the worker that removes trees opens it."""

from typing import Protocol

from pynamodb.connection import Connection

from arxos.adapters.dynamodb.journal import ChangeFiles, Operation
from arxos.adapters.dynamodb.unit_of_work import ChunkUnitOfWork, DynamoUnitOfWork
from arxos.domain.deletion import Deletion
from arxos.domain.identifiers import NewId
from arxos.domain.user import Actor
from arxos.ports.deletions import DeletionOrder


class BuildingFiles(ChangeFiles, Protocol):
    """Change files, and all other files of a building."""

    def forget_building(self, organization_id: str, building_id: str) -> None:
        """Remove those that are the building's alone."""
        ...


class DynamoDeletionDesk:
    """See `arxos.ports.deletions.DeletionDesk`. `attempt` names the invocation."""

    def __init__(
        self, connection: Connection, files: BuildingFiles, new_id: NewId, attempt: str
    ) -> None:
        self._connection = connection
        self._files = files
        self._new_id = new_id
        self._attempt = attempt

    def find(self, order: DeletionOrder) -> Deletion:
        nobody = Actor.behind(order.organization_id, by=None, name=None, attempt=self._attempt)
        uow = DynamoUnitOfWork(self._connection, nobody, self._new_id)
        return uow.deletions.get(order.deletion_id)

    def chunk(self, order: DeletionOrder, deletion: Deletion) -> ChunkUnitOfWork:
        return ChunkUnitOfWork(
            self._connection,
            self._starter(order, deletion),
            self._new_id,
            self._files,
            operation=Operation("deletion", deletion.id, self._attempt),
            # Each save raises it, so no two commits have one number.
            chunk=deletion.version,
        )

    def clear_files(self, order: DeletionOrder, deletion: Deletion) -> None:
        self._files.forget_building(order.organization_id, deletion.target.building_id)

    def last(self, order: DeletionOrder, deletion: Deletion) -> DynamoUnitOfWork:
        return DynamoUnitOfWork(self._connection, self._starter(order, deletion), self._new_id)

    def _starter(self, order: DeletionOrder, deletion: Deletion) -> Actor:
        return Actor.behind(
            order.organization_id,
            by=deletion.started_by,
            name=deletion.started_by_name,
            attempt=self._attempt,
        )
