"""Fields that only some may read: door codes, network passwords.

A record holds them sealed. What happened to them is told without them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_SENSITIVE_FIELDS = 10
MAX_SENSITIVE_TEXT = 1000
SENSITIVE_NAME_PATTERN = r"^[a-z][a-z0-9_]{0,49}$"
MASK = "***"

_NAME = re.compile(SENSITIVE_NAME_PATTERN, re.ASCII)


@dataclass(frozen=True, slots=True)
class Secret:
    """A sensitive text in the clear. Its `repr` does not show it."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sensitive text, encrypted for one field of one record; only a vault can open it."""

    ciphertext: str = field(repr=False)


def sensitive_names_fault(names: Iterable[str]) -> str | None:
    """Why these cannot be the names of a record's sensitive fields. It repeats none of them:
    somebody may have written a value in the place of its name.
    """
    held = list(names)
    if len(held) > MAX_SENSITIVE_FIELDS:
        return f"There cannot be more than {MAX_SENSITIVE_FIELDS} sensitive fields"
    if not all(_NAME.fullmatch(name) for name in held):
        return (
            "The name of a sensitive field is 1 to 50 small letters, digits and underscores, and"
            " begins with a letter: door_code"
        )
    return None


def sensitive_text_fault(text: str) -> str | None:
    """Why `text` cannot be a sensitive value. Any characters may be in a password."""
    if not text.strip():
        return "A sensitive value cannot be empty; null removes it"
    if len(text) > MAX_SENSITIVE_TEXT:
        return f"A sensitive value cannot be longer than {MAX_SENSITIVE_TEXT} characters"
    if not text.isprintable():
        return "A sensitive value cannot contain control characters"
    return None


def masked(changes: Mapping[str, tuple[Any, Any]]) -> Mapping[str, tuple[Any, Any]]:
    """The changes of a record's fields; of each sensitive one only that it changed."""
    if "sensitive" not in changes:
        return changes
    before: Mapping[str, Sealed] = changes["sensitive"][0] or {}
    after: Mapping[str, Sealed] = changes["sensitive"][1] or {}
    hidden = {
        f"sensitive.{name}": (_mask(name in before), _mask(name in after))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    }
    return {**{name: c for name, c in changes.items() if name != "sensitive"}, **hidden}


def _mask(is_there: bool) -> str | None:
    return MASK if is_there else None
