"""The people of an organisation, and who is acting now."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from arxos.domain.errors import Duplicate, InvalidUserError
from arxos.domain.events import (
    DomainEvent,
    UserDeactivated,
    UserInvited,
    UserReactivated,
    UserUpdated,
)
from arxos.domain.permissions import Role
from arxos.domain.rights import MAX_GRANTS, Grant, Rights
from arxos.domain.text_rules import name_fault

# Cognito checks the address by sending to it; this only catches what is plainly none. It sends to
# ASCII addresses, and takes no user name over 128 characters.
EMAIL_PATTERN = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"
MAX_EMAIL = 128
MAX_PERSONAL_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """A tenant. Its id is part of every key of what it owns.

    `admins_count` is how many active users are admins of the whole organisation, always exact.
    """

    id: str
    name: str
    admins_count: int = 0
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
    events: tuple[DomainEvent, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        faults = {
            field: fault
            for field, fault in (
                ("first_name", personal_name_fault(self.first_name, label="First name")),
                ("last_name", personal_name_fault(self.last_name, label="Last name")),
                ("email", email_fault(self.email)),
            )
            if fault
        }
        if len(self.grants) > MAX_GRANTS:
            faults["grants"] = f"A user cannot have more than {MAX_GRANTS} grants"
        if faults:
            raise InvalidUserError(next(iter(faults.values())), faults)

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def is_organization_admin(self) -> bool:
        """Whether they can manage users now: active, and admin of the whole organisation."""
        grants = rights_of(self.role, self.grants).grants
        return self.is_active and any(grant.is_organization_admin for grant in grants)

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
        grants: tuple[Grant, ...] = (),
        at: datetime,
        by: str | None,
    ) -> Self:
        """A new user with the event of the invitation."""
        user = cls(
            id=id,
            organization_id=organization_id,
            subject=subject,
            email=email,
            first_name=first_name,
            last_name=last_name,
            role=role,
            grants=grants,
            created_at=at,
            updated_at=at,
        )
        told = ("email", "first_name", "last_name", "role", "grants")
        changes = {name: (None, value) for name in told if (value := getattr(user, name))}
        return user._told(UserInvited, changes, at=at, by=by)

    def changed(self, *, at: datetime, by: str | None, **values: Any) -> Self:
        """The user with these fields, and the event that tells it; itself when nothing differs."""
        return self._changed(UserUpdated, at=at, by=by, **values)

    def deactivated(self, *, at: datetime, by: str | None) -> Self:
        """The user who may not sign in any more."""
        return self._changed(UserDeactivated, at=at, by=by, is_active=False)

    def reactivated(self, *, at: datetime, by: str | None) -> Self:
        """The user who may sign in again, with role and grants as they were."""
        return self._changed(UserReactivated, at=at, by=by, is_active=True)

    def stored(self) -> Self:
        """The user as they are once their change is written."""
        return replace(self, version=self.version + 1, events=())

    def _changed(
        self, event: type[DomainEvent], *, at: datetime, by: str | None, **values: Any
    ) -> Self:
        changes = {
            name: (getattr(self, name), value)
            for name, value in values.items()
            if getattr(self, name) != value
        }
        if not changes:
            return self
        after = {name: value for name, (_, value) in changes.items()}
        return replace(self, **after, updated_at=at)._told(event, changes, at=at, by=by)

    def _told(
        self,
        event: type[DomainEvent],
        changes: dict[str, tuple[Any, Any]],
        *,
        at: datetime,
        by: str | None,
    ) -> Self:
        told = event(
            record_kind="user",
            record_id=self.id,
            record_label=self.name,
            by=by,
            at=at,
            changes=changes,
        )
        return replace(self, events=(*self.events, told))


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """On whose behalf a request is served: taken from the user's record, never from a claim."""

    organization_id: str
    user_id: str
    name: str
    role: Role
    request_id: str
    grants: tuple[Grant, ...] = ()
    # Names the request among all of the organisation's, however often it comes; None: it has no
    # Idempotency-Key.
    once: str | None = None

    @classmethod
    def behind(
        cls, organization_id: str, *, by: str | None, name: str | None, attempt: str | None
    ) -> Self:
        """Who ordered work that goes on in the background: it holds the rights that its start was
        checked for, in its own place.
        """
        return cls(
            organization_id=organization_id,
            user_id=by or "",
            name=name or "",
            role=Role.ADMIN,
            request_id=attempt or "",
        )

    @property
    def rights(self) -> Rights:
        """What the grants give, where they give it; without any, the role everywhere."""
        return rights_of(self.role, self.grants)


def personal_name_fault(value: object, *, label: str) -> str | None:
    """Why `value` is no first or last name; None when it is one."""
    return name_fault(value, label=label, maximum=MAX_PERSONAL_NAME)


def email_fault(value: str) -> str | None:
    """Why `value` is no email address; None when it may be one."""
    if len(value) > MAX_EMAIL or not re.fullmatch(EMAIL_PATTERN, value):
        return "Email must be an address such as ada@example.com"
    return None


def email_taken() -> Duplicate:
    """The same whoever has the address: one organisation learns nothing of another's people."""
    return Duplicate("email", "This email address cannot be invited: it is in use already.")


def rights_of(role: Role, grants: tuple[Grant, ...]) -> Rights:
    """A user without grants has the role in the whole organisation; with grants, only these."""
    return Rights(grants or (Grant(role=role),))
