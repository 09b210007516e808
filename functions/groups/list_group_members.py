"""GET /api/v1/buildings/{building_id}/groups/{group_id}/members: its devices and rooms."""

from arxos.bootstrap import unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_member
from arxos.use_cases.groups import list_group_members


@http_handler(requires=Permission.READ_GROUP)
def handler(request: Request) -> Response:
    request.query(paged=True)
    found = list_group_members(
        request.path("building_id"),
        request.path("group_id"),
        request.page(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
    )
    return request.listed(found, show_member)
