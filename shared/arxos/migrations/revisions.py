"""What migrations there are, and which level of them an item of a kind is at."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

# The level of what was stored before there were migrations, and of an item that names none.
BASELINE = 1

# An item's attributes, as boto3 gives them. What an item does not have is not in it.
Values = Mapping[str, Any]
_MODULE = re.compile(r"^(?P<number>\d{4})_[a-z0-9_]+$")


class Direction(StrEnum):
    """Which way a migration is run."""

    UP = "up"
    DOWN = "down"


class BrokenMigration(Exception):
    """The migrations' modules contradict each other or lack something; says which and what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step between two shapes of the items of some kinds.

    `up` and `down` get the attributes that `reads` names, and answer those to write: None removes
    one. They must be right for any item of a lower (or higher) level, and do no harm when repeated.
    """

    number: int
    title: str
    kinds: frozenset[str]
    reads: frozenset[str]
    up: Callable[[Values], Values]
    down: Callable[[Values], Values]

    def changes(self, direction: Direction, values: Values) -> dict[str, Any]:
        """What of these values has to be written; what is so already is left out."""
        change = self.up if direction is Direction.UP else self.down
        wanted = change({name: value for name, value in values.items() if name in self.reads})
        return {name: value for name, value in wanted.items() if values.get(name) != value}


@dataclass(frozen=True, slots=True)
class Step:
    """One migration, one way."""

    migration: Migration
    direction: Direction


def level_of(kind: str, migrations: Sequence[Migration], at: int) -> int:
    """The level of an item of this kind, when the table is at this revision."""
    levels = [one.number for one in migrations if kind in one.kinds and one.number <= at]
    return max(levels, default=BASELINE)


def steps(migrations: Sequence[Migration], current: int, target: int) -> list[Step]:
    """The way from one revision to another, in order."""
    if target >= current:
        return [Step(one, Direction.UP) for one in migrations if current < one.number <= target]
    return [
        Step(one, Direction.DOWN) for one in reversed(migrations) if target < one.number <= current
    ]


@cache
def all_migrations() -> tuple[Migration, ...]:
    """In their order. Raises BrokenMigration."""
    package = import_module("arxos.migrations")
    names = sorted(one.name for one in iter_modules(package.__path__) if _MODULE.match(one.name))
    found = tuple(_load(name) for name in names)
    if [one.number for one in found] != list(range(1, len(found) + 1)):
        raise BrokenMigration(f"The migrations are not numbered without a gap: {', '.join(names)}.")
    return found


def _load(name: str) -> Migration:
    module = import_module(f"arxos.migrations.{name}")
    try:
        return Migration(
            number=int(name[:4]),
            title=(module.__doc__ or "").strip().splitlines()[0].rstrip("."),
            kinds=frozenset(module.KINDS),
            reads=frozenset(module.READS),
            up=module.up,
            down=module.down,
        )
    except (AttributeError, IndexError) as lack:
        raise BrokenMigration(f"{name}.py lacks something: {lack}.") from lack
