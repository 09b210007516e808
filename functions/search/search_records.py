"""GET /api/v1/search: buildings, floors, rooms and devices by their words and numbers."""

from arxos.bootstrap import search_index
from arxos.domain.permissions import Permission
from arxos.domain.search_words import Kind, Query
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.query_parameters import choice
from arxos.entrypoints.representations import show_hit
from arxos.use_cases.search import search


@http_handler(requires=Permission.READ_BUILDING)
def handler(request: Request) -> Response:
    given = request.query("q", "kind", paged=True)
    found = search(
        Query.parse(given.get("q", "")),
        choice(given.get("kind"), "kind", Kind),
        request.page(),
        index=search_index(request.actor),
        actor=request.actor,
    )
    return request.listed(found, show_hit)
