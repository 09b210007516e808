"""PATCH /api/v1/buildings/{building_id}/floors/{floor_id}: change some fields."""

from arxos.bootstrap import now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, shown
from arxos.entrypoints.record_bodies import UpdateFloorBody
from arxos.entrypoints.representations import show_floor
from arxos.use_cases.floors import update_floor


@http_handler(requires=Permission.UPDATE_FLOOR)
def handler(request: Request) -> Response:
    floor = update_floor(
        request.path("building_id"),
        request.path("floor_id"),
        request.body(UpdateFloorBody).values(),
        versions=request.if_match(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return shown(show_floor(floor))
