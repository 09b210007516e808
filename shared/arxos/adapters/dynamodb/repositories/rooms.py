"""Rooms on DynamoDB (docs/access-patterns.md, R)."""

from collections.abc import Iterator

from arxos.adapters.dynamodb import keys, mapping
from arxos.adapters.dynamodb.query import Collection, read_all, read_slice
from arxos.adapters.dynamodb.repositories.base import (
    Repository,
    all_of,
    before,
    floors_wanted,
    get_item,
    home_in,
    in_building,
    of_building,
)
from arxos.adapters.dynamodb.table import GSI1, BuildingItem, FloorItem, HolderItem, RoomItem
from arxos.domain.building import Building
from arxos.domain.errors import ArxosError, Duplicate, NotFound
from arxos.domain.identifiers import is_id
from arxos.domain.room import Room
from arxos.domain.text_rules import folded
from arxos.ports.registry import Page, RoomFilter, Slice


class DynamoRooms(Repository):
    """Access patterns R1-R6."""

    def get(self, building_id: str, room_id: str) -> Room:
        """R1."""
        if not is_id(room_id, "room"):
            raise NotFound("room")
        key = keys.room(self._org, building_id, room_id)
        return mapping.room(get_item(RoomItem, key, "room"))

    def list(self, building: Building, where: RoomFilter, page: Page) -> Slice[Room]:
        """R2 (a building's), R3 (a floor's)."""
        floor_ids = floors_wanted(where.floor_id, where.floor_ids)
        if floor_ids is not None:
            collection = Collection(
                tuple(keys.on_floor(self._org, floor_id) for floor_id in floor_ids),
                keys.ROOM,
                index=GSI1,
                home=home_in(self._org, building.id),
            )
        else:
            collection = in_building(self._org, building, keys.ROOM)
        condition = all_of(
            RoomItem.room_type == where.room_type if where.room_type is not None else None,
            RoomItem.status == where.status if where.status is not None else None,
        )
        return of_building(building, read_slice(collection, page, mapping.room, where=condition))

    def all(self, building: Building) -> Iterator[Room]:
        """R2, to its end."""
        for item in read_all(in_building(self._org, building, keys.ROOM)):
            yield mapping.room(item)

    def add(self, room: Room) -> None:
        """R4."""
        self._transaction.put_new(mapping.room_item(self._org, room))
        if not room.number_shared:
            self._hold_number(room)
        self._transaction.count(
            BuildingItem,
            keys.building(self._org, room.building_id),
            "rooms_count",
            1,
            kind="building",
        )
        self._count_on_floor(room, room.floor_id, 1)
        self._tally(room, 1)
        self._journal.write(room.events, room.building_id)

    def update(self, room: Room) -> None:
        """R5."""
        floor_id, number = before(room, "floor_id"), before(room, "room_number")
        shared = before(room, "number_shared")
        held = None if shared else (floor_id, folded(number))
        holds = None if room.number_shared else (room.floor_id, folded(room.room_number))
        if held != holds:
            if held is not None:
                key = keys.room_number(self._org, floor_id, number)
                self._transaction.delete(
                    HolderItem(key.pk, key.sk), condition=HolderItem.holder_id == room.id
                )
            if holds is not None:
                self._hold_number(room)
        if floor_id != room.floor_id:
            self._count_on_floor(room, floor_id, -1)
            self._count_on_floor(room, room.floor_id, 1)
        self._tally_changes(room)
        self._set(mapping.room_item(self._org, room), room)

    def remove(self, room: Room) -> None:
        """R6."""
        key = keys.room_number(self._org, room.floor_id, room.room_number)
        self._delete(
            mapping.room_item(self._org, room),
            room,
            ("devices_count",),
            holder=None if room.number_shared else HolderItem(key.pk, key.sk),
        )
        self._transaction.count(
            BuildingItem,
            keys.building(self._org, room.building_id),
            "rooms_count",
            -1,
            kind="building",
        )
        self._count_on_floor(room, room.floor_id, -1)
        self._tally(room, -1)

    def _count_on_floor(self, room: Room, floor_id: str, by: int) -> None:
        key = keys.floor(self._org, room.building_id, floor_id)
        self._transaction.count(FloorItem, key, "rooms_count", by, kind="floor")

    def _hold_number(self, room: Room) -> None:
        key = keys.room_number(self._org, room.floor_id, room.room_number)

        def taken() -> ArxosError:
            return Duplicate(
                "room_number", f"This floor has a room number '{room.room_number}' already."
            )

        self._transaction.put_new(HolderItem(key.pk, key.sk, holder_id=room.id), error=taken)
