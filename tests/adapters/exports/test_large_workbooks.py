"""An export that nobody has changed is read by its own sheet alone, however large it is."""

from pathlib import Path

import openpyxl
import pytest

from arxos.adapters.exports import files
from arxos.adapters.exports.seal import is_sealed
from arxos.adapters.readers import workbook_file_check
from arxos.adapters.readers.by_suffix import ReaderBySuffix
from arxos.domain.errors import UnreadableFile
from tests.adapters.exports.registry import Registry
from tests.make import make_device, make_floor, make_room


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    registry = Registry(tmp_path)
    building = registry.add_building()
    floor = make_floor(building)
    room = make_room(floor)
    with registry.uow as uow:
        uow.floors.add(floor)
        uow.rooms.add(room)
        uow.devices.add(make_device(floor, room))
    return registry


def exported(registry: Registry, format_: str = "cobie") -> Path:
    (building,) = (r for key, r in registry.table.items.items() if key[1] == "building")
    return registry.export(building, format_)


def saved_by_another_program(path: Path) -> Path:
    book = openpyxl.load_workbook(path)
    other = path.with_name("saved.xlsx")
    book.save(other)
    return other


@pytest.mark.parametrize("format_", ["cobie", "xlsx"])
def test_a_seal_is_gone_when_another_program_saves(format_: str, registry: Registry) -> None:
    path = exported(registry, format_)

    assert is_sealed(path)
    assert not is_sealed(saved_by_another_program(path))


def test_a_sealed_workbook_says_what_its_cells_say(registry: Registry) -> None:
    path = exported(registry)

    sealed = ReaderBySuffix().read(path, profile="")

    assert sealed == ReaderBySuffix().read(saved_by_another_program(path), profile="")
    assert len(sealed.devices) == 1


def test_only_as_it_was_downloaded_may_it_be_of_any_size(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arxos.adapters.readers.workbook.MAX_UNPACKED_BYTES", 1000)
    path = exported(registry)

    assert ReaderBySuffix().read(path, profile="").devices
    with pytest.raises(UnreadableFile, match="export floor by floor"):
        ReaderBySuffix().read(saved_by_another_program(path), profile="")


def test_an_export_too_large_to_edit_says_so(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(registry)
    assert next(j for k, j in registry.table.items.items() if k[1] == "export").message is None
    monkeypatch.setattr(files, "MAX_UNPACKED_BYTES", 1000)

    exported(registry)

    jobs = [j for k, j in registry.table.items.items() if k[1] == "export"]
    (message,) = {j.message for j in jobs} - {None}
    assert "To edit so many records, export floor by floor (floor_id), or as csv." in message
    assert all(job.is_ready for job in jobs)


def test_a_file_that_is_no_archive_is_not_sealed(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04")

    assert not is_sealed(path)
    with pytest.raises(UnreadableFile):
        workbook_file_check.check_workbook(path)
