"""How a request's token becomes a user."""

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
