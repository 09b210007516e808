"""S3 ObjectCreated under uploads/: an uploaded file becomes floors, rooms and devices."""

from arxos.bootstrap import import_check, import_desk, import_queue, now, reader, uploads
from arxos.domain.import_job import ImportJob
from arxos.entrypoints.s3 import Invocation, uploads_handler
from arxos.ports.imports import UploadedFile
from arxos.use_cases.read_building_file import read_building_file


@uploads_handler
def handler(file: UploadedFile, invocation: Invocation) -> ImportJob | None:
    return read_building_file(
        file,
        attempt=invocation.id,
        lease_until=invocation.deadline,
        desk=import_desk(),
        uploads=uploads(),
        reader=reader(),
        queue=import_queue(),
        clock=now,
        check=import_check(),
    )
