"""GET /api/v1/buildings/{building_id}/exports/{export_id}: one export, and where its file is."""

from arxos.bootstrap import exports, now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_export
from arxos.use_cases.exports import get_export


@http_handler(requires=Permission.EXPORT_DATA)
def handler(request: Request) -> Response:
    job = get_export(
        request.path("building_id"),
        request.path("export_id"),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    url = exports().download_url(request.actor.organization_id, job) if job.is_ready else None
    return Response(show_export(job, url))
