"""Which words lead to a record, and which records a query means."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxos.domain.errors import InvalidInput
from arxos.domain.search_words import (
    MAX_QUERY,
    MAX_WORD_CHARACTERS,
    MAX_WORDS,
    Query,
    RecordChange,
    Searchable,
    differences,
    entries_of,
    searchable,
    words_of,
)
from tests.make import ORG, make_building, make_device, make_floor, make_room

FLOOR = make_floor(make_building())


def device(**values: str) -> Searchable:
    return Searchable(kind="device", id="dev_1", building_id="bld_1", floor_id="f", values=values)


def words(**values: str) -> list[str]:
    return [word.text for word in words_of(device(**values))]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("North Tower", ["north", "tower"]),
        ("Größe ÉTAGE ﬁre ™", ["grosse", "etage", "fire", "tm"]),
        ("O'Hare", ["ohare", "hare"]),
        ("AHU-01 (roof)", ["ahu01", "ahu", "01", "roof"]),
        ("M_Lighting:600x1200:139783", ["mlighting", "lighting", "600x1200", "139783"]),
        ("大会議室", ["大会議室", "会議室", "議室"]),
        ("会", ["会"]),
        ("कार्यालय", ["कारयालय"]),
        ("Room A", ["room", "a"]),
        ("🏢 – !", []),
    ],
)
def test_a_name_is_found_by_the_beginning_of_each_of_its_words(
    name: str, expected: list[str]
) -> None:
    assert words(name=name) == expected


def test_numbers_are_kept_whole_before_the_words_of_the_name() -> None:
    found = words_of(device(name="Lamp", serial_number="AB 12-34", barcode="0042"))

    assert [(w.text, w.field, w.whole) for w in found] == [
        ("ab1234", "serial_number", True),
        ("0042", "barcode", True),
        ("lamp", "name", False),
        ("ab", "serial_number", False),
        ("1234", "serial_number", False),
        ("12", "serial_number", False),
        ("34", "serial_number", False),
    ]


def test_each_kind_is_found_by_its_own_fields() -> None:
    building, room = make_building(name="Tower"), make_room(FLOOR, room_number="1.01")
    found = {
        record.kind: {word.field for word in words_of(searchable(record))}
        for record in (building, FLOOR, room, make_device(FLOOR, tag_number="T1", barcode="9"))
    }

    assert found == {
        "building": {"name"},
        "floor": {"floor_number", "name"},
        "room": {"room_number", "name"},
        "device": {"name", "serial_number", "tag_number", "barcode"},
    }


@given(st.text(), st.text())
def test_words_are_bounded_distinct_and_always_the_same(name: str, serial: str) -> None:
    record = device(name=name, serial_number=serial)
    entries = entries_of(ORG, record)

    assert len(entries) <= MAX_WORDS
    assert entries == entries_of(ORG, record)
    for entry in entries.values():
        assert 1 <= len(entry.text) <= MAX_WORD_CHARACTERS
        assert not set(entry.text) & set(" #")


@given(st.text(min_size=1, max_size=MAX_QUERY))
def test_whatever_a_serial_number_is_it_is_found_by_itself(serial: str) -> None:
    record = device(name="x", serial_number=serial)
    try:
        query = Query.parse(serial)
    except InvalidInput:
        return  # nothing in it to search for
    if len(query.terms) == 1 and len(serial) <= MAX_WORD_CHARACTERS:
        assert query.lead in {entry.text for entry in entries_of(ORG, record).values()}
        assert query.matched(record) in ("serial_number", "name")


@pytest.mark.parametrize("q", ["", " ", "-", "🏢", "x" * (MAX_QUERY + 1)])
def test_a_query_of_nothing_is_refused(q: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Query.parse(q)
    assert set(refused.value.field_errors) == {"q"}


@pytest.mark.parametrize(
    ("q", "lead"),
    [
        ("room 214", "214"),
        ("room 2", "room"),
        ("conference north", "conference"),
        ("2", "2"),
        ("AHU-01", "ahu01"),
        ("x" * 60, "x" * 40),
    ],
)
def test_the_term_looked_up_is_the_one_that_fewest_records_have(q: str, lead: str) -> None:
    assert Query.parse(q).lead == lead


@pytest.mark.parametrize(
    ("q", "field"),
    [
        ("LAMP", "name"),
        ("lam", "name"),
        ("north lamp", "name"),
        ("amp", None),
        ("lamp south", None),
        ("ab12", "serial_number"),
        ("AB 12 34", "serial_number"),
        ("b12", None),
        ("x" * 50, "barcode"),
        ("x" * 49 + "y", None),
    ],
)
def test_all_words_must_match_and_the_best_field_is_named(q: str, field: str | None) -> None:
    record = device(name="Lamp north", serial_number="AB 12-34", barcode="x" * 50)
    assert Query.parse(q).matched(record) == field


def test_a_record_is_shown_once_and_best_matches_first() -> None:
    query = Query.parse("lamp")
    found = {
        "prefix": device(name="Lampshade"),
        "word": device(name="Lamp lampshade"),
        "identifier": device(name="Lamp", tag_number="LAMP"),
    }

    ranks = {
        name: [r for e in entries_of(ORG, record).values() if (r := query.rank(e)) is not None]
        for name, record in found.items()
    }

    assert {name: [rank.match for rank in of] for name, of in ranks.items()} == {
        "identifier": [0],
        "word": [1],
        "prefix": [2],
    }


def change(before: Searchable | None, after: Searchable | None) -> RecordChange:
    return RecordChange(organization_id=ORG, before=before, after=after)


def test_only_differences_are_written() -> None:
    lamp, lantern = device(name="North lamp"), device(name="North lantern")

    put, removed = differences([change(lamp, lantern)])

    # "north" is written again: it holds the other words of its record.
    assert {e.text for e in put} == {"north", "lantern"}
    assert [e.text for e in removed] == ["lamp"]
    assert all(e.words == ("north", "lantern") for e in put)
    assert differences([change(lamp, lamp)]) == ((), ())


def test_a_record_that_moved_is_kept_with_its_new_place() -> None:
    here = device(name="Lamp")
    put, removed = differences([change(here, replace(here, floor_id="g"))])
    assert ([(e.text, e.floor_id) for e in put], removed) == ([("lamp", "g")], ())


def test_of_several_changes_of_a_record_the_last_holds() -> None:
    lamp, lantern = device(name="lamp"), device(name="lantern")

    def texts(*changes: RecordChange) -> tuple[set[str], set[str]]:
        put, removed = differences(changes)
        return {e.text for e in put}, {e.text for e in removed}

    assert texts(change(None, lamp), change(lamp, lantern)) == ({"lantern"}, {"lamp"})
    assert texts(change(lamp, lantern), change(lantern, lamp)) == ({"lamp"}, {"lantern"})
    assert texts(change(None, lamp), change(lamp, None)) == (set(), {"lamp"})
    assert texts(change(lamp, None), change(None, lamp)) == ({"lamp"}, set())
