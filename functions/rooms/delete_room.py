"""DELETE /api/v1/buildings/{building_id}/rooms/{room_id}: remove the room."""

from arxos.bootstrap import deletion_queue, new_id, now, pause, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, deleted, http_handler
from arxos.entrypoints.query_parameters import flag
from arxos.entrypoints.representations import show_deletion
from arxos.use_cases.deletions import delete_record


@http_handler(requires=Permission.DELETE_ROOM)
def handler(request: Request) -> Response:
    deletion = delete_record(
        "room",
        request.path("building_id"),
        request.path("room_id"),
        cascade=flag(request.query("cascade").get("cascade"), "cascade"),
        versions=request.if_match(),
        uow=unit_of_work(request.actor),
        queue=deletion_queue(),
        actor=request.actor,
        new_id=new_id,
        clock=now,
        pause=pause,
    )
    return deleted("room", request.path("room_id"), deletion, show_deletion)
