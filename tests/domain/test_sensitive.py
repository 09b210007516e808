"""Sensitive fields: what may be one, and what is told of a change."""

import pytest

from arxos.domain.sensitive import (
    MAX_SENSITIVE_TEXT,
    Sealed,
    sensitive_names_fault,
    sensitive_text_fault,
)
from tests.make import LATER, make_building, make_device, make_floor, make_room

CODE, OTHER = Sealed("c"), Sealed("o")


@pytest.mark.parametrize("name", ["door_code", "wifi2", "a", "x" * 50])
def test_a_name_is_an_identifier(name: str) -> None:
    assert sensitive_names_fault([name]) is None


@pytest.mark.parametrize("name", ["", "4711#", "Door", "door code", "_x", "x" * 51, "größe", "a\n"])
def test_a_fault_of_a_name_does_not_repeat_it(name: str) -> None:
    fault = sensitive_names_fault(["door_code", name])

    assert fault is not None
    assert not name or name not in fault


@pytest.mark.parametrize("text", ["4711#", "<script>", "'; DROP TABLE x; --", "会議室 ✓"])
def test_a_password_may_be_what_no_name_may(text: str) -> None:
    assert sensitive_text_fault(text) is None


@pytest.mark.parametrize("text", ["", "   ", "a\x00b", "\ud800", "x" * (MAX_SENSITIVE_TEXT + 1)])
def test_a_fault_of_a_text_does_not_repeat_it(text: str) -> None:
    fault = sensitive_text_fault(text)

    assert fault is not None
    assert text.strip() not in fault or not text.strip()


def test_events_tell_that_they_changed_and_never_how() -> None:
    floor = make_floor(make_building())
    made = make_room(floor, sensitive={"door_code": CODE, "wifi": CODE})
    changed = made.edited(at=LATER, by="usr_ada", sensitive={"door_code": OTHER, "wifi": CODE})
    removed = changed.removed(at=LATER, by="usr_ada")

    assert made.events[-1].changes["sensitive.door_code"] == (None, "***")
    assert changed.events[-1].changes == {"sensitive.door_code": ("***", "***")}
    assert removed.events[-1].changes["sensitive.wifi"] == ("***", None)
    for event in removed.events:
        assert "sensitive" not in event.changes


def test_a_record_without_them_tells_nothing_of_them() -> None:
    device = make_device(make_floor(make_building()))

    assert not any(name.startswith("sensitive") for name in device.events[0].changes)
    assert device.edited(at=LATER, by="usr_ada", sensitive={}) is device
