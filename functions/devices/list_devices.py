"""GET /api/v1/buildings/{building_id}/devices: a building's, floor's or room's devices."""

from arxos.bootstrap import unit_of_work
from arxos.domain.permissions import Permission
from arxos.domain.status import DeviceStatus
from arxos.entrypoints.http import Request, Response, choice, http_handler
from arxos.entrypoints.representations import show_device
from arxos.ports.registry import DeviceFilter, Sort
from arxos.use_cases.devices import list_devices

FILTERS = ("room_id", "floor_id", "group_id", "device_type", "status")


@http_handler(requires=Permission.READ_DEVICE)
def handler(request: Request) -> Response:
    query = request.query(*FILTERS, "sort", paged=True)
    where = DeviceFilter(
        room_id=query.get("room_id"),
        floor_id=query.get("floor_id"),
        group_id=query.get("group_id"),
        device_type=query.get("device_type"),
        status=choice(query.get("status"), "status", DeviceStatus),
        sort=choice(query.get("sort"), "sort", Sort),
    )
    found = list_devices(
        request.path("building_id"),
        where,
        request.page(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
    )
    return request.listed(found, show_device)
