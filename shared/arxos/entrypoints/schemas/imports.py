"""Files on their way into a building, and what they would do."""

from datetime import datetime
from typing import Any, Literal

from pydantic import AnyUrl, Field

from arxos.domain.import_job import ImportMode, ImportProfile, ImportStatus
from arxos.domain.plan_entries import EntryKind
from arxos.entrypoints.schemas.fields import (
    BuildingId,
    By,
    CheckId,
    Count,
    ImportId,
    Shown,
)


class Problem(Shown):
    """One thing that a file has wrong, said so that it can be found and mended."""

    severity: Literal["error", "warning"]
    code: str
    message: str
    sheet_or_class: str | None
    row_or_line: int | None
    key: str | None
    field: str | None
    value: str | None


class Column(Shown):
    """A column of a table, and as which field it was understood."""

    sheet: str
    heading: str
    field: str | None = Field(description="None: its values are kept in the metadata.")


class ImportCounts(Shown):
    """Records of all kinds together."""

    created: Count
    updated: Count
    unchanged: Count
    removed: Count
    conflicts: Count


class ImportCheck(Shown):
    """What a handover's rules say of the workbook; …/checks/{check_id} says it in full."""

    check_id: CheckId
    score: float = Field(ge=0, le=100)
    counts: dict[str, Count]


class Import(Shown):
    """A file on its way into a building."""

    id: ImportId
    building_id: BuildingId
    filename: str
    mode: ImportMode
    profile: ImportProfile
    status: ImportStatus
    progress: float = Field(ge=0, le=1)
    counts: ImportCounts
    errors: list[Problem] = Field(description="The first 100.")
    warnings: list[Problem] = Field(description="The first 100.")
    columns: list[Column] = Field(
        description="How the first 100 columns of a table were understood; empty for other files."
    )
    check: ImportCheck | None = Field(description="Null but for COBie workbooks.")
    errors_count: Count
    warnings_count: Count
    started_by: By
    started_by_name: str | None
    created_at: datetime
    updated_at: datetime


class PlanEntry(Shown):
    """What would happen to one record."""

    kind: EntryKind
    record_kind: str
    record_id: str | None
    label: str
    place: str | None = Field(description="Where it is or will be, in words.")
    key: str | None
    line: int | None
    fields: dict[str, dict[str, Any]] = Field(description="By name, before and after.")
    reason: str


class Prediction(Shown):
    """What carrying the plan out would take: write units, seconds, US dollars."""

    records: Count = Field(description="New and changed ones.")
    removals: Count = Field(description="Those proposed; what they would take is in the rest.")
    write_units: Count
    seconds: float = Field(ge=0)
    dollars: float = Field(ge=0)


class PlanCounts(Shown):
    """How many entries of each kind the plan has."""

    conflict: Count
    create: Count
    update: Count
    move: Count
    keep: Count
    remove: Count
    unchanged: Count


class Plan(Shown):
    """What an import would do, beside its entries."""

    status: ImportStatus
    digest: str | None
    counts: ImportCounts
    entries: PlanCounts
    prediction: Prediction


class Upload(Shown):
    """A form to post the file to: all of `fields` first, then the file as `file`."""

    url: AnyUrl
    fields: dict[str, str]
    max_bytes: Count
    expires_in_seconds: Count
