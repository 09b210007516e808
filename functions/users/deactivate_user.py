"""POST /api/v1/users/{user_id}/deactivate: lock a user out, tokens or not."""

from arxos.bootstrap import answers, now, sign_ins, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler, shown
from arxos.entrypoints.representations import show_user
from arxos.use_cases.users import deactivate_user


@http_handler(requires=Permission.UPDATE_USER, answers=answers)
def handler(request: Request) -> Response:
    user = deactivate_user(
        request.path("user_id"),
        versions=request.if_match(),
        uow=unit_of_work(request.actor),
        sign_ins=sign_ins(),
        actor=request.actor,
        now=now(),
    )
    return shown(show_user(user))
