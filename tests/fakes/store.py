"""What is stored, how a unit of work writes to it, and how lists are cut into pages."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from arxos.adapters.dynamodb.mapping import COUNTERS
from arxos.domain.device import Device
from arxos.domain.errors import (
    BeingDeleted,
    ChangedMeanwhile,
    Conflict,
    InvalidInput,
    NotFound,
)
from arxos.domain.events import DomainEvent
from arxos.domain.history import Change
from arxos.domain.ordering import order_of
from arxos.domain.room import Room
from arxos.domain.user import Actor
from arxos.ports.lists import (
    Page,
    Slice,
)

T = TypeVar("T")
Key = tuple[str, ...]


@dataclass
class FakeTable:
    """What is stored, of all organisations, and the history."""

    items: dict[Key, Any] = field(default_factory=dict)
    changes: list[tuple[Actor, DomainEvent]] = field(default_factory=list)
    history: list["Recorded"] = field(default_factory=list)


@dataclass(frozen=True)
class Recorded:
    """A change as `FakeHistory` finds it."""

    organization_id: str
    building_id: str | None
    change: Change


class Draft:
    """The writes of one unit of work, tried on a copy and kept only if all succeed."""

    def __init__(self) -> None:
        self.steps: list[Callable[[dict[Key, Any]], None]] = []
        self.keys: set[Key] = set()
        self.events: list[DomainEvent] = []
        self.grown: Counter[Key] = Counter()
        # Of a chunk in a lane: what it owes buildings and floors (tests/fake_lanes.py).
        self.is_in_lane = False
        self.owed: Counter[tuple[Key, str]] = Counter()

    def check_marks(self, items: dict[Key, Any]) -> None:
        """Nothing is added below what is being deleted; what leaves may leave."""
        for (*key, _), by in self.grown.items():
            if by > 0 and getattr(items.get(tuple(key)), "deletion_id", None) is not None:
                raise BeingDeleted(key[1])

    def put_new(self, key: Key, value: Any, error: Callable[[], Exception]) -> None:
        def step(items: dict[Key, Any]) -> None:
            if key in items:
                raise error()
            items[key] = value

        self._add(key, step)

    def remove(self, key: Key) -> None:
        # First of all: two records may swap a number in one transaction, in any order.
        self.keys.add(key)
        self.steps.insert(0, lambda items: items.pop(key))

    def delete(self, key: Key, record: Any) -> None:
        def step(items: dict[Key, Any]) -> None:
            stored = items.get(key)
            held = ("floors_count", "rooms_count", "devices_count", "groups_count", "members_count")
            if (
                stored is None
                or stored.version != record.version
                or getattr(stored, "group_ids", ()) != getattr(record, "group_ids", ())
                or getattr(stored, "deletion_id", None) != getattr(record, "deletion_id", None)
                or any(getattr(stored, name, 0) for name in held)
            ):
                raise ChangedMeanwhile
            del items[key]

        self._add(key, step)

    def update(self, key: Key, record: Any) -> None:
        def step(items: dict[Key, Any]) -> None:
            stored = items.get(key)
            if getattr(stored, "deletion_id", None) is not None:
                raise BeingDeleted(record.kind)
            if stored is None or stored.version != record.version:
                raise ChangedMeanwhile
            counters = {name: getattr(stored, name) for name in COUNTERS if hasattr(stored, name)}
            items[key] = replace(record, version=record.version + 1, events=(), **counters)

        self._add(key, step)

    def count(self, key: Key, counter: str, by: int, kind: str) -> None:
        if self.is_in_lane and kind in ("building", "floor"):
            self.owed[key, counter] += by
            return
        if counter != "shards":
            self.grown[*key, counter] += by

        def step(items: dict[Key, Any]) -> None:
            if key not in items:
                raise NotFound(kind)
            stored = items[key]
            items[key] = replace(stored, **{counter: getattr(stored, counter) + by})

        self._add(key, step)

    def _add(self, key: Key, step: Callable[[dict[Key, Any]], None]) -> None:
        self.keys.add(key)
        self.steps.append(step)


def conflict() -> Exception:
    return Conflict("It exists already.")


def page_of(items: list[T], page: Page) -> Slice[T]:
    try:
        start = int(json.loads(page.position)) if page.position is not None else 0
    except (ValueError, TypeError):
        raise InvalidInput("The cursor does not belong to this list", {"cursor": "…"}) from None
    end = start + page.limit
    return Slice(tuple(items[start:end]), str(end) if end < len(items) else None)


def sorted_page(items: list[Any], sort: str, page: Page) -> Slice[Any]:
    ordered = sorted(((order_of(i, sort), i) for i in items), key=lambda pair: pair[0])
    if sort.startswith("-"):
        ordered.reverse()
    if page.position is not None:
        try:
            value, record_id = json.loads(page.position)
            assert isinstance(value, (str, int))
            assert isinstance(record_id, str)
        except (ValueError, TypeError, AssertionError):
            raise InvalidInput("The cursor does not belong", {"cursor": "…"}) from None
        after = (value, record_id)
        ordered = [
            (order, i)
            for order, i in ordered
            if (order < after if sort.startswith("-") else order > after)
        ]
    position = json.dumps(ordered[page.limit - 1][0]) if len(ordered) > page.limit else None
    return Slice(tuple(i for _, i in ordered[: page.limit]), position)


def drop_member(member: Key) -> Callable[[dict[Key, Any]], None]:
    def step(items: dict[Key, Any]) -> None:
        if items.pop(member, None) is None:
            raise ChangedMeanwhile

    return step


class Repository:
    def __init__(self, org: str, table: FakeTable, draft: Draft) -> None:
        self._org, self._table, self._draft = org, table, draft

    def _get(self, kind: str, *rest: str) -> Any:
        try:
            return self._table.items[(self._org, kind, *rest)]
        except KeyError:
            raise NotFound(kind) from None

    def _get_some(self, kind: str, building_id: str, ids: Iterable[str]) -> dict[str, Any]:
        found = {i: self._table.items.get((self._org, kind, building_id, i)) for i in ids}
        return {i: record for i, record in found.items() if record is not None}

    def _leave_groups(self, record: Room | Device) -> None:
        for group_id in record.group_ids:
            member = (self._org, "member", group_id, record.id)
            self._draft._add(member, drop_member(member))
            group = (self._org, "group", record.building_id, group_id)
            self._draft.count(group, "members_count", -1, "group")

    def _of(self, *start: str) -> list[Any]:
        prefix = (self._org, *start)
        found = [(k, v) for k, v in self._table.items.items() if k[: len(prefix)] == prefix]
        return [value for _, value in sorted(found, key=lambda pair: pair[0])]
