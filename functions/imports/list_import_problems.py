"""GET /api/v1/buildings/{building_id}/imports/{import_id}/problems: all errors and warnings."""

from arxos.bootstrap import now, unit_of_work, uploads
from arxos.domain.permissions import Permission
from arxos.domain.source import ProblemSeverity
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.query_parameters import choice
from arxos.entrypoints.representations import show_problem
from arxos.use_cases.import_plans import list_import_problems


@http_handler(requires=Permission.READ_IMPORT)
def handler(request: Request) -> Response:
    query = request.query("severity", paged=True)
    found = list_import_problems(
        request.path("building_id"),
        request.path("import_id"),
        choice(query.get("severity"), "severity", ProblemSeverity),
        request.page(),
        uow=unit_of_work(request.actor),
        uploads=uploads(),
        actor=request.actor,
        now=now(),
    )
    return request.listed(found, show_problem)
