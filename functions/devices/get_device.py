"""GET /api/v1/buildings/{building_id}/devices/{device_id}: one device."""

from arxos.bootstrap import unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, shown
from arxos.entrypoints.representations import show_device
from arxos.use_cases.devices import get_device


@http_handler(requires=Permission.READ_DEVICE)
def handler(request: Request) -> Response:
    device = get_device(
        request.path("building_id"),
        request.path("device_id"),
        uow=unit_of_work(request.actor),
        actor=request.actor,
    )
    return shown(show_device(device))
