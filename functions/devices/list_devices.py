"""GET /api/v1/buildings/{building_id}/devices: a building's, floor's or room's devices."""

from arxos.bootstrap import unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_device
from arxos.ports.lists import DeviceFilter
from arxos.use_cases.devices import list_devices


@http_handler(requires=Permission.READ_DEVICE)
def handler(request: Request) -> Response:
    found = list_devices(
        request.path("building_id"),
        request.where(DeviceFilter),
        request.page(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
    )
    return request.listed(found, show_device)
