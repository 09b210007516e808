"""Checks over their handlers: announced, uploaded, done by S3's event, read."""

import importlib
import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openpyxl
import pytest

from arxos import bootstrap
from arxos.domain.building import Building
from tests.domain.handover.workbooks import good_rows
from tests.functions.conftest import BUCKET
from tests.functions.import_queue import ImportQueue
from tests.functions.workbook_file import workbook
from tests.gateway_events import LambdaContext, api_event
from tests.make import make_actor, make_building, make_floor, make_room


class Api:
    def __init__(self, building: Building) -> None:
        self.path = {"building_id": building.id}
        self.building = building

    def call(self, name: str, **event: Any) -> tuple[int, Any]:
        method = "POST" if name.startswith("start") else "GET"
        path = {**self.path, **event.pop("path", {})}
        handler = importlib.import_module(f"functions.checks.{name}").handler
        answer = handler(api_event(method, path=path, **event), LambdaContext())
        return answer["statusCode"], json.loads(answer["body"])

    def run(self, key: str) -> None:
        handler = importlib.import_module("functions.checks.run_check").handler
        handler({"Records": [{"s3": {"object": {"key": key}}}]}, LambdaContext())


@pytest.fixture
def api(deployed: Any) -> Api:
    building = make_building()
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.buildings.add(building)
    return Api(building)


def upload(deployed: Any, answer: Any, content: bytes) -> str:
    key: str = answer["data"]["upload"]["fields"]["key"]
    deployed.put_object(Bucket=BUCKET, Key=key, Body=content)
    return key


def test_a_workbook_is_checked_and_nothing_else_happens(
    api: Api, deployed: Any, tmp_path: Path
) -> None:
    rows = good_rows()
    rows["Space"][0]["FloorName"] = "Level 9"
    rows["Space"][1]["NetArea"] = "large"
    rows["Type"][0]["AssetType"] = "Banana"
    status, answer = api.call("start_check", body={"filename": "house.xlsx"})
    assert status == 201
    check_id = answer["data"]["check_id"]
    api.run(upload(deployed, answer, workbook(tmp_path / "a.xlsx", rows)))

    status, answer = api.call("get_check", path={"check_id": check_id})
    check = answer["data"]
    assert (status, check["status"], check["progress"]) == (200, "done", 1.0)
    assert check["counts"] == {"error": 2, "warning": 2, "info": 0}
    assert {rule["rule"] for rule in check["rules"]} == {
        "COBIE-SPACE-FLOORNAME-REF",
        "COBIE-SPACE-NETAREA-NUMBER",
        "COBIE-TYPE-ASSETTYPE-PICK",
        "COBIE-FLOOR-NAME-SPACE",
    }
    assert 90 < check["score"] < 100
    query = {"rule": "COBIE-SPACE-FLOORNAME-REF"}
    _, answer = api.call("list_check_findings", path={"check_id": check_id}, query=query)
    (finding,) = answer["data"]["items"]
    assert (finding["sheet"], finding["row"], finding["key"], finding["field"]) == (
        "Space", 2, "101", "FloorName",
    )  # fmt: skip
    assert finding["value"] == "Level 9"
    assert finding["remedy"]
    _, answer = api.call("list_checks")
    assert [(one["id"], one["status"]) for one in answer["data"]["items"]] == [(check_id, "done")]
    assert bootstrap.unit_of_work(make_actor()).buildings.get(api.building.id) == api.building


@pytest.mark.parametrize(
    ("filename", "content", "says"),
    [
        ("a.xlsx", b"<html>sign in</html>", "web page"),
        ("a.xlsx", b"", "empty"),
        ("a.csv", b"a;b\n1;2\n", "table"),
    ],
)
def test_a_file_that_is_none_fails_with_its_sentence(
    api: Api, deployed: Any, filename: str, content: bytes, says: str
) -> None:
    _, answer = api.call("start_check", body={"filename": filename})
    api.run(upload(deployed, answer, content))
    _, answer = api.call("get_check", path={"check_id": answer["data"]["check_id"]})
    assert answer["data"]["status"] == "failed"
    assert says in answer["data"]["error"]["message"].lower()


def test_a_table_is_checked_by_what_reading_it_shows(api: Api, deployed: Any) -> None:
    _, answer = api.call("start_check", body={"filename": "rooms.csv"})
    content = b"floor,room_number,area_m2\n1,101,12\n1,102,large\n"
    api.run(upload(deployed, answer, content))
    _, answer = api.call("get_check", path={"check_id": answer["data"]["check_id"]})
    check = answer["data"]
    assert check["status"] == "done", check
    assert [(f["rule"], f["row"]) for f in check["findings"] if f["severity"] == "error"] == [
        ("READ-VALUE-WRONG", 3)
    ]


def test_the_registry_is_checked_by_an_order_in_the_bucket(api: Api, deployed: Any) -> None:
    floor = make_floor(api.building)
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.floors.add(floor)
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.rooms.add(make_room(floor, area_m2=None))
    status, answer = api.call("start_check", body={"source": "registry"})
    assert (status, answer["data"]["upload"]) == (201, None)
    (listed,) = deployed.list_objects_v2(Bucket=BUCKET, Prefix="checks/")["Contents"]
    api.run(listed["Key"])

    _, answer = api.call("get_check", path={"check_id": answer["data"]["check_id"]})
    assert answer["data"]["status"] == "done"
    assert "REGISTRY-ROOMS-AREA-M2" in {rule["rule"] for rule in answer["data"]["rules"]}


