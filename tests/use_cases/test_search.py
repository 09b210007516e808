"""Searching and indexing, on fakes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from arxos.domain.building import Building
from arxos.domain.errors import InvalidInput
from arxos.domain.floor import Floor
from arxos.domain.permissions import Role
from arxos.domain.record import Record
from arxos.domain.rights import Grant
from arxos.domain.search_words import Query, RecordChange, searchable
from arxos.domain.user import Actor
from arxos.ports.lists import Page, Slice
from arxos.use_cases.search import MOST_WINDOWS, Hit, index_records, search
from tests.fakes import FakeSearchIndex, FakeSearchWords, FakeTable, FakeUnitOfWork
from tests.make import (
    LATER,
    ORG,
    OTHER_ORG,
    make_actor,
    make_building,
    make_device,
    make_floor,
    make_room,
)


class World:
    """An organisation whose records are indexed as they are added."""

    def __init__(self) -> None:
        self.table, self.words = FakeTable(), FakeSearchWords()
        self.index = FakeSearchIndex(self.table, self.words, ORG)
        self.building = self.add(make_building(name="Tower"))
        self.floor = self.add(make_floor(self.building, name="Ground", floor_number=0))

    def add(self, record: Any) -> Any:
        with FakeUnitOfWork(self.table, make_actor()) as uow:
            getattr(uow, f"{record.kind}s").add(record)
        self.indexed(None, record)
        return record

    def indexed(self, before: Record | None, after: Record | None) -> int:
        change = RecordChange(
            organization_id=ORG,
            before=searchable(before) if before else None,
            after=searchable(after) if after else None,
        )
        return index_records([change], words=self.words)

    def hits(
        self,
        q: str,
        *,
        kind: str | None = None,
        actor: Actor | None = None,
        page: Page | None = None,
    ) -> Slice[Hit]:
        return search(
            Query.parse(q), kind, page or Page(), index=self.index, actor=actor or make_actor()
        )

    def found(self, q: str, **given: Any) -> list[str]:
        return [hit.record.id for hit in self.hits(q, **given).items]


@pytest.fixture
def world() -> World:
    return World()


def ids(records: Sequence[Record]) -> list[str]:
    return [record.id for record in records]


def test_best_matches_come_first_and_then_the_larger_thing(world: World) -> None:
    prefixed = world.add(make_device(world.floor, name="Pumpkin"))
    device = world.add(make_device(world.floor, name="Pump"))
    room = world.add(make_room(world.floor, name="Pump room"))
    floor = world.add(make_floor(world.building, name="Pump floor", floor_number=3))
    building = world.add(make_building(name="Pumpwerk"))
    tagged = world.add(make_device(world.floor, name="X", tag_number="PUMP"))

    assert world.found("pump") == ids([tagged, floor, room, device, building, prefixed])
    assert world.found("pump", kind="device") == ids([tagged, device, prefixed])
    assert world.found("pump", kind="building") == [building.id]


def test_a_building_is_shown_before_any_number_of_devices(world: World) -> None:
    world.index.words_per_window = 5
    for number in range(20):
        world.add(make_device(world.floor, name=f"Lab {number}"))
    building = world.add(make_building(name="Laboratory"))

    assert world.found("la", page=Page(limit=3))[0] == building.id


def test_several_words_must_all_match(world: World) -> None:
    north = world.add(make_room(world.floor, room_number="214", name="North office"))
    world.add(make_room(world.floor, room_number="2140", name="South office"))

    assert world.found("214 nor") == [north.id]
    assert world.found("office north") == [north.id]
    assert world.found("office west") == []


def test_a_hit_says_what_matched_and_in_which_building(world: World) -> None:
    device = world.add(make_device(world.floor, name="Lamp", serial_number="SN-77"))

    (hit,) = world.hits("sn77").items

    assert (hit.record.id, hit.matched, hit.building_name) == (device.id, "serial_number", "Tower")


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (lambda b, f: Grant(role=Role.VIEWER), {"tower", "hall", "here", "there"}),
        (lambda b, f: Grant(role=Role.VIEWER, building_id=b.id), {"tower", "here", "there"}),
        (
            lambda b, f: Grant(role=Role.VIEWER, building_id=b.id, floor_id=f.id),
            {"tower", "here"},
        ),
    ],
    ids=["organization", "building", "floor"],
)
def test_only_what_may_be_read_is_found(
    scope: Callable[[Building, Floor], Grant], seen: set[str], world: World
) -> None:
    records = {
        "tower": world.add(make_building(name="Alpha tower")),
        "hall": world.add(make_building(name="Alpha hall")),
    }
    here = world.add(make_floor(records["tower"], name="Lower", floor_number=1))
    upper = world.add(make_floor(records["tower"], name="Upper", floor_number=2))
    records["here"] = world.add(make_room(here, name="Alpha here"))
    records["there"] = world.add(make_device(upper, name="Alpha there"))
    actor = make_actor(role=Role.ADMIN, grants=(scope(records["tower"], here),))

    assert set(world.found("alpha", actor=actor)) == {records[name].id for name in seen}


def test_another_organisation_finds_nothing(world: World) -> None:
    index = FakeSearchIndex(world.table, world.words, OTHER_ORG)
    stranger = make_actor(organization_id=OTHER_ORG)

    assert search(Query.parse("tower"), None, Page(), index=index, actor=stranger).items == ()


def test_what_is_shown_is_true_now_though_the_words_lag(world: World) -> None:
    lamp = world.add(make_device(world.floor, name="Lamp"))
    gone = world.add(make_device(world.floor, name="Lamp"))
    hidden = world.add(make_device(world.floor, name="Lamp"))
    upstairs = world.add(make_floor(world.building, floor_number=5, name="Up"))
    with FakeUnitOfWork(world.table, make_actor()) as uow:
        uow.devices.update(lamp.changed(at=LATER, by=None, name="Lantern"))
        uow.devices.remove(gone)
        uow.devices.update(hidden.move(floor_id=upstairs.id, room_ids=(), at=LATER, by=None))
    grant = Grant(role=Role.VIEWER, building_id=world.building.id, floor_id=world.floor.id)

    assert world.found("lamp", actor=make_actor(grants=(grant,))) == []
    assert world.found("lamp") == [hidden.id]


def test_pages_show_everything_once_in_order_while_others_write(world: World) -> None:
    world.index.words_per_window = 4
    rooms = [
        world.add(make_room(world.floor, room_number=f"{n}", name=f"Lab {n:02d}")) for n in range(9)
    ]
    labels = [world.add(make_device(world.floor, name="Label label2 lab")) for _ in range(5)]

    shown: list[str] = []
    page = Page(limit=2)
    while True:
        found = world.hits("lab", page=page)
        shown += [hit.record.id for hit in found.items]
        world.add(make_device(world.floor, name="Labyrinth"))
        if found.position is None or len(shown) > 100:
            break
        page = Page(limit=2, position=found.position)

    expected = set(ids(rooms)) | set(ids(labels))
    assert len(shown) == len(set(shown))
    assert expected <= set(shown)
    assert shown[: len(rooms)] == ids(rooms)


def test_the_work_of_a_request_is_bounded_whatever_it_may_see(world: World) -> None:
    world.index.words_per_window = 2
    hall = world.add(make_building(name="Hall"))
    floor = world.add(make_floor(hall, floor_number=1))
    for number in range(30):
        world.add(make_device(floor, name=f"Lamp {number}"))
    mine = world.add(make_device(world.floor, name="Lampshade"))
    actor = make_actor(grants=(Grant(role=Role.VIEWER, building_id=world.building.id),))

    first = world.hits("lamp", actor=actor)
    assert (first.items, first.position is not None) == ((), True)
    requests, position, seen = 1, first.position, []
    while position is not None:
        found = world.hits("lamp", actor=actor, page=Page(position=position))
        requests, position = requests + 1, found.position
        seen += [hit.record.id for hit in found.items]

    assert seen == [mine.id]
    assert requests == -(-31 // (2 * MOST_WINDOWS))


@pytest.mark.parametrize(
    "position",
    [
        "",
        "1",
        "[]",
        "[[],null]",
        "[[null],null]",
        '[[["a"],null],null]',
        "[[[1,null],null],null]",
        '[[["zz",null],null],null]',
        "[[null,null],[1]]",
        '[[null,null],["0",0,"a","b"]]',
        "[[[]],{}]",
    ],
)
def test_a_position_that_no_search_handed_out_is_refused(position: str, world: World) -> None:
    with pytest.raises(InvalidInput):
        world.hits("tower", page=Page(position=position))


def test_a_change_of_counters_alone_writes_nothing(world: World) -> None:
    counted = replace(world.building, rooms_count=7)

    assert world.indexed(world.building, counted) == 0
    assert world.indexed(world.building, None) == 1
    assert world.found("tower") == []
