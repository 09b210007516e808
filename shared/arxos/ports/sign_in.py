"""How people get a sign-in, and how a request's token becomes a user."""

from dataclasses import dataclass
from typing import Any, Protocol

from arxos.domain.user import User


class TokenVerifier(Protocol):
    """Tells a good token from any other."""

    def claims(self, token: str) -> dict[str, Any]:
        """The verified claims of an access token.

        Raises Unauthenticated for any token that is not good, and ServiceUnavailable when the
        keys to judge it by cannot be had.
        """
        ...


class SignInDirectory(Protocol):
    """Knows which user a token's subject is."""

    def user_of(self, subject: str) -> User | None:
        """The user's record, or None."""
        ...


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a person signs in with. `is_new`: made, and its owner invited by mail, just now."""

    subject: str
    is_new: bool


class SignIns(Protocol):
    """The sign-ins of all organisations. Each call may be made again and changes nothing then.

    All raise ServiceUnavailable when the sign-in service does not answer.
    """

    def create(self, email: str) -> SignIn:
        """The sign-in of an address: a new one, or the one that is there already.

        Raises InvalidUserError for an address that no mail can be sent to.
        """
        ...

    def invite_again(self, email: str) -> None:
        """Send the invitation once more to somebody who has never signed in; else nothing."""
        ...

    def disable(self, subject: str) -> None:
        """No new tokens for it, and no renewed ones."""
        ...

    def enable(self, subject: str) -> None:
        """Its owner may sign in again. Raises Conflict when the sign-in is gone."""
        ...
