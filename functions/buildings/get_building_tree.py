"""GET /api/v1/buildings/{building_id}/tree: floors with their rooms, page by page."""

from arxos.bootstrap import unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.query_parameters import flag
from arxos.entrypoints.representations import show_tree_building, show_tree_floor
from arxos.use_cases.overview import get_tree


@http_handler(requires=Permission.READ_BUILDING)
def handler(request: Request) -> Response:
    query = request.query("floor_id", "devices", paged=True)
    building, found = get_tree(
        request.path("building_id"),
        request.page(),
        floor_id=query.get("floor_id"),
        with_devices=flag(query.get("devices"), "devices"),
        uow=unit_of_work(request.actor),
        actor=request.actor,
    )
    floors = request.listed(found, show_tree_floor)
    return Response({"building": show_tree_building(building), **floors.data})
