"""GET /api/v1/buildings/{building_id}/rooms: a building's or a floor's rooms."""

from arxos.bootstrap import unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_room
from arxos.ports.lists import RoomFilter
from arxos.use_cases.rooms import list_rooms


@http_handler(requires=Permission.READ_ROOM)
def handler(request: Request) -> Response:
    found = list_rooms(
        request.path("building_id"),
        request.where(RoomFilter),
        request.page(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
    )
    return request.listed(found, show_room)
