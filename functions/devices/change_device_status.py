"""POST /api/v1/buildings/{building_id}/devices/{device_id}/status: to the next status."""

from arxos.bootstrap import answers, now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, shown
from arxos.entrypoints.record_bodies import StatusBody
from arxos.entrypoints.representations import show_device
from arxos.use_cases.records import change_status


@http_handler(requires=Permission.CONTROL_DEVICE, answers=answers)
def handler(request: Request) -> Response:
    device = change_status(
        "device",
        request.path("building_id"),
        request.path("device_id"),
        request.body(StatusBody).status,
        versions=request.if_match(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return shown(show_device(device))
