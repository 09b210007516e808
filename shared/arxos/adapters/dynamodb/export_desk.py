"""Claims on exports, by one conditional UpdateItem each (E5), and all that one reads (E6)."""

from datetime import datetime

from pynamodb.connection import Connection
from pynamodb.exceptions import UpdateError

from arxos.adapters.dynamodb import job_mapping, keys
from arxos.adapters.dynamodb.availability import code_of
from arxos.adapters.dynamodb.table import ExportItem
from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
from arxos.domain.export_job import ExportJob, ExportStatus
from arxos.domain.identifiers import NewId
from arxos.domain.timestamps import to_iso
from arxos.domain.user import Actor
from arxos.ports.exports import ExportOrder


class DynamoExportDesk:
    """See `arxos.ports.exports.ExportDesk`."""

    def __init__(self, connection: Connection, new_id: NewId) -> None:
        self._connection = connection
        self._new_id = new_id

    def claim(self, order: ExportOrder, *, attempt: str, now: datetime) -> ExportJob | None:
        key = keys.export_job(order.organization_id, order.building_id, order.export_id)
        item = ExportItem(key.pk, key.sk)
        try:
            item.update(
                [ExportItem.attempt.set(attempt), ExportItem.updated_at.set(to_iso(now))],
                condition=ExportItem.pk.exists()
                & (ExportItem.status == ExportStatus.BUILDING.value),
            )
        except UpdateError as refused:
            if code_of(refused) == "ConditionalCheckFailedException":
                return None
            raise
        return job_mapping.export_job(item)

    def registry(self, order: ExportOrder, job: ExportJob) -> DynamoUnitOfWork:
        actor = Actor.behind(
            order.organization_id, by=job.started_by, name=job.started_by_name, attempt=job.attempt
        )
        return DynamoUnitOfWork(self._connection, actor, self._new_id)
