"""GET /api/v1/buildings/{building_id}/rooms/{room_id}/changes: the room's own history."""

from arxos.bootstrap import history, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_change
from arxos.use_cases.history import list_record_changes


@http_handler(requires=Permission.VIEW_AUDIT_LOGS)
def handler(request: Request) -> Response:
    request.query(paged=True)
    found = list_record_changes(
        "room",
        request.path("building_id"),
        request.path("room_id"),
        request.page(),
        uow=unit_of_work(request.actor),
        history=history(request.actor),
        actor=request.actor,
    )
    return request.listed(found, show_change)
