"""An import: one file on its way into one building."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from arxos.domain.errors import InvalidInput
from arxos.domain.events import (
    DomainEvent,
    ImportApplied,
    ImportCancelled,
    ImportFailed,
    ImportStarted,
    ImportUndone,
)
from arxos.domain.source import Problem, SourceColumn
from arxos.domain.text_rules import name_fault

READABLE_SUFFIXES = (".ifc", ".ifczip", ".xlsx", ".csv", ".zip", ".jsonl", ".json")
# How far an import is once its file has been read.
READ_PROGRESS = 0.2
# The record lists the first of each; DynamoDB refuses an item over 400 KB.
MAX_LISTED_PROBLEMS = 100
MAX_LISTED_COLUMNS = 100
MAX_SHOWN_HEADING = 100
# How long after an invocation's certain end its retries may still come: Lambda tries again after
# one and two minutes.
RETRIES_COME_WITHIN = timedelta(minutes=10)
# S3's asynchronous invocation of Lambda tries an event three times in all.
MAX_ATTEMPTS = 3
# An order to apply or undo is delivered five times (`arxos.ports.orders.MAX_DELIVERIES`).
MAX_DELIVERED_ATTEMPTS = 5


class ImportStatus(StrEnum):
    """`awaiting_upload → reading → planned → applying → applied`, or `failed`, `undone`."""

    AWAITING_UPLOAD = "awaiting_upload"
    READING = "reading"
    PLANNED = "planned"
    APPLYING = "applying"
    APPLIED = "applied"
    FAILED = "failed"
    UNDONE = "undone"


UNDER_WAY = frozenset({ImportStatus.AWAITING_UPLOAD, ImportStatus.READING, ImportStatus.APPLYING})
CANCELLABLE = UNDER_WAY | {ImportStatus.PLANNED}
# What may be taken over in order to be in that status: an event that comes late does not read a
# file again that is being applied already.
CLAIMED_FROM = {
    ImportStatus.READING: frozenset({ImportStatus.AWAITING_UPLOAD, ImportStatus.READING}),
    ImportStatus.APPLYING: frozenset({ImportStatus.APPLYING}),
}


class ImportMode(StrEnum):
    """`plan` stops once the differences are counted; `apply` goes on by itself."""

    PLAN = "plan"
    APPLY = "apply"


class ImportProfile(StrEnum):
    """Which IFC classes count as devices (import-mapping.md, "Profiles")."""

    EQUIPMENT = "equipment"
    COBIE = "cobie"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCounts:
    """Records of all kinds together."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    conflicts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCheck:
    """What a check of the imported file found, in short: by the rules, or by reading alone."""

    check_id: str
    score: float
    counts: Mapping[str, int]


