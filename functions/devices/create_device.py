"""POST /api/v1/buildings/{building_id}/devices: add a device to the building."""

from arxos.bootstrap import answers, new_id, now, unit_of_work, vault
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, created, http_handler
from arxos.entrypoints.record_bodies import CreateDeviceBody
from arxos.entrypoints.representations import show_device
from arxos.use_cases.devices import create_device


@http_handler(requires=Permission.CREATE_DEVICE, answers=answers)
def handler(request: Request) -> Response:
    device = create_device(
        request.path("building_id"),
        request.body(CreateDeviceBody).values(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        new_id=new_id,
        now=now(),
        vault=vault(request.actor),
    )
    location = f"/api/v1/buildings/{device.building_id}/devices/{device.id}"
    return created("device", show_device(device), location)
