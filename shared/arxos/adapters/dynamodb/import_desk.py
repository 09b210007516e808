"""Claims on imports, by one conditional UpdateItem each (access pattern I5)."""

from datetime import datetime

from pynamodb.connection import Connection
from pynamodb.exceptions import UpdateError

from arxos.adapters.dynamodb import keys, mapping
from arxos.adapters.dynamodb.journal import ChangeFiles
from arxos.adapters.dynamodb.table import ImportItem
from arxos.adapters.dynamodb.unit_of_work import ImportChunkUnitOfWork
from arxos.domain.identifiers import NewId
from arxos.domain.import_job import UNDER_WAY, ImportJob, ImportStatus
from arxos.domain.permissions import Role
from arxos.domain.timestamps import to_iso
from arxos.domain.user import Actor
from arxos.ports.imports import UploadedFile


class DynamoImportDesk:
    """See `arxos.ports.imports.ImportDesk`."""

    def __init__(self, connection: Connection, files: ChangeFiles, new_id: NewId) -> None:
        self._connection = connection
        self._files = files
        self._new_id = new_id

    def claim(
        self, file: UploadedFile, *, attempt: str, now: datetime, until: datetime
    ) -> ImportJob | None:
        key = keys.import_job(file.organization_id, file.building_id, file.import_id)
        item = ImportItem(key.pk, key.sk)
        is_free = (
            ImportItem.lease_until.does_not_exist()
            | (ImportItem.attempt == attempt)
            | (ImportItem.lease_until < to_iso(now))
        )
        try:
            item.update(
                [
                    ImportItem.attempt.set(attempt),
                    ImportItem.lease_until.set(to_iso(until)),
                    ImportItem.attempts.add(1),
                    ImportItem.status.set(ImportStatus.READING.value),
                    ImportItem.updated_at.set(to_iso(now)),
                ],
                condition=ImportItem.pk.exists()
                & ImportItem.status.is_in(*(status.value for status in sorted(UNDER_WAY)))
                & is_free,
            )
        except UpdateError as refused:
            if refused.cause_response_code == "ConditionalCheckFailedException":
                return None
            raise
        return mapping.import_job(item)

    def chunk(self, file: UploadedFile, job: ImportJob, number: int) -> ImportChunkUnitOfWork:
        actor = Actor(
            organization_id=file.organization_id,
            user_id=job.started_by or "",
            name=job.started_by_name or "",
            # An import holds the rights that its start was checked for.
            role=Role.ADMIN,
            request_id=job.attempt or "",
        )
        return ImportChunkUnitOfWork(
            self._connection,
            actor,
            self._new_id,
            self._files,
            import_id=job.id,
            attempt=job.attempt or "",
            chunk=number,
        )
