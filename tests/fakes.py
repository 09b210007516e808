"""The ports in memory. The contract tests hold them to the same answers as DynamoDB."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from arxos.adapters.dynamodb.keys import by_number
from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.errors import (
    ChangedMeanwhile,
    Conflict,
    Duplicate,
    InvalidInput,
    NotFound,
    ServiceUnavailable,
    Unauthenticated,
)
from arxos.domain.events import DomainEvent
from arxos.domain.floor import Floor
from arxos.domain.identifiers import NewId
from arxos.domain.import_job import UNDER_WAY, ImportJob, ImportStatus
from arxos.domain.permissions import Role
from arxos.domain.room import Room
from arxos.domain.source import Problem, SourceModel
from arxos.domain.summary import COUNTED_FIELDS, Tally, tally_of
from arxos.domain.text_rules import folded
from arxos.domain.user import Actor, Organization, User
from arxos.ports.imports import Upload, UploadedFile
from arxos.ports.registry import BuildingFilter, DeviceFilter, FloorFilter, Page, RoomFilter, Slice
from tests.make import make_id

T = TypeVar("T")
Key = tuple[str, ...]


@dataclass
class FakeTable:
    """What is stored, of all organisations, and the history."""

    items: dict[Key, Any] = field(default_factory=dict)
    changes: list[tuple[Actor, DomainEvent]] = field(default_factory=list)


class _Draft:
    """The writes of one unit of work, tried on a copy and kept only if all succeed."""

    def __init__(self) -> None:
        self.steps: list[Callable[[dict[Key, Any]], None]] = []
        self.keys: set[Key] = set()
        self.events: list[DomainEvent] = []

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
            held = ("floors_count", "rooms_count", "devices_count")
            if (
                stored is None
                or stored.version != record.version
                or any(getattr(stored, name, 0) for name in held)
            ):
                raise ChangedMeanwhile
            del items[key]

        self._add(key, step)

    def update(self, key: Key, record: Any) -> None:
        def step(items: dict[Key, Any]) -> None:
            stored = items.get(key)
            if stored is None or stored.version != record.version:
                raise ChangedMeanwhile
            counters = {
                name: getattr(stored, name)
                for name in ("floors_count", "rooms_count", "devices_count", "shards")
                if hasattr(stored, name)
            }
            items[key] = replace(record, version=record.version + 1, events=(), **counters)

        self._add(key, step)

    def count(self, key: Key, counter: str, by: int, kind: str) -> None:
        def step(items: dict[Key, Any]) -> None:
            if key not in items:
                raise NotFound(kind)
            stored = items[key]
            items[key] = replace(stored, **{counter: getattr(stored, counter) + by})

        self._add(key, step)

    def _add(self, key: Key, step: Callable[[dict[Key, Any]], None]) -> None:
        self.keys.add(key)
        self.steps.append(step)


def _conflict() -> Exception:
    return Conflict("It exists already.")


def _page(items: list[T], page: Page) -> Slice[T]:
    try:
        start = int(json.loads(page.position)) if page.position is not None else 0
    except (ValueError, TypeError):
        raise InvalidInput("The cursor does not belong to this list", {"cursor": "…"}) from None
    end = start + page.limit
    return Slice(tuple(items[start:end]), str(end) if end < len(items) else None)


class _Repository:
    def __init__(self, org: str, table: FakeTable, draft: _Draft) -> None:
        self._org, self._table, self._draft = org, table, draft

    def _get(self, kind: str, *rest: str) -> Any:
        try:
            return self._table.items[(self._org, kind, *rest)]
        except KeyError:
            raise NotFound(kind) from None

    def _of(self, *start: str) -> list[Any]:
        prefix = (self._org, *start)
        found = [(k, v) for k, v in self._table.items.items() if k[: len(prefix)] == prefix]
        return [value for _, value in sorted(found, key=lambda pair: pair[0])]


class FakeBuildings(_Repository):
    def get(self, building_id: str) -> Building:
        return self._get("building", building_id)  # type: ignore[no-any-return]

    def list(self, where: BuildingFilter, page: Page) -> Slice[Building]:
        found = [
            b
            for b in self._of("building")
            if (where.building_ids is None or b.id in where.building_ids)
            and where.status in (None, b.status)
            and (where.q is None or folded(where.q) in folded(b.name))
        ]
        if where.sort.endswith("name"):
            found.sort(key=lambda b: (folded(b.name), b.id))
        if where.sort.startswith("-"):
            found.reverse()
        return _page(found, page)

    def add(self, building: Building) -> None:
        self._draft.put_new(
            (self._org, "building", building.id), replace(building, events=()), _conflict
        )
        self._draft.events += building.events

    def remove(self, building: Building) -> None:
        self._draft.delete((self._org, "building", building.id), building)
        self._draft.events += building.events

    def tallies(self, building_id: str) -> Tally:
        tally: Tally = Counter()
        for kind in ("room", "device"):
            for record in self._of(kind, building_id):
                values = {name: getattr(record, name) for name in COUNTED_FIELDS[kind]}
                tally.update(tally_of(kind, values))
        return tally

    def update(self, building: Building) -> None:
        self._draft.update((self._org, "building", building.id), building)
        self._draft.events += building.events

    def spread(self, building: Building, shards: int) -> None:
        key = (self._org, "building", building.id)
        self._draft.count(key, "shards", max(0, shards - building.shards), "building")


class FakeFloors(_Repository):
    def get(self, building_id: str, floor_id: str) -> Floor:
        return self._get("floor", building_id, floor_id)  # type: ignore[no-any-return]

    def list(self, building_id: str, where: FloorFilter, page: Page) -> Slice[Floor]:
        found = [
            f
            for f in self.all(building_id)
            if (where.floor_ids is None or f.id in where.floor_ids)
            and where.status in (None, f.status)
        ]
        return _page(sorted(found, key=lambda f: f.floor_number), page)

    def all(self, building_id: str) -> Iterator[Floor]:
        yield from self._of("floor", building_id)

    def add(self, floor: Floor) -> None:
        self._draft.put_new(
            (self._org, "floor", floor.building_id, floor.id), replace(floor, events=()), _conflict
        )
        self._hold(floor)
        key = (self._org, "building", floor.building_id)
        self._draft.count(key, "floors_count", 1, "building")
        self._draft.events += floor.events

    def update(self, floor: Floor) -> None:
        before = self.get(floor.building_id, floor.id).floor_number
        if before != floor.floor_number:
            self._draft.remove((self._org, "floor number", floor.building_id, str(before)))
            self._hold(floor)
        self._draft.update((self._org, "floor", floor.building_id, floor.id), floor)
        self._draft.events += floor.events

    def remove(self, floor: Floor) -> None:
        self._draft.delete((self._org, "floor", floor.building_id, floor.id), floor)
        self._draft.remove((self._org, "floor number", floor.building_id, str(floor.floor_number)))
        key = (self._org, "building", floor.building_id)
        self._draft.count(key, "floors_count", -1, "building")
        self._draft.events += floor.events

    def _hold(self, floor: Floor) -> None:
        key = (self._org, "floor number", floor.building_id, str(floor.floor_number))
        self._draft.put_new(key, floor.id, lambda: Duplicate("floor_number", "taken"))


class FakeRooms(_Repository):
    def get(self, building_id: str, room_id: str) -> Room:
        return self._get("room", building_id, room_id)  # type: ignore[no-any-return]

    def list(self, building: Building, where: RoomFilter, page: Page) -> Slice[Room]:
        found = [
            r
            for r in self.all(building)
            if where.floor_id in (None, r.floor_id)
            and (where.floor_ids is None or r.floor_id in where.floor_ids)
            and where.room_type in (None, r.room_type)
            and where.status in (None, r.status)
        ]
        if where.floor_id is not None:
            found.sort(key=lambda r: by_number(r.room_number, r.id))
        return _page(found, page)

    def all(self, building: Building) -> Iterator[Room]:
        yield from self._of("room", building.id)

    def add(self, room: Room) -> None:
        self._draft.put_new(
            (self._org, "room", room.building_id, room.id), replace(room, events=()), _conflict
        )
        if not room.number_shared:
            self._hold(room)
        building = (self._org, "building", room.building_id)
        self._draft.count(building, "rooms_count", 1, "building")
        self._count(room, room.floor_id, 1)
        self._draft.events += room.events

    def update(self, room: Room) -> None:
        before = self.get(room.building_id, room.id)
        held = None if before.number_shared else (before.floor_id, folded(before.room_number))
        holds = None if room.number_shared else (room.floor_id, folded(room.room_number))
        if held != holds:
            if held is not None:
                self._draft.remove((self._org, "room number", *held))
            if holds is not None:
                self._hold(room)
        if before.floor_id != room.floor_id:
            self._count(room, before.floor_id, -1)
            self._count(room, room.floor_id, 1)
        self._draft.update((self._org, "room", room.building_id, room.id), room)
        self._draft.events += room.events

    def remove(self, room: Room) -> None:
        self._draft.delete((self._org, "room", room.building_id, room.id), room)
        if not room.number_shared:
            self._draft.remove((self._org, "room number", room.floor_id, folded(room.room_number)))
        self._draft.count((self._org, "building", room.building_id), "rooms_count", -1, "building")
        self._count(room, room.floor_id, -1)
        self._draft.events += room.events

    def _count(self, room: Room, floor_id: str, by: int) -> None:
        self._draft.count(
            (self._org, "floor", room.building_id, floor_id), "rooms_count", by, "floor"
        )

    def _hold(self, room: Room) -> None:
        key = (self._org, "room number", room.floor_id, folded(room.room_number))
        self._draft.put_new(key, room.id, lambda: Duplicate("room_number", "taken"))


class FakeDevices(_Repository):
    def get(self, building_id: str, device_id: str) -> Device:
        return self._get("device", building_id, device_id)  # type: ignore[no-any-return]

    def list(self, building: Building, where: DeviceFilter, page: Page) -> Slice[Device]:
        found = [
            d
            for d in self.all(building)
            if (where.room_id is None or where.room_id in d.room_ids)
            and where.floor_id in (None, d.floor_id)
            and (where.floor_ids is None or d.floor_id in where.floor_ids)
            and where.device_type in (None, d.device_type)
            and where.status in (None, d.status)
        ]
        if where.room_id is not None or where.floor_id is not None:
            found.sort(key=lambda d: (folded(d.name), d.id))
        return _page(found, page)

    def all(self, building: Building) -> Iterator[Device]:
        yield from self._of("device", building.id)

    def add(self, device: Device) -> None:
        self._draft.put_new(
            (self._org, "device", device.building_id, device.id),
            replace(device, events=()),
            _conflict,
        )
        building = (self._org, "building", device.building_id)
        self._draft.count(building, "devices_count", 1, "building")
        self._count(device, 1)
        self._draft.events += device.events

    def update(self, device: Device) -> None:
        before = self.get(device.building_id, device.id)
        if (before.floor_id, before.room_ids) != (device.floor_id, device.room_ids):
            self._count(before, -1)
            self._count(device, 1)
        self._draft.update((self._org, "device", device.building_id, device.id), device)
        self._draft.events += device.events

    def remove(self, device: Device) -> None:
        self._draft.delete((self._org, "device", device.building_id, device.id), device)
        building = (self._org, "building", device.building_id)
        self._draft.count(building, "devices_count", -1, "building")
        self._count(device, -1)
        self._draft.events += device.events

    def _count(self, device: Device, by: int) -> None:
        building_id = device.building_id
        floor = (self._org, "floor", building_id, device.floor_id)
        self._draft.count(floor, "devices_count", by, "floor")
        for room_id in device.room_ids:
            room = (self._org, "room", building_id, room_id)
            self._draft.count(room, "devices_count", by, "room")


class FakeImports(_Repository):
    def get(self, building_id: str, import_id: str) -> ImportJob:
        return self._get("import", building_id, import_id)  # type: ignore[no-any-return]

    def list(self, building_id: str, page: Page) -> Slice[ImportJob]:
        return _page(self._of("import", building_id)[::-1], page)

    def add(self, job: ImportJob) -> None:
        key = (self._org, "import", job.building_id, job.id)
        self._draft.put_new(key, replace(job, events=()), _conflict)
        self._draft.events += job.events

    def save(self, job: ImportJob) -> None:
        key = (self._org, "import", job.building_id, job.id)

        def step(items: dict[Key, Any]) -> None:
            if key not in items or items[key].attempt != job.attempt:
                raise Conflict("Another invocation has taken over this import.")
            items[key] = replace(job, events=())

        self._draft._add(key, step)
        self._draft.events += job.events


class FakeUsers(_Repository):
    def get(self, user_id: str) -> User:
        return self._get("user", user_id)  # type: ignore[no-any-return]

    def add(self, user: User) -> None:
        self._draft.put_new((self._org, "user", user.id), replace(user, events=()), _conflict)
        self._draft.put_new(("identity", user.subject), user.id, lambda: Duplicate("user", "taken"))
        self._draft.events += user.events


class FakeOrganizations(_Repository):
    def get(self) -> Organization:
        return self._get("organization")  # type: ignore[no-any-return]

    def add(self, organization: Organization) -> None:
        self._draft.put_new((self._org, "organization"), organization, _conflict)


class FakeUnitOfWork:
    def __init__(
        self,
        table: FakeTable,
        actor: Actor,
        new_id: NewId = make_id,
        before_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self._table, self._actor, self._before_commit = table, actor, before_commit
        self._open()

    def _open(self) -> None:
        self._draft = _Draft()
        bound = (self._actor.organization_id, self._table, self._draft)
        self.buildings = FakeBuildings(*bound)
        self.floors = FakeFloors(*bound)
        self.rooms = FakeRooms(*bound)
        self.devices = FakeDevices(*bound)
        self.imports = FakeImports(*bound)
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
        for step in self._draft.steps:
            step(items)
        self._table.items = items
        self._table.changes += [(self._actor, event) for event in self._draft.events]

    @property
    def writes(self) -> int:
        return len(self._draft.keys) + 1


class FakeImportDesk:
    """`before_commit` runs before each commit of a chunk; tests let it raise, or write."""

    def __init__(self, table: FakeTable) -> None:
        self._table = table
        self.before_commit: Callable[[], None] = lambda: None

    def claim(
        self, file: UploadedFile, *, attempt: str, now: datetime, until: datetime
    ) -> ImportJob | None:
        key = (file.organization_id, "import", file.building_id, file.import_id)
        job: ImportJob | None = self._table.items.get(key)
        if job is None or job.status not in UNDER_WAY:
            return None
        is_free = job.attempt == attempt or job.lease_until is None or job.lease_until < now
        if not is_free:
            return None
        claimed = replace(
            job,
            attempt=attempt,
            attempts=job.attempts + 1,
            lease_until=until,
            status=ImportStatus.READING,
            updated_at=now,
        )
        self._table.items[key] = claimed
        return claimed

    def chunk(self, file: UploadedFile, job: ImportJob, number: int) -> FakeUnitOfWork:
        actor = Actor(
            organization_id=file.organization_id,
            user_id=job.started_by or "",
            name=job.started_by_name or "",
            role=Role.ADMIN,
            request_id=job.attempt or "",
        )
        return FakeUnitOfWork(self._table, actor, before_commit=lambda: self.before_commit())


class FakeUploads:
    def __init__(self) -> None:
        self.reports: dict[str, tuple[Problem, ...]] = {}

    def presign(self, organization_id: str, job: ImportJob) -> Upload:
        return Upload(
            url="https://uploads.example/",
            fields={"key": f"uploads/{organization_id}/{job.building_id}/{job.id}/{job.filename}"},
            max_bytes=1000,
            expires_in_seconds=3600,
        )

    @contextmanager
    def fetch(self, file: UploadedFile) -> Iterator[Path]:
        yield Path(file.filename)

    def save_report(self, file: UploadedFile, problems: tuple[Problem, ...]) -> None:
        self.reports[file.import_id] = problems


class FakeReader:
    """Says `model`, or raises it."""

    def __init__(self, model: SourceModel | Exception) -> None:
        self.model = model

    def read(self, path: Path, *, profile: str) -> SourceModel:
        if isinstance(self.model, Exception):
            raise self.model
        return self.model


class FakeTokens:
    """Knows the tokens it was given, by their subject."""

    def __init__(self, **subjects: str) -> None:
        self.subjects = subjects
        self.keys_are_there = True

    def claims(self, token: str) -> dict[str, Any]:
        if not self.keys_are_there:
            raise ServiceUnavailable("no keys")
        if token not in self.subjects:
            raise Unauthenticated("bad token")
        return {"sub": self.subjects[token]}


class FakeDirectory:
    def __init__(self, *users: User) -> None:
        self.users = {user.subject: user for user in users}

    def user_of(self, subject: str) -> User | None:
        return self.users.get(subject)
