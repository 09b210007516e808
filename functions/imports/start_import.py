"""POST /api/v1/buildings/{building_id}/imports: announce a building file and get its upload."""

from arxos.bootstrap import answers, new_id, now, unit_of_work, uploads
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, created, http_handler
from arxos.entrypoints.import_bodies import StartImportBody
from arxos.entrypoints.representations import show_import, show_upload
from arxos.use_cases.imports import start_import


@http_handler(requires=Permission.IMPORT_DATA, answers=answers)
def handler(request: Request) -> Response:
    job, upload = start_import(
        request.body(StartImportBody).command(request.path("building_id")),
        uow=unit_of_work(request.actor),
        uploads=uploads(),
        actor=request.actor,
        new_id=new_id,
        now=now(),
    )
    location = f"/api/v1/buildings/{job.building_id}/imports/{job.id}"
    return created("import", show_import(job), location, upload=show_upload(upload))
