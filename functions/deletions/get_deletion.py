"""GET /api/v1/deletions/{deletion_id}: how far the deletion of a tree is."""

from arxos.bootstrap import now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_deletion
from arxos.use_cases.deletions import get_deletion


@http_handler(requires=Permission.READ_BUILDING)
def handler(request: Request) -> Response:
    request.query()
    deletion = get_deletion(
        request.path("deletion_id"),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return Response(show_deletion(deletion))
