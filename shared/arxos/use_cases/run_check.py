"""Doing a check: of an uploaded file, of a model with its IDS, or of the registry's records."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from arxos.domain.check_job import FAILED_BY_US, CheckJob, CheckSource
from arxos.domain.errors import InvalidInput, NotFound, UnreadableFile
from arxos.domain.handover.registry import RULES, check_records, groups_seen
from arxos.domain.handover.rule import CheckResult, Findings
from arxos.domain.import_job import MAX_ATTEMPTS
from arxos.ports.checks import CheckDesk, CheckOrder, CheckStore, FileChecker, MarkedWorkbooks
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.marked_workbooks import keep_marked

Clock = Callable[[], datetime]


def run_check(
    order: CheckOrder,
    *,
    attempt: str,
    lease_until: datetime,
    desk: CheckDesk,
    store: CheckStore,
    marked: MarkedWorkbooks,
    checker: FileChecker,
    clock: Clock,
) -> CheckJob | None:
    """Do the check; None when there was nothing to do. It reads, and changes nothing.

    An unreadable file ends it as `failed`. Any other error is raised, so that the event is tried
    again, and at the last attempt recorded first.
    """
    job = desk.claim(order, attempt=attempt, now=clock(), until=lease_until)
    if job is None:
        return None
    organization_id = order.organization_id
    try:
        result = _result(organization_id, job, desk, store, marked, checker)
        store.save_findings(organization_id, job, result.findings)
        return _save(organization_id, job.done(result, at=clock()), desk)
    except (UnreadableFile, InvalidInput, NotFound) as fault:
        return _save(organization_id, job.failed(fault.code, fault.message, at=clock()), desk)
    except Exception:
        if job.attempts >= MAX_ATTEMPTS:
            _save(organization_id, job.failed("CHECK_FAILED", FAILED_BY_US, at=clock()), desk)
        else:
            _save(organization_id, replace(job, lease_until=clock()), desk)
        raise


def check_registry(building_id: str, registry: UnitOfWork) -> CheckResult:
    """What the rules on records find wrong in a building; records are read page by page."""
    building = registry.buildings.get(building_id)
    findings = Findings(RULES)
    groups = tuple(registry.groups.all(building.id))
    seen = groups_seen(groups)
    check_records("groups", groups, seen, findings)
    check_records("floors", registry.floors.all(building.id), seen, findings)
    check_records("rooms", registry.rooms.all(building), seen, findings)
    check_records("devices", registry.devices.all(building), seen, findings)
    return findings.result()


def _result(
    organization_id: str,
    job: CheckJob,
    desk: CheckDesk,
    store: CheckStore,
    marked: MarkedWorkbooks,
    checker: FileChecker,
) -> CheckResult:
    registry = desk.registry(organization_id, job)
    if job.source is CheckSource.REGISTRY:
        return check_registry(job.building_id, registry)
    with store.fetch(organization_id, job) as path:
        if job.import_id is None:
            result = checker.check(path)
            keep_marked(
                path,
                result.findings,
                organization_id=organization_id,
                building_id=job.building_id,
                of=job.id,
                checker=checker,
                store=marked,
            )
            return result
        model = registry.imports.get(job.building_id, job.import_id)
        with store.fetch_import(organization_id, model) as model_path:
            return checker.check_ids(path, model_path)


def _save(organization_id: str, job: CheckJob, desk: CheckDesk) -> CheckJob:
    with desk.registry(organization_id, job) as uow:
        uow.checks.save(job)
    return job
