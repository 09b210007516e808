"""The user's own workbook back, with what a check or an import found marked in it."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from arxos.domain.check_job import CheckSource, CheckStatus
from arxos.domain.errors import Conflict, UnreadableFile
from arxos.domain.handover.rule import Finding
from arxos.domain.import_job import ImportStatus
from arxos.domain.permissions import Permission
from arxos.domain.rights import Place
from arxos.domain.user import Actor
from arxos.ports.checks import FileChecker, MarkedWorkbooks
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.checks import get_check

_MARKED = (".xlsx", ".csv")


def keep_marked(
    path: Path,
    findings: Sequence[Finding],
    *,
    organization_id: str,
    building_id: str,
    of: str,
    checker: FileChecker,
    store: MarkedWorkbooks,
) -> None:
    """Mark the file and keep the copy. What cannot be marked has been checked all the same."""
    if path.suffix in _MARKED:
        with suppress(UnreadableFile), checker.marked(path, findings) as marked:
            store.save_marked(organization_id, building_id, of, marked)


def get_check_workbook(
    building_id: str,
    check_id: str,
    *,
    uow: UnitOfWork,
    store: MarkedWorkbooks,
    actor: Actor,
    now: datetime,
) -> str:
    """Where the checked file lies, with its faults marked.

    Raises NotFound, and Conflict before the check is done, and where there is none (the
    registry, an IDS).
    """
    job = get_check(building_id, check_id, uow=uow, actor=actor, now=now)
    if job.status is not CheckStatus.DONE:
        raise Conflict(f"There is no marked workbook yet: the check is '{job.status}'.")
    of = job.import_id if job.source is CheckSource.IMPORT and job.import_id else job.id
    return _url(store, actor, building_id, of, job.filename)


def get_import_workbook(
    building_id: str,
    import_id: str,
    *,
    uow: UnitOfWork,
    store: MarkedWorkbooks,
    actor: Actor,
    now: datetime,
) -> str:
    """Where the imported file lies, with its faults marked.

    Raises NotFound, and Conflict before the file is read, and where there is none (IFC).
    """
    actor.rights.must(Permission.READ_IMPORT, Place(building_id), kind="import")
    job = uow.imports.get(building_id, import_id).as_seen_at(now)
    if job.status in (ImportStatus.AWAITING_UPLOAD, ImportStatus.READING):
        raise Conflict(f"There is no marked workbook yet: the import is '{job.status}'.")
    return _url(store, actor, building_id, job.id, job.filename)


def _url(
    store: MarkedWorkbooks, actor: Actor, building_id: str, of: str, filename: str | None
) -> str:
    url = None
    if filename is not None and filename.lower().endswith(_MARKED):
        url = store.marked_url(actor.organization_id, building_id, of, filename)
    if url is None:
        raise Conflict(
            "There is no marked workbook: only .xlsx and .csv files that could be read have one."
        )
    return url
