"""The search index: what is written is found in order, by its organisation only."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from arxos.domain.errors import InvalidInput
from arxos.domain.search_words import Drawer, Searchable, WordEntry, entries_of, searchable
from arxos.ports.registry import UnitOfWork
from arxos.ports.search import SearchIndex, SearchWords, Span
from tests.contract.conftest import BACKENDS
from tests.fakes import FakeSearchIndex, FakeSearchWords, FakeTable, FakeUnitOfWork
from tests.make import (
    ORG,
    OTHER_ORG,
    make_actor,
    make_building,
    make_device,
    make_floor,
    make_id,
    make_room,
)

WINDOW = 30  # more than one BatchWriteItem takes


@dataclass
class Search:
    words: SearchWords
    of: Callable[[str], SearchIndex]
    uow: UnitOfWork

    def put(self, *records: Searchable, org: str = ORG) -> list[WordEntry]:
        entries = [e for record in records for e in entries_of(org, record).values()]
        self.words.write(entries, ())
        return entries

    def texts(self, beginning: str, drawer: Drawer = Drawer.CONTENTS, org: str = ORG) -> list[str]:
        window = self.of(org).window(drawer, beginning, Span())
        return [entry.text for entry in window.entries]


@pytest.fixture(params=BACKENDS)
def search(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Search:
    if request.param == "fake":
        table, words = FakeTable(), FakeSearchWords()

        def index(org: str) -> FakeSearchIndex:
            found = FakeSearchIndex(table, words, org)
            found.words_per_window = WINDOW
            return found

        return Search(words, index, FakeUnitOfWork(table, make_actor()))
    from arxos.adapters.dynamodb import search_index
    from arxos.adapters.dynamodb.table import connect
    from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
    from tests.dynamodb_table import REGION

    monkeypatch.setattr(search_index, "WORDS_PER_WINDOW", WINDOW)
    if request.param == "moto":
        name, endpoint_url = request.getfixturevalue("moto_table"), None
    else:
        name, endpoint_url = request.getfixturevalue("dynamodb_local_table")
    connection = connect(table_name=name, region=REGION, endpoint_url=endpoint_url)
    return Search(
        search_index.DynamoSearchWords(connection),
        search_index.DynamoSearchIndex,
        DynamoUnitOfWork(connection, make_actor(), make_id),
    )


def device(name: str, **values: Any) -> Searchable:
    return Searchable(
        kind="device",
        id=make_id("device"),
        building_id="bld_1",
        floor_id="flr_1",
        values={"name": name, **values},
    )


def test_a_word_is_read_as_it_was_written(search: Search) -> None:
    (entry,) = search.put(device("Lamp"))

    window = search.of(ORG).window(Drawer.CONTENTS, "la", Span())

    assert (window.entries, window.end) == ((entry,), None)


def test_words_come_in_order_and_by_their_beginning(search: Search) -> None:
    search.put(*map(device, ["Lamps", "Lamp", "Label", "lampé", "Largo", "会議室"]))

    assert search.texts("lamp") == ["lamp", "lampe", "lamps"]
    assert search.texts("la") == ["label", "lamp", "lampe", "lamps", "largo"]
    assert search.texts("会議") == ["会議室"]
    assert search.texts("lamp", Drawer.BUILDINGS) == []
    assert search.texts("lamp", org=OTHER_ORG) == []


def test_a_single_character_finds_what_is_just_it(search: Search) -> None:
    search.put(device("A"), device("Ahorn"))
    assert search.texts("a") == ["a"]


def test_identifiers_come_before_names_and_kinds_in_their_order(search: Search) -> None:
    room = replace(device("7001"), kind="room", id="rm_1")
    search.put(room, device("x", serial_number="7001"), device("7001"))

    found = search.of(ORG).window(Drawer.CONTENTS, "7001", Span()).entries

    assert [(e.whole, e.kind) for e in found] == [
        (True, "device"),
        (False, "room"),
        (False, "device"),
    ]


def test_windows_follow_each_other_and_can_be_read_again(search: Search) -> None:
    search.put(*(device(f"Lamp{number:03d}") for number in range(WINDOW + 5)))
    index = search.of(ORG)

    first = index.window(Drawer.CONTENTS, "lamp", Span())
    second = index.window(Drawer.CONTENTS, "lamp", Span(after=first.end))
    search.put(device("Lamp000a"), device("Lamp999"))
    again = index.window(Drawer.CONTENTS, "lamp", Span(until=first.end))

    assert [e.text for e in first.entries + second.entries] == [
        f"lamp{number:03d}" for number in range(WINDOW + 5)
    ]
    assert (len(first.entries), second.end) == (WINDOW, None)
    assert set(again.entries) - set(first.entries) == {again.entries[1]}
    assert again.end == first.end


@pytest.mark.parametrize("span", [Span(after="z#10#x"), Span(until="z#10#x"), Span(after="")])
def test_a_span_of_other_words_is_refused(span: Span, search: Search) -> None:
    with pytest.raises(InvalidInput):
        search.of(ORG).window(Drawer.CONTENTS, "lamp", span)


def test_words_are_forgotten_and_may_be_forgotten_twice(search: Search) -> None:
    entries = search.put(*(device(f"Lamp {n}") for n in range(WINDOW)), device("Lantern"))
    lamps = [entry for entry in entries if entry.words != ("lantern",)]

    search.words.write((), lamps)
    search.words.write((), lamps)

    assert search.texts("la") == ["lantern"]


def test_records_are_fetched_as_they_are_with_their_buildings(search: Search) -> None:
    building = make_building(name="Tower")
    floor = make_floor(building)
    room, lamp = make_room(floor), make_device(floor)
    with search.uow as uow:
        uow.buildings.add(building)
        uow.floors.add(floor)
        uow.rooms.add(room)
        uow.devices.add(lamp)
    stored = {
        building.id: search.uow.buildings.get(building.id),
        floor.id: search.uow.floors.get(building.id, floor.id),
        room.id: search.uow.rooms.get(building.id, room.id),
        lamp.id: search.uow.devices.get(building.id, lamp.id),
    }
    records = [searchable(record) for record in stored.values()]
    entries = search.put(*records, replace(records[-1], id=make_id("device")))

    assert search.of(ORG).records(entries) == stored
    assert search.of(OTHER_ORG).records(entries) == {}
