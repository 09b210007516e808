"""POST /api/v1/buildings/{building_id}/imports/{import_id}/cancel: stop it where it is."""

from arxos.bootstrap import answers, now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_import
from arxos.use_cases.cancel_import import cancel_import


@http_handler(requires=Permission.IMPORT_DATA, answers=answers)
def handler(request: Request) -> Response:
    job = cancel_import(
        request.path("building_id"),
        request.path("import_id"),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return Response(show_import(job))
