"""Reads .xlsx workbooks: COBie, and plain tables of floors, rooms and devices."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from arxos.adapters.exports.seal import is_sealed
from arxos.adapters.readers.child_process import ChildRun, child_environment, run_child
from arxos.adapters.readers.model_lines import model_of
from arxos.adapters.readers.workbook_file_check import (
    MAX_SEALED_BYTES,
    MAX_UNPACKED_BYTES,
    check_workbook,
)
from arxos.domain.errors import UnreadableFile
from arxos.domain.source import SourceModel

GIGABYTE = 1024**3
_CHILD = "arxos.adapters.readers.workbook_child"


class WorkbookReader:
    """A `BuildingFileReader` for .xlsx; openpyxl runs in a child process with limits."""

    def __init__(
        self,
        *,
        memory_bytes: int = GIGABYTE * 3 // 2,
        seconds: float = 240.0,
        work_folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`work_folder`: where temporary files go, the system's own place if None."""
        self._memory_bytes = memory_bytes
        self._seconds = seconds
        self._work_folder = work_folder
        self._environment = environment

    def read(self, path: Path, *, profile: str) -> SourceModel:  # noqa: ARG002  IFC only
        """See `arxos.ports.readers.BuildingFileReader.read`."""
        sealed = is_sealed(path)
        check_workbook(path, max_unpacked=MAX_SEALED_BYTES if sealed else MAX_UNPACKED_BYTES)
        environment = child_environment() if self._environment is None else self._environment
        with tempfile.TemporaryDirectory(prefix="arxos-xlsx-", dir=self._work_folder) as folder:
            job = {
                "input": str(path.resolve()),
                "memory_bytes": self._memory_bytes,
                "sealed": sealed,
            }
            run = run_child(_CHILD, "workbook", job, Path(folder), self._seconds, environment)
            if run.ending == "finished":
                return model_of(_readable(run))
        if run.ending == "out of time":
            raise UnreadableFile(
                f"The workbook could not be read within {self._seconds:.0f} seconds. Remove what is"
                " not needed (empty formatted rows and columns), or split it."
            )
        raise UnreadableFile(
            "Reading the workbook takes more memory than there is, or it is damaged. Remove what is"
            " not needed (empty formatted rows and columns), save it again, or split it."
        ) from ValueError(run.stderr)


def _readable(run: ChildRun) -> Iterator[dict[str, Any]]:
    for line in run.lines:
        if line["kind"] == "unreadable":
            raise UnreadableFile(line["message"])
        yield line
