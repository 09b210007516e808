"""The registry as use cases see it: one organisation's records behind one unit of work.

Every repository is bound to the organisation it was opened for; none has a way to name another.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from arxos.domain.building import Building
from arxos.domain.check_job import CheckJob
from arxos.domain.deletion import Deletion
from arxos.domain.device import Device
from arxos.domain.export_job import ExportJob
from arxos.domain.floor import Floor
from arxos.domain.group import Group
from arxos.domain.import_job import ImportJob
from arxos.domain.room import Room
from arxos.domain.summary import Tally
from arxos.domain.user import Organization, User
from arxos.ports.import_lanes import ImportLanes
from arxos.ports.lists import (
    BuildingFilter,
    DeviceFilter,
    FloorFilter,
    GroupFilter,
    Page,
    RoomFilter,
    Slice,
)


class Buildings(Protocol):
    """The organisation's buildings."""

    def get(self, building_id: str) -> Building:
        """Raises NotFound."""
        ...

    def list(self, where: BuildingFilter, page: Page) -> Slice[Building]:
        """In the order of `where.sort`. TooManyToSort where that would read too much."""
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
        """In the order of `where.sort`."""
        ...

    def all(self, building_id: str) -> Iterator[Floor]:
        """Every floor, for work on a whole building."""
        ...

    def get_some(self, building_id: str, floor_ids: Iterable[str]) -> dict[str, Floor]:
        """Those of these floors that the building has, by their ids."""
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
        """In the order of `where.sort`.

        Without: by room number with `where.floor_id`, else in a stable order of no meaning.
        """
        ...

    def all(self, building: Building) -> Iterator[Room]:
        """Every room, for work on a whole building."""
        ...

    def get_some(self, building_id: str, room_ids: Iterable[str]) -> dict[str, Room]:
        """Those of these rooms that the building has, by their ids."""
        ...

    def holders(self, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Which room holds which number: its id by floor and folded number, for those held."""
        ...

    def add(self, room: Room) -> None:
        """Queue a new room; Duplicate on commit if its floor has that number already."""
        ...

    def update(self, room: Room) -> None:
        """Queue the changes in the room's events, its number and floor among them."""
        ...

    def remove(self, room: Room) -> None:
        """Queue the removal of a room that holds nothing. ChangedMeanwhile on commit otherwise.

        It leaves its groups with it, as a device does.
        """
        ...


class Devices(Protocol):
    """The devices of a building. Adding one raises the counters of all that hold it."""

    def get(self, building_id: str, device_id: str) -> Device:
        """Raises NotFound."""
        ...

    def list(self, building: Building, where: DeviceFilter, page: Page) -> Slice[Device]:
        """In the order of `where.sort`.

        Without: by name with `where.room_id` or `floor_id`, else in a stable order of no meaning.
        """
        ...

    def all(self, building: Building) -> Iterator[Device]:
        """Every device, for work on a whole building."""
        ...

    def get_some(self, building_id: str, device_ids: Iterable[str]) -> dict[str, Device]:
        """Those of these devices that the building has, by their ids."""
        ...

    def add(self, device: Device) -> None:
        """Queue a new device."""
        ...

    def update(self, device: Device) -> None:
        """Queue the changes in the device's events, a move with its counters."""
        ...

    def remove(self, device: Device) -> None:
        """Queue the removal of a device. ChangedMeanwhile on commit otherwise.

        It leaves its groups with it: two writes for each, MAX_GROUPS_OF_A_RECORD groups at most.
        """
        ...


class Groups(Protocol):
    """The systems and zones of a building, and who is in them."""

    def get(self, building_id: str, group_id: str) -> Group:
        """Raises NotFound."""
        ...

    def list(self, building_id: str, where: GroupFilter, page: Page) -> Slice[Group]:
        """In a stable order: with ids that are ULIDs, of their creation."""
        ...

    def all(self, building_id: str) -> Iterator[Group]:
        """Every group, for work on a whole building."""
        ...

    def add(self, group: Group) -> None:
        """Queue a new group."""
        ...

    def update(self, group: Group) -> None:
        """Queue the changes in the group's events."""
        ...

    def remove(self, group: Group) -> None:
        """Queue the removal of a group without members. ChangedMeanwhile on commit otherwise."""
        ...

    def members(self, group: Group, page: Page) -> Slice[str]:
        """The ids of its devices and rooms, devices first."""
        ...

    def all_members(self, group: Group) -> Iterator[str]:
        """The id of every member."""
        ...

    def change_members(self, group: Group, *, added: Sequence[str], removed: Sequence[str]) -> None:
        """Queue that devices and rooms enter and leave the group, two writes for each.

        ChangedMeanwhile on commit if the group moved on, a record is gone, or one that enters is
        in MAX_GROUPS_OF_A_RECORD groups already.
        """
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

    def hand_over(self, job: ImportJob) -> None:
        """As `save`; and that the rest is the building's turn (`ImportDesk.whose_turn`)."""
        ...

    def cancel(self, job: ImportJob) -> None:
        """Queue its end, whoever holds it; Conflict on commit when it has begun to be applied, or
        ended, meanwhile.

        Only its status, attempt and errors change, whatever else a worker writes; and its counts,
        if nothing has been written yet.
        """
        ...


class Exports(Protocol):
    """The exports of a building."""

    def get(self, building_id: str, export_id: str) -> ExportJob:
        """Raises NotFound."""
        ...

    def list(self, building_id: str, page: Page) -> Slice[ExportJob]:
        """Newest first."""
        ...

    def add(self, job: ExportJob) -> None:
        """Queue a new export."""
        ...

    def save(self, job: ExportJob) -> None:
        """Queue the export's present state, on condition that its `attempt` still holds it."""
        ...


class Checks(Protocol):
    """The checks of a building."""

    def get(self, building_id: str, check_id: str) -> CheckJob:
        """Raises NotFound."""
        ...

    def list(self, building_id: str, page: Page) -> Slice[CheckJob]:
        """Newest first."""
        ...

    def add(self, job: CheckJob) -> None:
        """Queue a new check."""
        ...

    def save(self, job: CheckJob) -> None:
        """Queue the check's present state, on condition that its `attempt` still holds it."""
        ...


class Deletions(Protocol):
    """The removals of buildings, floors and rooms with all that is in them."""

    def get(self, deletion_id: str) -> Deletion:
        """Raises NotFound."""
        ...

    def begin(self, deletion: Deletion, target: Building | Floor | Room) -> None:
        """Queue a new deletion, and its mark on the target as it was read.

        What is marked takes no changes and nothing new: BeingDeleted on commit of such. Raises
        ChangedMeanwhile on commit if the target has moved on or is marked already.
        """
        ...

    def save(self, deletion: Deletion) -> None:
        """Queue the deletion's present state. ChangedMeanwhile on commit if it has moved on."""
        ...

    def clear_remains(self, building_id: str, most: int) -> int:
        """Queue the removal of up to `most` other things of a building, and say of how many.

        Only for a building that has no floors, rooms, devices and groups any more.
        """
        ...


class Users(Protocol):
    """The people of the organisation. Writing one keeps its `admins_count` exact."""

    def get(self, user_id: str) -> User:
        """Raises NotFound."""
        ...

    def list(self, page: Page) -> Slice[User]:
        """In the order in which they were invited."""
        ...

    def has_email(self, email: str) -> bool:
        """Whether a user of the organisation has this address, in whatever case."""
        ...

    def add(self, user: User) -> None:
        """Queue a new user; Duplicate on commit if the address or the subject has one already."""
        ...

    def update(self, user: User) -> None:
        """Queue the changes in the user's events; ChangedMeanwhile on commit if the version moved.

        LastAdmin on commit if nobody would be left to manage the organisation's users.
        """
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
    def groups(self) -> Groups: ...
    @property
    def imports(self) -> Imports: ...
    @property
    def lanes(self) -> ImportLanes: ...
    @property
    def checks(self) -> Checks: ...
    @property
    def exports(self) -> Exports: ...
    @property
    def deletions(self) -> Deletions: ...
    @property
    def users(self) -> Users: ...
    @property
    def organizations(self) -> Organizations: ...

    def only_once(self, record_id: str) -> None:
        """Queue the note that the actor's request (`Actor.once`) made or changed this record.

        Raises DoneBefore at the end when it has done so before. Nothing without an
        Idempotency-Key. For requests that are one transaction.
        """
        ...

    def rows_only_once(self, rows: Mapping[int, str]) -> None:
        """As `only_once`, for these rows of a request that takes several transactions: the id of
        each row's record. No transaction notes a row that another has noted.
        """
        ...

    def done_before(self) -> Mapping[int, str]:
        """The record of each row of the actor's request that is done already, by the notes; 0
        stands for a request without rows. Empty, and not asked for, without an Idempotency-Key.
        """
        ...

    @property
    def writes(self) -> int:
        """How many items are queued; DynamoDB takes 100 in one transaction."""
        ...
