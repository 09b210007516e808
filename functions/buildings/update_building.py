"""PATCH /api/v1/buildings/{building_id}: change some fields."""

from arxos.bootstrap import now, unit_of_work, vault
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, shown
from arxos.entrypoints.record_bodies import UpdateBuildingBody
from arxos.entrypoints.representations import show_building
from arxos.use_cases.buildings import update_building


@http_handler(requires=Permission.UPDATE_BUILDING)
def handler(request: Request) -> Response:
    building = update_building(
        request.path("building_id"),
        request.body(UpdateBuildingBody).values(),
        versions=request.if_match(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
        vault=vault(request.actor),
    )
    return shown(show_building(building))
