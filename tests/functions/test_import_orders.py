"""Plan, apply and undo by the handlers and the worker, with real events, on moto."""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from arxos import bootstrap
from arxos.domain.permissions import Role
from functions.imports import apply_import, read_building_file
from tests.domain.handover.workbooks import good_rows
from tests.functions.conftest import BUCKET
from tests.functions.import_queue import ImportQueue
from tests.functions.workbook_file import workbook
from tests.gateway_events import LambdaContext, api_event, s3_event, sqs_event
from tests.make import make_actor, make_building

TABLE = "floor,room_number,name,serail\n" + "".join(
    f"{1 + n // 10},{100 + n},Room {n},{n}\n" for n in range(20)
)
IMPORTS = "/api/v1/buildings/{building_id}/imports"


class Imports:
    """One building, and what a client and AWS do with its imports."""

    def __init__(self, s3: Any, queue: ImportQueue) -> None:
        self.s3, self.queue = s3, queue
        self.deliver = queue.deliver
        self.building = make_building()
        with bootstrap.unit_of_work(make_actor()) as uow:
            uow.buildings.add(self.building)

    def call(self, function: str, method: str = "GET", **event: Any) -> tuple[int, Any]:
        answer = self.answer(function, method, **event)
        return answer["statusCode"], json.loads(answer["body"])

    def answer(self, function: str, method: str = "GET", **event: Any) -> dict[str, Any]:
        handler = importlib.import_module(f"functions.imports.{function}").handler
        path = {"building_id": self.building.id, **event.pop("path", {})}
        answer: dict[str, Any] = handler(
            api_event(method, IMPORTS, path=path, **event), LambdaContext()
        )
        return answer

    def upload(
        self, content: str | bytes, mode: str = "plan", *, filename: str = "rooms.csv"
    ) -> str:
        body = {"filename": filename, "mode": mode}
        _, answer = self.call("start_import", "POST", body=body)
        key = answer["data"]["upload"]["fields"]["key"]
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=content)
        read_building_file.handler(s3_event(key), LambdaContext(aws_request_id=key))
        import_id: str = answer["data"]["import_id"]
        return import_id

    def job(self, import_id: str) -> dict[str, Any]:
        job: dict[str, Any] = self.call("get_import", path={"import_id": import_id})[1]["data"]
        return job

    def history(self) -> tuple[int, Any]:
        handler = importlib.import_module("functions.buildings.list_building_changes").handler
        path = {"building_id": self.building.id}
        answer = handler(api_event("GET", "/changes", path=path), LambdaContext())
        return answer["statusCode"], json.loads(answer["body"])

    def rooms(self) -> int:
        return bootstrap.unit_of_work(make_actor()).buildings.get(self.building.id).rooms_count


@pytest.fixture
def imports(deployed: Any, import_queue: ImportQueue) -> Imports:
    return Imports(deployed, import_queue)


def test_a_planned_table_says_how_each_column_was_understood(imports: Imports) -> None:
    import_id = imports.upload(TABLE)

    _, answer = imports.call("get_import", path={"import_id": import_id})

    shown = answer["data"]
    assert shown["status"] == "planned"
    assert [(c["heading"], c["field"]) for c in shown["columns"]] == [
        ("floor", "floor"),
        ("room_number", "room_number"),
        ("name", "name"),
        ("serail", None),
    ]
    assert len({c["sheet"] for c in shown["columns"]}) == 1


def test_a_table_is_planned_applied_and_taken_back(imports: Imports) -> None:
    import_id = imports.upload(TABLE)
    path = {"import_id": import_id}

    assert imports.job(import_id)["status"] == "planned"
    assert imports.rooms() == 0
    status, plan = imports.call("get_import_plan", path=path, query={"limit": "5"})
    assert status == 200
    assert len(plan["data"]["items"]) == 5
    assert plan["data"]["next_cursor"] is not None
    assert plan["data"]["entries"]["create"] == 22
    _, problems = imports.call("list_import_problems", path=path)
    assert [p["code"] for p in problems["data"]["items"]] == ["COLUMN_UNKNOWN"]

    status, ordered = imports.call("order_apply", "POST", path=path, body={})
    assert (status, ordered["data"]["status"]) == (202, "applying")
    imports.deliver()
    assert (imports.job(import_id)["status"], imports.rooms()) == ("applied", 20)
    status, refused = imports.call("order_apply", "POST", path=path, body={})
    assert (status, refused["error"]["code"]) == (409, "CONFLICT")

    assert imports.call("order_undo", "POST", path=path, body={})[0] == 202
    imports.deliver()
    assert (imports.job(import_id)["status"], imports.rooms()) == ("undone", 0)


