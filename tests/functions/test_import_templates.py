"""Templates to download: each can be imported as it is."""

from pathlib import Path

import pytest

from arxos.adapters.readers.csv_table import CsvReader
from arxos.domain.permissions import Role
from arxos.domain.table_templates import COLUMNS, TableKind
from functions.imports.get_import_template import handler
from tests.domain.test_import_plan import plan
from tests.gateway_events import LambdaContext, api_event
from tests.make import make_actor


@pytest.mark.parametrize("kind", TableKind)
def test_a_template_is_a_table_that_can_be_imported_without_a_warning(
    kind: TableKind, tmp_path: Path
) -> None:
    event = api_event(path={"kind": kind.value}, actor=make_actor(role=Role.VIEWER))

    answer = handler(event, LambdaContext())

    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["headers"]["Content-Disposition"] == f'attachment; filename="{kind}.csv"'
    assert answer["body"].startswith("\ufeff" + ",".join(COLUMNS[kind]) + "\r\n")
    file = tmp_path / f"{kind}.csv"
    file.write_bytes(answer["body"].encode())
    model = CsvReader().read(file, profile="equipment")
    assert model.problems == ()
    assert [(c.heading, c.field) for c in model.columns] == [(c, c) for c in COLUMNS[kind]]
    made = plan(model)
    assert made.problems == []
    assert len(getattr(made, kind)) == 2


def test_there_is_no_template_of_anything_else_and_none_for_strangers() -> None:
    assert handler(api_event(path={"kind": "walls"}), LambdaContext())["statusCode"] == 404
    event = api_event(path={"kind": "rooms"}, signed_in=False)
    assert handler(event, LambdaContext())["statusCode"] == 401
