"""Cursors are sealed: only this deployment makes them, each for one list."""

import base64
import hashlib
import json

import pytest

from arxos.domain.errors import InvalidInput
from arxos.entrypoints import cursors

LIST, OTHER_LIST = '["org_1","/a",[],[]]', '["org_2","/a",[],[]]'

pytestmark = pytest.mark.usefixtures("secret")


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("TABLE_NAME", "t")
    monkeypatch.setenv("CURSOR_SECRET", "stack/arxos/6bc28136")
    return monkeypatch


def test_a_cursor_leads_back_to_its_position() -> None:
    for position in ('[0,"RM#1",null]', '["größe 会議室","dev_1"]', ""):
        assert cursors.position(cursors.cursor(position, LIST), LIST) == position


def refused(cursor: str, list_identity: str = LIST) -> bool:
    with pytest.raises(InvalidInput) as error:
        cursors.position(cursor, list_identity)
    return list(error.value.field_errors) == ["cursor"]


def test_a_cursor_of_another_list_or_deployment_is_refused(secret: pytest.MonkeyPatch) -> None:
    cursor = cursors.cursor("p", LIST)
    assert refused(cursor, OTHER_LIST)
    secret.setenv("CURSOR_SECRET", "stack/arxos/another")
    assert refused(cursor)


def test_nobody_makes_or_changes_a_cursor_without_the_secret() -> None:
    seal, position = json.loads(base64.urlsafe_b64decode(cursors.cursor("p", LIST) + "=="))
    assert len(seal) == 32
    guessed = hashlib.sha256(f"{LIST}\0p".encode()).hexdigest()[:32]
    for content in (
        [seal, position + "x"],
        [guessed, position],
        ["", position],
        [None, position],
        ["é" * 32, position],
        [seal[:31], position],
        [seal, 1],
        [seal],
        {"0": seal},
        7,
    ):
        assert refused(base64.urlsafe_b64encode(json.dumps(content).encode()).decode())
    for text in ("", "x", "é", "[" * 5_000, "bm8"):
        assert refused(text)


def test_without_a_secret_there_are_no_cursors(secret: pytest.MonkeyPatch) -> None:
    secret.delenv("CURSOR_SECRET")
    with pytest.raises(RuntimeError):
        cursors.cursor("p", LIST)
