"""GET /api/v1/buildings/{building_id}/floors/{floor_id}: one floor."""

from arxos.bootstrap import unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, shown
from arxos.entrypoints.representations import show_floor
from arxos.use_cases.floors import get_floor


@http_handler(requires=Permission.READ_FLOOR)
def handler(request: Request) -> Response:
    floor = get_floor(
        request.path("building_id"),
        request.path("floor_id"),
        uow=unit_of_work(request.actor),
        actor=request.actor,
    )
    return shown(show_floor(floor))
