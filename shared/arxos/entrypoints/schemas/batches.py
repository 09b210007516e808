"""What became of each row of a batch."""

from typing import Any, Literal

from pydantic import Field

from arxos.entrypoints.schemas.fields import (
    Count,
    Shown,
    Version,
)
from arxos.entrypoints.schemas.records import Device, Room


class _BatchSuccess(Shown):
    index: Count
    op: str
    id: str | None
    success: Literal[True]
    status: Literal[200, 201]
    version: Version = Field(default=1)


class RoomResult(_BatchSuccess):
    """A row of a batch that was done; without the record where it is gone, or too large."""

    record: Room = Field(default=None)  # type: ignore[assignment]


class DeviceResult(_BatchSuccess):
    """A row of a batch that was done; without the record where it is gone, or too large."""

    record: Device = Field(default=None)  # type: ignore[assignment]


class BatchError(Shown):
    """As the error of a request of its own."""

    code: str
    message: str
    details: dict[str, Any]


class BatchFailure(Shown):
    """A row of a batch that was not done."""

    index: Count
    op: str | None
    id: str | None
    success: Literal[False]
    status: int = Field(ge=400, le=599)
    error: BatchError
