"""GET /api/v1/buildings/{building_id}/groups: a building's systems and zones."""

from arxos.bootstrap import unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_group
from arxos.ports.lists import GroupFilter
from arxos.use_cases.groups import list_groups


@http_handler(requires=Permission.READ_GROUP)
def handler(request: Request) -> Response:
    found = list_groups(
        request.path("building_id"),
        request.where(GroupFilter),
        request.page(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
    )
    return request.listed(found, show_group)