@pytest.mark.parametrize(
    "body", [{}, {"filename": "a.pdf"}, {"filename": "a.xlsx", "mode": "plan"}, {"source": "x"}]
)
def test_what_cannot_be_checked_is_422(api: Api, body: Any) -> None:
    assert api.call("start_check", body=body)[0] == 422


def test_an_event_for_something_else_is_passed_over(api: Api) -> None:
    api.run("checks/readme.txt")
    api.run("checks/org/bld/chk/unknown.xlsx")


def test_an_imported_workbook_is_checked_too(
    api: Api, deployed: Any, import_queue: ImportQueue, tmp_path: Path
) -> None:
    rows = good_rows()
    rows["Contact"][0]["Phone"] = None
    event = api_event("POST", path=api.path, body={"filename": "house.xlsx", "mode": "plan"})
    start = importlib.import_module("functions.imports.start_import").handler
    answer = json.loads(start(event, LambdaContext())["body"])
    key = upload(deployed, answer, workbook(tmp_path / "a.xlsx", rows))
    read = importlib.import_module("functions.imports.read_building_file").handler
    read({"Records": [{"s3": {"object": {"key": key}}}]}, LambdaContext())
    import_queue.deliver()

    path = {**api.path, "import_id": answer["data"]["import_id"]}
    get = importlib.import_module("functions.imports.get_import").handler
    told = json.loads(get(api_event(path=path), LambdaContext())["body"])["data"]
    assert told["status"] == "planned"
    assert told["check"]["counts"] == {"error": 0, "warning": 1, "info": 0}
    check_path = {"check_id": told["check"]["check_id"]}
    _, answer = api.call("list_check_findings", path=check_path)
    assert [f["rule"] for f in answer["data"]["items"]] == ["COBIE-CONTACT-PHONE-REQUIRED"]
    assert "import" in api.call("get_check", path=check_path)[1]["data"]["source"]

    for name in ("checks.get_check_workbook", "imports.get_import_workbook"):
        handler = importlib.import_module(f"functions.{name}").handler
        marked = handler(api_event(path={**path, **check_path}), LambdaContext())
        url = json.loads(marked["body"])["data"]["download_url"]
        assert "reports/" in url
        assert "X-Amz-Signature" in url
        stored = openpyxl.load_workbook(io.BytesIO(object_at(deployed, url)))
        assert stored["Contact"]["F2"].comment.text.startswith("WARNING: Contact")


def object_at(deployed: Any, url: str) -> bytes:
    """What a presigned address leads to."""
    key = urlsplit(url).path.removeprefix("/").removeprefix(f"{BUCKET}/")
    content: bytes = deployed.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return content


def test_a_checked_workbook_comes_back_marked_and_what_has_none_says_so(
    api: Api, deployed: Any, tmp_path: Path
) -> None:
    _, answer = api.call("start_check", body={"filename": "house.xlsx"})
    path = {"check_id": answer["data"]["check_id"]}
    assert api.call("get_check_workbook", path=path)[0] == 409
    rows = good_rows()
    rows["Space"][0]["FloorName"] = "Level 9"
    api.run(upload(deployed, answer, workbook(tmp_path / "a.xlsx", rows)))
    _, answer = api.call("get_check_workbook", path=path)
    content = object_at(deployed, answer["data"]["download_url"])
    assert openpyxl.load_workbook(io.BytesIO(content))["Space"]["E2"].comment

    _, answer = api.call("start_check", body={"source": "registry"})
    path = {"check_id": answer["data"]["check_id"]}
    for listed in deployed.list_objects_v2(Bucket=BUCKET, Prefix="checks/")["Contents"]:
        api.run(listed["Key"])
    status, answer = api.call("get_check_workbook", path=path)
    assert (status, "only .xlsx" in answer["error"]["message"]) == (409, True)


def test_an_ids_is_held_against_the_file_of_an_import(
    api: Api, deployed: Any, import_queue: ImportQueue
) -> None:
    event = api_event("POST", path=api.path, body={"filename": "model.ifc"})
    start = importlib.import_module("functions.imports.start_import").handler
    imported = json.loads(start(event, LambdaContext())["body"])
    body = {"filename": "rules.ids", "import_id": imported["data"]["import_id"]}
    _, answer = api.call("start_check", body=body)
    path = {"check_id": answer["data"]["check_id"]}
    key = upload(deployed, answer, b"no IDS")

    api.run(key)
    assert "is not kept" in api.call("get_check", path=path)[1]["data"]["error"]["message"]

    _, answer = api.call("start_check", body=body)
    upload(deployed, imported, b"no IFC")
    api.run(upload(deployed, answer, b"no IDS"))
    path = {"check_id": answer["data"]["check_id"]}
    assert "IDS" in api.call("get_check", path=path)[1]["data"]["error"]["message"]
