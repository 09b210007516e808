"""PATCH /api/v1/buildings/{building_id}/groups/{group_id}: change some fields."""

from arxos.bootstrap import now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, shown
from arxos.entrypoints.record_bodies import UpdateGroupBody
from arxos.entrypoints.representations import show_group
from arxos.use_cases.groups import update_group


@http_handler(requires=Permission.UPDATE_GROUP)
def handler(request: Request) -> Response:
    group = update_group(
        request.path("building_id"),
        request.path("group_id"),
        request.body(UpdateGroupBody).values(),
        versions=request.if_match(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return shown(show_group(group))
