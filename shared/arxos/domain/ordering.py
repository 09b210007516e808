"""In which order lists show records: by a value that people know, and by id where that is equal."""

from typing import Any

from arxos.domain.record import Record
from arxos.domain.text_rules import folded
from arxos.domain.timestamps import to_iso

# A list that no index has in the wanted order is sorted as it is read; of more than so many
# records that takes too long for one request.
MAX_SORTED = 10_000

_DIGITS = 8

Order = tuple[str | int, str]
"""What a record is sorted by, and its id, so that no two are equal."""


def natural(number: str) -> str:
    """A folded number with its runs of digits padded, so that room 2 comes before room 10."""
    padded, digits = [], ""
    for character in number + "\0":
        if character.isdecimal():
            digits += character
            continue
        if digits:
            padded.append(digits.zfill(_DIGITS))
            digits = ""
        if character != "\0":
            padded.append(character)
    return "".join(padded)


def order_of(record: Record, sort: str) -> Order:
    """`record` in the order `name`, `number`, `created` or `updated` (or `-name` …)."""
    value: Any
    match sort.removeprefix("-"):
        case "name":
            value = folded(getattr(record, "name", None) or "")
        case "number":
            value = getattr(record, "floor_number", None)
            if value is None:
                value = natural(folded(getattr(record, "room_number", "")))
        case "created":
            value = to_iso(record.created_at) if record.created_at else ""
        case "updated":
            value = to_iso(record.updated_at) if record.updated_at else ""
        case other:
            raise ValueError(f"Nothing is sorted by '{other}'.")
    return value, record.id
