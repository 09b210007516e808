"""GET /api/v1/buildings/{building_id}/floors/{floor_id}: one floor, as it is or was."""

from arxos.bootstrap import history, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, shown
from arxos.entrypoints.query_parameters import moment
from arxos.entrypoints.representations import as_of, show_floor
from arxos.use_cases.floors import get_floor
from arxos.use_cases.history import record_as_of


@http_handler(requires=Permission.READ_FLOOR)
def handler(request: Request) -> Response:
    then = moment(request.query("as_of").get("as_of"), "as_of")
    ids = request.path("building_id"), request.path("floor_id")
    actor = request.actor
    uow = unit_of_work(actor)
    if then is not None:
        past = record_as_of("floor", *ids, then, uow=uow, history=history(actor), actor=actor)
        return shown(as_of(show_floor(past)))
    floor = get_floor(*ids, uow=uow, actor=actor)
    return shown(show_floor(floor))
