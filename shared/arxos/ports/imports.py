"""What importing needs besides the registry: the uploaded file, and the claim on an import."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from arxos.domain.import_job import ImportJob
from arxos.domain.source import Problem
from arxos.ports.registry import UnitOfWork

UPLOADS = "uploads/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A form to post a file to: `fields` first, then the file as `file`."""

    url: str
    fields: dict[str, str]
    max_bytes: int
    expires_in_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedFile:
    """A file that has arrived for an import, as its storage event tells."""

    organization_id: str
    building_id: str
    import_id: str
    filename: str
    location: str

    @classmethod
    def at(cls, location: str) -> "UploadedFile | None":
        """The file that an object's key names; None for a key that is no upload."""
        parts = location.removeprefix(UPLOADS).split("/")
        if not location.startswith(UPLOADS) or len(parts) != 4 or not all(parts):
            return None
        organization_id, building_id, import_id, filename = parts
        return cls(
            organization_id=organization_id,
            building_id=building_id,
            import_id=import_id,
            filename=filename,
            location=location,
        )


def upload_location(organization_id: str, job: ImportJob) -> str:
    """Where the file of an import is uploaded to: its key tells whose it is."""
    return f"{UPLOADS}{organization_id}/{job.building_id}/{job.id}/{job.filename}"


class UploadStore(Protocol):
    """Where files wait to be read."""

    def presign(self, organization_id: str, job: ImportJob) -> Upload:
        """A form that accepts one file of limited size for this import, and nothing else."""
        ...

    def fetch(self, file: UploadedFile) -> AbstractContextManager[Path]:
        """The file on local disk, gone again at the end of `with`."""
        ...

    def save_report(self, file: UploadedFile, problems: tuple[Problem, ...]) -> None:
        """Keep every problem of the file; the import's record lists only the first."""
        ...


class ImportDesk(Protocol):
    """Hands an import to one invocation at a time."""

    def claim(
        self, file: UploadedFile, *, attempt: str, now: datetime, until: datetime
    ) -> ImportJob | None:
        """The import, held by `attempt` until `until`; None when there is nothing to do.

        That is so when the import is unknown, finished, or held by another live attempt: events
        arrive twice, and late. The same attempt may claim again: a retry keeps its name.
        """
        ...

    def chunk(self, file: UploadedFile, job: ImportJob, number: int) -> UnitOfWork:
        """A unit of work for the import's chunk of that number (from 0).

        Its changes go into the history as one entry with a change file, instead of an entry each.
        """
        ...
