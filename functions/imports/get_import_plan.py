"""GET /api/v1/buildings/{building_id}/imports/{import_id}/plan: what the import would do."""

from arxos.bootstrap import now, unit_of_work, uploads
from arxos.domain.permissions import Permission
from arxos.domain.plan_entries import EntryKind
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.query_parameters import choice
from arxos.entrypoints.representations import show_plan, show_plan_entry
from arxos.use_cases.import_plans import get_import_plan


@http_handler(requires=Permission.READ_IMPORT)
def handler(request: Request) -> Response:
    query = request.query("kind", paged=True)
    plan = get_import_plan(
        request.path("building_id"),
        request.path("import_id"),
        choice(query.get("kind"), "kind", EntryKind),
        request.page(),
        uow=unit_of_work(request.actor),
        uploads=uploads(),
        actor=request.actor,
        now=now(),
    )
    return request.listed(plan.entries, show_plan_entry, **show_plan(plan))
