"""POST /api/v1/buildings/{building_id}/floors: add a floor to the building."""

from arxos.bootstrap import answers, new_id, now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, created, http_handler
from arxos.entrypoints.record_bodies import CreateFloorBody
from arxos.entrypoints.representations import show_floor
from arxos.use_cases.floors import create_floor


@http_handler(requires=Permission.CREATE_FLOOR, answers=answers)
def handler(request: Request) -> Response:
    floor = create_floor(
        request.path("building_id"),
        request.body(CreateFloorBody).values(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        new_id=new_id,
        now=now(),
    )
    location = f"/api/v1/buildings/{floor.building_id}/floors/{floor.id}"
    return created("floor", show_floor(floor), location)
