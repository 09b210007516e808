"""GET /api/v1/buildings: the organisation's buildings, by time of creation unless `sort` says."""

from arxos.bootstrap import unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_building
from arxos.ports.lists import BuildingFilter
from arxos.use_cases.buildings import list_buildings


@http_handler(requires=Permission.READ_BUILDING)
def handler(request: Request) -> Response:
    found = list_buildings(
        request.where(BuildingFilter),
        request.page(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
    )
    return request.listed(found, show_building)
