"""A check: a file, or what is in the registry, held against the rules of a handover."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from arxos.domain.errors import InvalidInput
from arxos.domain.events import CheckStarted, DomainEvent
from arxos.domain.handover.rule import CheckResult, Finding, RuleResult
from arxos.domain.import_job import MAX_ATTEMPTS, RETRIES_COME_WITHIN, filename_fault

IDS_SUFFIX = ".ids"
# The record lists the first; the rest lies in object storage.
MAX_SHOWN_FINDINGS = 20
# Events may wait in Lambda's queue for their turn, behind others' checks.
BEGINS_WITHIN = timedelta(minutes=60)
FAILED_BY_US = "Arxos could not finish this check, through no fault of the file. Start another."
# Of an IDS a rule is what its author wrote; so many broken ones are kept.
MAX_RULES = 400


class CheckSource(StrEnum):
    """What is checked: an uploaded file, the file of an import, or the registry's records."""

    FILE = "file"
    IMPORT = "import"
    REGISTRY = "registry"


class CheckStatus(StrEnum):
    """`awaiting_upload → checking → done`, or `failed`."""

    AWAITING_UPLOAD = "awaiting_upload"
    CHECKING = "checking"
    DONE = "done"
    FAILED = "failed"


UNDER_WAY = frozenset({CheckStatus.AWAITING_UPLOAD, CheckStatus.CHECKING})


def checkable_fault(filename: object) -> str | None:
    """Why a file of that name cannot be checked."""
    name = str(filename)
    if name.lower().endswith(IDS_SUFFIX):
        # All but the ending is judged as of other files.
        return filename_fault(name[: -len(IDS_SUFFIX)] + ".ifc")
    if fault := filename_fault(filename):
        return fault
    if not name.lower().endswith((".xlsx", ".csv")):
        return f"A check reads .xlsx, .csv and {IDS_SUFFIX} files; '{name}' is none of them"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckJob:
    """One check, how far it is, and what it found. `attempt` and `lease_until`: see `ImportJob`.

    `rules` are the broken ones in the order of their findings, so that those of a rule or of a
    severity lie together.
    """

    id: str
    building_id: str
    source: CheckSource
    filename: str | None = None
    import_id: str | None = None
    status: CheckStatus = CheckStatus.AWAITING_UPLOAD
    progress: float = 0.0
    score: float | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    rules: tuple[RuleResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    error_code: str | None = None
    error_message: str | None = None
    attempt: str | None = None
    attempts: int = 0
    lease_until: datetime | None = None
    started_by: str | None = None
    started_by_name: str | None = None
    created_at: datetime
    updated_at: datetime
    events: tuple[DomainEvent, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.source is CheckSource.FILE and (fault := checkable_fault(self.filename)):
            raise InvalidInput(fault, {"filename": fault})

    @property
    def is_ids(self) -> bool:
        """Whether an IDS is what the file of an import is held against."""
        return self.source is CheckSource.FILE and str(self.filename).lower().endswith(IDS_SUFFIX)

    @property
    def listed(self) -> int:
        """How many findings are kept to be read."""
        return sum(rule.listed for rule in self.rules)

    def started(self, building_name: str) -> Self:
        """The check with the event of its beginning, which belongs to its building."""
        event = CheckStarted(
            record_kind="building",
            record_id=self.building_id,
            record_label=building_name,
            by=self.started_by,
            at=self.created_at,
            changes={"check_id": (None, self.id), "source": (None, self.source.value)},
        )
        return replace(self, events=(event,))

    def done(self, result: CheckResult, *, at: datetime) -> Self:
        """The check at its end."""
        return replace(
            self,
            status=CheckStatus.DONE,
            progress=1.0,
            score=result.score,
            counts=dict(result.counts),
            rules=result.rules[:MAX_RULES],
            findings=result.findings[:MAX_SHOWN_FINDINGS],
            lease_until=None,
            updated_at=at,
        )

    def failed(self, code: str, message: str, *, at: datetime) -> Self:
        """The check as ended by an error about the whole file."""
        return replace(
            self,
            status=CheckStatus.FAILED,
            error_code=code,
            error_message=message,
            lease_until=None,
            updated_at=at,
        )

    def as_seen_at(self, now: datetime) -> Self:
        """The check as a reader should see it: an invocation that died leaves no other trace, and
        an order that was never sent none at all.
        """
        if self.status not in UNDER_WAY:
            return self
        if self.lease_until is None:
            began = self.status is CheckStatus.CHECKING
            if began and now > self.updated_at + BEGINS_WITHIN:
                return self.failed("CHECK_STOPPED", FAILED_BY_US, at=self.updated_at)
            return self
        grace = RETRIES_COME_WITHIN * (self.attempts < MAX_ATTEMPTS)
        if now <= self.lease_until + grace:
            return self
        return self.failed("CHECK_STOPPED", FAILED_BY_US, at=self.updated_at)

    def range_of(self, rule: str | None, severity: str | None) -> tuple[int, int]:
        """Where the findings of a rule and a severity begin among all, and how many there are."""
        start, size = 0, 0
        for result in self.rules:
            wanted = rule in (None, result.rule) and severity in (None, result.severity)
            if wanted:
                size += result.listed
            elif not size:
                start += result.listed
        return start, size
