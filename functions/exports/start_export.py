"""POST /api/v1/buildings/{building_id}/exports: order a building, or a part of it, as a file."""

from arxos.bootstrap import answers, export_queue, new_id, now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.export_bodies import StartExportBody
from arxos.entrypoints.http import Request, Response, created, http_handler
from arxos.entrypoints.representations import show_export
from arxos.use_cases.exports import start_export


@http_handler(requires=Permission.EXPORT_DATA, answers=answers)
def handler(request: Request) -> Response:
    job = start_export(
        request.body(StartExportBody).command(request.path("building_id")),
        uow=unit_of_work(request.actor),
        queue=export_queue(),
        actor=request.actor,
        new_id=new_id,
        now=now(),
    )
    location = f"/api/v1/buildings/{job.building_id}/exports/{job.id}"
    return created("export", show_export(job), location)
