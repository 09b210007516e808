"""DELETE /api/v1/buildings/{building_id}/floors/{floor_id}: remove the floor."""

from arxos.bootstrap import deletion_queue, new_id, now, pause, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, deleting, flag, http_handler, removed
from arxos.entrypoints.representations import show_deletion
from arxos.use_cases.deletions import start_deletion
from arxos.use_cases.floors import delete_floor


@http_handler(requires=Permission.DELETE_FLOOR)
def handler(request: Request) -> Response:
    if flag(request.query("cascade").get("cascade"), "cascade"):
        deletion = start_deletion(
            "floor",
            request.path("building_id"),
            request.path("floor_id"),
            versions=request.if_match(),
            uow=unit_of_work(request.actor),
            queue=deletion_queue(),
            actor=request.actor,
            new_id=new_id,
            clock=now,
            pause=pause,
        )
        return deleting(show_deletion(deletion))
    floor = delete_floor(
        request.path("building_id"),
        request.path("floor_id"),
        versions=request.if_match(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return removed("floor", floor.id)
