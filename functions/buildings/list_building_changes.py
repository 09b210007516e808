"""GET /api/v1/buildings/{building_id}/changes: what happened to the building and all in it."""

from arxos.bootstrap import history, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_change
from arxos.ports.history import ChangeFilter
from arxos.use_cases.history import list_building_changes


@http_handler(requires=Permission.VIEW_AUDIT_LOGS)
def handler(request: Request) -> Response:
    found = list_building_changes(
        request.path("building_id"),
        request.where(ChangeFilter),
        request.page(),
        uow=unit_of_work(request.actor),
        history=history(request.actor),
        actor=request.actor,
    )
    return request.listed(found, show_change)
