"""A building full of everything, and the means to delete parts of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from arxos.domain.building import Building
from arxos.domain.deletion import Deletion
from arxos.domain.device import Device
from arxos.domain.floor import Floor
from arxos.domain.room import Room
from arxos.domain.user import Actor
from arxos.ports.deletions import DeletionOrder
from arxos.use_cases.deletions import delete_tree, start_deletion
from tests.fakes import (
    FakeDeletionDesk,
    FakeOrders,
    FakeTable,
    FakeUnitOfWork,
)
from tests.make import (
    NOON,
    make_actor,
    make_building,
    make_delivery,
    make_device,
    make_floor,
    make_group,
    make_id,
    make_import,
    make_room,
)

ADA = make_actor()
ROOMS, DEVICES_PER_ROOM = 12, 20


class Killed(BaseException):
    """What a kill is to the code: nothing of it runs on."""


class World:
    """A building of two floors of rooms full of devices. A door leads from one floor's first room
    to the other's; a zone and a system reach over both; an import is under way.
    """

    def __init__(self, rooms: int = ROOMS, devices_per_room: int = DEVICES_PER_ROOM) -> None:
        self.table = FakeTable()
        self.now = NOON
        self.queue = FakeOrders[DeletionOrder]()
        self.desk = FakeDeletionDesk(self.table)
        self.building: Building = make_building()
        self.floors: list[Floor] = [make_floor(self.building, floor_number=n) for n in (1, 2)]
        self.rooms: list[list[Room]] = [
            [make_room(floor, room_number=f"{n:03d}") for n in range(rooms)]
            for floor in self.floors
        ]
        self.devices: list[Device] = [
            make_device(floor, room, manufacturer=f"M{n % 3}")
            for floor, on_floor in zip(self.floors, self.rooms, strict=True)
            for room in on_floor
            for n in range(devices_per_room)
        ]
        self.door = make_device(self.floors[1], self.rooms[1][0], self.rooms[0][0], name="Door")
        self.alarm = make_device(self.floors[0], name="Alarm")
        self.group = make_group(self.building)
        self.job = make_import(self.building)
        with (uow := self.uow()):
            uow.buildings.add(self.building)
            for floor in self.floors:
                uow.floors.add(floor)
            for room in (*self.rooms[0], *self.rooms[1]):
                uow.rooms.add(room)
            for device in (*self.devices, self.door, self.alarm):
                uow.devices.add(device)
            uow.groups.add(self.group)
            uow.imports.add(self.job)
        members = [self.rooms[0][0].id, self.door.id, self.alarm.id]
        with (uow := self.uow()):
            group = uow.groups.get(self.building.id, self.group.id).with_members(
                added=members, removed=(), at=NOON, by=None
            )
            uow.groups.change_members(group, added=members, removed=())

    def uow(self, actor: Actor = ADA) -> FakeUnitOfWork:
        return FakeUnitOfWork(self.table, actor, before_commit=lambda: self.desk.before_commit())

    def start(self, kind: str, record_id: str, actor: Actor = ADA, **options: Any) -> Deletion:
        given = {"versions": None, "new_id": make_id, "pause": self.pause, **options}
        return start_deletion(
            kind,
            self.building.id,
            record_id,
            uow=self.uow(actor),
            queue=self.queue,
            actor=actor,
            clock=lambda: self.now,
            **given,
        )

    def pause(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def work(
        self, *, is_last_try: bool = False, clock: Callable[[], datetime] | None = None
    ) -> Deletion | None:
        """Take the next order, as the worker does."""
        return delete_tree(
            self.queue.orders.pop(0),
            make_delivery(self.now + timedelta(seconds=50), is_last=is_last_try),
            desk=self.desk,
            queue=self.queue,
            clock=clock or (lambda: self.now),
            pause=self.pause,
        )

    def counts(self, record: Building | Floor) -> tuple[int, int]:
        return record.rooms_count, record.devices_count

    def content(self) -> dict[Any, Any]:
        """What is stored, without the deletions and the times that retries move."""
        return {
            key: replace(value, updated_at=NOON) if isinstance(value, Device) else value
            for key, value in self.table.items.items()
            if key[1] != "deletion"
        }

    def kinds(self) -> set[str]:
        return {key[1] for key in self.table.items}

    def removals(self) -> list[str]:
        return [e.record_id for _, e in self.table.changes if e.name.endswith("Removed")]
