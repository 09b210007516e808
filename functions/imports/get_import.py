"""GET /api/v1/buildings/{building_id}/imports/{import_id}: one import and how far it is."""

from arxos.bootstrap import now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_import
from arxos.use_cases.imports import get_import


@http_handler(requires=Permission.READ_IMPORT)
def handler(request: Request) -> Response:
    job = get_import(
        request.path("building_id"),
        request.path("import_id"),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return Response(show_import(job))
