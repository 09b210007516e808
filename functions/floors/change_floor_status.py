"""POST /api/v1/buildings/{building_id}/floors/{floor_id}/status: to the next status."""

from arxos.bootstrap import answers, now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, shown
from arxos.entrypoints.record_bodies import StatusBody
from arxos.entrypoints.representations import show_floor
from arxos.use_cases.records import change_status


@http_handler(requires=Permission.UPDATE_FLOOR, answers=answers)
def handler(request: Request) -> Response:
    floor = change_status(
        "floor",
        request.path("building_id"),
        request.path("floor_id"),
        request.body(StatusBody).status,
        versions=request.if_match(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return shown(show_floor(floor))
