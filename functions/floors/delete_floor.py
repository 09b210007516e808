"""DELETE /api/v1/buildings/{building_id}/floors/{floor_id}: remove the floor."""

from arxos.bootstrap import now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, removed
from arxos.use_cases.floors import delete_floor


@http_handler(requires=Permission.DELETE_FLOOR)
def handler(request: Request) -> Response:
    request.query()
    floor = delete_floor(
        request.path("building_id"),
        request.path("floor_id"),
        versions=request.if_match(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return removed("floor", floor.id)
