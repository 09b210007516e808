"""GET /api/v1/buildings/{building_id}/changes: what happened to the building and all in it."""

from arxos.bootstrap import history, unit_of_work
from arxos.domain.history import ChangedKind
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, choice, http_handler
from arxos.entrypoints.representations import show_change
from arxos.ports.history import ChangeFilter
from arxos.use_cases.history import list_building_changes


@http_handler(requires=Permission.VIEW_AUDIT_LOGS)
def handler(request: Request) -> Response:
    query = request.query("kind", "user_id", "import_id", paged=True)
    where = ChangeFilter(
        kind=choice(query.get("kind"), "kind", ChangedKind),
        user_id=query.get("user_id"),
        import_id=query.get("import_id"),
    )
    found = list_building_changes(
        request.path("building_id"),
        where,
        request.page(),
        uow=unit_of_work(request.actor),
        history=history(request.actor),
        actor=request.actor,
    )
    return request.listed(found, show_change)
