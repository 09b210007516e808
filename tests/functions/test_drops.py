"""Files that another system puts into the bucket, with S3's own events, on moto."""

import json
from typing import Any
from urllib.parse import quote_plus

import pytest
from ulid import ULID

from arxos import bootstrap
from arxos.domain.identifiers import derived_ulid
from functions.buildings import update_building
from functions.imports import read_building_file, take_drop
from tests.functions.conftest import BUCKET
from tests.functions.import_queue import ImportQueue
from tests.functions.test_import_orders import TABLE, Imports
from tests.gateway_events import LambdaContext, api_event, s3_event
from tests.make import NOON, ORG, make_actor


class Drops(Imports):
    """What S3 tells of files under drop/."""

    puts = 0

    def put(self, name: str, text: str = TABLE, *, folder: str | None = None) -> dict[str, Any]:
        folder = folder if folder is not None else f"{ORG}/{self.building.id}"
        key = f"drop/{folder}/{name}"
        done = self.s3.put_object(Bucket=BUCKET, Key=key, Body=text.encode())
        event = s3_event(key)
        told = event["Records"][0]["s3"]["object"]
        self.puts += 1
        event["Records"][0]["eventTime"] = f"2026-11-22T12:00:{self.puts:02}.000Z"
        told |= {"eTag": done["ETag"].strip('"'), "size": len(text), "sequencer": done["ETag"]}
        return event

    def take(self, event: dict[str, Any], request_id: str = "drop-1") -> None:
        take_drop.handler(event, LambdaContext(aws_request_id=request_id))

    def read_all(self) -> None:
        """S3's events of what the drops have become."""
        for listed in self.s3.list_objects_v2(Bucket=BUCKET, Prefix="uploads/").get("Contents", []):
            key = listed["Key"]
            read_building_file.handler(s3_event(key), LambdaContext(aws_request_id=key))

    def let(self, mode: str | None, **actor: Any) -> int:
        """Say what becomes of drops."""
        event = api_event(
            "PATCH",
            path={"building_id": self.building.id},
            body={"drop_mode": mode},
            actor=make_actor(**actor),
        )
        return int(update_building.handler(event, LambdaContext())["statusCode"])

    def all(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.call("list_imports")[1]["data"]["items"]
        return found

    def metrics(self, captured: str) -> dict[str, float]:
        counted: dict[str, float] = {}
        for line in captured.splitlines():
            told = json.loads(line) if line.startswith("{") else {}
            if told.get("use_case") == "take_drop":
                counted |= {k: v[0] for k, v in told.items() if k.startswith("Drops")}
        return counted


@pytest.fixture
def drops(deployed: Any, import_queue: ImportQueue) -> Drops:
    return Drops(deployed, import_queue)


def test_a_drop_becomes_one_import_however_often_its_event_comes(
    drops: Drops, capsys: pytest.CaptureFixture[str]
) -> None:
    event = drops.put("from BMS/Räume 1.csv")

    for request_id in ("1", "1", "2"):
        drops.take(event, request_id)
    drops.read_all()
    drops.take(event, "3")

    (job,) = drops.all()
    assert (job["filename"], job["status"], job["mode"]) == ("Räume 1.csv", "planned", "plan")
    assert (job["started_by"], job["started_by_name"]) == (None, "drop")
    assert drops.rooms() == 0
    assert drops.metrics(capsys.readouterr().out) == {"DropsTaken": 1.0}
    _, changes = drops.history()
    begun = [c for c in changes["data"]["items"] if c["event"] == "ImportStarted"]
    assert [(c["user_id"], c["user_name"]) for c in begun] == [(None, "drop")]


def test_the_building_says_that_drops_are_applied(drops: Drops) -> None:
    assert drops.let("apply") == 200
    drops.take(drops.put("rooms.csv"))
    drops.read_all()
    drops.deliver()

    (job,) = drops.all()
    assert (job["status"], drops.rooms()) == ("applied", 20)
    # Again, changed: the next import.
    drops.take(drops.put("rooms.csv", TABLE.replace("Room 3,", "Kitchen,")))
    drops.read_all()
    drops.deliver()
    newest, oldest = drops.all()
    assert (newest["counts"]["updated"], oldest["id"]) == (1, job["id"])


def test_who_may_not_import_cannot_let_drops_be_applied(drops: Drops) -> None:
    from arxos.domain.permissions import ROLE_PERMISSIONS, Permission

    roles = [r for r, may in ROLE_PERMISSIONS.items() if Permission.UPDATE_BUILDING in may]
    refused = {r for r in roles if Permission.IMPORT_DATA not in ROLE_PERMISSIONS[r]}
    for role in roles:
        assert drops.let("apply", role=role) == (403 if role in refused else 200)
    assert drops.let("always") == 422
    assert drops.let(None) == 422


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("rooms.csv", "org_first/bld_00000000000000000000000000"),
        ("rooms.csv", "org_nobody/{building}"),
        ("rooms.csv", "org_first#BLD/{building}"),
        ("rooms.csv", "org_first"),
        ("rooms.pdf", "org_first/{building}"),
    ],
)
def test_what_belongs_nowhere_is_kept_and_told(
    drops: Drops, name: str, folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    event = drops.put(name, folder=folder.format(building=drops.building.id))

    drops.take(event)

    assert drops.all() == []
    assert drops.metrics(capsys.readouterr().out) == {"DropsRefused": 1.0}
    listed = drops.s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    assert [quote_plus(one["Key"], safe="/") for one in listed] == [
        event["Records"][0]["s3"]["object"]["key"]
    ]


def test_a_file_that_was_replaced_before_it_was_read_says_so(drops: Drops) -> None:
    first = drops.put("rooms.csv")
    second = drops.put("rooms.csv", TABLE + "9,999,New,1\n")

    drops.take(first)
    drops.take(second)
    drops.read_all()

    told = {j["status"]: [e["code"] for e in j["errors"]] for j in drops.all()}
    assert told == {"failed": ["FILE_REPLACED"], "planned": []}


def test_a_file_that_is_too_large_says_so(drops: Drops, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_UPLOAD_BYTES", "100")
    bootstrap._settings.cache_clear()

    drops.take(drops.put("rooms.csv"))

    (job,) = drops.all()
    assert [e["code"] for e in job["errors"]] == ["FILE_TOO_LARGE"]


def test_a_folder_is_no_file(drops: Drops) -> None:
    drops.take(drops.put("", ""))
    assert drops.all() == []


def test_ids_of_drops_sort_with_fresh_ones() -> None:
    derived = derived_ulid("import", NOON, "drop/a/b/c", "1")
    assert derived == derived_ulid("import", NOON, "drop/a/b/c", "1")
    assert derived != derived_ulid("import", NOON, "drop/a/b/c", "2")
    assert len(derived) == len(bootstrap.new_id("import"))
    assert derived[4:14] == str(ULID.from_datetime(NOON))[:10]
