"""What importing needs besides the registry: the uploaded file, and the claim on an import."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from arxos.domain.device import Device
from arxos.domain.history import Change
from arxos.domain.import_job import ImportJob, ImportStatus
from arxos.domain.import_lane import ImportLane
from arxos.domain.plan_entries import PlanEntry
from arxos.domain.source import KeptSheet, Problem, SourceModel
from arxos.domain.stored_sheets import StoredHead
from arxos.ports.drops import Drop
from arxos.ports.import_lanes import LaneOrder
from arxos.ports.orders import Order
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


def uploaded_file(organization_id: str, job: ImportJob) -> UploadedFile:
    """The file of an import."""
    return UploadedFile(
        organization_id=organization_id,
        building_id=job.building_id,
        import_id=job.id,
        filename=job.filename,
        location=upload_location(organization_id, job),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOrder(Order):
    """The order to apply or to undo an import: one at a time of each building, in their order."""

    building_id: str
    import_id: str
    action: Literal["apply", "undo"]


class UploadStore(Protocol):
    """Where files wait to be read."""

    def presign(self, organization_id: str, job: ImportJob) -> Upload:
        """A form that accepts one file of limited size for this import, and nothing else."""
        ...

    def fetch(self, file: UploadedFile) -> AbstractContextManager[Path]:
        """The file on local disk, gone again at the end of `with`."""
        ...

    def adopt(self, drop: Drop, file: UploadedFile) -> bool:
        """Make a dropped file that import's; False: another has taken its place since."""
        ...

    def save_model(self, file: UploadedFile, model: SourceModel) -> None:
        """Keep what was read, so that applying the plan later need not read the file again."""
        ...

    def model(self, file: UploadedFile) -> SourceModel:
        """What was read. Raises ServiceUnavailable when it cannot be had."""
        ...

    def save_plan(self, file: UploadedFile, entries: Iterable[PlanEntry]) -> None:
        """Keep the plan, in place of an earlier one of this import."""
        ...

    def plan(self, file: UploadedFile, *, start: int = 0, size: int) -> Iterator[PlanEntry]:
        """The plan's entries from `start` on, up to but without the one at `size`, in order."""
        ...

    def save_lane(self, file: UploadedFile, name: str, chunks: Iterable[Sequence[Device]]) -> str:
        """Keep a lane's chunks of new and changed devices for its writer; where they lie."""
        ...

    def lane(self, location: str, *, start: int) -> Iterator[list[Device]]:
        """A lane's chunks from that one on. Raises ServiceUnavailable when they cannot be had."""
        ...

    def problems(self, file: UploadedFile) -> Iterator[Problem]:
        """Every problem of the file, as kept by `save_report`; none where there was none."""
        ...

    def save_kept(self, file: UploadedFile, document: str, sheets: Sequence[KeptSheet]) -> None:
        """Keep the sheets of an applied import, so that an export can give them back."""
        ...

    def kept(self, file: UploadedFile) -> Iterator[StoredHead]:
        """What earlier imports of the file's building have stored, as far as it counts now."""
        ...

    def forget_kept(self, file: UploadedFile) -> None:
        """Drop what `save_kept` kept of an import that is taken back."""
        ...

    def save_report(self, file: UploadedFile, problems: tuple[Problem, ...]) -> None:
        """Keep every problem of the file; the import's record lists only the first."""
        ...


class Chunk(UnitOfWork, Protocol):
    """A unit of work of an import, used by `with` or by `prepared`."""

    def prepared(self) -> Callable[[], None]:
        """What commits all that is queued, and nothing else, whatever thread it runs in.

        Its changes are in the history's files already: no commit may be without them.
        """
        ...


class ImportDesk(Protocol):
    """Hands an import to one invocation at a time."""

    def find(self, which: ImportOrder | LaneOrder | UploadedFile) -> ImportJob:
        """The import as it is stored. Raises NotFound."""
        ...

    def claim(
        self,
        file: UploadedFile,
        *,
        attempt: str,
        now: datetime,
        until: datetime,
        status: ImportStatus = ImportStatus.READING,
    ) -> ImportJob | None:
        """The import, held by `attempt` until `until`; None when there is nothing to do.

        That is so when the import is unknown, finished, past that status, or held by another live
        attempt: events arrive twice, and late. The same attempt may claim again: a retry keeps its
        name.
        """
        ...

    def whose_turn(self, order: ImportOrder) -> ImportJob | None:
        """The import of the order's building that was handed over last, as it is now."""
        ...

    def changes(self, file: UploadedFile, job: ImportJob) -> Iterator[Change]:
        """All that the import has changed, the newest first."""
        ...

    def chunk(self, file: UploadedFile, job: ImportJob, number: int) -> Chunk:
        """A unit of work for the import's chunk of that number (from 0).

        Its changes go into the history as one entry with a change file, instead of an entry each.
        """
        ...

    def lane_chunk(
        self, file: UploadedFile, job: ImportJob, lane: ImportLane, *, attempt: str
    ) -> Chunk:
        """A unit of work for the lane's next chunk; `attempt` names the delivery that writes it.

        What devices count in beside their rooms is left alone; the lane owes it (`lanes.settle`).
        """
        ...
