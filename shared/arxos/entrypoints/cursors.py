"""Cursors: where a list goes on, opaque to clients and good only for the list that made them."""

import base64
import hashlib
import hmac

from arxos import settings
from arxos.domain.errors import InvalidInput

_SEAL_BYTES = 16


def cursor(position: str, list_identity: str) -> str:
    """The cursor for a position in the list that `list_identity` names.

    It is sealed with a secret of this deployment, so that nobody makes one or moves one to another
    list; and what it holds cannot be read: a position may name a record that the caller may not
    see. It holds sort keys, never a partition key: those are made anew from the caller's
    organisation and the path.
    """
    text = position.encode("utf-8", "surrogatepass")
    seal = _seal(text, list_identity)
    return base64.urlsafe_b64encode(seal + _veiled(text, seal)).decode().rstrip("=")


def position(cursor: str, list_identity: str) -> str:
    """The position in a cursor. Raises InvalidInput for one of another list, or of none."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        content = base64.b64decode(padded, altchars=b"-_", validate=True)
        seal = content[:_SEAL_BYTES]
        text = _veiled(content[_SEAL_BYTES:], seal)
        if hmac.compare_digest(seal, _seal(text, list_identity)):
            return text.decode("utf-8", "surrogatepass")
    except ValueError:
        pass
    message = "The cursor does not belong to this list; begin again without one"
    raise InvalidInput(message, {"cursor": message})


def _seal(text: bytes, list_identity: str) -> bytes:
    # The identity is JSON, which holds no NUL, so that no two pairs give one text.
    identity = list_identity.encode("utf-8", "surrogatepass")
    return _mac(b"seal\0" + identity + b"\0" + text)[:_SEAL_BYTES]


def _veiled(text: bytes, seal: bytes) -> bytes:
    """The text under a key stream of its own seal, and back (a synthetic nonce, as in RFC 5297)."""
    stream = b""
    while len(stream) < len(text):
        stream += _mac(b"veil\0" + seal + len(stream).to_bytes(8, "big"))
    return bytes(a ^ b for a, b in zip(text, stream, strict=False))


def _mac(message: bytes) -> bytes:
    secret = settings.load().cursor_secret.encode()
    if not secret:
        raise RuntimeError("CURSOR_SECRET is not set: anyone could make cursors.")
    return hmac.new(secret, message, hashlib.sha256).digest()
