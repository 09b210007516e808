"""POST /api/v1/buildings/{building_id}/rooms:batch: many changes, each with its own result."""

from arxos.bootstrap import answers, batch_unit_of_work, new_id, now
from arxos.domain.permissions import Permission
from arxos.entrypoints.batch_bodies import BatchRoomsBody
from arxos.entrypoints.batches import batch_done
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.query_parameters import flag
from arxos.entrypoints.representations import show_room
from arxos.use_cases.room_batches import batch_rooms


@http_handler(requires=Permission.UPDATE_ROOM, answers=answers)
def handler(request: Request) -> Response:
    atomic = flag(request.query("atomic").get("atomic"), "atomic")
    outcomes = batch_rooms(
        request.path("building_id"),
        request.body(BatchRoomsBody).rows(),
        atomic=atomic,
        uow=batch_unit_of_work(request.actor, atomic=atomic),
        actor=request.actor,
        new_id=new_id,
        now=now(),
    )
    return batch_done(outcomes, show_room, atomic=atomic)
