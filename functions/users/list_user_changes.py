"""GET /api/v1/users/{user_id}/changes: what the user changed, or what was done to them.

`done=by_user` (as without it): the changes that the user made. `done=to_user`: those made to the
user's own record, who raised their role among them.
"""

from arxos.bootstrap import history, unit_of_work
from arxos.domain.history import ChangedKind
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.query_parameters import choice
from arxos.entrypoints.representations import show_change
from arxos.ports.history import ChangeFilter
from arxos.use_cases.history import Done, list_user_changes


@http_handler()
def handler(request: Request) -> Response:
    query = request.query("done", "kind", paged=True)
    found = list_user_changes(
        request.path("user_id"),
        ChangeFilter(kind=choice(query.get("kind"), "kind", ChangedKind)),
        request.page(),
        done=Done(choice(query.get("done"), "done", Done) or Done.BY_USER),
        uow=unit_of_work(request.actor),
        history=history(request.actor),
        actor=request.actor,
    )
    return request.listed(found, show_change)
