"""POST /api/v1/buildings/{building_id}/release: back to its source."""

from arxos.bootstrap import answers, now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, shown
from arxos.entrypoints.record_bodies import ReleaseBody
from arxos.entrypoints.representations import show_building
from arxos.use_cases.records import release_fields


@http_handler(requires=Permission.UPDATE_BUILDING, answers=answers)
def handler(request: Request) -> Response:
    building = release_fields(
        "building",
        request.path("building_id"),
        request.path("building_id"),
        request.body(ReleaseBody).fields,
        versions=request.if_match(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return shown(show_building(building))
