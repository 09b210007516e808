"""Lists that are too long to be sorted are refused by the kept counts, before anything is read."""

from dataclasses import replace
from typing import Any

import pytest

from arxos.domain.errors import TooManyToSort
from arxos.domain.ordering import natural
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from arxos.ports.lists import DeviceFilter, Page, RoomFilter
from arxos.use_cases.devices import list_devices
from arxos.use_cases.rooms import list_rooms
from tests.fakes import FakeTable, FakeUnitOfWork
from tests.make import make_actor, make_building, make_floor, make_room

ADA = make_actor()
BUILDING = make_building(rooms_count=20_000, devices_count=100_000)
BIG = make_floor(BUILDING, rooms_count=10_001, devices_count=70_000)
SMALL = make_floor(BUILDING, floor_number=2, rooms_count=10_000, devices_count=10_000)
HALL = make_room(BIG, devices_count=10_001)
CELL = make_room(BIG, room_number="102", devices_count=2)


@pytest.fixture
def uow() -> FakeUnitOfWork:
    """A registry whose counts say what they would in a building of that size."""
    table = FakeTable()
    for record in (BUILDING, BIG, SMALL, HALL, CELL):
        where = [BUILDING.id] if record is not BUILDING else []
        table.items[ADA.organization_id, record.kind, *where, record.id] = replace(
            record, events=()
        )
    return FakeUnitOfWork(table, ADA)


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ({"sort": "name"}, "100,000"),
        ({"sort": "updated", "status": "error"}, "100,000"),
        ({"sort": "name", "floor_id": BIG.id}, "70,000"),
        ({"sort": "-created", "room_id": HALL.id}, "10,001"),
        ({"sort": "name", "room_id": HALL.id}, None),
        ({"sort": "created", "room_id": CELL.id}, None),
        ({"sort": "name", "floor_id": SMALL.id}, None),
        ({"sort": "name", "floor_id": "flr_no"}, None),
        ({"sort": "created", "room_id": "rm_no"}, None),
        ({"floor_id": BIG.id}, None),
        ({}, None),
    ],
)
def test_devices_are_sorted_up_to_a_number(
    uow: FakeUnitOfWork, where: dict[str, Any], count: str | None
) -> None:
    def listed() -> None:
        list_devices(BUILDING.id, DeviceFilter(**where), Page(), uow=uow, actor=ADA)

    if count is None:
        listed()
        return
    with pytest.raises(TooManyToSort) as refused:
        listed()
    assert list(refused.value.field_errors) == ["sort"]
    assert refused.value.message.startswith(f"There are {count} devices, and at most 10,000 can")


@pytest.mark.parametrize(
    ("where", "refused"),
    [
        ({"sort": "number"}, True),
        ({"sort": "name", "floor_id": BIG.id}, True),
        ({"sort": "-number", "floor_id": BIG.id}, False),
        ({"sort": "name", "floor_id": SMALL.id}, False),
        ({}, False),
    ],
)
def test_rooms_are_sorted_up_to_a_number(
    uow: FakeUnitOfWork, where: dict[str, Any], *, refused: bool
) -> None:
    def listed() -> None:
        list_rooms(BUILDING.id, RoomFilter(**where), Page(), uow=uow, actor=ADA)

    if refused:
        with pytest.raises(TooManyToSort):
            listed()
    else:
        listed()


def test_the_refusal_counts_only_what_the_caller_may_see(uow: FakeUnitOfWork) -> None:
    small = Grant(role=Role.VIEWER, building_id=BUILDING.id, floor_id=SMALL.id)
    guest = make_actor(role=Role.VIEWER, grants=(small,))

    for where in (
        DeviceFilter(sort="name"),
        DeviceFilter(sort="name", floor_id=BIG.id),
        DeviceFilter(sort="updated", room_id=HALL.id),
    ):
        assert list_devices(BUILDING.id, where, Page(), uow=uow, actor=guest).items == ()


def test_numbers_count_as_people_count() -> None:
    numbers = ["10", "B.2", "2", "1a", "B.10", "1", "٣"]
    assert sorted(numbers, key=natural) == ["1", "1a", "2", "٣", "10", "B.2", "B.10"]
