"""GET /health: whether Arxos and what it depends on work; 503 when they do not."""

from dataclasses import asdict

from arxos.bootstrap import dependencies
from arxos.entrypoints.http import Request, Response, http_handler
from arxos.use_cases.health import check_health


@http_handler(public=True)
def handler(_request: Request) -> Response:
    return Response(asdict(check_health(dependencies)))
