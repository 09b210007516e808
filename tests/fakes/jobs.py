"""Imports, exports, checks and deletions in memory."""

from dataclasses import replace
from typing import Any

from arxos.domain.building import Building
from arxos.domain.check_job import CheckJob
from arxos.domain.deletion import Deletion
from arxos.domain.errors import (
    ChangedMeanwhile,
    Conflict,
)
from arxos.domain.export_job import ExportJob
from arxos.domain.floor import Floor
from arxos.domain.import_job import CANCELLABLE, ImportJob
from arxos.domain.room import Room
from arxos.ports.lists import (
    Page,
    Slice,
)
from tests.fakes.store import Key, Repository, conflict, drop_member, page_of


class FakeImports(Repository):
    def get(self, building_id: str, import_id: str) -> ImportJob:
        return self._get("import", building_id, import_id)  # type: ignore[no-any-return]

    def list(self, building_id: str, page: Page) -> Slice[ImportJob]:
        return page_of(self._of("import", building_id)[::-1], page)

    def add(self, job: ImportJob) -> None:
        key = (self._org, "import", job.building_id, job.id)
        self._draft.grown[self._org, "building", job.building_id, "imports"] += 1
        self._draft.put_new(key, replace(job, events=()), conflict)
        self._draft.events += job.events

    def save(self, job: ImportJob) -> None:
        key = (self._org, "import", job.building_id, job.id)

        def step(items: dict[Key, Any]) -> None:
            if key not in items or items[key].attempt != job.attempt:
                raise Conflict("Another invocation has taken over this import.")
            items[key] = replace(job, events=())

        self._draft._add(key, step)
        self._draft.events += job.events

    def hand_over(self, job: ImportJob) -> None:
        self.save(job)

        def step(items: dict[Key, Any]) -> None:
            items[self._org, "turn", job.building_id] = job.id

        self._draft._add((self._org, "building", job.building_id), step)

    def cancel(self, job: ImportJob) -> None:
        key = (self._org, "import", job.building_id, job.id)

        def step(items: dict[Key, Any]) -> None:
            stored = items.get(key)
            if (
                stored is None
                or stored.status not in CANCELLABLE
                or stored.apply_begun != job.apply_begun
            ):
                raise Conflict("The import has gone on meanwhile; try again.")
            items[key] = replace(
                stored,
                counts=stored.counts if stored.apply_begun else job.counts,
                status=job.status,
                attempt=job.attempt,
                errors=job.errors,
                errors_count=job.errors_count,
                updated_at=job.updated_at,
                lease_until=None,
            )

        self._draft._add(key, step)
        self._draft.events += job.events


class FakeExports(Repository):
    def get(self, building_id: str, export_id: str) -> ExportJob:
        return self._get("export", building_id, export_id)  # type: ignore[no-any-return]

    def list(self, building_id: str, page: Page) -> Slice[ExportJob]:
        return page_of(self._of("export", building_id)[::-1], page)

    def add(self, job: ExportJob) -> None:
        key = (self._org, "export", job.building_id, job.id)
        self._draft.grown[self._org, "building", job.building_id, "exports"] += 1
        self._draft.put_new(key, replace(job, events=()), conflict)
        self._draft.events += job.events

    def save(self, job: ExportJob) -> None:
        key = (self._org, "export", job.building_id, job.id)

        def step(items: dict[Key, Any]) -> None:
            if key not in items or items[key].attempt != job.attempt:
                raise Conflict("Another invocation has taken over this export.")
            items[key] = replace(job, events=())

        self._draft._add(key, step)


class FakeChecks(Repository):
    def get(self, building_id: str, check_id: str) -> CheckJob:
        return self._get("check", building_id, check_id)  # type: ignore[no-any-return]

    def list(self, building_id: str, page: Page) -> Slice[CheckJob]:
        return page_of(self._of("check", building_id)[::-1], page)

    def add(self, job: CheckJob) -> None:
        key = (self._org, "check", job.building_id, job.id)
        self._draft.grown[self._org, "building", job.building_id, "checks"] += 1
        self._draft.put_new(key, replace(job, events=()), conflict)
        self._draft.events += job.events

    def save(self, job: CheckJob) -> None:
        key = (self._org, "check", job.building_id, job.id)

        def step(items: dict[Key, Any]) -> None:
            if key not in items or items[key].attempt != job.attempt:
                raise Conflict("Another invocation has taken over this check.")
            items[key] = replace(job, events=())

        self._draft._add(key, step)


class FakeDeletions(Repository):
    def get(self, deletion_id: str) -> Deletion:
        return self._get("deletion", deletion_id)  # type: ignore[no-any-return]

    def begin(self, deletion: Deletion, target: Building | Floor | Room) -> None:
        within = () if isinstance(target, Building) else (target.building_id,)
        key = (self._org, target.kind, *within, target.id)

        def mark(items: dict[Key, Any]) -> None:
            stored = items.get(key)
            if stored is None or (stored.version, stored.deletion_id) != (target.version, None):
                raise ChangedMeanwhile
            items[key] = replace(stored, deletion_id=deletion.id)

        self._draft._add(key, mark)
        stored = replace(deletion, events=())
        self._draft.put_new((self._org, "deletion", deletion.id), stored, conflict)
        self._draft.events += deletion.events

    def save(self, deletion: Deletion) -> None:
        key = (self._org, "deletion", deletion.id)

        def step(items: dict[Key, Any]) -> None:
            if key not in items or items[key].version != deletion.version:
                raise ChangedMeanwhile
            items[key] = deletion.stored()

        self._draft._add(key, step)

    def clear_remains(self, building_id: str, most: int) -> int:
        start = (self._org, "import", building_id)
        keys = [key for key in self._table.items if key[:3] == start][:most]
        for key in keys:
            self._draft._add(key, drop_member(key))
        return len(keys)