def filename_fault(filename: object) -> str | None:
    """Why a file of that name cannot be imported."""
    if fault := name_fault(filename, label="Filename"):
        return fault
    name = str(filename)
    if "/" in name or "\\" in name:
        return "Filename cannot contain a path"
    if "${" in name:
        return "Filename cannot contain '${', which S3 would take for a variable"
    if not name.lower().endswith(READABLE_SUFFIXES):
        *others, last = READABLE_SUFFIXES
        return f"Arxos reads {', '.join(others)} and {last} files; '{name}' is none of them"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportJob:
    """One import and how far it is.

    `attempt` names the invocation that works on it now and fences off every other one: each of
    its commits is conditional on it. `lease_until` is when that invocation is dead for certain.
    `plan_index` counts the plan's entries by kind, in the plan's order. A person approves the plan
    with `plan_digest`, with or without the removals in it; one without a digest is applied as it
    is when its turn comes, unless it has conflicts. Once its first chunk is due (`apply_begun`) it
    is carried out to its end. `is_cut_off`: the time of a delivery was too short for its work, and
    a later one goes on with it; the building's other imports wait until then. `group_begun` is the
    group that it has created, and counted, and whose members have not all entered yet.
    """

    id: str
    building_id: str
    filename: str
    mode: ImportMode = ImportMode.APPLY
    profile: ImportProfile = ImportProfile.EQUIPMENT
    status: ImportStatus = ImportStatus.AWAITING_UPLOAD
    progress: float = 0.0
    counts: ImportCounts = field(default_factory=ImportCounts)
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    columns: tuple[SourceColumn, ...] = ()
    errors_count: int = 0
    warnings_count: int = 0
    check: ImportCheck | None = None
    attempt: str | None = None
    attempts: int = 0
    lease_until: datetime | None = None
    chunks_done: int = 0
    plan_digest: str | None = None
    plan_index: Mapping[str, int] = field(default_factory=dict)
    plan_size: int = 0
    is_approved: bool = False
    apply_begun: bool = False
    remove: bool = False
    is_cut_off: bool = False
    group_begun: str | None = None
    undo_begun_at: datetime | None = None
    started_by: str | None = None
    started_by_name: str | None = None
    created_at: datetime
    updated_at: datetime
    events: tuple[DomainEvent, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        if fault := filename_fault(self.filename):
            raise InvalidInput(fault, {"filename": fault})

    @property
    def entries_count(self) -> int:
        """How many entries its plan lists, beside what is unchanged."""
        return sum(n for kind, n in self.plan_index.items() if kind != "unchanged")

    @property
    def is_finished(self) -> bool:
        """Nothing more happens to it by itself."""
        return self.status not in UNDER_WAY

    @property
    def is_cancelled(self) -> bool:
        """Somebody stopped it."""
        return self.status is ImportStatus.FAILED and any(
            p.code == "CANCELLED" for p in self.errors
        )

    @property
    def is_to_go_on(self) -> bool:
        """It was cut off, and has not ended since."""
        return self.is_cut_off and self.status is ImportStatus.APPLYING

    @property
    def can_be_undone(self) -> bool:
        """It has written something, and nobody works on it."""
        has_ended_early = self.status is ImportStatus.FAILED and self.apply_begun
        return self.status is ImportStatus.APPLIED or has_ended_early

    def with_problems(self, problems: tuple[Problem, ...]) -> Self:
        """The import listing these problems: the first of each severity, and how many there are."""
        errors = tuple(p for p in problems if p.severity == "error")
        warnings = tuple(p for p in problems if p.severity == "warning")
        return replace(
            self,
            errors=errors[:MAX_LISTED_PROBLEMS],
            warnings=warnings[:MAX_LISTED_PROBLEMS],
            errors_count=len(errors),
            warnings_count=len(warnings),
        )

    def with_columns(self, columns: tuple[SourceColumn, ...]) -> Self:
        """The import telling how the first columns of its tables were understood."""
        return replace(
            self,
            columns=tuple(
                replace(
                    column,
                    sheet=column.sheet[:MAX_SHOWN_HEADING],
                    heading=column.heading[:MAX_SHOWN_HEADING],
                )
                for column in columns[:MAX_LISTED_COLUMNS]
            ),
        )

    def started(self) -> Self:
        """The import with the event of its beginning."""
        return replace(self, events=(self._event(ImportStarted, self.created_at),))

    def waiting_its_turn(self, *, at: datetime) -> Self:
        """The import whose file has been read, and whose plan nobody is to read before it is
        applied.
        """
        return replace(
            self,
            status=ImportStatus.APPLYING,
            is_approved=True,
            plan_digest=None,
            progress=READ_PROGRESS,
            attempts=0,
            lease_until=None,
            updated_at=at,
        )

    def approved(
        self, *, remove: bool, at: datetime, by: str | None, event: type[DomainEvent]
    ) -> Self:
        """The planned import as somebody has approved it."""
        job = replace(
            self,
            status=ImportStatus.APPLYING,
            is_approved=True,
            apply_begun=False,
            is_cut_off=False,
            remove=remove,
            progress=0.0,
            attempts=0,
            lease_until=None,
            updated_at=at,
        )
        return replace(job, events=(replace(job._event(event, at), by=by),))

    def undo_ordered(self, *, at: datetime, by: str | None, event: type[DomainEvent]) -> Self:
        """The applied import as somebody wants it taken back."""
        job = replace(
            self,
            status=ImportStatus.APPLYING,
            is_approved=False,
            is_cut_off=False,
            # Of an undo that was cut off: what it had written is not to be taken back.
            undo_begun_at=self.undo_begun_at or at,
            # The last chunk's number stands for the entry of its end in the history.
            chunks_done=self.chunks_done + 1,
            progress=0.0,
            attempts=0,
            lease_until=None,
            updated_at=at,
        )
        return replace(job, events=(replace(job._event(event, at), by=by),))

    def handed_over(self, *, at: datetime) -> Self:
        """The import left to a later delivery, after work that went well: tries count anew."""
        return replace(self, is_cut_off=True, attempts=0, lease_until=None, updated_at=at)

    def undone(self, kept: tuple[Problem, ...], *, at: datetime) -> Self:
        """The import taken back, but for what `kept` lists."""
        done = replace(
            self.with_problems(kept), status=ImportStatus.UNDONE, progress=1.0, updated_at=at
        )
        return replace(done, events=(done._event(ImportUndone, at),))

    def applied(self, counts: ImportCounts, *, at: datetime) -> Self:
        """The import at its end: the file's content is in the registry."""
        done = replace(
            self, status=ImportStatus.APPLIED, progress=1.0, counts=counts, updated_at=at
        )
        return replace(done, events=(done._event(ImportApplied, at),))

    def _event(self, event: type[DomainEvent], at: datetime) -> DomainEvent:
        return event(
            record_kind="import",
            record_id=self.id,
            record_label=self.filename,
            by=self.started_by,
            at=at,
        )

    def cancelled(self, *, at: datetime, by: str | None, name: str | None) -> Self:
        """The import as somebody stopped it: whoever works on it finds it taken away."""
        message = f"Cancelled by {name or by}."
        if self.undo_begun_at is not None:
            message += " What was taken back is whole; undoing it again takes back the rest."
        elif self.apply_begun:
            message += " What it had written is whole; undoing it takes that back."
        else:
            message += " Nothing was written."
        job = self.failed("CANCELLED", message, at=at)
        if not self.apply_begun:  # what the plan had counted
            job = replace(job, counts=ImportCounts())
        event = replace(job._event(ImportCancelled, at), by=by)
        return replace(job, attempt="cancelled", lease_until=None, events=(event,))

    def failed(self, code: str, message: str, *, at: datetime) -> Self:
        """The import as ended by an error that stopped the whole file."""
        problem = Problem(severity="error", code=code, message=message)
        return replace(
            self,
            status=ImportStatus.FAILED,
            errors=(problem, *self.errors),
            errors_count=self.errors_count + 1,
            updated_at=at,
            events=(self._event(ImportFailed, at),),
        )

    def as_seen_at(self, now: datetime) -> Self:
        """The import as a reader should see it: an invocation that died leaves no other trace.

        Lambda kills a function at its time or memory limit without a last word. Once the last
        retry's lease has run out, or no retry has come, nothing goes on with this import.
        """
        if self.is_finished or self.lease_until is None:
            return self
        applying = self.status is ImportStatus.APPLYING
        last = self.attempts >= (MAX_DELIVERED_ATTEMPTS if applying else MAX_ATTEMPTS)
        if now <= self.lease_until + (timedelta() if last else RETRIES_COME_WITHIN):
            return self
        return self.failed(
            "IMPORT_STOPPED",
            "The import stopped before its end and was given up"
            f" (attempts: {self.attempts}). What it had written is whole; importing the file again"
            " adds only what is missing.",
            at=self.updated_at,
        )
