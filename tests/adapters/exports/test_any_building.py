"""Whatever the registry accepts comes back from every format."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from arxos.domain.export_job import ExportKind
from arxos.domain.import_job import ImportMode
from tests.adapters.exports.buildings import contents, put, stored_sheets
from tests.adapters.exports.registry import Registry, changes_of

# Without shrinking: a building of three records takes minutes to become one of two.
SETTINGS = settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FORMATS = ("cobie", "csv", "xlsx", "json")


@pytest.mark.parametrize("format_", FORMATS)
@SETTINGS
@given(inside=contents(), stored=stored_sheets)
def test_it_comes_back_unchanged(
    format_: str, inside: dict[str, Any], stored: Any, tmp_path: Path
) -> None:
    registry = Registry(tmp_path)
    building = registry.add_building()
    put(registry.uow, building, inside)
    before = registry.likeness(building)
    registry.store_sheets(building, stored)
    sheets = registry.stored_rows(building)

    exported = registry.export(building, format_)

    again = registry.take_in(building, exported, ImportMode.PLAN)
    assert changes_of(again) == {}, [
        e.fields for e in registry.uploads.plans[again.id] if e.kind != "keep"
    ]
    assert [p for p in again.errors if p.code == "ROW_REFUSED"] == []
    empty = registry.add_building()
    registry.apply(empty, exported)
    assert registry.likeness(empty) == before
    assert registry.stored_rows(empty) == sheets


@pytest.mark.parametrize("kind", list(ExportKind))
@SETTINGS
@given(inside=contents())
def test_one_table_changes_nothing(kind: Any, inside: dict[str, Any], tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    building = registry.add_building()
    put(registry.uow, building, inside)

    for format_ in ("csv", "xlsx"):
        exported = registry.export(building, format_, kind=kind)
        again = registry.take_in(building, exported, ImportMode.PLAN)
        assert changes_of(again) == {}, [
            e.fields for e in registry.uploads.plans[again.id] if e.kind != "keep"
        ]
