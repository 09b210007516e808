"""POST /api/v1/users: invite somebody into the organisation."""

from arxos.bootstrap import answers, new_id, now, sign_ins, unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, created, http_handler
from arxos.entrypoints.representations import show_user
from arxos.entrypoints.user_bodies import InviteUserBody
from arxos.use_cases.users import invite_user


@http_handler(requires=Permission.CREATE_USER, answers=answers)
def handler(request: Request) -> Response:
    user = invite_user(
        request.body(InviteUserBody).command(),
        uow=unit_of_work(request.actor),
        sign_ins=sign_ins(),
        actor=request.actor,
        new_id=new_id,
        now=now(),
    )
    return created("user", show_user(user), f"/api/v1/users/{user.id}")
