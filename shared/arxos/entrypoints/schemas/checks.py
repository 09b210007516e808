"""Checks against the rules of a handover, and what they find."""

from datetime import datetime

from pydantic import AnyUrl, Field

from arxos.domain.check_job import CheckSource, CheckStatus
from arxos.domain.handover.rule import RuleSeverity
from arxos.entrypoints.schemas.fields import BuildingId, By, CheckId, Count, ImportId, Shown


class Download(Shown):
    """Where a file can be had without a token, for a quarter of an hour."""

    download_url: AnyUrl


class Finding(Shown):
    """One place where a rule is broken, and how to mend it."""

    rule: str
    severity: RuleSeverity
    sheet: str = Field(description="A sheet, a kind of records, or a class of IFC.")
    row: int | None
    key: str | None = Field(description="The row's name, or the record's id.")
    field: str | None
    value: str | None
    message: str
    remedy: str


class RuleResult(Shown):
    """A rule that is broken, and how often."""

    rule: str
    severity: RuleSeverity
    sheet: str
    column: str | None
    says: str
    tested: Count
    broken: Count
    listed: Count = Field(description="So many of its findings are kept to be read.")


class FindingCounts(Shown):
    """How many findings of each severity there are."""

    error: Count
    warning: Count
    info: Count


class CheckError(Shown):
    """Why a check could not be done."""

    code: str
    message: str


class CheckLine(Shown):
    """A check in a list, without what it found."""

    id: CheckId
    building_id: BuildingId
    source: CheckSource
    filename: str | None
    import_id: ImportId | None
    status: CheckStatus
    progress: float = Field(ge=0, le=1)
    score: float | None = Field(ge=0, le=100, description="Null until it is done.")
    counts: FindingCounts
    error: CheckError | None
    started_by: By
    started_by_name: str | None
    created_at: datetime
    updated_at: datetime


class Check(CheckLine):
    """A check, which rules are broken how often, and the first of its findings."""

    rules: list[RuleResult]
    findings: list[Finding] = Field(description="The first 20; …/findings has all.")
