"""GET /api/v1/buildings/{building_id}/summary: how much of what is in the building."""

from arxos.bootstrap import unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_summary
from arxos.use_cases.overview import get_summary


@http_handler(requires=Permission.READ_BUILDING)
def handler(request: Request) -> Response:
    request.query()
    summary = get_summary(
        request.path("building_id"),
        uow=unit_of_work(request.actor),
        actor=request.actor,
    )
    return Response(show_summary(summary))
