"""GET /api/v1/buildings/{building_id}: one building, as it is or was."""

from arxos.bootstrap import history, unit_of_work, vault
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, shown
from arxos.entrypoints.query_parameters import moment
from arxos.entrypoints.representations import as_of, show_building
from arxos.use_cases.buildings import see_building
from arxos.use_cases.history import record_as_of
from arxos.use_cases.sealing import revealed


@http_handler(requires=Permission.READ_BUILDING)
def handler(request: Request) -> Response:
    then = moment(request.query("as_of").get("as_of"), "as_of")
    building_id = request.path("building_id")
    actor = request.actor
    uow = unit_of_work(actor)
    if then is not None:
        past = record_as_of(
            "building", building_id, building_id, then, uow=uow, history=history(actor), actor=actor
        )
        return shown(as_of(show_building(past)))
    building = see_building(building_id, uow=uow, actor=actor)
    values = revealed(building, vault=vault(actor), actor=actor)
    return shown(show_building(building), sensitive=values)
