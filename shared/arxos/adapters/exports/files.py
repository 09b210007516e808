"""Exports as files on local disk."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from arxos.domain.export_job import ExportFormat
from arxos.domain.own_exports import Line


class ExportFiles:
    """See `arxos.ports.exports.ExportWriter`."""

    @contextmanager
    def written(self, lines: Iterable[Line], format_: ExportFormat) -> Iterator[Path]:
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
            yield path
