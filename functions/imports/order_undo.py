"""POST /api/v1/buildings/{building_id}/imports/{import_id}/undo: take it back."""

from arxos.bootstrap import answers, import_queue, now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, accepted, http_handler
from arxos.entrypoints.representations import show_import
from arxos.use_cases.undo_import import order_undo


@http_handler(requires=Permission.IMPORT_DATA, answers=answers)
def handler(request: Request) -> Response:
    job = order_undo(
        request.path("building_id"),
        request.path("import_id"),
        uow=unit_of_work(request.actor),
        queue=import_queue(),
        actor=request.actor,
        now=now(),
    )
    return accepted(show_import(job))
