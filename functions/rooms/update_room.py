"""PATCH /api/v1/buildings/{building_id}/rooms/{room_id}: change some fields."""

from arxos.bootstrap import now, unit_of_work, vault
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, shown
from arxos.entrypoints.record_bodies import UpdateRoomBody
from arxos.entrypoints.representations import show_room
from arxos.use_cases.rooms import update_room


@http_handler(requires=Permission.UPDATE_ROOM)
def handler(request: Request) -> Response:
    room = update_room(
        request.path("building_id"),
        request.path("room_id"),
        request.body(UpdateRoomBody).values(),
        versions=request.if_match(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
        vault=vault(request.actor),
    )
    return shown(show_room(room))
