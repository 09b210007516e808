"""PATCH /api/v1/users/{user_id}: change name, role or grants."""

from arxos.bootstrap import now, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, shown
from arxos.entrypoints.representations import show_user
from arxos.entrypoints.user_bodies import UpdateUserBody
from arxos.use_cases.users import update_user


@http_handler(requires=Permission.UPDATE_USER)
def handler(request: Request) -> Response:
    user = update_user(
        request.path("user_id"),
        request.body(UpdateUserBody).values(),
        versions=request.if_match(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
        now=now(),
    )
    return shown(show_user(user))
