"""GET /api/v1/users/{user_id}: one user, with role and grants."""

from arxos.bootstrap import unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, shown
from arxos.entrypoints.representations import show_user
from arxos.use_cases.users import get_user


@http_handler(requires=Permission.READ_USER)
def handler(request: Request) -> Response:
    user = get_user(request.path("user_id"), uow=unit_of_work(request.actor), actor=request.actor)
    return shown(show_user(user))
