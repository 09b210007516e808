"""GET /api/v1/import-templates/{kind}: a table of floors, rooms or devices to fill in, as CSV."""

from arxos.entrypoints.http import Document, Request, http_handler
from arxos.use_cases.import_templates import get_import_template


@http_handler()
def handler(request: Request) -> Document:
    kind = request.path("kind")
    table = get_import_template(kind)
    headers = {"Content-Disposition": f'attachment; filename="{kind}.csv"'}
    return Document(table, "text/csv; charset=utf-8", headers)
