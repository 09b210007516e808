"""POST /api/v1/buildings/{building_id}/imports/{import_id}/apply: carry the plan out."""

from arxos.bootstrap import answers, import_queue, now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, accepted, http_handler
from arxos.entrypoints.import_bodies import ApplyImportBody
from arxos.entrypoints.representations import show_import
from arxos.use_cases.apply_import import order_apply


@http_handler(requires=Permission.IMPORT_DATA, answers=answers)
def handler(request: Request) -> Response:
    job = order_apply(
        request.path("building_id"),
        request.path("import_id"),
        remove=request.body(ApplyImportBody).remove,
        uow=unit_of_work(request.actor),
        queue=import_queue(),
        actor=request.actor,
        now=now(),
    )
    return accepted(show_import(job))
