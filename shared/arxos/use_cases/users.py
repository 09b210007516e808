"""Who is asking, and the first people of an organisation."""

from datetime import datetime

from arxos.domain.errors import Unauthenticated
from arxos.domain.identifiers import NewId
from arxos.domain.permissions import Role
from arxos.domain.user import Actor, User
from arxos.ports.registry import UnitOfWork
from arxos.ports.sign_in import SignInDirectory, TokenVerifier


def authenticate(token: str, *, verifier: TokenVerifier, directory: SignInDirectory) -> User:
    """The active user whose access token this is.

    Raises Unauthenticated for a bad token and for one that belongs to no active user, and
    ServiceUnavailable when that cannot be found out.
    """
    claims = verifier.claims(token)
    user = directory.user_of(claims["sub"])
    if user is None or not user.is_active:
        raise Unauthenticated("This sign-in has no active user in Arxos.")
    return user


def get_me(actor: Actor, *, uow: UnitOfWork) -> User:
    """The caller's own record."""
    return uow.users.get(actor.user_id)


def add_user(
    *,
    organization_id: str,
    subject: str,
    email: str,
    first_name: str,
    last_name: str,
    role: Role,
    uow: UnitOfWork,
    new_id: NewId,
    now: datetime,
    by: str | None,
) -> User:
    """Give a Cognito sign-in its user in an organisation. Duplicate if it has one already."""
    user = User.invite(
        id=new_id("user"),
        organization_id=organization_id,
        subject=subject,
        email=email,
        first_name=first_name,
        last_name=last_name,
        role=role,
        at=now,
        by=by,
    )
    with uow:
        uow.users.add(user)
    return user
