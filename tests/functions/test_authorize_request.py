"""The authorizer against the tokens that attackers send: each is 401, none is 403 or 500."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from arxos import bootstrap
from arxos.domain.errors import ServiceUnavailable
from functions.auth import authorize_request
from scripts.sample_event import sample_event
from tests.functions.conftest import ISSUER
from tests.gateway_events import METHOD_ARN, LambdaContext, token_event
from tests.make import ORG, make_actor, make_organization, make_user

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGERS_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC_PEM = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
SUBJECT = "6b3e2f0a-user"


class KeyServer:
    """Serves a JWKS and counts how often it is asked."""

    def __init__(self) -> None:
        self.keys = [self.jwk("key-1", KEY)]
        self.status = 200
        self.requests = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests += 1
                self.send_response(outer.status)
                self.end_headers()
                self.wfile.write(json.dumps({"keys": outer.keys}).encode())

            def log_message(self, *_: Any) -> None:
                """Keeps test output quiet."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/jwks.json"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @staticmethod
    def jwk(key_id: str, key: rsa.RSAPrivateKey) -> dict[str, Any]:
        public = json.loads(RSAAlgorithm.to_jwk(key.public_key()))
        return {**public, "kid": key_id, "alg": "RS256", "use": "sig"}

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def key_server(deployed: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeyServer]:
    server = KeyServer()
    monkeypatch.setenv("JWKS_URL", server.url)
    bootstrap._settings.cache_clear()
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.organizations.add(make_organization())
        uow.users.add(make_user(id="usr_ada", subject=SUBJECT))
    yield server
    server.stop()


def make_claims(**changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    claims = {
        "sub": SUBJECT,
        "iss": ISSUER,
        "client_id": "client-1",
        "token_use": "access",
        "username": "ada",
        "scope": "aws.cognito.signin.user.admin",
        "iat": now,
        "exp": now + timedelta(hours=1),
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def make_token(key: Any = KEY, *, key_id: str | None = "key-1", **changes: Any) -> str:
    headers = {"kid": key_id} if key_id else {}
    return jwt.encode(make_claims(**changes), key, algorithm="RS256", headers=headers)


def authorize(authorization: str | None) -> dict[str, Any]:
    result = authorize_request.handler(token_event(authorization), LambdaContext())
    assert isinstance(result, dict)
    return result


def test_a_good_token_lets_its_user_in_with_what_the_record_says(key_server: KeyServer) -> None:
    answer = authorize(f"Bearer {make_token()}")

    assert answer["principalId"] == "usr_ada"
    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Resource"] == METHOD_ARN.split("/GET")[0] + "/*"
    assert answer["context"] == {
        "organization_id": ORG,
        "user_id": "usr_ada",
        "name": "Ada Lovelace",
        "role": "admin",
        "grants": "[]",
    }


def test_the_sample_event_is_understood_with_a_token_in_it(key_server: KeyServer) -> None:
    event = sample_event("authorize_request", token=make_token())
    assert authorize_request.handler(event, LambdaContext())["principalId"] == "usr_ada"

    with pytest.raises(Exception, match="Unauthorized"):
        authorize_request.handler(sample_event("authorize_request"), LambdaContext())


def test_claims_that_contradict_the_record_count_for_nothing(key_server: KeyServer) -> None:
    claims: dict[str, Any] = {"custom:organization_id": "org_second", "cognito:groups": ["root"]}
    token = make_token(**claims)

    assert authorize(f"Bearer {token}")["context"]["organization_id"] == ORG


def _unsigned() -> str:
    return jwt.encode(make_claims(), "", algorithm="none", headers={"kid": "key-1"})


def _hmac_with_the_public_key() -> str:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    import hashlib
    import hmac

    claims = {**make_claims(), "iat": 1, "exp": 9_999_999_999}
    signed = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'key-1'})}.{part(claims)}"
    mac = hmac.new(PUBLIC_PEM, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def _changed_payload() -> str:
    header, payload, signature = make_token().split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["sub"] = "another"
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"{header}.{changed}.{signature}"


HOUR = timedelta(hours=1)
ATTACKS: dict[str, Callable[[], str]] = {
    "alg none": _unsigned,
    "HS256 with the public key": _hmac_with_the_public_key,
    "changed payload": _changed_payload,
    "signed by a stranger": lambda: make_token(STRANGERS_KEY),
    "another pool": lambda: make_token(iss=ISSUER + "2"),
    "no issuer": lambda: make_token(iss=None),
    "another client": lambda: make_token(client_id="client-2"),
    "no client": lambda: make_token(client_id=None),
    "expired": lambda: make_token(exp=datetime.now(UTC) - HOUR),
    "no expiry": lambda: make_token(exp=None),
    "not yet valid": lambda: make_token(nbf=datetime.now(UTC) + HOUR),
    "issued in the future": lambda: make_token(iat=datetime.now(UTC) + HOUR),
    "ID token": lambda: make_token(token_use="id", aud="client-1"),
    "no token_use": lambda: make_token(token_use=None),
    "unknown key id": lambda: make_token(STRANGERS_KEY, key_id="key-2"),
    "no key id": lambda: make_token(key_id=None),
    "no subject": lambda: make_token(sub=None),
    "subject of nobody": lambda: make_token(sub="nobody"),
    "empty": lambda: "",
    "blank": lambda: "   ",
    "not a token": lambda: "abc",
    "three empty parts": lambda: "..",
    "10 KB": lambda: make_token(padding="x" * 10_240),
    "not ASCII": lambda: "ä.ö.ü",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_401(attack: str, key_server: KeyServer) -> None:
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        authorize(f"Bearer {ATTACKS[attack]()}")


@pytest.mark.parametrize("scheme", ["", "Basic ", "Token "])
def test_another_scheme_is_401(scheme: str, key_server: KeyServer) -> None:
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        authorize(scheme + make_token())
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        authorize(None)


def test_the_keys_are_fetched_once(key_server: KeyServer) -> None:
    for _ in range(3):
        authorize(f"Bearer {make_token()}")

    assert key_server.requests == 1


def test_a_new_key_is_found_without_a_restart(key_server: KeyServer) -> None:
    authorize(f"Bearer {make_token()}")
    key_server.keys.append(KeyServer.jwk("key-2", STRANGERS_KEY))

    authorize(f"Bearer {make_token(STRANGERS_KEY, key_id='key-2')}")

    assert key_server.requests == 2


def test_forged_key_ids_do_not_make_us_hammer_the_pool(key_server: KeyServer) -> None:
    for number in range(5):
        with pytest.raises(Exception, match=r"^Unauthorized$"):
            authorize(f"Bearer {make_token(STRANGERS_KEY, key_id=f'forged-{number}')}")

    assert key_server.requests <= 2


def test_without_the_keys_it_is_503_not_401(key_server: KeyServer) -> None:
    key_server.status = 500

    with pytest.raises(ServiceUnavailable, match="keys to check sign-ins"):
        authorize(f"Bearer {make_token()}")


def test_a_deactivated_user_is_out_while_the_token_lives(key_server: KeyServer) -> None:
    from arxos.adapters.dynamodb import keys
    from arxos.adapters.dynamodb.table import UserItem

    UserItem(*keys.user(ORG, "usr_ada")).update([UserItem.is_active.set(False)])

    with pytest.raises(Exception, match=r"^Unauthorized$"):
        authorize(f"Bearer {make_token()}")
