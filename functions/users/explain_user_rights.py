"""GET /api/v1/users/{user_id}/explain: whether a user may make a request, and why."""

from arxos.bootstrap import unit_of_work
from arxos.entrypoints.api_description import find_operation
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.entrypoints.representations import show_explanation
from arxos.use_cases.explaining import explain_rights


@http_handler()
def handler(request: Request) -> Response:
    query = request.query("path", "verb")
    user_id = request.path("user_id")
    asked = find_operation(query.get("path", ""), query.get("verb", ""))
    explanation = explain_rights(
        user_id,
        asked.permission_for(user_id),
        asked.ids,
        public=asked.public,
        uow=unit_of_work(request.actor),
        actor=request.actor,
    )
    return Response(show_explanation(explanation))
