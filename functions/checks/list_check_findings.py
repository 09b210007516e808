"""GET /api/v1/buildings/{building_id}/checks/{check_id}/findings: all that a check found."""

from arxos.bootstrap import checks, now, unit_of_work
from arxos.domain.handover.rule import RuleSeverity
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.query_parameters import choice
from arxos.entrypoints.representations import show_finding
from arxos.use_cases.checks import list_check_findings


@http_handler(requires=Permission.READ_IMPORT)
def handler(request: Request) -> Response:
    query = request.query("rule", "severity", paged=True)
    found = list_check_findings(
        request.path("building_id"),
        request.path("check_id"),
        query.get("rule"),
        choice(query.get("severity"), "severity", RuleSeverity),
        request.page(),
        uow=unit_of_work(request.actor),
        store=checks(),
        actor=request.actor,
        now=now(),
    )
    return request.listed(found, show_finding)
