"""POST /api/v1/buildings/{building_id}/groups: add a system or zone, without members yet."""

from arxos.bootstrap import answers, new_id, now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, created, http_handler
from arxos.entrypoints.record_bodies import CreateGroupBody
from arxos.entrypoints.representations import show_group
from arxos.use_cases.groups import create_group


@http_handler(requires=Permission.CREATE_GROUP, answers=answers)
def handler(request: Request) -> Response:
    group = create_group(
        request.path("building_id"),
        request.body(CreateGroupBody).values(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        new_id=new_id,
        now=now(),
    )
    location = f"/api/v1/buildings/{group.building_id}/groups/{group.id}"
    return created("group", show_group(group), location)
