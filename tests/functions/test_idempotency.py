"""A POST that is sent twice has one effect and one answer."""

import importlib
import json
from typing import Any

import pytest

from arxos import bootstrap
from arxos.domain.errors import Conflict
from arxos.domain.permissions import Role
from arxos.ports.lists import BuildingFilter, Page
from tests.gateway_events import LambdaContext, api_event
from tests.make import OTHER_ORG, make_actor

pytestmark = pytest.mark.usefixtures("deployed")

BODY = {
    "name": "North Tower",
    "address": {"street": "1 Main St", "city": "X", "state": "Y", "postal_code": "1"},
}


def post(
    key: str | None, body: Any = None, *, remaining_ms: int = 900_000, **event: Any
) -> dict[str, Any]:
    headers = {} if key is None else {"idempotency-key": key}
    handler = importlib.import_module("functions.buildings.create_building").handler
    sent = api_event("POST", body=BODY if body is None else body, headers=headers, **event)
    answer: dict[str, Any] = handler(sent, LambdaContext(remaining_ms=remaining_ms))
    return answer


def buildings() -> int:
    event = api_event(query={"limit": "200"})
    listed = importlib.import_module("functions.buildings.list_buildings").handler(
        event, LambdaContext()
    )
    return len(json.loads(listed["body"])["data"]["items"])


def test_the_first_answer_is_given_again() -> None:
    first = post("k-1")
    again = post("k-1")

    assert first["statusCode"] == 201
    assert (again["statusCode"], again["body"]) == (201, first["body"])
    assert again["headers"]["Location"] == first["headers"]["Location"]
    assert buildings() == 1


def test_without_a_key_or_with_another_it_is_another_building() -> None:
    for key in (None, None, "k-1", "k-2"):
        post(key)

    assert buildings() == 4


def test_a_key_belongs_to_its_user_and_organisation() -> None:
    post("k-1")
    post("k-1", actor=make_actor(user_id="usr_bob"))
    post("k-1", actor=make_actor(organization_id=OTHER_ORG))

    assert buildings() == 2


def test_the_same_key_with_another_body_is_refused() -> None:
    post("k-1")

    answer = post("k-1", {**BODY, "name": "South Tower"})

    assert answer["statusCode"] == 422
    assert json.loads(answer["body"])["error"]["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert buildings() == 1


def test_a_refused_request_may_be_sent_again_corrected_under_its_key() -> None:
    assert post("k-1", {**BODY, "name": ""})["statusCode"] == 422

    assert post("k-1")["statusCode"] == 201


def test_a_key_that_is_too_long_is_named() -> None:
    answer = post("k" * 256)

    assert answer["statusCode"] == 422
    field_errors = json.loads(answer["body"])["error"]["details"]["field_errors"]
    assert list(field_errors) == ["Idempotency-Key"]
    assert post("k" * 255)["statusCode"] == 201


def test_while_the_first_is_running_it_is_a_conflict() -> None:
    store = bootstrap.answers(LambdaContext())

    def ask_again() -> dict[str, Any]:
        with pytest.raises(Conflict, match="still running"):
            store.once(organization_id="org_first", key="k", payload="p", run=dict)
        return {"statusCode": 201}

    answer = store.once(organization_id="org_first", key="k", payload="p", run=ask_again)

    assert answer == {"statusCode": 201}


def test_a_key_does_not_help_who_may_not_write() -> None:
    assert post("k-1", actor=make_actor(role=Role.VIEWER))["statusCode"] == 403


def test_the_same_json_in_other_letters_is_the_same_request() -> None:
    first = post("k-1", json.dumps(BODY))
    turned = dict(reversed(BODY.items()))

    assert post("k-1", json.dumps(turned, indent=2))["body"] == first["body"]
    assert buildings() == 1


def test_the_same_key_with_another_query_is_refused() -> None:
    created = json.loads(post(None)["body"])["data"]["building_id"]
    handler = importlib.import_module("functions.devices.batch_devices").handler
    sent: dict[str, Any] = {
        "path": {"building_id": created},
        "body": {"operations": [{"op": "delete", "id": "dev_0nothing"}]},
        "headers": {"Idempotency-Key": "k"},
    }
    assert handler(api_event("POST", **sent), LambdaContext())["statusCode"] == 200

    answer = handler(api_event("POST", query={"atomic": "true"}, **sent), LambdaContext())

    assert answer["statusCode"] == 422
    assert json.loads(answer["body"])["error"]["code"] == "IDEMPOTENCY_KEY_REUSED"


@pytest.mark.parametrize("body", ["", "{", '{"a": NaN}', "[" * 100_000, "\ud800", "1" * 5_000])
def test_a_body_that_is_no_json_is_refused_with_a_key_as_without(body: str) -> None:
    without = post(None, body)

    assert post("k-1", body)["statusCode"] == without["statusCode"] in (400, 422)


class Killed(BaseException):
    """The function is gone: nothing that it would still have done is done."""


def test_of_a_killed_function_the_same_request_tells_what_it_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("arxos.adapters.dynamodb.idempotency.DynamoAnswers._packed", killed)
        post("k-1", remaining_ms=0)
    (made,) = bootstrap.unit_of_work(make_actor()).buildings.list(BuildingFilter(), Page()).items

    answer = post("k-1")

    assert (answer["statusCode"], buildings()) == (201, 1)
    assert json.loads(answer["body"])["data"]["building_id"] == made.id
