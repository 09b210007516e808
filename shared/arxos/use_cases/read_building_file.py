"""Reading an uploaded file: it becomes a plan and, where nobody has to decide first, records."""

from datetime import datetime

from arxos.domain.errors import InvalidInput, UnreadableFile
from arxos.domain.import_job import MAX_ATTEMPTS, ImportJob
from arxos.ports.imports import ImportDesk, UploadedFile, UploadStore
from arxos.ports.readers import BuildingFileReader
from arxos.use_cases.import_run import ImportRun
from arxos.use_cases.import_work import Clock


def read_building_file(
    file: UploadedFile,
    *,
    attempt: str,
    lease_until: datetime,
    desk: ImportDesk,
    uploads: UploadStore,
    reader: BuildingFileReader,
    clock: Clock,
) -> ImportJob | None:
    """Take an uploaded file over; None when there was nothing to do.

    `attempt` names the invocation and is the same when it is retried; `lease_until` is when it is
    certainly over. An unreadable file ends the import as `failed`. Any other error is raised, so
    that the event is tried again, and at the last attempt recorded in the import first.
    """
    job = desk.claim(file, attempt=attempt, now=clock(), until=lease_until)
    if job is None:
        return None
    run = ImportRun(file, job, desk, uploads, clock)
    try:
        with uploads.fetch(file) as path:
            model = reader.read(path, profile=job.profile.value)
        # Whoever applies the plan later reads this, not the file again.
        uploads.save_model(file, model)
        return run.take_over(model)
    except (UnreadableFile, InvalidInput) as unreadable:
        return run.fail(unreadable.code, unreadable.message)
    except Exception:
        if job.attempts >= MAX_ATTEMPTS:
            run.give_up()
        else:
            run.release()
        raise
