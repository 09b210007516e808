"""DELETE /api/v1/buildings/{building_id}: remove the building."""

from arxos.bootstrap import deletion_queue, new_id, now, pause, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, deleting, flag, http_handler, removed
from arxos.entrypoints.representations import show_deletion
from arxos.use_cases.buildings import delete_building
from arxos.use_cases.deletions import start_deletion


@http_handler(requires=Permission.DELETE_BUILDING)
def handler(request: Request) -> Response:
    if flag(request.query("cascade").get("cascade"), "cascade"):
        deletion = start_deletion(
            "building",
            request.path("building_id"),
            request.path("building_id"),
            versions=request.if_match(),
            uow=unit_of_work(request.actor),
            queue=deletion_queue(),
            actor=request.actor,
            new_id=new_id,
            clock=now,
            pause=pause,
        )
        return deleting(show_deletion(deletion))
    building = delete_building(
        request.path("building_id"),
        versions=request.if_match(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return removed("building", building.id)
