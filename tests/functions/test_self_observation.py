"""What the functions tell of themselves: health, metrics, logs, and faults of their own."""

import importlib
import json
from collections.abc import Iterator
from http import HTTPStatus
from io import StringIO

import pytest

from arxos import bootstrap
from arxos.entrypoints import observation
from tests.functions.test_api_handlers import (
    CONTEXT,
    call,
    create,
)
from tests.gateway_events import api_event

pytestmark = pytest.mark.usefixtures("deployed")


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """What the handlers log, as CloudWatch would get it."""
    (handler,) = observation.logger.handlers
    stream, before = StringIO(), handler.stream  # type: ignore[attr-defined]
    handler.setStream(stream)  # type: ignore[attr-defined]
    yield stream
    handler.setStream(before)  # type: ignore[attr-defined]


def test_an_unexpected_fault_says_nothing_of_the_inside(
    monkeypatch: pytest.MonkeyPatch, logged: StringIO
) -> None:
    monkeypatch.setenv("TABLE_NAME", "a-table-that-is-not-there")
    bootstrap._settings.cache_clear()
    bootstrap._connection.cache_clear()

    status, answer = call("buildings.list_buildings", api_event())

    assert (status, answer["error"]["code"]) == (500, "INTERNAL_ERROR")
    assert "a-table" not in json.dumps(answer)
    assert "ResourceNotFoundException" in logged.getvalue()


def test_health_names_what_it_asked_and_needs_no_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWKS_URL", "http://127.0.0.1:9/jwks.json")
    bootstrap._settings.cache_clear()

    status, answer = call("system.check_health", api_event(signed_in=False))

    assert status == HTTPStatus.OK
    assert answer["data"]["status"] == "degraded"
    assert answer["data"]["checks"]["table"] == "ok"
    assert "cannot be had" in answer["data"]["checks"]["sign_in"]


def test_health_is_503_when_the_table_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "a-table-that-is-not-there")
    monkeypatch.setenv("JWKS_URL", "http://127.0.0.1:9/jwks.json")
    bootstrap._settings.cache_clear()
    bootstrap._connection.cache_clear()

    status, answer = call("system.check_health", api_event(signed_in=False))

    assert (status, answer["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert answer["error"]["details"]["status"] == "unhealthy"
    assert "a-table" not in json.dumps(answer)


def test_metrics_say_what_answers_also_when_something_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JWKS_URL", "http://127.0.0.1:9/jwks.json")
    bootstrap._settings.cache_clear()
    handler = importlib.import_module("functions.system.get_metrics").handler

    answer = handler(api_event(signed_in=False), CONTEXT)

    assert answer["statusCode"] == HTTPStatus.OK
    assert answer["headers"]["Content-Type"].startswith("text/plain; version=0.0.4")
    values = dict(
        line.rsplit(" ", 1) for line in answer["body"].splitlines() if not line.startswith("#")
    )
    assert values["arxos_healthy"] == "1"
    assert values['arxos_dependency_healthy{dependency="table"}'] == "1"
    assert values['arxos_dependency_healthy{dependency="sign_in"}'] == "0"


def test_logs_carry_no_names_and_no_bodies(logged: StringIO) -> None:
    create(name="Secret Bunker")

    assert '"use_case":"create_building"' in logged.getvalue()
    for private in ("Bunker", "Springfield", "Lovelace"):
        assert private not in logged.getvalue()


def test_each_request_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    create()

    (line,) = [text for text in capsys.readouterr().out.splitlines() if '"_aws"' in text]
    metric = json.loads(line)
    assert (metric["use_case"], metric["Requests"], metric["Errors"]) == (
        "create_building",
        [1.0],
        [0.0],
    )
