"""POST /api/v1/buildings/{building_id}/rooms: add a room to the building."""

from arxos.bootstrap import answers, new_id, now, unit_of_work, vault
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, created, http_handler
from arxos.entrypoints.record_bodies import CreateRoomBody
from arxos.entrypoints.representations import show_room
from arxos.use_cases.rooms import create_room


@http_handler(requires=Permission.CREATE_ROOM, answers=answers)
def handler(request: Request) -> Response:
    room = create_room(
        request.path("building_id"),
        request.body(CreateRoomBody).values(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        new_id=new_id,
        now=now(),
        vault=vault(request.actor),
    )
    location = f"/api/v1/buildings/{room.building_id}/rooms/{room.id}"
    return created("room", show_room(room), location)
