"""GET /api/v1/buildings/{building_id}/imports: a building's imports, the newest first."""

from arxos.bootstrap import now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_import
from arxos.use_cases.imports import list_imports


@http_handler(requires=Permission.READ_IMPORT)
def handler(request: Request) -> Response:
    request.query(paged=True)
    found = list_imports(
        request.path("building_id"),
        request.page(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return request.listed(found, show_import)
