"""A lane of an import: some of its devices, written beside those of other lanes.

A device's chunk changes counters that all chunks share: the building's, its floors', its kept
numbers. A lane's chunks leave these alone and note in the lane what they *owe* them, each in its
own transaction, so that lanes never wait for one another (docs/adr/0015-lanes.md).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from arxos.domain.device import Device
from arxos.domain.errors import BeingDeleted, ChangedMeanwhile, Conflict
from arxos.domain.import_plan import is_new
from arxos.domain.summary import COUNTED_FIELDS

# Fewer devices are written sooner than the writers of lanes have started.
IN_LANES_FROM = 2_000
# Of a transaction's 100 items: the lane and the history's entry are two.
MOST_ITEMS = 96
# What one expression, of 4 KB, may add to the lane.
MOST_NUMBERS = 250
CHUNKS_IN_A_LANE = 16
# Each is an item of the transaction that opens the lane.
MOST_FLOORS = 60

# Why a lane is closed: whoever holds the import has ended it; a record moved under its chunk.
CLOSED, MOVED = "closed", "moved"
_DELETED = "being deleted: "

DeviceChunk = Sequence[Device]


def being_deleted(kind: str) -> str:
    """Why a lane is closed: this building, floor or room is going with all that is in it."""
    return _DELETED + kind


def fault_error(fault: str) -> Conflict:
    """What the fault of a lane is to its import."""
    if fault.startswith(_DELETED):
        return BeingDeleted(fault.removeprefix(_DELETED))
    return ChangedMeanwhile()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportLane:
    """`first_chunk` is the number of its first chunk in the import's history, and names the lane.

    `done` of its chunks are written, in their order, with so many `written` records. A `fault` (an
    error's code) closed it before its end: nothing of it can be written any more. `version` is the
    lock against two that write in it at once.
    """

    building_id: str
    import_id: str
    first_chunk: int
    location: str
    chunks: int
    floor_ids: frozenset[str]
    done: int = 0
    written: int = 0
    created: int = 0
    updated: int = 0
    fault: str | None = None
    version: int = 1

    @property
    def status(self) -> str:
        """`written` when all of it is, `open` before, or its fault."""
        return self.fault or ("written" if self.done == self.chunks else "open")

    @property
    def is_over(self) -> bool:
        """Nothing more is written in it."""
        return self.done == self.chunks or self.fault is not None

    def advanced(self, chunk: DeviceChunk) -> Self:
        """The lane with one more chunk written."""
        changed = [device for device in chunk if device.events]
        created = sum(map(is_new, changed))
        return replace(
            self,
            done=self.done + 1,
            written=self.written + len(chunk),
            created=self.created + created,
            updated=self.updated + len(changed) - created,
        )

    def stored(self) -> Self:
        """The lane as it is once its change is written."""
        return replace(self, version=self.version + 1)


@dataclass(slots=True)
class _Contents:
    """What a chunk, or a lane, touches."""

    items: set[tuple[str, ...]]
    numbers: set[tuple[str, str]]
    floors: set[str]

    def with_(self, other: "_Contents") -> "_Contents":
        return _Contents(
            self.items | other.items, self.numbers | other.numbers, self.floors | other.floors
        )


def lanes_of(devices: Iterable[Device]) -> Iterator[list[list[Device]]]:
    """The devices as lanes of chunks, in their order; each chunk fits into a transaction.

    The same devices make the same chunks wherever one begins to cut: a new attempt goes on with the
    lane after those that are written.
    """
    lane: list[list[Device]] = []
    floors: set[str] = set()
    for chunk, contents in _chunks(devices):
        if len(lane) == CHUNKS_IN_A_LANE or (lane and len(floors | contents.floors) > MOST_FLOORS):
            yield lane
            lane, floors = [], set()
        lane.append(chunk)
        floors |= contents.floors
    if lane:
        yield lane


def floors_of(devices: Iterable[Device]) -> frozenset[str]:
    """The floors on which they count, before their changes or after them."""
    return frozenset(floor for d in devices for floor in (d.floor_id, *_before(d, "floor_id")))


def arriving(devices: Iterable[Device]) -> tuple[int, Counter[str]]:
    """How many of them are new, and how many come to each floor, new or from another one."""
    new, on_floors = 0, Counter[str]()
    for device in devices:
        is_new_one = is_new(device)
        new += is_new_one
        if is_new_one or _before(device, "floor_id"):
            on_floors[device.floor_id] += 1
    return new, on_floors


def _chunks(devices: Iterable[Device]) -> Iterator[tuple[list[Device], _Contents]]:
    chunk: list[Device] = []
    held = _Contents(set(), set(), set())
    for device in devices:
        more = _contents(device)
        both = held.with_(more)
        if chunk and (
            len(both.items) > MOST_ITEMS
            or len(both.numbers) > MOST_NUMBERS
            or len(both.floors) > MOST_FLOORS
        ):
            yield chunk, held
            chunk, both = [], more
        chunk.append(device)
        held = both
    if chunk:
        yield chunk, held


def _contents(device: Device) -> _Contents:
    """The item of the device, its pointers in further rooms, the rooms and numbers it counts in."""
    rooms = {device.room_ids, *_before(device, "room_ids")}
    items: set[tuple[str, ...]] = {(device.id,)}
    items |= {(device.id, room) for held in rooms for room in held[1:]}
    if is_new(device) or len(rooms) > 1:
        items |= {("room", room) for held in rooms for room in held}
    numbers = {
        (name, str(value))
        for name in COUNTED_FIELDS["device"]
        for value in (getattr(device, name), *_before(device, name))
    }
    floors = set(floors_of([device]))
    return _Contents(items, numbers | {("floor", floor) for floor in floors}, floors)


def _before(device: Device, name: str) -> list[Any]:
    """What a changed field was; nothing for others, and for new devices."""
    return [
        event.changes[name][0]
        for event in device.events
        if not isinstance(event, device.created_event) and name in event.changes
    ]
