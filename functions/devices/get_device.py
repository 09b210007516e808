"""GET /api/v1/buildings/{building_id}/devices/{device_id}: one device, as it is or was."""

from arxos.bootstrap import history, unit_of_work, vault
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, shown
from arxos.entrypoints.query_parameters import moment
from arxos.entrypoints.representations import as_of, show_device
from arxos.use_cases.devices import get_device
from arxos.use_cases.history import record_as_of
from arxos.use_cases.sealing import revealed


@http_handler(requires=Permission.READ_DEVICE)
def handler(request: Request) -> Response:
    then = moment(request.query("as_of").get("as_of"), "as_of")
    ids = request.path("building_id"), request.path("device_id")
    actor = request.actor
    uow = unit_of_work(actor)
    if then is not None:
        past = record_as_of("device", *ids, then, uow=uow, history=history(actor), actor=actor)
        return shown(as_of(show_device(past)))
    device = get_device(*ids, uow=uow, actor=actor)
    values = revealed(device, vault=vault(actor), actor=actor)
    return shown(show_device(device), sensitive=values)
