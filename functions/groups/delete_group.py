"""DELETE /api/v1/buildings/{building_id}/groups/{group_id}: remove the group, not its members."""

from arxos.bootstrap import now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, removed
from arxos.use_cases.groups import delete_group


@http_handler(requires=Permission.DELETE_GROUP)
def handler(request: Request) -> Response:
    request.query()
    group = delete_group(
        request.path("building_id"),
        request.path("group_id"),
        versions=request.if_match(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return removed("group", group.id)
