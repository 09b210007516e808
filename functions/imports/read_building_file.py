"""S3 ObjectCreated under uploads/: an uploaded file becomes floors, rooms and devices."""

from functools import partial

from arxos.bootstrap import (
    checks,
    file_checker,
    import_desk,
    import_queue,
    now,
    reader,
    uploads,
)
from arxos.domain.import_job import ImportJob
from arxos.entrypoints.s3 import Invocation, uploads_handler
from arxos.ports.imports import UploadedFile
from arxos.use_cases.check_import import check_import
from arxos.use_cases.read_building_file import read_building_file


@uploads_handler
def handler(file: UploadedFile, invocation: Invocation) -> ImportJob | None:
    check = partial(
        check_import,
        checker=file_checker(),
        store=checks(),
        marked=checks(),
        desk=import_desk(),
        clock=now,
    )
    return read_building_file(
        file,
        attempt=invocation.id,
        lease_until=invocation.deadline,
        desk=import_desk(),
        uploads=uploads(),
        reader=reader(),
        queue=import_queue(),
        clock=now,
        check=check,
    )
