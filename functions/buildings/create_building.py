"""POST /api/v1/buildings: put a new building into the registry."""

from arxos.bootstrap import answers, new_id, now, unit_of_work, vault
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, created, http_handler
from arxos.entrypoints.record_bodies import CreateBuildingBody
from arxos.entrypoints.representations import show_building
from arxos.use_cases.buildings import create_building


@http_handler(requires=Permission.CREATE_BUILDING, answers=answers)
def handler(request: Request) -> Response:
    building = create_building(
        request.body(CreateBuildingBody).command(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        new_id=new_id,
        now=now(),
        vault=vault(request.actor),
    )
    return created("building", show_building(building), f"/api/v1/buildings/{building.id}")
