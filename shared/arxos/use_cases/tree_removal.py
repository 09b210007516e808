"""Taking a tree out of the registry chunk by chunk, as far as time allows.

Devices go before rooms before floors, and at last the target itself. A chunk is one transaction
that also moves the deletion on; each record goes in the version it was read in. So the work may be
killed anywhere, and ordered and done twice: what is gone is not found again.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

from arxos.domain.building import Building
from arxos.domain.deletion import Deletion, DeletionStatus
from arxos.domain.device import Device
from arxos.domain.errors import ChangedMeanwhile, NotFound
from arxos.domain.floor import Floor
from arxos.domain.group import Group
from arxos.domain.import_lane import being_deleted
from arxos.domain.room import Room
from arxos.ports.lists import DeviceFilter, Page, RoomFilter, Slice
from arxos.ports.orders import OutOfTime
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.changing import ATTEMPTS
from arxos.use_cases.import_lanes import settle_lane

# DynamoDB takes 100 items in a transaction; one is the deletion's own.
MOST_WRITES = 99
RECORDS_PER_PAGE = 500
# Between rounds that achieved nothing: another writer was faster, or an index lags. After the last
# of them the order goes back to the queue.
PAUSES = (0.1, 0.3, 1.0, 3.0)

Clock = Callable[[], datetime]
Pause = Callable[[float], None]
Parent = Building | Floor | Room
Member = Floor | Room | Device | Group
T = TypeVar("T")


class TreeRemoval:
    """What is left of a target, and the means to remove it chunk by chunk."""

    def __init__(
        self,
        deletion: Deletion,
        chunk: Callable[[Deletion], UnitOfWork],
        last: Callable[[Deletion], UnitOfWork],
        *,
        until: datetime,
        clock: Clock,
        pause: Pause,
    ) -> None:
        self.deletion = deletion
        self._chunk = chunk
        self._last = last
        self._registry = chunk(deletion)
        self._until = until
        self._clock = clock
        self._pause = pause

    def remove(self) -> None:
        """All that time allows. Raises ChangedMeanwhile when nothing can be achieved just now."""
        self._end_lanes()
        pauses = iter(PAUSES)
        with suppress(OutOfTime):
            while self.deletion.status is not DeletionStatus.DONE:
                before = self.deletion.removed, self.deletion.version
                try:
                    self._one_round()
                except ChangedMeanwhile:
                    self._refresh()
                if (self.deletion.removed, self.deletion.version) != before:
                    pauses = iter(PAUSES)
                    continue
                self._check_time()
                pause = next(pauses, None)
                if pause is None:
                    raise ChangedMeanwhile("What is to be deleted still holds something.")
                self._pause(pause)

    def _end_lanes(self) -> None:
        """Of imports into the target, which its mark lets no import open any more: what they have
        announced in its counters, and not written, would never go.
        """
        target = self.deletion.target
        if target.kind == "room" or self.deletion.status is DeletionStatus.DONE:
            return
        for lane in self._registry.lanes.all(target.building_id):
            if target.kind == "building" or target.id in lane.floor_ids:
                settle_lane(lambda: self._chunk(self.deletion), lane, being_deleted(target.kind))

    def give_up(self) -> None:
        """Record that this was the last try."""
        self._refresh()
        if self.deletion.status is not DeletionStatus.DONE:
            self._save(self.deletion.failed(at=self._clock()))

    def _one_round(self) -> None:
        """Everything that the indexes list now, or, when nothing is held any more, the target."""
        target = self.deletion.target
        try:
            record = get_parent(self._registry, target.kind, target.building_id, target.id)
        except NotFound:  # somebody removed what it was in
            self._save(self.deletion.done(at=self._clock()))
            return
        if held_by(record) or getattr(record, "groups_count", 0):
            self._clear(record)
        elif not (isinstance(record, Building) and self._clear_remains(record)):
            done = self.deletion.done(at=self._clock())
            with self._last(self.deletion) as uow:
                remove_one(uow, record.removed(at=done.updated_at, by=done.started_by))
                uow.deletions.save(done)
            self.deletion = done.stored()

    def _clear(self, record: Parent) -> None:
        building = self._registry.buildings.get(self.deletion.target.building_id)
        if isinstance(record, Room):
            self._clear_room(building, record)
            return
        floor_id = record.id if isinstance(record, Floor) else None
        if record.devices_count:
            where = DeviceFilter(floor_id=floor_id)
            for devices in _pages(lambda page: self._registry.devices.list(building, where, page)):
                self._write(_together(devices), self._remove_device)
        if record.rooms_count:
            of_floor = RoomFilter(floor_id=floor_id)
            for rooms in _pages(lambda page: self._registry.rooms.list(building, of_floor, page)):
                for room in rooms:
                    if room.devices_count:
                        self._clear_room(building, room)
                self._write(rooms, self._remove_room)
        if isinstance(record, Building):
            # Both are few: a building has some hundred floors and groups at most.
            self._write(list(self._registry.floors.all(building.id)), self._remove_member)
            if record.groups_count:
                self._write(list(self._registry.groups.all(building.id)), self._remove_member)

    def _clear_room(self, building: Building, room: Room) -> None:
        """Its devices go; those for which it is only a further room stay, and leave it."""
        where = DeviceFilter(room_id=room.id)

        def clear(uow: UnitOfWork, device: Device) -> bool:
            if device.room_id == room.id:
                remove_one(uow, device.removed(at=self._clock(), by=self.deletion.started_by))
                return True
            if room.id in device.room_ids:
                others = tuple(other for other in device.room_ids if other != room.id)
                uow.devices.update(
                    device.move(
                        floor_id=device.floor_id,
                        room_ids=others,
                        at=self._clock(),
                        by=self.deletion.started_by,
                    )
                )
            return False

        for devices in _pages(lambda page: self._registry.devices.list(building, where, page)):
            self._write(_together(devices), clear)

    def _clear_remains(self, building: Building) -> bool:
        """Whether there was something else of the building, which is gone now."""
        self._check_time()
        moved_on = self.deletion.moved_on(self.deletion.removed, at=self._clock())
        with self._chunk(self.deletion) as uow:
            if not uow.deletions.clear_remains(building.id, MOST_WRITES - 1):
                return False
            uow.deletions.save(moved_on)
        self.deletion = moved_on.stored()
        return True

    def _write(self, members: Sequence[Any], write: Callable[[UnitOfWork, Any], bool]) -> None:
        """Write all of them, in as few transactions as hold them.

        `write` queues what becomes of one, and says whether it is removed. What moved meanwhile is
        read again.
        """
        waiting = deque(members)
        losses = 0
        while waiting:
            self._check_time()
            taken: list[Any] = []
            removed = self.deletion.removed
            try:
                with self._chunk(self.deletion) as uow:
                    nothing = uow.writes
                    while waiting and (
                        not taken or uow.writes + _most_writes(waiting[0]) <= MOST_WRITES
                    ):
                        taken.append(waiting.popleft())
                        if write(uow, taken[-1]) and not isinstance(taken[-1], Group):
                            removed = removed.plus(taken[-1].kind)
                    if uow.writes == nothing:
                        continue
                    moved_on = self.deletion.moved_on(removed, at=self._clock())
                    uow.deletions.save(moved_on)
                self.deletion = moved_on.stored()
                losses = 0
            except (ChangedMeanwhile, NotFound):
                losses += 1
                if losses == ATTEMPTS:
                    raise ChangedMeanwhile from None
                self._refresh()
                waiting.extendleft(reversed(self._as_they_are_now(taken)))

    def _as_they_are_now(self, members: Sequence[Member]) -> list[Member]:
        """Those that are still there."""
        building_id = self.deletion.target.building_id
        found: dict[str, Member] = {}
        found |= self._registry.devices.get_some(
            building_id, [m.id for m in members if isinstance(m, Device)]
        )
        found |= self._registry.rooms.get_some(
            building_id, [m.id for m in members if isinstance(m, Room)]
        )
        for member in members:
            with suppress(NotFound):
                if isinstance(member, Floor):
                    found[member.id] = self._registry.floors.get(building_id, member.id)
                elif isinstance(member, Group):
                    found[member.id] = self._registry.groups.get(building_id, member.id)
        return [found[m.id] for m in members if m.id in found]

    def _remove_device(self, uow: UnitOfWork, device: Device) -> bool:
        """Unless it has left the target meanwhile."""
        target = self.deletion.target
        if target.kind == "floor" and device.floor_id != target.id:
            return False
        return self._remove_member(uow, device)

    def _remove_room(self, uow: UnitOfWork, room: Room) -> bool:
        """Unless it has left the target meanwhile."""
        target = self.deletion.target
        if target.kind == "floor" and room.floor_id != target.id:
            return False
        return self._remove_member(uow, room)

    def _remove_member(self, uow: UnitOfWork, member: Member) -> bool:
        remove_one(uow, member.removed(at=self._clock(), by=self.deletion.started_by))
        return True

    def _save(self, deletion: Deletion) -> None:
        with self._chunk(self.deletion) as uow:
            uow.deletions.save(deletion)
        self.deletion = deletion.stored()

    def _refresh(self) -> None:
        self.deletion = self._registry.deletions.get(self.deletion.id)

    def _check_time(self) -> None:
        if self._clock() >= self._until:
            raise OutOfTime


def get_parent(uow: UnitOfWork, kind: str, building_id: str, record_id: str) -> Parent:
    """The building, floor or room of that id. Raises NotFound."""
    if kind == "building":
        return uow.buildings.get(building_id)
    if kind == "floor":
        return uow.floors.get(building_id, record_id)
    return uow.rooms.get(building_id, record_id)


def remove_one(uow: UnitOfWork, record: Parent | Member) -> None:
    """Queue the removal of one record, which holds nothing."""
    if isinstance(record, Device):
        uow.devices.remove(record)
    elif isinstance(record, Room):
        uow.rooms.remove(record)
    elif isinstance(record, Floor):
        uow.floors.remove(record)
    elif isinstance(record, Group):
        uow.groups.remove(record)
    else:
        uow.buildings.remove(record)


def held_by(record: Parent) -> int:
    """How many floors, rooms and devices are in it."""
    counts = ("floors_count", "rooms_count", "devices_count")
    return sum(getattr(record, name, 0) for name in counts)


def _together(devices: Sequence[Device]) -> list[Device]:
    """Devices of a room side by side: they share the write of its counter."""
    return sorted(devices, key=lambda d: (d.room_ids, d.id))


def _most_writes(member: Member) -> int:
    """How many items the removal of a record may add to a transaction: itself, its history, the
    holder of its number, the counters of floor and building, kept numbers, where it is told that it
    is gone; two for each of its groups; and a counter and a pointer for each of a device's rooms.
    """
    groups = len(getattr(member, "group_ids", ()))
    return 8 + 2 * groups + 2 * len(getattr(member, "room_ids", ()))


def _pages(read: Callable[[Page], Slice[T]]) -> Iterator[tuple[T, ...]]:
    """A list page by page: no building fits into memory for certain."""
    position: str | None = None
    while True:
        found = read(Page(RECORDS_PER_PAGE, position))
        yield found.items
        if found.position is None:
            return
        position = found.position
