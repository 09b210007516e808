"""GET /api/v1/buildings/{building_id}/exports: a building's exports, the newest first."""

from arxos.bootstrap import now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_export
from arxos.use_cases.exports import list_exports


@http_handler(requires=Permission.EXPORT_DATA)
def handler(request: Request) -> Response:
    request.query(paged=True)
    found = list_exports(
        request.path("building_id"),
        request.page(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return request.listed(found, show_export)
