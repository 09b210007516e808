"""Exports on DynamoDB (docs/access-patterns.md, E)."""

from arxos.adapters.dynamodb import job_mapping, keys
from arxos.adapters.dynamodb.query import Collection, read_slice
from arxos.adapters.dynamodb.repositories.base import Repository
from arxos.adapters.dynamodb.table import BuildingItem, ExportItem
from arxos.domain.errors import Conflict
from arxos.domain.export_job import ExportJob
from arxos.ports.lists import Page, Slice


class DynamoExports(Repository):
    """Access patterns E1-E4."""

    def get(self, building_id: str, export_id: str) -> ExportJob:
        """E1."""
        item = self._get(ExportItem, keys.export_job, building_id, export_id, "export")
        return job_mapping.export_job(item)

    def list(self, building_id: str, page: Page) -> Slice[ExportJob]:
        """E2."""
        partition = keys.in_building(self._org, building_id)
        collection = Collection((partition,), keys.EXPORT, forward=False)
        return read_slice(collection, page, job_mapping.export_job)

    def add(self, job: ExportJob) -> None:
        """E3. Not of a building that is being deleted: it would be left behind."""
        self._transaction.require_unmarked(
            BuildingItem, keys.building(self._org, job.building_id), kind="building"
        )
        self._transaction.put_new(job_mapping.export_item(self._org, job))
        self._journal.write(job.events, job.building_id)

    def save(self, job: ExportJob) -> None:
        """E4."""
        self._transaction.set(
            job_mapping.export_item(self._org, job),
            except_for=frozenset(),
            condition=ExportItem.attempt == job.attempt,
            error=lambda: Conflict("Another invocation has taken over this export."),
        )
