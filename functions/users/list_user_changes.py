"""GET /api/v1/users/{user_id}/changes: what the user changed."""

from arxos.bootstrap import history, unit_of_work
from arxos.domain.history import ChangedKind
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.query_parameters import choice
from arxos.entrypoints.representations import show_change
from arxos.ports.history import ChangeFilter
from arxos.use_cases.history import list_user_changes


@http_handler()
def handler(request: Request) -> Response:
    query = request.query("kind", paged=True)
    found = list_user_changes(
        request.path("user_id"),
        ChangeFilter(kind=choice(query.get("kind"), "kind", ChangedKind)),
        request.page(),
        uow=unit_of_work(request.actor),
        history=history(request.actor),
        actor=request.actor,
    )
    return request.listed(found, show_change)
