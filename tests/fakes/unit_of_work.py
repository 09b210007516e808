"""The unit of work in memory."""

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from arxos.domain.errors import (
    DoneBefore,
)
from arxos.domain.events import DomainEvent
from arxos.domain.history import Change
from arxos.domain.identifiers import NewId
from arxos.domain.plain_values import plain
from arxos.domain.user import Actor
from tests.fakes.jobs import FakeChecks, FakeDeletions, FakeExports, FakeImports
from tests.fakes.lanes import FakeLanes
from tests.fakes.people import FakeOrganizations, FakeUsers
from tests.fakes.records import FakeBuildings, FakeDevices, FakeFloors, FakeGroups, FakeRooms
from tests.fakes.store import Draft, FakeTable, Key, Recorded
from tests.make import make_id


class FakeUnitOfWork:
    def __init__(
        self,
        table: FakeTable,
        actor: Actor,
        new_id: NewId = make_id,
        before_commit: Callable[[], None] = lambda: None,
        import_id: str | None = None,
        is_in_lane: bool = False,
    ) -> None:
        self._table, self._actor, self._before_commit = table, actor, before_commit
        self._import_id, self._is_in_lane = import_id, is_in_lane
        self._open()

    def _open(self) -> None:
        self._draft = Draft()
        self._draft.is_in_lane = self._is_in_lane
        bound = (self._actor.organization_id, self._table, self._draft)
        self.buildings = FakeBuildings(*bound)
        self.floors = FakeFloors(*bound)
        self.rooms = FakeRooms(*bound)
        self.devices = FakeDevices(*bound)
        self.groups = FakeGroups(*bound)
        self.imports = FakeImports(*bound)
        self.lanes = FakeLanes(*bound)
        self.exports = FakeExports(*bound)
        self.checks = FakeChecks(*bound)
        self.deletions = FakeDeletions(*bound)
        self.users = FakeUsers(*bound)
        self.organizations = FakeOrganizations(*bound)

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if exc_type is not None:
            return
        self._before_commit()
        items = dict(self._table.items)
        self._draft.check_marks(items)
        for step in self._draft.steps:
            step(items)
        for event in self._draft.events:
            self._record(event, items.get, self._table.items.get)
        self._table.items = items
        self._table.changes += [(self._actor, event) for event in self._draft.events]

    def prepared(self) -> Callable[[], None]:
        return lambda: self.__exit__(None, None, None)

    def only_once(self, record_id: str) -> None:
        if self._actor.once is None:
            return
        key = (self._actor.organization_id, "once", self._actor.once)
        self._draft.put_new(key, {0: record_id}, lambda: DoneBefore(self._table.items[key][0]))

    def rows_only_once(self, rows: Mapping[int, str]) -> None:
        if self._actor.once is None or not rows:
            return
        first = min(rows)
        key = (self._actor.organization_id, "once", self._actor.once, f"{first:03d}")
        self._draft.put_new(key, dict(rows), lambda: DoneBefore(self._table.items[key][first]))

    def done_before(self) -> dict[int, str]:
        if self._actor.once is None:
            return {}
        start = (self._actor.organization_id, "once", self._actor.once)
        notes = [value for key, value in self._table.items.items() if key[:3] == start]
        return {row: record_id for rows in notes for row, record_id in rows.items()}

    @property
    def writes(self) -> int:
        return len(self._draft.keys) + 1

    def _record(self, event: DomainEvent, *stored: Callable[[Key], Any]) -> None:
        """Keep the event for `FakeHistory`, with the version that the record has from it on."""
        start = (self._actor.organization_id, event.record_kind)
        keys = (k for k in self._draft.keys if k[:2] == start and k[-1] == event.record_id)
        key = next(keys, start)
        is_import = event.record_kind == "import"
        now, before = (get(key) for get in stored)
        change = Change(
            id=f"chg_{len(self._table.history)}",
            at=event.at,
            event=event.name,
            record_kind=event.record_kind,
            record_id=event.record_id,
            record_label=event.record_label,
            user_id=self._actor.user_id,
            user_name=self._actor.name,
            request_id=self._actor.request_id,
            import_id=event.record_id if is_import else self._import_id,
            version=getattr(now, "version", None) or getattr(before, "version", 0) + 1,
            changes={k: (plain(a), plain(b)) for k, (a, b) in event.changes.items()},
            kept=plain(event.kept),
        )
        building_id = key[2] if key is not start and len(key) > 2 else None
        self._table.history.append(Recorded(start[0], building_id, change))
