"""Reading what an import would do, and what was wrong with its file."""

from dataclasses import dataclass
from datetime import datetime

from arxos.domain.errors import Conflict, InvalidInput
from arxos.domain.import_job import ImportJob
from arxos.domain.permissions import Permission
from arxos.domain.plan_entries import EntryKind, PlanEntry, Prediction, predict
from arxos.domain.rights import Place
from arxos.domain.source import Problem
from arxos.domain.user import Actor
from arxos.ports.imports import UploadStore, uploaded_file
from arxos.ports.lists import Page, Slice
from arxos.ports.registry import UnitOfWork


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A part of an import's plan, and what carrying the whole of it out would take."""

    job: ImportJob
    entries: Slice[PlanEntry]
    prediction: Prediction


def get_import_plan(
    building_id: str,
    import_id: str,
    kind: str | None,
    page: Page,
    *,
    uow: UnitOfWork,
    uploads: UploadStore,
    actor: Actor,
    now: datetime,
) -> PlanPage:
    """The plan's entries of one kind, or all but the unchanged records, in the plan's order.

    Raises NotFound, and Conflict while there is no plan yet.
    """
    job = job_with_plan(building_id, import_id, uow, actor, now)
    start, size = entries_of_kind(job, kind)
    first = start + offset(page)
    last = min(first + page.limit, start + size)
    file = uploaded_file(actor.organization_id, job)
    found: list[PlanEntry] = []
    if first < last:
        for entry in uploads.plan(file, start=first, size=last):
            found.append(entry)
            if len(found) == last - first:
                break
    more = last < start + size
    entries = Slice(tuple(found), str(last - start) if more else None)
    return PlanPage(job, entries, predicted(job))


def list_import_problems(
    building_id: str,
    import_id: str,
    severity: str | None,
    page: Page,
    *,
    uow: UnitOfWork,
    uploads: UploadStore,
    actor: Actor,
    now: datetime,
) -> Slice[Problem]:
    """Every error and warning of the file; the import itself lists only the first of each."""
    job = readable_job(building_id, import_id, uow, actor, now)
    listed = all_problems(job, actor.organization_id, uploads)
    problems = [p for p in listed if severity in (None, p.severity)]
    start = offset(page)
    end = start + page.limit
    return Slice(tuple(problems[start:end]), str(end) if end < len(problems) else None)


def all_problems(job: ImportJob, organization_id: str, uploads: UploadStore) -> tuple[Problem, ...]:
    """Every error and warning of an import, in the order of its file."""
    listed = (*job.errors, *job.warnings)
    if job.errors_count + job.warnings_count > len(listed):
        found = tuple(uploads.problems(uploaded_file(organization_id, job)))
        # What ended the import stands in it alone, before what its file got.
        listed = (*(e for e in job.errors if e not in found), *found)
    return listed


def readable_job(
    building_id: str, import_id: str, uow: UnitOfWork, actor: Actor, now: datetime
) -> ImportJob:
    """An import that the actor may see. Raises NotFound."""
    actor.rights.must(Permission.READ_IMPORT, Place(building_id), kind="import")
    return uow.imports.get(building_id, import_id).as_seen_at(now)


def job_with_plan(
    building_id: str, import_id: str, uow: UnitOfWork, actor: Actor, now: datetime
) -> ImportJob:
    """As `readable_job`, once there is a plan. Raises Conflict before."""
    job = readable_job(building_id, import_id, uow, actor, now)
    if job.plan_digest is None:
        raise Conflict(f"There is no plan: the import is '{job.status}'.")
    return job


def predicted(job: ImportJob) -> Prediction:
    """What carrying out all of the plan would take, with the removals it proposes."""
    return predict(job.plan_size, removals=job.plan_index.get(EntryKind.REMOVE.value, 0))


def entries_of_kind(job: ImportJob, kind: str | None) -> tuple[int, int]:
    """Where the entries of a kind begin in the plan, and how many there are."""
    if kind is None:
        return 0, job.entries_count
    start = 0
    for each in EntryKind:
        size = job.plan_index.get(each.value, 0)
        if each.value == kind:
            return start, size
        start += size
    raise AssertionError("the edge checks the kind")


def offset(page: Page) -> int:
    """Where in a list that is counted through the page begins. Raises InvalidInput."""
    if page.position is None:
        return 0
    if not page.position.isascii() or not page.position.isdecimal():
        message = "The cursor does not belong to this list; begin again without one"
        raise InvalidInput(message, {"cursor": message})
    return int(page.position)
