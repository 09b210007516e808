"""DELETE /api/v1/buildings/{building_id}/devices/{device_id}: remove the device."""

from arxos.bootstrap import now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, removed
from arxos.use_cases.records import remove_empty


@http_handler(requires=Permission.DELETE_DEVICE)
def handler(request: Request) -> Response:
    request.query()
    remove_empty(
        "device",
        request.path("building_id"),
        request.path("device_id"),
        versions=request.if_match(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return removed("device", request.path("device_id"))
