"""Uploaded files, and what importing them leaves behind, in memory."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from arxos.adapters.device_lines import chunk_of, line_of
from arxos.domain.device import Device
from arxos.domain.import_job import ImportJob
from arxos.domain.plan_entries import PlanEntry
from arxos.domain.source import KeptSheet, Problem, SourceModel
from arxos.domain.stored_sheets import (
    StoredHead,
    head_of,
    lines_of_sheet,
    stored_parts,
    stored_that_count,
)
from arxos.ports.drops import Drop
from arxos.ports.imports import Upload, UploadedFile


class FakeUploads:
    def __init__(self) -> None:
        self.reports: dict[str, tuple[Problem, ...]] = {}
        self.models: dict[str, SourceModel] = {}
        self.plans: dict[str, list[PlanEntry]] = {}
        self.adopted: dict[str, str] = {}
        self.lanes: dict[str, list[str]] = {}
        self.replaced: set[str] = set()
        # By building, import and document.
        self.kept_sheets: dict[tuple[str, str, str], KeptSheet] = {}

    def presign(self, organization_id: str, job: ImportJob) -> Upload:
        return Upload(
            url="https://uploads.example/",
            fields={"key": f"uploads/{organization_id}/{job.building_id}/{job.id}/{job.filename}"},
            max_bytes=1000,
            expires_in_seconds=3600,
        )

    @contextmanager
    def fetch(self, file: UploadedFile) -> Iterator[Path]:
        yield Path(file.filename)

    def adopt(self, drop: Drop, file: UploadedFile) -> bool:
        if drop.etag in self.replaced:
            return False
        self.adopted[file.location] = drop.location
        return True

    def save_model(self, file: UploadedFile, model: SourceModel) -> None:
        self.models[file.import_id] = model

    def model(self, file: UploadedFile) -> SourceModel:
        return self.models[file.import_id]

    def save_plan(self, file: UploadedFile, entries: Iterable[PlanEntry]) -> None:
        self.plans[file.import_id] = list(entries)

    def plan(self, file: UploadedFile, *, start: int = 0, size: int) -> Iterator[PlanEntry]:
        yield from self.plans.get(file.import_id, [])[start:size]

    def save_lane(self, file: UploadedFile, name: str, chunks: Iterable[Sequence[Device]]) -> str:
        location = f"{file.import_id}/{name}"
        self.lanes[location] = [line_of(chunk) for chunk in chunks]
        return location

    def lane(self, location: str, *, start: int) -> Iterator[list[Device]]:
        return map(chunk_of, self.lanes[location][start:])

    def problems(self, file: UploadedFile) -> Iterator[Problem]:
        yield from self.reports.get(file.import_id, ())

    def save_kept(self, file: UploadedFile, document: str, sheets: Sequence[KeptSheet]) -> None:
        for part, sheet in stored_parts(document, sheets):
            self.kept_sheets[file.building_id, file.import_id, part] = sheet

    def kept(self, file: UploadedFile) -> Iterator[StoredHead]:
        for sheet in self.kept_of(file.building_id):
            head = head_of(next(lines_of_sheet(sheet)))
            if head is not None:
                yield head

    def kept_of(self, building_id: str) -> Iterator[KeptSheet]:
        stored = ((i, part) for b, i, part in self.kept_sheets if b == building_id)
        for import_id, part in stored_that_count(stored):
            yield self.kept_sheets[building_id, import_id, part]

    def forget_kept(self, file: UploadedFile) -> None:
        self.kept_sheets = {k: s for k, s in self.kept_sheets.items() if k[1] != file.import_id}

    def save_report(self, file: UploadedFile, problems: tuple[Problem, ...]) -> None:
        self.reports[file.import_id] = problems


class FakeReader:
    """Says `model`, or raises it."""

    def __init__(self, model: SourceModel | Exception) -> None:
        self.model = model

    def read(self, path: Path, *, profile: str) -> SourceModel:
        if isinstance(self.model, Exception):
            raise self.model
        return self.model
