"""Buildings on their way into files."""

from datetime import datetime
from typing import Any

from pydantic import AnyUrl, Field

from arxos.domain.export_job import ExportFormat, ExportStatus
from arxos.entrypoints.schemas.fields import BuildingId, By, Count, ExportId, Shown


class Export(Shown):
    """A building, or a part of it, on its way into a file."""

    id: ExportId
    building_id: BuildingId
    format: ExportFormat
    scope: dict[str, Any] = Field(description="What of the building; empty: all of it.")
    filename: str
    status: ExportStatus
    progress: float = Field(ge=0, le=1)
    counts: dict[str, Count] = Field(description="Records written, by kind.")
    size_bytes: Count | None
    message: str | None
    download_url: AnyUrl | None = Field(
        description="Once it is ready; without a token, for 15 minutes. GET gives a fresh one."
    )
    expires_at: datetime = Field(description="When the file is gone.")
    started_by: By
    started_by_name: str | None
    created_at: datetime
    updated_at: datetime
