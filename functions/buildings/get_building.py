"""GET /api/v1/buildings/{building_id}: one building."""

from arxos.bootstrap import unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, shown
from arxos.entrypoints.representations import show_building
from arxos.use_cases.buildings import get_building


@http_handler(requires=Permission.READ_BUILDING)
def handler(request: Request) -> Response:
    building = get_building(
        request.path("building_id"), uow=unit_of_work(request.actor), actor=request.actor
    )
    return shown(show_building(building))
