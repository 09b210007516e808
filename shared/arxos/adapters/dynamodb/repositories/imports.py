"""Imports on DynamoDB (docs/access-patterns.md, I)."""

from pynamodb.expressions.condition import Condition

from arxos.adapters.dynamodb import job_mapping, keys
from arxos.adapters.dynamodb.query import Collection, read_slice
from arxos.adapters.dynamodb.repositories.base import Repository
from arxos.adapters.dynamodb.table import BuildingItem, ImportItem
from arxos.domain.errors import Conflict, NotFound
from arxos.domain.import_job import CANCELLABLE, ImportJob
from arxos.ports.lists import Page, Slice


class DynamoImports(Repository):
    """Access patterns I1-I4, I6 and I7."""

    def get(self, building_id: str, import_id: str) -> ImportJob:
        """I1."""
        item = self._get(ImportItem, keys.import_job, building_id, import_id, "import")
        return job_mapping.import_job(item)

    def list(self, building_id: str, page: Page) -> Slice[ImportJob]:
        """I2."""
        partition = keys.in_building(self._org, building_id)
        collection = Collection((partition,), keys.IMPORT, forward=False)
        return read_slice(collection, page, job_mapping.import_job)

    def add(self, job: ImportJob) -> None:
        """I3. Not into a building that is being deleted: it would be left behind."""
        self._transaction.require_unmarked(
            BuildingItem, keys.building(self._org, job.building_id), kind="building"
        )
        self._transaction.put_new(job_mapping.import_item(self._org, job))
        self._journal.write(job.events, job.building_id)

    def save(self, job: ImportJob) -> None:
        """I4."""
        self._transaction.set(
            job_mapping.import_item(self._org, job),
            except_for=frozenset(),
            condition=ImportItem.attempt == job.attempt,
            error=lambda: Conflict("Another invocation has taken over this import."),
        )
        self._journal.write(job.events, job.building_id)

    def hand_over(self, job: ImportJob) -> None:
        """I7."""
        self.save(job)
        key = keys.building(self._org, job.building_id)
        self._transaction.change(
            BuildingItem(key.pk, key.sk),
            [BuildingItem.turn.set(job.id)],
            condition=BuildingItem.pk.exists(),
            error=lambda: NotFound("building"),
        )

    def cancel(self, job: ImportJob) -> None:
        """I6. What a worker counts at the same moment stays."""
        item = job_mapping.import_item(self._org, job)
        changed = ["status", "attempt", "errors", "errors_count", "updated_at"]
        begun: Condition = ImportItem.apply_begun.exists()
        if not job.apply_begun:
            changed.append("counts")
            begun = ImportItem.apply_begun.does_not_exist()
        attributes = ImportItem.get_attributes()
        self._transaction.change(
            item,
            [
                *(attributes[name].set(getattr(item, name)) for name in changed),
                ImportItem.lease_until.remove(),
            ],
            condition=ImportItem.status.is_in(*(s.value for s in sorted(CANCELLABLE))) & begun,
            error=lambda: Conflict("The import has gone on meanwhile; try again."),
        )
        self._journal.write(job.events, job.building_id)
