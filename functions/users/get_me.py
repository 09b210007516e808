"""GET /api/v1/me: the caller's own user record."""

from arxos.bootstrap import unit_of_work
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_user
from arxos.use_cases.users import get_me


@http_handler()
def handler(request: Request) -> Response:
    return Response(show_user(get_me(request.actor, uow=unit_of_work(request.actor))))
