"""Record ids: opaque to clients, prefixed by kind, and carrying the shard that stores the record.

Rooms and devices of one building are spread over up to 32 partitions (ADR 0003). Which one is the
first character after the prefix, so that an id alone leads to its record with one GetItem, and a
building can grow from one shard to many without moving what it has.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime

# Crockford's alphabet, as in ULIDs: no I, L, O, U to misread.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # pragma: allowlist secret
MAX_SHARDS = len(ALPHABET)
# Records per shard that an import plans for. At 1 KB and 2 write units each (a transaction's
# price) 16 shards take 100,000 devices well below DynamoDB's 1,000 units a second per partition.
RECORDS_PER_SHARD = 8_000

PREFIXES = {
    "building": "bld",
    "change": "chg",
    "check": "chk",
    "deletion": "del",
    "device": "dev",
    "export": "exp",
    "floor": "flr",
    "group": "grp",
    "import": "imp",
    "organization": "org",
    "room": "rm",
    "user": "usr",
}
_SHAPE = re.compile(r"[a-z]{2,3}_[0-9A-Za-z]{1,40}")

NewId = Callable[[str], str]
"""Makes a fresh id for a kind ("building"): passed in, so that the domain stays deterministic."""


def is_id(value: str, kind: str) -> bool:
    """Whether `value` has the form of an id of that kind."""
    return value.startswith(PREFIXES[kind] + "_") and bool(_SHAPE.fullmatch(value))


def shards_for(records: int) -> int:
    """How many shards so many rooms and devices need: a power of two, 1 to 32."""
    shards = 1
    while shards < MAX_SHARDS and records > shards * RECORDS_PER_SHARD:
        shards *= 2
    return shards


def shard_of(record_id: str) -> str:
    """The shard a room's or device's id names."""
    return record_id.partition("_")[2][:1]


def shard_names(shards: int) -> str:
    """The shards of a building spread over so many, in listing order."""
    return ALPHABET[:shards]


def derived_id(kind: str, *parts: str, shards: int = 1) -> str:
    """The same id for the same parts for ever, so that a retried write meets its first try.

    130 bits of SHA-256 in Crockford's base 32, behind a shard drawn from 5 further bits.
    """
    number = _number_of(kind, *parts)
    shard = ALPHABET[(number & 31) % shards]
    number >>= 5
    characters = []
    for _ in range(26):
        characters.append(ALPHABET[number & 31])
        number >>= 5
    return f"{PREFIXES[kind]}_{shard}{''.join(characters)}"


def derived_ulid(kind: str, at: datetime, *parts: str) -> str:
    """The same id for the same time and parts for ever; sorts by time, as fresh ids do."""
    number = int(at.timestamp() * 1000) << 80 | _number_of(kind, *parts) & (1 << 80) - 1
    characters = [ALPHABET[number >> 5 * place & 31] for place in reversed(range(26))]
    return f"{PREFIXES[kind]}_{''.join(characters)}"


def _number_of(*parts: str) -> int:
    return int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest(), "big")
