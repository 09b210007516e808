"""Claims on checks, by one conditional UpdateItem each (access pattern H5)."""

from datetime import datetime

from pynamodb.connection import Connection
from pynamodb.exceptions import UpdateError

from arxos.adapters.dynamodb import check_mapping, keys
from arxos.adapters.dynamodb.availability import code_of
from arxos.adapters.dynamodb.table import CheckItem
from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
from arxos.domain.check_job import UNDER_WAY, CheckJob, CheckStatus
from arxos.domain.identifiers import NewId
from arxos.domain.timestamps import to_iso
from arxos.domain.user import Actor
from arxos.ports.checks import CheckOrder


class DynamoCheckDesk:
    """See `arxos.ports.checks.CheckDesk`."""

    def __init__(self, connection: Connection, new_id: NewId) -> None:
        self._connection = connection
        self._new_id = new_id

    def claim(
        self, order: CheckOrder, *, attempt: str, now: datetime, until: datetime
    ) -> CheckJob | None:
        key = keys.check_job(order.organization_id, order.building_id, order.check_id)
        item = CheckItem(key.pk, key.sk)
        is_free = (
            CheckItem.lease_until.does_not_exist()
            | (CheckItem.attempt == attempt)
            | (CheckItem.lease_until < to_iso(now))
        )
        try:
            item.update(
                [
                    CheckItem.attempt.set(attempt),
                    CheckItem.lease_until.set(to_iso(until)),
                    CheckItem.attempts.add(1),
                    CheckItem.status.set(CheckStatus.CHECKING.value),
                    CheckItem.progress.set(0.1),
                    CheckItem.updated_at.set(to_iso(now)),
                ],
                condition=CheckItem.pk.exists()
                & CheckItem.status.is_in(*(status.value for status in sorted(UNDER_WAY)))
                & is_free,
            )
        except UpdateError as refused:
            if code_of(refused) == "ConditionalCheckFailedException":
                return None
            raise
        return check_mapping.check_job(item)

    def registry(self, organization_id: str, job: CheckJob) -> DynamoUnitOfWork:
        actor = Actor.behind(
            organization_id, by=job.started_by, name=job.started_by_name, attempt=job.attempt
        )
        return DynamoUnitOfWork(self._connection, actor, self._new_id)