def test_what_a_table_has_no_more_goes_on_demand(imports: Imports) -> None:
    imports.upload(TABLE, mode="apply")
    imports.deliver()
    assert imports.rooms() == 20
    shorter = "\n".join(TABLE.splitlines()[:16]) + "\n"
    import_id = imports.upload(shorter)
    path = {"import_id": import_id}
    _, plan = imports.call("get_import_plan", path=path, query={"kind": "remove"})
    assert len(plan["data"]["items"]) == 5

    imports.call("order_apply", "POST", path=path, body={"remove": True})
    imports.deliver()
    assert (imports.job(import_id)["counts"]["removed"], imports.rooms()) == (5, 15)


def test_there_is_no_plan_before_the_file_is_there(imports: Imports) -> None:
    _, answer = imports.call("start_import", "POST", body={"filename": "x.csv"})
    path = {"import_id": answer["data"]["import_id"]}
    for function in ("get_import_plan",):
        status, refused = imports.call(function, path=path)
        assert (status, refused["error"]["code"]) == (409, "CONFLICT")


def test_an_import_is_cancelled_where_it_is(imports: Imports) -> None:
    import_id = imports.upload(TABLE, mode="apply")
    path = {"import_id": import_id}

    for _ in range(2):
        status, stopped = imports.call("cancel_import", "POST", path=path)
        assert (status, stopped["data"]["status"]) == (200, "failed")
        assert [e["code"] for e in stopped["data"]["errors"]] == ["CANCELLED"]
    imports.deliver()

    assert (imports.job(import_id)["status"], imports.rooms()) == ("failed", 0)
    _, changes = imports.history()
    told = [c["event"] for c in changes["data"]["items"]]
    assert told.count("ImportCancelled") == 1


def test_two_imports_of_one_building_are_applied_one_after_the_other(imports: Imports) -> None:
    first, second = (imports.upload(TABLE, mode="apply") for _ in range(2))
    assert [imports.job(i)["status"] for i in (first, second)] == ["applying", "applying"]

    imports.deliver()

    told = [imports.job(i) for i in (first, second)]
    assert [(j["status"], j["counts"]["created"]) for j in told] == [
        ("applied", 22),
        ("applied", 0),
    ]


@pytest.mark.parametrize("function", ["order_apply", "order_undo", "cancel_import"])
def test_who_may_not_import_may_not_decide(imports: Imports, function: str) -> None:
    import_id = imports.upload(TABLE)
    engineer = make_actor(role=Role.ENGINEER)
    path = {"import_id": import_id}
    status, refused = imports.call(function, "POST", path=path, body={}, actor=engineer)
    assert (status, refused["error"]["code"]) == (403, "FORBIDDEN")


def test_an_order_for_nothing_is_done_at_once(imports: Imports) -> None:
    order = {
        "organization_id": "org_first",
        "building_id": imports.building.id,
        "import_id": "imp_none",
        "action": "apply",
    }
    answer = apply_import.handler(sqs_event(json.dumps(order)), LambdaContext())
    assert answer == {"batchItemFailures": []}


def test_what_a_workbook_has_beyond_the_registry_is_stored_until_the_import_is_undone(
    imports: Imports, tmp_path: Path
) -> None:
    book = workbook(tmp_path / "house.xlsx", good_rows())
    import_id = imports.upload(book, filename="house.xlsx", mode="apply")
    imports.deliver()
    assert imports.job(import_id)["status"] == "applied"
    stored = imports.s3.list_objects_v2(Bucket=BUCKET, Prefix="kept/")["Contents"]
    assert stored
    assert all(import_id in one["Key"] for one in stored)

    assert imports.call("order_undo", "POST", path={"import_id": import_id}, body={})[0] == 202
    imports.deliver()

    assert imports.job(import_id)["status"] == "undone"
    assert "Contents" not in imports.s3.list_objects_v2(Bucket=BUCKET, Prefix="kept/")


def test_without_time_left_the_worker_orders_the_rest(imports: Imports) -> None:
    import_id = imports.upload(TABLE, mode="apply")
    client, url = imports.queue.client, imports.queue.url
    (message,) = client.receive_message(QueueUrl=url)["Messages"]

    event = sqs_event(message["Body"])
    answer = apply_import.handler(event, LambdaContext(remaining_ms=9_000))
    client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    assert answer == {"batchItemFailures": []}
    assert imports.job(import_id)["status"] == "applying"
    imports.deliver()
    assert (imports.job(import_id)["status"], imports.rooms()) == ("applied", 20)
