"""An import's plan and problems as files, made when somebody first asks for them."""

import re
from datetime import datetime
from pathlib import PurePath

from arxos.domain.errors import InvalidInput
from arxos.domain.import_job import ImportJob
from arxos.domain.plan_entries import EntryKind
from arxos.domain.timestamps import to_iso
from arxos.domain.user import Actor
from arxos.ports.imports import UploadStore, uploaded_file
from arxos.ports.registry import UnitOfWork
from arxos.ports.reports import Lines, ProblemFormat, Report, ReportStore, ReportWriter
from arxos.use_cases.import_plans import (
    all_problems,
    entries_of_kind,
    job_with_plan,
    predicted,
    readable_job,
)

# As many as can be written while a request waits.
MAX_ENTRIES = 200_000


def plan_workbook(
    building_id: str,
    import_id: str,
    kind: str | None,
    *,
    uow: UnitOfWork,
    uploads: UploadStore,
    reports: ReportStore,
    writer: ReportWriter,
    actor: Actor,
    now: datetime,
) -> str:
    """Where the plan, or its entries of one kind, can be had as a workbook.

    Raises NotFound, InvalidInput for a plan too large, and Conflict while there is no plan yet.
    """
    job = job_with_plan(building_id, import_id, uow, actor, now)
    start, size = entries_of_kind(job, kind)
    if size > MAX_ENTRIES:
        message = (
            f"The plan has {size} entries, and a workbook takes {MAX_ENTRIES}: ask for one kind, or"
            " page through it"
        )
        raise InvalidInput(message, {"format": message})
    file = uploaded_file(actor.organization_id, job)
    part = f"-{kind}" if kind else ""
    report = Report(
        file=file,
        name=f"plan-{job.plan_digest}{part}.xlsx",
        filename=f"{_stem(job)}-plan{part}.xlsx",
    )
    if (url := reports.url(report)) is not None:
        return url
    entries = uploads.plan(file, start=start, size=start + size) if size else ()
    with writer.plan(_summary(job), entries) as path:
        return reports.put(report, path)


def problems_file(
    building_id: str,
    import_id: str,
    severity: str | None,
    format_: ProblemFormat,
    *,
    uow: UnitOfWork,
    uploads: UploadStore,
    reports: ReportStore,
    writer: ReportWriter,
    actor: Actor,
    now: datetime,
) -> str:
    """Where every error and warning of the import can be had as a table. Raises NotFound."""
    job = readable_job(building_id, import_id, uow, actor, now)
    part = f"-{severity}s" if severity else ""
    report = Report(
        file=uploaded_file(actor.organization_id, job),
        name=f"problems-{job.updated_at:%Y%m%dT%H%M%S%f}{part}.{format_}",
        filename=f"{_stem(job)}-problems{part}.{format_}",
    )
    if (url := reports.url(report)) is not None:
        return url
    found = all_problems(job, actor.organization_id, uploads)
    listed = (p for p in found if severity in (None, p.severity))
    with writer.problems(listed, format_) as path:
        return reports.put(report, path)


def _summary(job: ImportJob) -> Lines:
    """What stays true of this plan, whatever becomes of the import."""
    prediction = predicted(job)
    return (
        ("File", job.filename),
        ("Import", job.id),
        ("Started by", job.started_by_name),
        ("Started at", to_iso(job.created_at)),
        ("Plan", job.plan_digest),
        *((f"Entries: {kind.value}", job.plan_index.get(kind.value, 0)) for kind in EntryKind),
        ("Records to be written", prediction.records),
        ("Records to be removed, if that is approved", prediction.removals),
        ("Predicted write units", prediction.write_units),
        ("Predicted seconds", prediction.seconds),
        ("Predicted US dollars", prediction.dollars),
        ("Errors in the file", job.errors_count),
        ("Warnings in the file", job.warnings_count),
    )


def _stem(job: ImportJob) -> str:
    """The file's name in letters that every system takes."""
    return re.sub(r"[^A-Za-z0-9]+", "-", PurePath(job.filename).stem).strip("-")[:60] or "import"
