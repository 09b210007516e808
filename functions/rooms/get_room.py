"""GET /api/v1/buildings/{building_id}/rooms/{room_id}: one room."""

from arxos.bootstrap import unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, shown
from arxos.entrypoints.representations import show_room
from arxos.use_cases.rooms import get_room


@http_handler(requires=Permission.READ_ROOM)
def handler(request: Request) -> Response:
    room = get_room(
        request.path("building_id"),
        request.path("room_id"),
        uow=unit_of_work(request.actor),
        actor=request.actor,
    )
    return shown(show_room(room))
