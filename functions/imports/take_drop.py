"""S3 ObjectCreated under drop/: another system's file becomes an import of its own."""

from arxos.bootstrap import max_upload_bytes, now, unit_of_work, uploads
from arxos.domain.import_job import ImportJob
from arxos.domain.permissions import Role
from arxos.domain.user import Actor
from arxos.entrypoints.s3 import Invocation, drops_handler
from arxos.ports.drops import Drop
from arxos.use_cases.take_drop import DROPPED, take_drop


@drops_handler
def handler(drop: Drop, invocation: Invocation) -> ImportJob | None:
    system = Actor(
        organization_id=drop.organization_id,
        user_id="",
        name=DROPPED,
        role=Role.ADMIN,
        request_id=invocation.id,
    )
    return take_drop(
        drop, uow=unit_of_work(system), uploads=uploads(), max_bytes=max_upload_bytes(), now=now()
    )
