"""GET /api/v1/buildings/{building_id}/rooms: a building's or a floor's rooms."""

from arxos.bootstrap import unit_of_work
from arxos.domain.permissions import Permission
from arxos.domain.status import RoomStatus
from arxos.entrypoints.http import Request, Response, choice, http_handler
from arxos.entrypoints.representations import show_room
from arxos.ports.registry import NumberedSort, RoomFilter
from arxos.use_cases.rooms import list_rooms


@http_handler(requires=Permission.READ_ROOM)
def handler(request: Request) -> Response:
    query = request.query("floor_id", "room_type", "status", "sort", paged=True)
    where = RoomFilter(
        floor_id=query.get("floor_id"),
        room_type=query.get("room_type"),
        status=choice(query.get("status"), "status", RoomStatus),
        sort=choice(query.get("sort"), "sort", NumberedSort),
    )
    found = list_rooms(
        request.path("building_id"),
        where,
        request.page(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
    )
    return request.listed(found, show_room)
