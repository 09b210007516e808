"""Checks on DynamoDB (docs/access-patterns.md, H)."""

from arxos.adapters.dynamodb import check_mapping, keys
from arxos.adapters.dynamodb.query import Collection, read_slice
from arxos.adapters.dynamodb.repositories.base import Repository
from arxos.adapters.dynamodb.table import BuildingItem, CheckItem
from arxos.domain.check_job import CheckJob
from arxos.domain.errors import Conflict
from arxos.ports.lists import Page, Slice


class DynamoChecks(Repository):
    """Access patterns H1-H4."""

    def get(self, building_id: str, check_id: str) -> CheckJob:
        """H1."""
        item = self._get(CheckItem, keys.check_job, building_id, check_id, "check")
        return check_mapping.check_job(item)

    def list(self, building_id: str, page: Page) -> Slice[CheckJob]:
        """H2."""
        partition = keys.in_building(self._org, building_id)
        collection = Collection((partition,), keys.CHECK, forward=False)
        return read_slice(collection, page, check_mapping.check_job)

    def add(self, job: CheckJob) -> None:
        """H3. Not of a building that is being deleted: it would be left behind."""
        self._transaction.require_unmarked(
            BuildingItem, keys.building(self._org, job.building_id), kind="building"
        )
        self._transaction.put_new(check_mapping.check_item(self._org, job))
        self._journal.write(job.events, job.building_id)

    def save(self, job: CheckJob) -> None:
        """H4."""
        self._transaction.set(
            check_mapping.check_item(self._org, job),
            except_for=frozenset(),
            condition=CheckItem.attempt == job.attempt,
            error=lambda: Conflict("Another invocation has taken over this check."),
        )
