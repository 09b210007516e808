"""Rooms on DynamoDB (docs/access-patterns.md, R)."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from arxos.adapters.dynamodb import keys, mapping
from arxos.adapters.dynamodb.availability import reading
from arxos.adapters.dynamodb.query import Collection, read_all, read_slice
from arxos.adapters.dynamodb.repositories.base import (
    Repository,
    before,
    equal_to,
    floors_wanted,
    home_in,
    in_building,
    of_building,
)
from arxos.adapters.dynamodb.sorted_lists import best_of, read_orders
from arxos.adapters.dynamodb.table import GSI1, FloorItem, HolderItem, RoomItem
from arxos.domain.building import Building
from arxos.domain.room import Room
from arxos.domain.room_numbers import number_taken
from arxos.domain.text_rules import folded
from arxos.ports.lists import NumberedSort, Page, RoomFilter, Slice


class DynamoRooms(Repository):
    """Access patterns R1-R6, L2, M1."""

    def get(self, building_id: str, room_id: str) -> Room:
        """R1."""
        item = self._get(RoomItem, keys.room, building_id, room_id, "room")
        return mapping.room(item)

    def list(self, building: Building, where: RoomFilter, page: Page) -> Slice[Room]:
        """R2 (a building's), R3 (a floor's; T1), L2 (either, in another order)."""
        floor_ids = floors_wanted(where.floor_id, where.floor_ids)
        if floor_ids is not None:
            collection = Collection(
                tuple(keys.on_floor(self._org, floor_id) for floor_id in floor_ids),
                keys.ROOM,
                index=GSI1,
                home=home_in(self._org, building.id),
                forward=where.sort != NumberedSort.NUMBER_DESCENDING,
            )
        else:
            collection = in_building(self._org, building, keys.ROOM)
        condition = equal_to((RoomItem.room_type, where.room_type), (RoomItem.status, where.status))
        by_number = (NumberedSort.NUMBER, NumberedSort.NUMBER_DESCENDING)
        if where.sort is None or (where.floor_id is not None and where.sort in by_number):
            found = read_slice(collection, page, mapping.room, where=condition)
            return of_building(building, found)
        return self._list_sorted(building, collection, where.sort, condition, page)

    def _list_sorted(
        self, building: Building, collection: Collection, sort: str, where: Any, page: Page
    ) -> Slice[Room]:
        candidates = (
            (order, order[1])
            for order, raw in read_orders(collection, sort, where=where)
            if order is not None
            and raw["PK"]["S"] == keys.room(self._org, building.id, order[1]).pk
        )
        return best_of(candidates, sort, page, partial(self.get_some, building.id))

    def all(self, building: Building) -> Iterator[Room]:
        """R2, to its end."""
        for item in read_all(in_building(self._org, building, keys.ROOM)):
            yield mapping.room(item)

    def get_some(self, building_id: str, room_ids: Iterable[str]) -> dict[str, Room]:
        """G5, G6, L2, M1, P3."""
        items = self._get_some(RoomItem, building_id, room_ids)
        return {item.id: mapping.room(item) for item in items}

    def holders(self, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """M1."""
        places_of = {keys.room_number(self._org, *place): place for place in places}
        with reading():
            wanted = sorted(places_of)
            items = HolderItem.batch_get(wanted, consistent_read=True) if wanted else ()
            return {places_of[keys.Key(item.pk, item.sk)]: item.holder_id for item in items}

    def add(self, room: Room) -> None:
        """R4."""
        self._put_new(mapping.room_item(self._org, room), room)
        if not room.number_shared:
            self._hold_number(room)
        self._count_in_building(room, 1)
        self._count_on_floor(room, room.floor_id, 1)
        self._tally(room, 1)

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
        self._count_in_building(room, -1)
        self._count_on_floor(room, room.floor_id, -1)
        self._tally(room, -1)

    def _count_on_floor(self, room: Room, floor_id: str, by: int) -> None:
        key = keys.floor(self._org, room.building_id, floor_id)
        self._transaction.count(FloorItem, key, "rooms_count", by, kind="floor")

    def _hold_number(self, room: Room) -> None:
        key = keys.room_number(self._org, room.floor_id, room.room_number)

        self._transaction.put_new(
            HolderItem(key.pk, key.sk, holder_id=room.id), error=lambda: number_taken(room)
        )
