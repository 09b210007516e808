"""GET /api/v1/buildings/{building_id}/floors: a building's floors, unless sorted from below."""

from arxos.bootstrap import unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_floor
from arxos.ports.lists import FloorFilter
from arxos.use_cases.floors import list_floors


@http_handler(requires=Permission.READ_FLOOR)
def handler(request: Request) -> Response:
    found = list_floors(
        request.path("building_id"),
        request.where(FloorFilter),
        request.page(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
    )
    return request.listed(found, show_floor)
