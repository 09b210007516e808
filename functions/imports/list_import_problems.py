"""GET /api/v1/buildings/{building_id}/imports/{import_id}/problems: all errors and warnings."""

from typing import Any

from arxos.bootstrap import import_reports, now, report_writer, unit_of_work, uploads
from arxos.domain.permissions import Permission
from arxos.domain.source import ProblemSeverity
from arxos.entrypoints.http import Request, Response, http_handler, see_other
from arxos.entrypoints.query_parameters import choice
from arxos.entrypoints.representations import show_problem
from arxos.ports.reports import ProblemFormat
from arxos.use_cases.import_plans import list_import_problems
from arxos.use_cases.import_reports import problems_file


@http_handler(requires=Permission.READ_IMPORT)
def handler(request: Request) -> Response:
    query = request.query("severity", "format", paged=True)
    wanted: dict[str, Any] = {
        "building_id": request.path("building_id"),
        "import_id": request.path("import_id"),
        "severity": choice(query.get("severity"), "severity", ProblemSeverity),
        "uow": unit_of_work(request.actor),
        "uploads": uploads(),
        "actor": request.actor,
        "now": now(),
    }
    as_file = ProblemFormat(choice(query.get("format"), "format", ProblemFormat) or "json")
    if as_file is not ProblemFormat.JSON:
        wanted |= {"format_": as_file, "reports": import_reports(), "writer": report_writer()}
        return see_other(problems_file(**wanted))
    return request.listed(list_import_problems(page=request.page(), **wanted), show_problem)
