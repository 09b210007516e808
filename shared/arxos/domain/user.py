"""The people of an organisation, and who is acting now."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from arxos.domain.errors import InvalidUserError
from arxos.domain.events import UserInvited
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant, Rights
from arxos.domain.text_rules import name_fault

# Cognito checks the address by sending to it; this only catches what is plainly none.
_EMAIL = re.compile(r"^[^@\s<>]{1,64}@[^@\s<>]+\.[^@\s<>]+$")
MAX_EMAIL = 254


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """A tenant. Its id is part of every key of what it owns."""

    id: str
    name: str
    created_at: datetime

    def __post_init__(self) -> None:
        if fault := name_fault(self.name, label="Organization name"):
            raise InvalidUserError(fault, {"organization.name": fault})


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person who may sign in. `subject` is Cognito's `sub`; `rights_of` tells role and grants."""

    id: str
    organization_id: str
    subject: str
    email: str
    first_name: str
    last_name: str
    role: Role
    grants: tuple[Grant, ...] = ()
    is_active: bool = True
    version: int = 1
    created_at: datetime
    updated_at: datetime
    events: tuple[UserInvited, ...] = ()

    def __post_init__(self) -> None:
        faults = {
            field: fault
            for field, fault in (
                ("first_name", name_fault(self.first_name, label="First name", maximum=100)),
                ("last_name", name_fault(self.last_name, label="Last name", maximum=100)),
            )
            if fault
        }
        if len(self.email) > MAX_EMAIL or not _EMAIL.match(self.email):
            faults["email"] = "Email must be an address such as ada@example.com"
        if faults:
            raise InvalidUserError(next(iter(faults.values())), faults)

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    @classmethod
    def invite(
        cls,
        *,
        id: str,
        organization_id: str,
        subject: str,
        email: str,
        first_name: str,
        last_name: str,
        role: Role,
        at: datetime,
        by: str | None,
    ) -> Self:
        """A new user with the event of the invitation."""
        event = UserInvited(
            record_kind="user",
            record_id=id,
            record_label=f"{first_name} {last_name}",
            by=by,
            at=at,
            changes={"role": (None, role.value)},
        )
        return cls(
            id=id,
            organization_id=organization_id,
            subject=subject,
            email=email,
            first_name=first_name,
            last_name=last_name,
            role=role,
            created_at=at,
            updated_at=at,
            events=(event,),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """On whose behalf a request is served: taken from the user's record, never from a claim."""

    organization_id: str
    user_id: str
    name: str
    role: Role
    request_id: str
    grants: tuple[Grant, ...] = ()

    @property
    def rights(self) -> Rights:
        """What the grants give, where they give it; without any, the role everywhere."""
        return rights_of(self.role, self.grants)


def rights_of(role: Role, grants: tuple[Grant, ...]) -> Rights:
    """A user without grants has the role in the whole organisation; with grants, only these."""
    return Rights(grants or (Grant(role=role),))
