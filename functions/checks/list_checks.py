"""GET /api/v1/buildings/{building_id}/checks: a building's checks, the newest first."""

from arxos.bootstrap import now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_check_line
from arxos.use_cases.checks import list_checks


@http_handler(requires=Permission.READ_IMPORT)
def handler(request: Request) -> Response:
    request.query(paged=True)
    found = list_checks(
        request.path("building_id"),
        request.page(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return request.listed(found, show_check_line)
