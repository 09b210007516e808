"""PUT /api/v1/buildings/{building_id}/groups/{group_id}/members: these members and no others."""

from arxos.bootstrap import now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, shown
from arxos.entrypoints.record_bodies import ReplaceMembersBody
from arxos.entrypoints.representations import show_group
from arxos.use_cases.groups import replace_group_members


@http_handler(requires=Permission.UPDATE_GROUP)
def handler(request: Request) -> Response:
    body = request.body(ReplaceMembersBody)
    group = replace_group_members(
        request.path("building_id"),
        request.path("group_id"),
        body.device_ids,
        body.room_ids,
        versions=request.if_match(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return shown(show_group(group))
