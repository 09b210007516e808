"""The smoke test: it passes what works, fails what does not, and says so in one sentence.

tests/e2e/test_deployment.py runs it against the local cloud.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from scripts import smoke
from scripts.smoke import Smoke, main
from scripts.srp_sign_in import NotSignedIn, sign_in_by_srp

ID = "bld_1"


class Service:
    """Answers as Arxos does, but for what a test spoils: `METHOD path` -> status."""

    def __init__(self, **spoiled: int) -> None:
        self.spoiled = {key.replace("__", " /").replace("_", "/"): v for key, v in spoiled.items()}
        self.buildings: set[str] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        status = self._status(request.method, path, "authorization" in request.headers)
        status = self.spoiled.get(f"{request.method} {path}", status)
        data = {"building_id": ID, "name": "Smoke test"}
        return httpx.Response(status, json={"data": data})

    def _status(self, method: str, path: str, signed_in: bool) -> int:
        if path in ("/health", "/openapi.json"):
            return 200
        if not signed_in:
            return 401
        if method == "POST":
            self.buildings.add(ID)
            return 201
        is_there = path.endswith("/me") or bool(self.buildings)
        if method == "DELETE":
            self.buildings.clear()
        return 200 if is_there else 404


Run = Callable[..., int]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command against a service that answers so."""

    def command(service: Any) -> int:
        monkeypatch.setattr(smoke, "local", lambda _: ("http://arxos.example", "token"))
        transport = httpx.MockTransport(service)
        client = httpx.Client
        monkeypatch.setattr(httpx, "Client", lambda **given: client(transport=transport, **given))
        return main([])

    return command


def test_a_deployment_that_works_passes_and_nothing_is_left_behind(run: Run) -> None:
    service = Service()
    assert run(service) == 0
    assert service.buildings == set()


@pytest.mark.parametrize(
    ("spoiled", "said"),
    [
        ({"GET__health": 503}, "GET /health answered 503, not 200"),
        ({"GET__openapi.json": 500}, "GET /openapi.json answered 500, not 200"),
        ({"GET__api_v1_buildings": 200}, "GET /api/v1/buildings answered 200, not 401"),
        ({"GET__api_v1_me": 401}, "GET /api/v1/me answered 401, not 200"),
        ({"POST__api_v1_buildings": 500}, "POST /api/v1/buildings answered 500, not 201"),
    ],
)
def test_what_does_not_work_is_said(
    spoiled: dict[str, int], said: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(Service(**spoiled)) == 1
    assert said in capsys.readouterr().err


def test_the_building_is_removed_also_when_it_cannot_be_read(run: Run) -> None:
    class Unreadable(Service):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            if request.method == "GET" and request.url.path.endswith(ID):
                return httpx.Response(500, json={})
            return super().__call__(request)

    service = Unreadable()
    assert run(service) == 1
    assert service.buildings == set()


def test_who_does_not_answer_is_said(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    assert run(refuse) == 1
    assert "does not answer: refused" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (
            ClientError(
                {"Error": {"Code": "NotAuthorizedException", "Message": "Wrong password."}}, "x"
            ),
            "Wrong password.",
        ),
        (NoCredentialsError(), "Unable to locate credentials."),
        (NotSignedIn("the pool asks for SOFTWARE_TOKEN_MFA"), "asks for SOFTWARE_TOKEN_MFA"),
    ],
)
def test_who_cannot_sign_in_gets_a_sentence_and_no_traceback(
    failure: Exception,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(_: str) -> tuple[str, str]:
        raise failure

    monkeypatch.setattr(smoke, "deployed", refuse)
    assert main(["--stage", "production"]) == 1
    assert said in capsys.readouterr().err


def test_what_is_missing_before_it_can_begin_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ARXOS_EMAIL", raising=False)
    monkeypatch.setenv("ARXOS_PASSWORD", "x")
    assert main(["--outputs", str(tmp_path / "none.json")]) == 1
    assert "make run" in capsys.readouterr().err
    assert main(["--stage", "staging"]) == 1
    assert "set ARXOS_EMAIL:" in capsys.readouterr().err
    monkeypatch.setenv("ARXOS_EMAIL", "x")
    assert main(["--stage", "elsewhere"]) == 1
    assert "it has staging and production" in capsys.readouterr().err


def test_a_pool_that_asks_for_more_than_a_password_is_said() -> None:
    class Pool:
        def initiate_auth(self, **given: Any) -> dict[str, Any]:
            assert "PASSWORD" not in json.dumps(given), "the password itself is never sent"
            return {"ChallengeName": "NEW_PASSWORD_REQUIRED"}

    with pytest.raises(NotSignedIn, match="NEW_PASSWORD_REQUIRED"):
        sign_in_by_srp(Pool(), "eu-central-1_x", "client", "a@b.example", "secret")


def test_the_requests_are_those_of_the_contract() -> None:
    assert [sentence for sentence, _ in Smoke("http://arxos.example", "token").steps()] == [
        "is healthy",
        "describes itself",
        "lets nobody in without a token",
        "knows who signed in",
        "makes, finds and removes a building",
    ]
