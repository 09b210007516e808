"""Each imported file is also checked, so that its giver learns what a handover lacks."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from arxos.domain.check_job import CheckJob, CheckSource
from arxos.domain.errors import Conflict, UnreadableFile
from arxos.domain.handover.reading import check_of_reading, with_reading
from arxos.domain.import_job import ImportCheck, ImportJob
from arxos.domain.source import SourceModel
from arxos.domain.source_cleaning import storable
from arxos.ports.checks import CheckStore, FileChecker, MarkedWorkbooks
from arxos.ports.imports import ImportDesk, UploadedFile
from arxos.use_cases.marked_workbooks import keep_marked


def check_id_of(import_id: str) -> str:
    """The check of an import: a retry meets its first try."""
    return f"chk_{import_id.partition('_')[2]}"


def check_import(
    path: Path,
    file: UploadedFile,
    job: ImportJob,
    model: SourceModel,
    *,
    checker: FileChecker,
    store: CheckStore,
    marked: MarkedWorkbooks,
    desk: ImportDesk,
    clock: Callable[[], datetime],
) -> ImportCheck | None:
    """Check the file of an import and keep what was found, also in a marked copy of the file.

    A COBie workbook is held against the rules of a handover, and what only reading showed is
    added; of any other file, reading is all there is. A file that can be imported and not be
    checked is imported all the same.
    """
    try:
        by_rules = checker.check_cobie(path)
    except UnreadableFile:
        return None
    problems = (*model.problems, *storable(model)[1])
    read = len(model.floors) + len(model.rooms) + len(model.devices)
    result = (
        check_of_reading(problems, of=read)
        if by_rules is None
        else with_reading(by_rules, problems, of=read)
    )
    keep_marked(
        path,
        result.findings,
        organization_id=file.organization_id,
        building_id=job.building_id,
        of=job.id,
        checker=checker,
        store=marked,
    )
    now = clock()
    check = CheckJob(
        id=check_id_of(job.id),
        building_id=job.building_id,
        source=CheckSource.IMPORT,
        filename=job.filename,
        import_id=job.id,
        started_by=job.started_by,
        started_by_name=job.started_by_name,
        created_at=now,
        updated_at=now,
    ).done(result, at=now)
    store.save_findings(file.organization_id, check, result.findings)
    # It is there already when the import is tried again.
    with suppress(Conflict), desk.chunk(file, job, 0) as uow:
        uow.checks.add(check)
    return ImportCheck(check_id=check.id, score=result.score, counts=dict(result.counts))
