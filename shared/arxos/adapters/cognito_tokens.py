"""Cognito's access tokens, verified with PyJWT."""

import time
from collections.abc import Callable
from typing import Any

import jwt
from jwt import PyJWK, PyJWKClient
from jwt.exceptions import PyJWKClientError, PyJWKSetError, PyJWTError

from arxos.domain.errors import ServiceUnavailable, Unauthenticated

# API Gateway passes at most 10,240 bytes of headers; Cognito's access tokens have about 1 KB.
MAX_TOKEN_CHARACTERS = 8_192
KEYS_LIFESPAN_SECONDS = 3_600
KEYS_TIMEOUT_SECONDS = 3
TOKEN_USE = "access"  # noqa: S105  a kind of token, not one
# An unknown key id is worth one look for new keys, not one for each forged token.
REFETCH_SECONDS = 30


class CognitoTokens:
    """See `arxos.ports.sign_in.TokenVerifier`. Keys are cached for an hour in each container."""

    def __init__(
        self,
        *,
        issuer: str,
        client_id: str,
        jwks_url: str,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._seconds = seconds
        self._fetched_at: float | None = None
        self._keys = PyJWKClient(
            jwks_url, lifespan=KEYS_LIFESPAN_SECONDS, timeout=KEYS_TIMEOUT_SECONDS
        )

    def claims(self, token: str) -> dict[str, Any]:
        if not token or len(token) > MAX_TOKEN_CHARACTERS:
            raise _bad_token()
        try:
            header = jwt.get_unverified_header(token)
        except PyJWTError:
            raise _bad_token() from None
        key_id = header.get("kid")
        # Checked before a key is looked up: "none" and HS256 with the public key stop here.
        if header.get("alg") != "RS256" or not isinstance(key_id, str):
            raise _bad_token()
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key(key_id),
                algorithms=["RS256"],
                issuer=self._issuer,
                options={
                    "require": ["exp", "iat", "iss", "sub", "token_use", "client_id"],
                    # Access tokens name their client in client_id and have no audience.
                    "verify_aud": False,
                },
            )
        except PyJWTError:
            raise _bad_token() from None
        if claims["token_use"] != TOKEN_USE or claims["client_id"] != self._client_id:
            raise _bad_token()
        return claims

    def _key(self, key_id: str) -> PyJWK:
        key = self._find(key_id, refresh=False)
        if key is None and self._may_refetch():
            key = self._find(key_id, refresh=True)
        if key is None:
            raise _bad_token()
        return key

    def _may_refetch(self) -> bool:
        now = self._seconds()
        if self._fetched_at is not None and now - self._fetched_at < REFETCH_SECONDS:
            return False
        self._fetched_at = now
        return True

    def _find(self, key_id: str, *, refresh: bool) -> PyJWK | None:
        try:
            keys = self._keys.get_signing_keys(refresh)
        except (PyJWKClientError, PyJWKSetError) as unavailable:
            raise ServiceUnavailable(
                "The keys to check sign-ins with cannot be had at the moment; try again later."
            ) from unavailable
        return next((key for key in keys if key.key_id == key_id), None)


def _bad_token() -> Unauthenticated:
    return Unauthenticated("The access token is missing, bad or expired; sign in again.")
