"""GET /api/v1/buildings/{building_id}/imports/{import_id}/plan: what the import would do."""

from typing import Any

from arxos.bootstrap import import_reports, now, report_writer, unit_of_work, uploads
from arxos.domain.permissions import Permission
from arxos.domain.plan_entries import EntryKind
from arxos.entrypoints.http import Request, Response, http_handler, see_other
from arxos.entrypoints.query_parameters import choice
from arxos.entrypoints.representations import show_plan, show_plan_entry
from arxos.ports.reports import PlanFormat
from arxos.use_cases.import_plans import get_import_plan
from arxos.use_cases.import_reports import plan_workbook


@http_handler(requires=Permission.READ_IMPORT)
def handler(request: Request) -> Response:
    query = request.query("kind", "format", paged=True)
    wanted: dict[str, Any] = {
        "building_id": request.path("building_id"),
        "import_id": request.path("import_id"),
        "kind": choice(query.get("kind"), "kind", EntryKind),
        "uow": unit_of_work(request.actor),
        "uploads": uploads(),
        "actor": request.actor,
        "now": now(),
    }
    if choice(query.get("format"), "format", PlanFormat) == PlanFormat.XLSX:
        return see_other(plan_workbook(reports=import_reports(), writer=report_writer(), **wanted))
    plan = get_import_plan(page=request.page(), **wanted)
    return request.listed(plan.entries, show_plan_entry, **show_plan(plan))
