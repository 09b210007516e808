"""GET /api/v1/users: the organisation's people, in the order in which they were invited."""

from arxos.bootstrap import unit_of_work
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_user
from arxos.use_cases.users import list_users


@http_handler(requires=Permission.READ_USER)
def handler(request: Request) -> Response:
    request.query(paged=True)
    found = list_users(request.page(), uow=unit_of_work(request.actor), actor=request.actor)
    return request.listed(found, show_user)
