"""GET /api/v1/buildings/{building_id}/checks/{check_id}: one check, its score, what it found."""

from arxos.bootstrap import now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_check
from arxos.use_cases.checks import get_check


@http_handler(requires=Permission.READ_IMPORT)
def handler(request: Request) -> Response:
    job = get_check(
        request.path("building_id"),
        request.path("check_id"),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return Response(show_check(job))
