import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxos.domain.text_rules import (
    folded,
    name_fault,
    optional_text_fault,
    storable_text,
    text_fault,
)


@pytest.mark.parametrize(
    "name",
    [
        "Größe",
        "会議室",
        "O'Hare",
        "R&D; Annex",
        "مكتب",
        "Room 1 < Room 2",
        "a > b",
        "Drop-off; table tennis",
        "5' x 3'",
        "Select Suites",
        "'t Hooft",
        "e\u0301tage",
        "👩‍🔬 Lab",
    ],
)
def test_names_of_any_language_pass(name: str) -> None:
    assert name_fault(name, label="Name") is None


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("<script>alert(1)</script>", "script"),
        ("< SCRIPT src=x>", "script"),
        ("javascript:alert(1)", "script"),
        ("'; DROP TABLE buildings; --", "injection"),
        ("x; drop table rooms", "injection"),
        ("' OR '1'='1", "injection"),
        ("<b>bold</b>", "markup"),
        ("<img src=x onerror=alert(1)>", "markup"),
        ("a\x00b", "control"),
        ("a\nb", "control"),
        ("a\x7f", "control"),
        ("a\ud800", "control"),
        ("invoice\u202efdp.exe", "control"),
        ("\u200b", "empty"),
    ],
)
def test_attacks_are_refused_by_name(name: str, word: str) -> None:
    fault = name_fault(name, label="Name")

    assert fault is not None
    assert word in fault


def test_a_longer_text_may_have_lines() -> None:
    assert optional_text_fault("one\ntwo\tthree", label="Text", multiline=True) is None
    assert optional_text_fault("one\ntwo", label="Text") is not None


@pytest.mark.parametrize("value", [5, [], {}])
def test_what_is_no_text_is_refused(value: object) -> None:
    assert optional_text_fault(value, label="Text") == "Text must be text"
    assert name_fault(value, label="Name") == "Name cannot be empty"


def test_nothing_is_an_optional_text() -> None:
    assert optional_text_fault(None, label="Text") is None


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("Door <unnamed>", "Door ‹unnamed›"),
        ("a < b > c", "a ‹ b › c"),
        ("<script>alert('x')</script>", "‹script›alert(’x’)‹/script›"),
        ("'; DROP TABLE buildings; --", "’, DROP TABLE buildings, --"),
        ("one\ntwo\x00", "one two"),
        ("\u200b \x07", ""),
        ("x" * 300, "x" * 200),
    ],
)
def test_storable_text_keeps_what_can_be_read(text: str, stored: str) -> None:
    assert storable_text(text) == stored


_ATTACKS = ["<script>", "javascript:", "' OR 'a'='a", "; drop table x", "<b>", "\u202e", "'"]


@given(st.lists(st.text(max_size=40) | st.sampled_from(_ATTACKS), max_size=10).map("".join))
def test_storable_text_is_always_accepted(text: str) -> None:
    stored = storable_text(text)

    assert text_fault(stored, label="Name") is None
    assert len(stored) <= 200


@pytest.mark.parametrize(
    ("one", "other"),
    [("GRÖSSE", "größe"), ("Café", "cafe\u0301"), ("１０１", " 101 "), ("A  b", "a b")],
)
def test_folding_brings_spellings_together(one: str, other: str) -> None:
    assert folded(one) == folded(other)
