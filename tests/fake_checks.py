"""Stand-ins for what checks need besides the registry."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from arxos.domain.check_job import UNDER_WAY, CheckJob, CheckStatus
from arxos.domain.errors import ServiceUnavailable, UnreadableFile
from arxos.domain.handover.rule import CheckResult, Finding
from arxos.domain.import_job import ImportJob
from arxos.ports.checks import CheckOrder, check_location
from arxos.ports.imports import Upload
from tests.fakes import FakeTable, FakeUnitOfWork
from tests.make import make_actor


class FakeCheckStore:
    """`orders` are the locations that S3 would tell of; `kept` the findings by check."""

    def __init__(self) -> None:
        self.orders: list[str] = []
        self.kept: dict[str, list[Finding]] = {}
        self.is_there = True
        self.marked: set[str] = set()

    def presign(self, organization_id: str, job: CheckJob) -> Upload:
        return Upload(
            url="https://uploads.example/",
            fields={"key": check_location(organization_id, job)},
            max_bytes=1000,
            expires_in_seconds=3600,
        )

    def order(self, organization_id: str, job: CheckJob) -> None:
        if not self.is_there:
            raise ServiceUnavailable("no answer")
        self.orders.append(check_location(organization_id, job))

    @contextmanager
    def fetch(self, organization_id: str, job: CheckJob) -> Iterator[Path]:
        yield Path(str(job.filename))

    @contextmanager
    def fetch_import(self, organization_id: str, job: ImportJob) -> Iterator[Path]:
        yield Path(job.filename)

    def save_findings(
        self, organization_id: str, job: CheckJob, findings: Sequence[Finding]
    ) -> None:
        self.kept[job.id] = list(findings)

    def save_marked(self, organization_id: str, building_id: str, of: str, path: Path) -> None:
        self.marked.add(of)

    def marked_url(
        self, organization_id: str, building_id: str, of: str, filename: str
    ) -> str | None:
        return f"https://reports.example/{of}" if of in self.marked else None

    def findings(
        self, organization_id: str, job: CheckJob, *, start: int, end: int
    ) -> Iterator[Finding]:
        yield from self.kept[job.id][start:end]


class FakeChecker:
    """Finds `result`, or raises it; remembers what it was given."""

    def __init__(self, result: CheckResult | Exception) -> None:
        self.result = result
        self.given: list[tuple[Path, ...]] = []
        self.cannot_be_marked = False

    def check(self, path: Path) -> CheckResult:
        return self._result(path)

    def check_cobie(self, path: Path) -> CheckResult | None:
        return self._result(path) if path.suffix == ".xlsx" else None

    @contextmanager
    def marked(self, path: Path, findings: Sequence[Finding]) -> Iterator[Path]:
        if self.cannot_be_marked:
            raise UNREADABLE
        yield path

    def check_ids(self, ids: Path, model: Path) -> CheckResult:
        return self._result(ids, model)

    def _result(self, *paths: Path) -> CheckResult:
        self.given.append(paths)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


class FakeCheckDesk:
    def __init__(self, table: FakeTable) -> None:
        self._table = table

    def claim(
        self, order: CheckOrder, *, attempt: str, now: datetime, until: datetime
    ) -> CheckJob | None:
        key = (order.organization_id, "check", order.building_id, order.check_id)
        job: CheckJob | None = self._table.items.get(key)
        if job is None or job.status not in UNDER_WAY:
            return None
        if job.lease_until and job.lease_until >= now and job.attempt != attempt:
            return None
        claimed = replace(
            job,
            attempt=attempt,
            attempts=job.attempts + 1,
            lease_until=until,
            status=CheckStatus.CHECKING,
        )
        self._table.items = {**self._table.items, key: claimed}
        return claimed

    def registry(self, organization_id: str, job: CheckJob) -> FakeUnitOfWork:
        return FakeUnitOfWork(self._table, make_actor(organization_id=organization_id))


UNREADABLE = UnreadableFile("This is a web page, not a workbook.")
