"""What checking needs besides the registry: files, their reader, and the claim on a check."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from arxos.domain.check_job import CheckJob
from arxos.domain.handover.rule import CheckResult, Finding
from arxos.domain.import_job import ImportJob
from arxos.ports.imports import Upload
from arxos.ports.orders import Order
from arxos.ports.registry import UnitOfWork

CHECKS = "checks/"
# Stands in place of a file where the registry itself is checked: S3 tells of it as of a file.
REGISTRY_ORDER = "registry"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOrder(Order):
    """The order to do a check: its file has arrived, or it needs none."""

    building_id: str
    check_id: str

    @classmethod
    def at(cls, location: str) -> "CheckOrder | None":
        """The order that an object's key gives; None for a key that is none of a check."""
        parts = location.removeprefix(CHECKS).split("/")
        if not location.startswith(CHECKS) or len(parts) != 4 or not all(parts):
            return None
        organization_id, building_id, check_id, _ = parts
        return cls(organization_id=organization_id, building_id=building_id, check_id=check_id)


def check_location(organization_id: str, job: CheckJob) -> str:
    """Where the file of a check is uploaded to: its key tells whose it is."""
    name = job.filename or REGISTRY_ORDER
    return f"{CHECKS}{organization_id}/{job.building_id}/{job.id}/{name}"


class CheckStore(Protocol):
    """Where the files of checks wait, and what checks found is kept."""

    def presign(self, organization_id: str, job: CheckJob) -> Upload:
        """A form that accepts one file of limited size for this check, and nothing else."""
        ...

    def order(self, organization_id: str, job: CheckJob) -> None:
        """Have a check done that needs no file. Raises ServiceUnavailable."""
        ...

    def fetch(self, organization_id: str, job: CheckJob) -> AbstractContextManager[Path]:
        """The check's file on local disk, gone again at the end of `with`."""
        ...

    def fetch_import(self, organization_id: str, job: ImportJob) -> AbstractContextManager[Path]:
        """The file of an import. Raises UnreadableFile when it is not there any more."""
        ...

    def save_findings(
        self, organization_id: str, job: CheckJob, findings: Sequence[Finding]
    ) -> None:
        """Keep all findings, in place of earlier ones of this check."""
        ...

    def findings(
        self, organization_id: str, job: CheckJob, *, start: int, end: int
    ) -> Iterator[Finding]:
        """The findings from `start` to `end`, in order. Raises ServiceUnavailable."""
        ...


class MarkedWorkbooks(Protocol):
    """Where the marked copies of uploaded files lie; `of` is the id of their import or check."""

    def save_marked(self, organization_id: str, building_id: str, of: str, path: Path) -> None:
        """Keep the copy, in place of an earlier one."""
        ...

    def marked_url(
        self, organization_id: str, building_id: str, of: str, filename: str
    ) -> str | None:
        """Where the copy can be had without a token, for a quarter of an hour; None: nowhere."""
        ...


class FileChecker(Protocol):
    """Holds files against rules."""

    def check(self, path: Path) -> CheckResult:
        """What is wrong with a workbook or a table. Raises UnreadableFile."""
        ...

    def check_cobie(self, path: Path) -> CheckResult | None:
        """The same; None for what is no COBie workbook."""
        ...

    def marked(self, path: Path, findings: Sequence[Finding]) -> AbstractContextManager[Path]:
        """A copy of a workbook or table with its bad cells marked, gone at the end of `with`.

        Raises UnreadableFile for what cannot be marked.
        """
        ...

    def check_ids(self, ids: Path, model: Path) -> CheckResult:
        """Which elements of an IFC model fail which requirement. Raises UnreadableFile."""
        ...


class CheckDesk(Protocol):
    """Hands a check to one invocation at a time."""

    def claim(
        self, order: CheckOrder, *, attempt: str, now: datetime, until: datetime
    ) -> CheckJob | None:
        """The check, held by `attempt` until `until`; None when there is nothing to do.

        See `arxos.ports.imports.ImportDesk.claim`.
        """
        ...

    def registry(self, organization_id: str, job: CheckJob) -> UnitOfWork:
        """The registry on behalf of who started the check."""
        ...
