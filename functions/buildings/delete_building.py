"""DELETE /api/v1/buildings/{building_id}: remove the building."""

from arxos.bootstrap import now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, removed
from arxos.use_cases.buildings import delete_building


@http_handler(requires=Permission.DELETE_BUILDING)
def handler(request: Request) -> Response:
    request.query()
    building = delete_building(
        request.path("building_id"),
        versions=request.if_match(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return removed("building", building.id)
