"""GET /metrics: how Arxos and what it depends on are, for Prometheus and its like."""

from arxos.bootstrap import dependencies
from arxos.entrypoints import prometheus
from arxos.entrypoints.http import Document, Request, http_handler
from arxos.use_cases.health import ask_dependencies


@http_handler(public=True)
def handler(_request: Request) -> Document:
    text = prometheus.exposition(ask_dependencies(dependencies))
    return Document(text, prometheus.MEDIA_TYPE, prometheus.HEADERS)
