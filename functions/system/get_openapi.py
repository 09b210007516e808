"""GET /openapi.json: this API's description, as OpenAPI 3.1."""

from arxos.entrypoints import api_description
from arxos.entrypoints.http import Document, Request, http_handler


@http_handler(public=True)
def handler(_request: Request) -> Document:
    return Document(api_description.text(), "application/json; charset=utf-8")
