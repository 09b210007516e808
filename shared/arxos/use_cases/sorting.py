"""Whether a list is short enough to be sorted as it is read: the kept counts say so beforehand."""

from arxos.domain.building import Building
from arxos.domain.errors import NotFound, TooManyToSort
from arxos.domain.ordering import MAX_SORTED
from arxos.ports.lists import DeviceFilter, NumberedSort, RoomFilter, Sort
from arxos.ports.registry import UnitOfWork

_BY_NUMBER = (NumberedSort.NUMBER, NumberedSort.NUMBER_DESCENDING)
_BY_NAME = (Sort.NAME, Sort.NAME_DESCENDING)


def check_rooms_to_sort(building: Building, where: RoomFilter, *, uow: UnitOfWork) -> None:
    """Raises TooManyToSort. Where an index has the order, it is never too many."""
    if where.sort is None or (where.floor_id is not None and where.sort in _BY_NUMBER):
        return
    if building.rooms_count > MAX_SORTED:
        count = _on_floors("rooms_count", building, where, uow)
        _check(building.rooms_count if count is None else count, "rooms", "ask for one floor_id")


def check_devices_to_sort(building: Building, where: DeviceFilter, *, uow: UnitOfWork) -> None:
    """Raises TooManyToSort. Where an index has the order, it is never too many."""
    by_index = where.room_id is not None and where.group_id is None and where.sort in _BY_NAME
    if where.sort is None or by_index or building.devices_count <= MAX_SORTED:
        return
    narrower = "ask for one floor_id, room_id or group_id"
    try:
        if where.group_id is not None:
            count: int | None = uow.groups.get(building.id, where.group_id).members_count
        elif where.room_id is not None:
            room = uow.rooms.get(building.id, where.room_id)
            seen = where.floor_ids is None or room.floor_id in where.floor_ids
            count = room.devices_count if seen else 0
        else:
            count = _on_floors("devices_count", building, where, uow)
    except NotFound:
        return  # what there is not has nothing to sort
    _check(building.devices_count if count is None else count, "devices", narrower)


def _on_floors(
    counter: str, building: Building, where: RoomFilter | DeviceFilter, uow: UnitOfWork
) -> int | None:
    """How many are on the floors that the list is limited to; None: it is not limited."""
    wanted = where.floor_ids
    if where.floor_id is not None:
        wanted = frozenset({where.floor_id} if wanted is None else {where.floor_id} & wanted)
    if wanted is None:
        return None
    floors = uow.floors.get_some(building.id, wanted)
    return sum(int(getattr(floor, counter)) for floor in floors.values())


def _check(count: int, kind: str, narrower: str) -> None:
    if count > MAX_SORTED:
        raise TooManyToSort(f"{count:,} {kind}", MAX_SORTED, narrower)
