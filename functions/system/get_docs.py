"""GET /docs: this API's description as a page for people."""

from arxos.entrypoints import api_description, reference_page
from arxos.entrypoints.http import Document, Request, http_handler


@http_handler(public=True)
def handler(_request: Request) -> Document:
    page = reference_page.html(api_description.document())
    return Document(page, "text/html; charset=utf-8", reference_page.HEADERS)
