"""Query parameters: judged one by one, or taken together as the conditions of a list."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar, get_args, get_type_hints

from arxos.domain.errors import InvalidInput

F = TypeVar("F")


def asked_for(conditions: type[Any]) -> dict[str, type[StrEnum] | None]:
    """The parameters that a filter stands for: its texts, by name; with what they may be.

    Its sets of ids (`floor_ids`) are not among them: use cases limit what a caller sees by these.
    """
    asked = {}
    for name, hint in get_type_hints(conditions, include_extras=True).items():
        text, *choices = get_args(hint) if hasattr(hint, "__metadata__") else (hint,)
        if text is str or str in get_args(text):
            asked[name] = choices[0] if choices else None
    return asked


def conditions_of(query: dict[str, str], conditions: type[F]) -> F:
    """The filter that these parameters ask for. Raises InvalidInput."""
    for name, choices in asked_for(conditions).items():
        if choices is not None:
            choice(query.get(name), name, choices)
    return conditions(**query)


def choice(value: str | None, name: str, choices: type[StrEnum]) -> str | None:
    """A query parameter that is one of an enum's values. Raises InvalidInput."""
    allowed: list[str] = [str(c) for c in choices]
    if value is None or value in allowed:
        return value
    message = f"'{value}' is none of: {', '.join(allowed)}"
    raise InvalidInput(f"{name.capitalize()} {message}", {name: message})


def flag(value: str | None, name: str) -> bool:
    """A query parameter that is `true` or `false`, as it is without one. Raises InvalidInput."""
    if value in (None, "true", "false"):
        return value == "true"
    message = "must be true or false"
    raise InvalidInput(f"{name} {message}", {name: f"This {message}"})


def moment(value: str | None, name: str) -> datetime | None:
    """A query parameter that is a time, with its offset from UTC. Raises InvalidInput."""
    if value is None:
        return None
    try:
        time_ = datetime.fromisoformat(value)
        if time_.tzinfo is not None:
            return time_.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    message = "must be a time with its zone, such as 2026-11-22T09:30:00Z"
    raise InvalidInput(f"{name} {message}", {name: f"This {message}"})
