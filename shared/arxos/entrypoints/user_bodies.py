"""The bodies of requests about users."""

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from arxos.domain.permissions import Role
from arxos.domain.rights import MAX_GRANTS
from arxos.domain.user import EMAIL_PATTERN, MAX_EMAIL, MAX_PERSONAL_NAME, email_fault
from arxos.entrypoints.bodies import Body, checked, name
from arxos.use_cases.users import InviteUser, WantedGrant

FirstName = Annotated[str, name("First name", maximum=MAX_PERSONAL_NAME)]
LastName = Annotated[str, name("Last name", maximum=MAX_PERSONAL_NAME)]
Email = Annotated[str, checked(email_fault, pattern=EMAIL_PATTERN, maxLength=MAX_EMAIL)]


class GrantBody(Body):
    """A role on the whole organisation, a building (`building_id`), or a floor of it (both ids).

    Without `role` it is the user's. `scope` says what the ids say, and need not be sent.
    """

    role: Role | None = None
    building_id: str | None = None
    floor_id: str | None = None
    scope: Literal["organization", "building", "floor"] | None = None

    @field_validator("floor_id")
    @classmethod
    def _is_in_a_building(cls, floor_id: str | None, info: ValidationInfo) -> str | None:
        if floor_id is not None and info.data.get("building_id", "") is None:
            raise ValueError("A grant on a floor names the floor's building too (building_id)")
        return floor_id

    @field_validator("scope")
    @classmethod
    def _agrees(cls, scope: str | None, info: ValidationInfo) -> str | None:
        if scope is None or not {"building_id", "floor_id"} <= info.data.keys():
            return scope
        said = "organization" if info.data["building_id"] is None else "building"
        if info.data["floor_id"] is not None:
            said = "floor"
        if scope != said:
            raise ValueError(f"By its ids this is a grant on the {said}")
        return scope

    def wanted(self) -> WantedGrant:
        """For the use case."""
        return WantedGrant(role=self.role, building_id=self.building_id, floor_id=self.floor_id)


Grants = Annotated[list[GrantBody], Field(max_length=MAX_GRANTS)]


class InviteUserBody(Body):
    """POST /users. Without grants the role holds in the whole organisation."""

    email: Email
    first_name: FirstName
    last_name: LastName
    role: Role
    grants: Grants = Field(default=[])

    def command(self) -> InviteUser:
        """For the use case."""
        return InviteUser(
            email=self.email,
            first_name=self.first_name,
            last_name=self.last_name,
            role=self.role,
            grants=tuple(grant.wanted() for grant in self.grants),
        )


class UpdateUserBody(Body):
    """PATCH of a user. `grants` takes the place of all grants there are."""

    first_name: FirstName = ""
    last_name: LastName = ""
    role: Role = Role.VIEWER
    grants: Grants = Field(default=[])

    def values(self) -> dict[str, Any]:
        """The fields that were sent."""
        sent: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set}
        if "grants" in sent:
            sent["grants"] = tuple(grant.wanted() for grant in self.grants)
        return sent
