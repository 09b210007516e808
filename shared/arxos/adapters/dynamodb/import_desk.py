"""Claims on imports, by one conditional UpdateItem each (I5), and whose turn it is (I8)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from pynamodb.connection import Connection
from pynamodb.exceptions import UpdateError

from arxos.adapters.dynamodb import job_mapping, keys
from arxos.adapters.dynamodb.availability import code_of
from arxos.adapters.dynamodb.journal import ChangeFiles as WrittenChangeFiles
from arxos.adapters.dynamodb.journal import Operation
from arxos.adapters.dynamodb.repositories.base import get_item
from arxos.adapters.dynamodb.repositories.history import DynamoHistory
from arxos.adapters.dynamodb.table import BuildingItem, ImportItem
from arxos.adapters.dynamodb.unit_of_work import ChunkUnitOfWork, LaneUnitOfWork
from arxos.domain.errors import NotFound
from arxos.domain.history import Change
from arxos.domain.identifiers import NewId
from arxos.domain.import_job import CLAIMED_FROM, ImportJob, ImportStatus
from arxos.domain.import_lane import ImportLane
from arxos.domain.timestamps import to_iso
from arxos.domain.user import Actor
from arxos.ports.history import ChangeFiles
from arxos.ports.import_lanes import LaneOrder
from arxos.ports.imports import ImportOrder, UploadedFile


class ImportFiles(ChangeFiles, WrittenChangeFiles, Protocol):
    """Change files, to be written and to be read."""


class DynamoImportDesk:
    """See `arxos.ports.imports.ImportDesk`."""

    def __init__(self, connection: Connection, files: ImportFiles, new_id: NewId) -> None:
        self._connection = connection
        self._files = files
        self._new_id = new_id

    def find(self, which: ImportOrder | LaneOrder | UploadedFile) -> ImportJob:
        key = keys.import_job(which.organization_id, which.building_id, which.import_id)
        return job_mapping.import_job(get_item(ImportItem, key, "import"))

    def claim(
        self,
        file: UploadedFile,
        *,
        attempt: str,
        now: datetime,
        until: datetime,
        status: ImportStatus = ImportStatus.READING,
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
                    ImportItem.status.set(status.value),
                    ImportItem.updated_at.set(to_iso(now)),
                ],
                condition=ImportItem.pk.exists()
                & ImportItem.status.is_in(*(s.value for s in sorted(CLAIMED_FROM[status])))
                & is_free,
            )
        except UpdateError as refused:
            if code_of(refused) == "ConditionalCheckFailedException":
                return None
            raise
        return job_mapping.import_job(item)

    def whose_turn(self, order: ImportOrder) -> ImportJob | None:
        """I8."""
        key = keys.building(order.organization_id, order.building_id)
        try:
            building = get_item(BuildingItem, key, "building", only=["kind", "turn"])
            if building.turn is None:
                return None
            return self.find(replace(order, import_id=building.turn))
        except NotFound:
            return None

    def changes(self, file: UploadedFile, job: ImportJob) -> Iterator[Change]:
        history = DynamoHistory(file.organization_id, lambda: self._files)
        yield from history.of_import(job.id)

    def chunk(self, file: UploadedFile, job: ImportJob, number: int) -> ChunkUnitOfWork:
        return ChunkUnitOfWork(
            self._connection,
            _actor(file, job),
            self._new_id,
            self._files,
            operation=Operation("import", job.id, job.attempt or ""),
            chunk=number,
        )

    def lane_chunk(
        self, file: UploadedFile, job: ImportJob, lane: ImportLane, *, attempt: str
    ) -> ChunkUnitOfWork:
        return LaneUnitOfWork(
            keys.lane(file.organization_id, file.building_id, job.id, lane.first_chunk),
            self._connection,
            _actor(file, replace(job, attempt=attempt)),
            self._new_id,
            self._files,
            operation=Operation("import", job.id, attempt),
            chunk=lane.first_chunk + lane.done,
        )


def _actor(file: UploadedFile, job: ImportJob) -> Actor:
    return Actor.behind(
        file.organization_id, by=job.started_by, name=job.started_by_name, attempt=job.attempt
    )
