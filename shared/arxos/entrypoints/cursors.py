"""Cursors: where a list goes on, opaque to clients and good only for the list that made them."""

import base64
import hashlib
import hmac
import json

from arxos import settings
from arxos.domain.errors import InvalidInput

_SEAL_CHARACTERS = 32  # 128 bits


def cursor(position: str, list_identity: str) -> str:
    """The cursor for a position in the list that `list_identity` names.

    It is sealed with a secret of this deployment, so that nobody makes one or moves one to another
    list. And it holds sort keys, never a partition key: those are made anew from the caller's
    organisation and the path.
    """
    content = json.dumps([_seal(position, list_identity), position], separators=(",", ":"))
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def position(cursor: str, list_identity: str) -> str:
    """The position in a cursor. Raises InvalidInput for one of another list, or of none."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        seal, text = json.loads(base64.urlsafe_b64decode(padded))
        if (
            isinstance(text, str)
            and isinstance(seal, str)
            and hmac.compare_digest(seal.encode(), _seal(text, list_identity).encode())
        ):
            return text
    except (ValueError, TypeError, RecursionError):
        pass
    message = "The cursor does not belong to this list; begin again without one"
    raise InvalidInput(message, {"cursor": message})


def _seal(position: str, list_identity: str) -> str:
    secret = settings.load().cursor_secret.encode()
    if not secret:
        raise RuntimeError("CURSOR_SECRET is not set: anyone could make cursors.")
    # The identity is JSON, which holds no NUL, so that no two pairs give one text.
    text = f"{list_identity}\0{position}".encode("utf-8", "surrogatepass")
    return hmac.new(secret, text, hashlib.sha256).hexdigest()[:_SEAL_CHARACTERS]
