"""Templates of the tables that can be imported."""

import csv
import io

from arxos.domain.errors import NotFound
from arxos.domain.table_templates import TableKind, template_rows

# Excel takes a CSV file without it for Windows-1252.
_BYTE_ORDER_MARK = "\ufeff"


def get_import_template(kind: str) -> str:
    """A CSV file to fill in. It says nothing of anybody's data: who is signed in may have it.

    Raises NotFound where there are no tables of that kind.
    """
    if kind not in list(TableKind):
        raise NotFound("import template")
    text = io.StringIO()
    csv.writer(text).writerows(template_rows(TableKind(kind)))
    return _BYTE_ORDER_MARK + text.getvalue()
