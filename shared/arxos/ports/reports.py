"""Reports of an import as files to download: its plan, and its problems."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from arxos.domain.plan_entries import PlanEntry
from arxos.domain.source import Problem
from arxos.ports.imports import UploadedFile


class PlanFormat(StrEnum):
    """`json` is the API's own answer, page by page."""

    JSON = "json"
    XLSX = "xlsx"


class ProblemFormat(StrEnum):
    """`json` is the API's own answer, page by page."""

    JSON = "json"
    XLSX = "xlsx"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A file about an import. `name` says of which state of it, so it is made once."""

    file: UploadedFile
    name: str
    filename: str


Lines = Sequence[tuple[str, str | int | float | None]]


class ReportStore(Protocol):
    """Keeps reports beside what else is kept of an import."""

    def url(self, report: Report) -> str | None:
        """Where it can be had for five minutes without a token; None: it is not made yet."""
        ...

    def put(self, report: Report, path: Path) -> str:
        """Keep it; where it can be had, as `url`."""
        ...


class ReportWriter(Protocol):
    """Writes reports, line by line: memory does not grow with them."""

    def plan(self, summary: Lines, entries: Iterable[PlanEntry]) -> AbstractContextManager[Path]:
        """A workbook on local disk, gone at the end of `with`: what there is, and every entry."""
        ...

    def problems(
        self, problems: Iterable[Problem], format_: ProblemFormat
    ) -> AbstractContextManager[Path]:
        """A table on local disk, gone at the end of `with`."""
        ...
