"""How Arxos itself is, and how it says that something failed."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from arxos.entrypoints.schemas.fields import (
    Shown,
)


class Health(Shown):
    """Whether Arxos and what it depends on work."""

    status: Literal["healthy", "degraded", "unhealthy"]
    checks: dict[str, str] = Field(description="`ok`, or what is wrong, by dependency.")


class Error(Shown):
    """What went wrong."""

    code: str = Field(pattern="^[A-Z][A-Z0-9_]*$", description="Public; it never changes.")
    message: str = Field(description="A sentence for people.")
    details: dict[str, Any] = Field(
        description="For programs: `field_errors` maps each wrong field to a sentence."
    )
    request_id: str = Field(description="As in the X-Request-Id header and in the logs.")
    timestamp: datetime | None = Field(description="Null in what the gateway answers by itself.")


class Failure(Shown):
    """The envelope of every failure."""

    success: Literal[False]
    error: Error
