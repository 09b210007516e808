"""GET /api/v1/buildings: the organisation's buildings, by time of creation unless `sort` says."""

from arxos.bootstrap import unit_of_work
from arxos.domain.permissions import Permission
from arxos.domain.status import BuildingStatus
from arxos.entrypoints.http import Request, Response, choice, http_handler
from arxos.entrypoints.representations import show_building
from arxos.ports.registry import BuildingFilter, Sort
from arxos.use_cases.buildings import list_buildings


@http_handler(requires=Permission.READ_BUILDING)
def handler(request: Request) -> Response:
    query = request.query("status", "q", "sort", paged=True)
    where = BuildingFilter(
        status=choice(query.get("status"), "status", BuildingStatus),
        q=query.get("q") or None,
        sort=choice(query.get("sort"), "sort", Sort) or Sort.CREATED,
    )
    found = list_buildings(
        where, request.page(), uow=unit_of_work(request.actor), actor=request.actor
    )
    return request.listed(found, show_building)
