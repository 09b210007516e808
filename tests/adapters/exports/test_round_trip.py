"""What is exported comes back unchanged: into its building, and into an empty one."""

from pathlib import Path

import pytest

from arxos.domain.import_job import ImportMode
from tests.adapters.exports.registry import Registry, changes_of

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
FILES = (
    "Duplex-Design.xlsx",
    "Duplex-Handover.xlsx",
    "Duplex_A.ifc",
    "FZK.ifc",
    "SampleHouse.ifc",
)
FORMATS = ("cobie", "csv", "xlsx", "json")

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the sample files of ../shared/data are not there"
)


@pytest.mark.parametrize("name", FILES)
def test_real_files_come_back(name: str, tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    building = registry.add_building()
    registry.apply(building, DATA / name)
    before = registry.likeness(building)
    assert len(before["devices"]) > 10

    for format_ in FORMATS:
        exported = registry.export(building, format_)

        again = registry.take_in(building, exported, ImportMode.PLAN)
        assert changes_of(again) == {}, format_
        assert not again.errors, format_

        empty = registry.add_building()
        registry.apply(empty, exported)
        assert registry.likeness(empty) == before, format_
        assert registry.stored_rows(empty) == registry.stored_rows(building), format_
