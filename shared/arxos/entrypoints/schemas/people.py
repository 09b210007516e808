"""Users, what they may do, and why."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from arxos.domain.permissions import Role
from arxos.entrypoints.schemas.fields import (
    BuildingId,
    FloorId,
    OrganizationId,
    Shown,
    UserId,
    Version,
)


class Grant(Shown):
    """A role on the whole organisation, on one building, or on one floor of it."""

    role: Role
    scope: Literal["organization", "building", "floor"]
    building_id: BuildingId | None
    floor_id: FloorId | None


class User(Shown):
    """A person who may sign in."""

    id: UserId
    organization_id: OrganizationId
    email: str
    first_name: str
    last_name: str
    role: Role
    grants: list[Grant] = Field(description="Where the user's rights hold; empty: everywhere.")
    is_active: bool
    version: Version
    created_at: datetime
    updated_at: datetime


class Explanation(Shown):
    """Whether a user may do something, and which grant says so."""

    allowed: bool
    permission: str | None = Field(description="Null where signing in is enough.")
    through: Grant | None = Field(description="The grant that allows it.")
    reason: str
