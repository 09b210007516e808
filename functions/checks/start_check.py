"""POST /api/v1/buildings/{building_id}/checks: hold a file, or the registry, against rules.

A check reads, and changes nothing of the building. The file is uploaded as for an import; a check
of the registry has no upload and begins by itself.
"""

from arxos.bootstrap import answers, checks, new_id, now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.check_bodies import StartCheckBody
from arxos.entrypoints.http import Request, Response, created, http_handler
from arxos.entrypoints.representations import show_check, show_upload
from arxos.use_cases.checks import start_check


@http_handler(requires=Permission.IMPORT_DATA, answers=answers)
def handler(request: Request) -> Response:
    job, upload = start_check(
        request.body(StartCheckBody).command(request.path("building_id")),
        uow=unit_of_work(request.actor),
        store=checks(),
        actor=request.actor,
        new_id=new_id,
        now=now(),
    )
    location = f"/api/v1/buildings/{job.building_id}/checks/{job.id}"
    form = show_upload(upload) if upload else None
    return created("check", show_check(job), location, upload=form)
