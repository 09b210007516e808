"""The beginning of a tenant: an organisation and its first people."""

from dataclasses import dataclass
from datetime import datetime

from arxos.domain.errors import NotFound
from arxos.domain.identifiers import NewId
from arxos.domain.permissions import Role
from arxos.domain.user import Organization, User
from arxos.ports.registry import UnitOfWork
from arxos.ports.sign_in import SignInDirectory


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person to be. `subject` is the `sub` of their Cognito sign-in."""

    subject: str
    email: str
    first_name: str
    last_name: str
    role: Role


def ensure_member(
    organization_id: str,
    organization_name: str,
    member: Member,
    *,
    uow: UnitOfWork,
    directory: SignInDirectory,
    new_id: NewId,
    now: datetime,
) -> User:
    """The member's user record, made with the organisation where either is not there yet.

    May be called again for the same people and changes nothing then. It is for the operator of a
    deployment: no route leads here.
    """
    known = directory.user_of(member.subject)
    if known is not None:
        return known
    user = User.invite(
        id=new_id("user"),
        organization_id=organization_id,
        subject=member.subject,
        email=member.email,
        first_name=member.first_name,
        last_name=member.last_name,
        role=member.role,
        at=now,
        by=None,
    )
    with uow:
        try:
            uow.organizations.get()
        except NotFound:
            uow.organizations.add(
                Organization(id=organization_id, name=organization_name, created_at=now)
            )
        uow.users.add(user)
    return user
