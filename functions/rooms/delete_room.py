"""DELETE /api/v1/buildings/{building_id}/rooms/{room_id}: remove the room."""

from arxos.bootstrap import now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, removed
from arxos.use_cases.rooms import delete_room


@http_handler(requires=Permission.DELETE_ROOM)
def handler(request: Request) -> Response:
    request.query()
    room = delete_room(
        request.path("building_id"),
        request.path("room_id"),
        versions=request.if_match(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return removed("room", room.id)
