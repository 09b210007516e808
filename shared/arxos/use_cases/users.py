"""Who is asking."""

from arxos.domain.errors import Unauthenticated
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
