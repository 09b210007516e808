"""Exports as files on local disk."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from arxos.adapters.exports.seal import unpacked_bytes
from arxos.adapters.readers.workbook_file_check import MAX_UNPACKED_BYTES
from arxos.domain.export_job import ExportFormat
from arxos.domain.own_exports import Line
from arxos.ports.exports import WrittenExport


class ExportFiles:
    """See `arxos.ports.exports.ExportWriter`."""

    @contextmanager
    def written(self, lines: Iterable[Line], format_: ExportFormat) -> Iterator[WrittenExport]:
        # Imported where they are used: one export writes one format.
        if format_ in (ExportFormat.COBIE, ExportFormat.XLSX):
            from arxos.adapters.exports.workbook_file import write_workbook as write
        elif format_ is ExportFormat.CSV:
            from arxos.adapters.exports.plain_files import write_csv as write
        else:
            from arxos.adapters.exports.plain_files import write_json_lines as write
        with tempfile.TemporaryDirectory(prefix="arxos-export-") as folder:
            path = Path(folder) / "export"
            write(lines, path, Path(folder))
            is_workbook = format_ in (ExportFormat.COBIE, ExportFormat.XLSX)
            yield WrittenExport(path, _too_large_to_edit(path) if is_workbook else None)


def _too_large_to_edit(path: Path) -> str | None:
    """What another program has saved must be read cell by cell, which has its limit."""
    unpacked = unpacked_bytes(path)
    if unpacked <= MAX_UNPACKED_BYTES:
        return None
    return (
        f"The workbook is {unpacked // 2**20:,} MB unpacked. As it is downloaded it can be imported"
        f" again; of one that was edited since, {MAX_UNPACKED_BYTES // 2**20} MB is the most that"
        " can be read. To edit so many records, export floor by floor (floor_id), or as csv."
    )
