"""GET /api/v1/buildings/{building_id}/groups/{group_id}: one group."""

from arxos.bootstrap import unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, shown
from arxos.entrypoints.representations import show_group
from arxos.use_cases.groups import get_group


@http_handler(requires=Permission.READ_GROUP)
def handler(request: Request) -> Response:
    group = get_group(
        request.path("building_id"),
        request.path("group_id"),
        uow=unit_of_work(request.actor),
        actor=request.actor,
    )
    return shown(show_group(group))
