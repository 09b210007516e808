"""GET /api/v1/buildings/{building_id}/checks/{check_id}/workbook: its file, faults marked."""

from arxos.bootstrap import checks, now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_download
from arxos.use_cases.marked_workbooks import get_check_workbook


@http_handler(requires=Permission.READ_IMPORT)
def handler(request: Request) -> Response:
    url = get_check_workbook(
        request.path("building_id"),
        request.path("check_id"),
        uow=unit_of_work(request.actor),
        store=checks(),
        actor=request.actor,
        now=now(),
    )
    return Response(show_download(url))
