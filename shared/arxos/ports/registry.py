"""The registry as use cases see it: one organisation's records behind one unit of work.

Every repository is bound to the organisation it was opened for; none has a way to name another.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.floor import Floor
from arxos.domain.import_job import ImportJob
from arxos.domain.room import Room
from arxos.domain.summary import Tally
from arxos.domain.user import Organization, User

R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted: `limit` records (1-200) from `position` on."""

    limit: int = 50
    position: str | None = None


@dataclass(frozen=True, slots=True)
class Slice(Generic[R_co]):
    """A part of a list. `position` leads to the next part; None: this was the last.

    A slice may hold fewer records than asked for, even none, and still have a next: a filter that
    no index answers stops after a bounded amount of reading.
    """

    items: tuple[R_co, ...]
    position: str | None


class BuildingSort(StrEnum):
    """Orders of the list of buildings; `-` turns one round."""

    CREATED = "created"
    CREATED_DESCENDING = "-created"
    NAME = "name"
    NAME_DESCENDING = "-name"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingFilter:
    """`q` is found anywhere in the name, whatever its case and accents.

    `building_ids` are those that the caller may see; None: all.
    """

    status: str | None = None
    q: str | None = None
    building_ids: frozenset[str] | None = None
    sort: str = BuildingSort.CREATED


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorFilter:
    """All given conditions hold. `floor_ids` are those that the caller may see; None: all."""

    floor_ids: frozenset[str] | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomFilter:
    """All given conditions hold. `floor_ids` are those that the caller may see; None: all."""

    floor_id: str | None = None
    floor_ids: frozenset[str] | None = None
    room_type: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFilter:
    """All given conditions hold. `floor_ids` are those that the caller may see; None: all."""

    room_id: str | None = None
    floor_id: str | None = None
    floor_ids: frozenset[str] | None = None
    device_type: str | None = None
    status: str | None = None


class Buildings(Protocol):
    """The organisation's buildings."""

    def get(self, building_id: str) -> Building:
        """Raises NotFound."""
        ...

    def list(self, where: BuildingFilter, page: Page) -> Slice[Building]:
        """Sorted by name or time of creation."""
        ...

    def add(self, building: Building) -> None:
        """Queue a new building."""
        ...

    def update(self, building: Building) -> None:
        """Queue the changes in the building's events; Conflict on commit if its version moved."""
        ...

    def remove(self, building: Building) -> None:
        """Queue the removal of one that holds nothing; ChangedMeanwhile on commit otherwise."""
        ...

    def tallies(self, building_id: str) -> Tally:
        """The building's kept numbers (domain/summary.py); none for an unknown building."""
        ...

    def spread(self, building: Building, shards: int) -> None:
        """Queue that new rooms and devices go to so many shards; never fewer than before."""
        ...


class Floors(Protocol):
    """The floors of a building. Adding one raises its building's counter."""

    def get(self, building_id: str, floor_id: str) -> Floor:
        """Raises NotFound."""
        ...

    def list(self, building_id: str, where: FloorFilter, page: Page) -> Slice[Floor]:
        """In order of floor number."""
        ...

    def all(self, building_id: str) -> Iterator[Floor]:
        """Every floor, for work on a whole building."""
        ...

    def add(self, floor: Floor) -> None:
        """Queue a new floor; Duplicate on commit if its number is taken."""
        ...

    def update(self, floor: Floor) -> None:
        """Queue the changes in the floor's events."""
        ...

    def remove(self, floor: Floor) -> None:
        """Queue the removal of a floor that holds nothing. ChangedMeanwhile on commit otherwise."""
        ...


class Rooms(Protocol):
    """The rooms of a building. Adding one raises its floor's and building's counters."""

    def get(self, building_id: str, room_id: str) -> Room:
        """Raises NotFound."""
        ...

    def list(self, building: Building, where: RoomFilter, page: Page) -> Slice[Room]:
        """By room number with `where.floor_id`; otherwise in a stable order of no meaning."""
        ...

    def all(self, building: Building) -> Iterator[Room]:
        """Every room, for work on a whole building."""
        ...

    def add(self, room: Room) -> None:
        """Queue a new room; Duplicate on commit if its floor has that number already."""
        ...

    def update(self, room: Room) -> None:
        """Queue the changes in the room's events, its number and floor among them."""
        ...

    def remove(self, room: Room) -> None:
        """Queue the removal of a room that holds nothing. ChangedMeanwhile on commit otherwise."""
        ...


class Devices(Protocol):
    """The devices of a building. Adding one raises the counters of all that hold it."""

    def get(self, building_id: str, device_id: str) -> Device:
        """Raises NotFound."""
        ...

    def list(self, building: Building, where: DeviceFilter, page: Page) -> Slice[Device]:
        """By name with `where.room_id` or `floor_id`; otherwise in a stable order of no meaning."""
        ...

    def all(self, building: Building) -> Iterator[Device]:
        """Every device, for work on a whole building."""
        ...

    def add(self, device: Device) -> None:
        """Queue a new device."""
        ...

    def update(self, device: Device) -> None:
        """Queue the changes in the device's events, a move with its counters."""
        ...

    def remove(self, device: Device) -> None:
        """Queue the removal of a device. ChangedMeanwhile on commit otherwise."""
        ...


class Imports(Protocol):
    """The imports of a building."""

    def get(self, building_id: str, import_id: str) -> ImportJob:
        """Raises NotFound."""
        ...

    def list(self, building_id: str, page: Page) -> Slice[ImportJob]:
        """Newest first."""
        ...

    def add(self, job: ImportJob) -> None:
        """Queue a new import."""
        ...

    def save(self, job: ImportJob) -> None:
        """Queue the import's present state, on condition that its `attempt` still holds it."""
        ...


class Users(Protocol):
    """The people of the organisation."""

    def get(self, user_id: str) -> User:
        """Raises NotFound."""
        ...

    def add(self, user: User) -> None:
        """Queue a new user; Duplicate on commit if that Cognito subject has a user already."""
        ...


class Organizations(Protocol):
    """The organisation itself."""

    def get(self) -> Organization:
        """Raises NotFound."""
        ...

    def add(self, organization: Organization) -> None:
        """Queue the organisation; Conflict on commit if it is there already."""
        ...


class UnitOfWork(AbstractContextManager["UnitOfWork", None], Protocol):
    """All that is queued inside `with` is written at its end, in one transaction, or not at all.

    The history entry of each change is part of the same transaction. Leaving by an exception
    writes nothing. Raises Conflict or Duplicate when a condition fails.
    """

    @property
    def buildings(self) -> Buildings: ...
    @property
    def floors(self) -> Floors: ...
    @property
    def rooms(self) -> Rooms: ...
    @property
    def devices(self) -> Devices: ...
    @property
    def imports(self) -> Imports: ...
    @property
    def users(self) -> Users: ...
    @property
    def organizations(self) -> Organizations: ...

    @property
    def writes(self) -> int:
        """How many items are queued; DynamoDB takes 100 in one transaction."""
        ...
