import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxos.domain.text_rules import (
    NAME_PATTERN,
    TEXT_PATTERN,
    folded,
    name_fault,
    optional_text_fault,
    storable_text,
    text_fault,
    with_plain_lines,
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
        "L'Union Européenne",
        '2" Union valve',
        '3/4" Drop Pipe',
        "12' Drop ceiling",
        '6"; Insert plate',
        "O'Drop Zone",
        "Pipe 12' -- spare",
        "Temp <limit",
        "x <y on = z",
        "e\u0301tage",
        "👩‍🔬 Lab",
        "\U0001fae8",  # an emoji that is younger than the Unicode of our oldest Python
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
        ("'; DELETE FROM users", "injection"),
        ("x' UNION SELECT password FROM users --", "injection"),
        ("admin'--", "injection"),
        ("'; EXEC xp_cmdshell('dir')", "injection"),
        ("<b>bold</b>", "markup"),
        ("<img src=x onerror=alert(1)//", "markup"),
        ("<svg/onload=alert(1)", "markup"),
        ("<img src=x onerror=alert(1)>", "markup"),
        ("a\x00b", "control"),
        ("a\nb", "control"),
        ("a\x7f", "control"),
        ("a\ud800", "control"),
        ("invoice\u202efdp.exe", "control"),
        ("\u200b", "empty"),
        ("\u00ad\u3000", "empty"),
    ],
)
def test_attacks_are_refused_by_name(name: str, word: str) -> None:
    fault = name_fault(name, label="Name")

    assert fault is not None
    assert word in fault


@pytest.mark.parametrize("pattern", [TEXT_PATTERN, NAME_PATTERN])
@given(st.text(max_size=20))
def test_the_api_describes_the_rule_that_holds(pattern: str, text: str) -> None:
    """Up to the attacks that no pattern names: generated texts do not contain any."""
    fault = name_fault(text, label="x") if pattern is NAME_PATTERN else text_fault(text, label="x")

    # Python lets `$` stand before a last line break; JSON Schema does not.
    assert (re.search(pattern[:-1] + r"\Z", text) is not None) == (fault is None)


def test_a_longer_text_may_have_lines() -> None:
    assert optional_text_fault("one\ntwo\tthree", label="Text", multiline=True) is None
    assert optional_text_fault("one\ntwo", label="Text") is not None


@pytest.mark.parametrize("value", [5, [], {}])
def test_what_is_no_text_is_refused(value: object) -> None:
    assert optional_text_fault(value, label="Text") == "Text must be text"
    assert name_fault(value, label="Name") == "Name cannot be empty"


def test_lines_end_as_unix_ends_them_wherever_they_were_written() -> None:
    assert with_plain_lines("one\r\ntwo\rthree\nfour") == "one\ntwo\nthree\nfour"


def test_nothing_is_an_optional_text() -> None:
    assert optional_text_fault(None, label="Text") is None


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("Door <unnamed>", "Door ‹unnamed›"),
        ("javascript: :x", "javascriptx"),
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
