"""Records on their way out, with all that is in them."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from arxos.domain.deletion import DeletionStatus
from arxos.entrypoints.schemas.fields import (
    BuildingId,
    By,
    Count,
    DeletionId,
    FloorId,
    Shown,
)


class DeletionTarget(Shown):
    """What is to go; `label` is how a person called it."""

    kind: Literal["building", "floor", "room"]
    id: str
    building_id: BuildingId
    floor_id: FloorId | None
    label: str


class RemovedCounts(Shown):
    """What has gone already with the target."""

    floors: Count
    rooms: Count
    devices: Count


class Deletion(Shown):
    """A building, floor or room on its way out, with all that is in it."""

    id: DeletionId
    target: DeletionTarget
    status: DeletionStatus
    progress: float = Field(ge=0, le=1)
    total: Count
    removed: RemovedCounts
    message: str | None
    started_by: By
    started_by_name: str | None
    created_at: datetime
    updated_at: datetime
