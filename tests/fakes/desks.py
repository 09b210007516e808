"""Desks that hand work to one invocation at a time, and queues of orders."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from arxos.domain.deletion import Deletion
from arxos.domain.errors import (
    NotFound,
    ServiceUnavailable,
)
from arxos.domain.export_job import ExportJob, ExportStatus
from arxos.domain.history import Change
from arxos.domain.import_job import CLAIMED_FROM, ImportJob, ImportStatus
from arxos.domain.import_lane import ImportLane
from arxos.domain.own_exports import Line
from arxos.domain.stored_sheets import (
    lines_of_sheet,
)
from arxos.domain.user import Actor
from arxos.ports.deletions import DeletionOrder
from arxos.ports.exports import ExportOrder
from arxos.ports.import_lanes import LaneOrder
from arxos.ports.imports import ImportOrder, UploadedFile
from arxos.ports.orders import Order
from tests.fakes.store import FakeTable
from tests.fakes.unit_of_work import FakeUnitOfWork
from tests.fakes.uploads import FakeUploads

OrderT = TypeVar("OrderT", bound=Order)


class FakeImportDesk:
    """`before_commit` runs before each commit of a chunk; tests let it raise, or write."""

    def __init__(self, table: FakeTable) -> None:
        self._table = table
        self.before_commit: Callable[[], None] = lambda: None

    def find(self, which: ImportOrder | LaneOrder | UploadedFile) -> ImportJob:
        try:
            key = (which.organization_id, "import", which.building_id, which.import_id)
            job: ImportJob = self._table.items[key]
        except KeyError:
            raise NotFound("import") from None
        return job

    def claim(
        self,
        file: UploadedFile,
        *,
        attempt: str,
        now: datetime,
        until: datetime,
        status: ImportStatus = ImportStatus.READING,
    ) -> ImportJob | None:
        key = (file.organization_id, "import", file.building_id, file.import_id)
        job: ImportJob | None = self._table.items.get(key)
        if job is None or job.status not in CLAIMED_FROM[status]:
            return None
        is_free = job.attempt == attempt or job.lease_until is None or job.lease_until < now
        if not is_free:
            return None
        claimed = replace(
            job,
            attempt=attempt,
            attempts=job.attempts + 1,
            lease_until=until,
            status=status,
            updated_at=now,
        )
        self._table.items[key] = claimed
        return claimed

    def whose_turn(self, order: ImportOrder) -> ImportJob | None:
        import_id = self._table.items.get((order.organization_id, "turn", order.building_id))
        return None if import_id is None else self.find(replace(order, import_id=import_id))

    def changes(self, file: UploadedFile, job: ImportJob) -> Iterator[Change]:
        for recorded in reversed(self._table.history):
            if recorded.change.import_id == job.id:
                yield recorded.change

    def lane_chunk(
        self, file: UploadedFile, job: ImportJob, lane: ImportLane, *, attempt: str
    ) -> FakeUnitOfWork:
        held = replace(job, attempt=attempt)
        return self.chunk(file, held, lane.first_chunk + lane.done, is_in_lane=True)

    def chunk(
        self, file: UploadedFile, job: ImportJob, number: int, *, is_in_lane: bool = False
    ) -> FakeUnitOfWork:
        actor = Actor.behind(
            file.organization_id, by=job.started_by, name=job.started_by_name, attempt=job.attempt
        )
        return FakeUnitOfWork(
            self._table,
            actor,
            before_commit=lambda: self.before_commit(),
            import_id=job.id,
            is_in_lane=is_in_lane,
        )


class FakeExportDesk:
    """`before_commit` runs before each save of a worker; tests let it raise."""

    def __init__(self, table: FakeTable) -> None:
        self._table = table
        self.before_commit: Callable[[], None] = lambda: None

    def claim(self, order: ExportOrder, *, attempt: str, now: datetime) -> ExportJob | None:
        key = (order.organization_id, "export", order.building_id, order.export_id)
        job: ExportJob | None = self._table.items.get(key)
        if job is None or job.status is not ExportStatus.BUILDING:
            return None
        claimed = replace(job, attempt=attempt, updated_at=now)
        self._table.items[key] = claimed
        return claimed

    def registry(self, order: ExportOrder, job: ExportJob) -> FakeUnitOfWork:
        actor = Actor.behind(
            order.organization_id, by=job.started_by, name=job.started_by_name, attempt=job.attempt
        )
        return FakeUnitOfWork(self._table, actor, before_commit=lambda: self.before_commit())


class FakeExportStore:
    """Finished files by export, and the sheets that imports have stored (in `FakeUploads`)."""

    def __init__(self, uploads: "FakeUploads | None" = None) -> None:
        self.files: dict[str, bytes] = {}
        self._uploads = uploads

    def put(self, organization_id: str, job: ExportJob, path: Path) -> None:
        self.files[job.id] = path.read_bytes()

    def download_url(self, organization_id: str, job: ExportJob) -> str:
        return f"https://exports.example/{organization_id}/{job.id}/{job.filename}"

    def kept_sheets(self, organization_id: str, building_id: str) -> Iterator[Line]:
        if self._uploads is not None:
            for sheet in self._uploads.kept_of(building_id):
                yield from lines_of_sheet(sheet)


class FakeDeletionDesk:
    """`before_commit` runs before each commit of a chunk; tests let it raise, or write."""

    def __init__(self, table: FakeTable) -> None:
        self._table = table
        self.before_commit: Callable[[], None] = lambda: None
        self.cleared: list[str] = []

    def clear_files(self, order: DeletionOrder, deletion: Deletion) -> None:
        self.cleared.append(deletion.target.building_id)

    def find(self, order: DeletionOrder) -> Deletion:
        key = (order.organization_id, "deletion", order.deletion_id)
        deletion: Deletion | None = self._table.items.get(key)
        if deletion is None:
            raise NotFound("deletion")
        return deletion

    def chunk(self, order: DeletionOrder, deletion: Deletion) -> FakeUnitOfWork:
        actor = Actor.behind(
            order.organization_id,
            by=deletion.started_by,
            name=deletion.started_by_name,
            attempt=None,
        )
        return FakeUnitOfWork(self._table, actor, before_commit=lambda: self.before_commit())

    def last(self, order: DeletionOrder, deletion: Deletion) -> FakeUnitOfWork:
        return self.chunk(order, deletion)


class FakeOrders(Generic[OrderT]):
    def __init__(self) -> None:
        self.orders: list[OrderT] = []
        self.is_there = True

    def send(self, order: OrderT) -> None:
        if not self.is_there:
            raise ServiceUnavailable("no queue")
        self.orders.append(order)
