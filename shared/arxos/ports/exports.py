"""What exporting needs besides the registry: files, orders, and the claim on an export."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from arxos.domain.export_job import ExportFormat, ExportJob
from arxos.domain.own_exports import Line
from arxos.ports.orders import Order
from arxos.ports.registry import UnitOfWork

EXPORTS = "exports/"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOrder(Order):
    """The order to build an export."""

    building_id: str
    export_id: str


def export_location(organization_id: str, job: ExportJob) -> str:
    """Where the file of an export is kept: its key tells whose it is."""
    return f"{EXPORTS}{organization_id}/{job.building_id}/{job.id}/{job.filename}"


class ExportStore(Protocol):
    """Where finished exports lie, and what imports have only stored."""

    def put(self, organization_id: str, job: ExportJob, path: Path) -> None:
        """Keep the file, in place of an earlier one of this export."""
        ...

    def download_url(self, organization_id: str, job: ExportJob) -> str:
        """Where the file can be had without a token, for a quarter of an hour."""
        ...

    def kept_sheets(self, organization_id: str, building_id: str) -> Iterator[Line]:
        """The sheets that the building's imports have stored, as lines of an export."""
        ...


@dataclass(frozen=True, slots=True)
class WrittenExport:
    """A finished file, and what its people should know of it."""

    path: Path
    message: str | None = None


class ExportWriter(Protocol):
    """Writes a building's lines as a file."""

    def written(
        self, lines: Iterable[Line], format_: ExportFormat
    ) -> AbstractContextManager[WrittenExport]:
        """The file on local disk, gone again at the end of `with`.

        The lines are read one by one: memory does not grow with the building.
        """
        ...


class ExportDesk(Protocol):
    """Hands an export to the invocation that asked last, and opens the registry for it."""

    def claim(self, order: ExportOrder, *, attempt: str, now: datetime) -> ExportJob | None:
        """The export, held by `attempt`; None when it is unknown or finished."""
        ...

    def registry(self, order: ExportOrder, job: ExportJob) -> UnitOfWork:
        """The registry on behalf of who started the export."""
        ...
