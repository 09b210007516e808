"""Cursors: where a list goes on, opaque to clients and good only for the list that made them."""

import base64
import hashlib
import json

from arxos.domain.errors import InvalidInput

_DIGEST_CHARACTERS = 16


def cursor(position: str, list_identity: str) -> str:
    """The cursor for a position in the list that `list_identity` names.

    It holds sort keys, never a partition key: those are made anew from the caller's organisation
    and the path, so that a cursor made up by hand leads nowhere else.
    """
    content = json.dumps([_digest(position, list_identity), position], separators=(",", ":"))
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def position(cursor: str, list_identity: str) -> str:
    """The position in a cursor. Raises InvalidInput for one of another list, or of none."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        digest, text = json.loads(base64.urlsafe_b64decode(padded))
        if isinstance(text, str) and digest == _digest(text, list_identity):
            return text
    except (ValueError, TypeError, RecursionError):
        pass
    message = "The cursor does not belong to this list; begin again without one"
    raise InvalidInput(message, {"cursor": message})


def _digest(position: str, list_identity: str) -> str:
    text = f"{list_identity}\0{position}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_CHARACTERS]
