"""GET /api/v1/buildings/{building_id}/groups: a building's systems and zones."""

from arxos.bootstrap import unit_of_work
from arxos.domain.group import GroupKind
from arxos.domain.permissions import Permission
from arxos.entrypoints.http import Request, Response, choice, http_handler
from arxos.entrypoints.representations import show_group
from arxos.ports.registry import GroupFilter
from arxos.use_cases.groups import list_groups


@http_handler(requires=Permission.READ_GROUP)
def handler(request: Request) -> Response:
    query = request.query("kind", paged=True)
    found = list_groups(
        request.path("building_id"),
        GroupFilter(group_kind=choice(query.get("kind"), "kind", GroupKind)),
        request.page(),
        uow=unit_of_work(request.actor),
        actor=request.actor,
    )
    return request.listed(found, show_group)
