"""PATCH /api/v1/buildings/{building_id}/devices/{device_id}: change some fields."""

from arxos.bootstrap import now, unit_of_work, vault
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, shown
from arxos.entrypoints.record_bodies import UpdateDeviceBody
from arxos.entrypoints.representations import show_device
from arxos.use_cases.devices import update_device


@http_handler(requires=Permission.UPDATE_DEVICE)
def handler(request: Request) -> Response:
    device = update_device(
        request.path("building_id"),
        request.path("device_id"),
        request.body(UpdateDeviceBody).values(),
        versions=request.if_match(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
        vault=vault(request.actor),
    )
    return shown(show_device(device))
