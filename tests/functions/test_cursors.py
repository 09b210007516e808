"""Cursors are sealed: only this deployment makes them, each for one list."""

import base64
import hashlib

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


def test_nobody_makes_changes_or_reads_a_cursor_without_the_secret() -> None:
    content = base64.urlsafe_b64decode(cursors.cursor("BUILDING#Secret Lab", LIST) + "==")
    assert b"Secret" not in content
    guessed = hashlib.sha256(f"{LIST}\0p".encode()).digest()[:16]
    for changed in (
        content + b"x",
        content[:-1],
        bytes([content[0] ^ 1]) + content[1:],
        content[:-1] + bytes([content[-1] ^ 1]),
        guessed + content[16:],
        content[:16],
        b"\0" * 40,
    ):
        assert refused(base64.urlsafe_b64encode(changed).decode())
    for text in ("", "x", "é", "[" * 5_000, "bm8"):
        assert refused(text)


def test_without_a_secret_there_are_no_cursors(secret: pytest.MonkeyPatch) -> None:
    secret.delenv("CURSOR_SECRET")
    with pytest.raises(RuntimeError):
        cursors.cursor("p", LIST)
