"""`arxos organization`: one of two organisations is taken out, removed, and looked for; on moto."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from arxos import bootstrap
from arxos.adapters.dynamodb import keys
from arxos.domain.identifiers import derived_id
from arxos.domain.permissions import Role
from arxos.domain.search_words import RecordChange, searchable
from arxos.use_cases.organizations import Member
from arxos.use_cases.search import index_records
from cli import organization_removal
from cli.__main__ import main
from cli.deployment import Deployment
from cli.stored_objects import FOLDERS
from scripts.create_organization import record_member
from tests.cli.stored_items import items, outputs_file
from tests.dynamodb_table import REGION
from tests.functions.conftest import BUCKET, deployment
from tests.make import make_actor, make_building, make_device, make_floor, make_group, make_room

NAMES = ("Acme Facilities", "Beacon Estates")
ACME, BEACON = (derived_id("organization", name) for name in NAMES)


class Place:
    """Two organisations in one deployment, each with everything that one may have."""

    def __init__(self, table: str, s3: Any, folder: Path) -> None:
        self.table, self.s3 = table, s3
        self.dynamodb = boto3.client("dynamodb", region_name=REGION)
        self.cognito = boto3.client("cognito-idp", region_name=REGION)
        self.pool = self.cognito.create_user_pool(PoolName="arxos", UsernameAttributes=["email"])[
            "UserPool"
        ]["Id"]
        self.outputs = outputs_file(
            folder, table, None, uploads_bucket=BUCKET, user_pool_id=self.pool
        )
        for name in NAMES:
            self._fill(name)

    def _fill(self, name: str) -> None:
        org, email = derived_id("organization", name), f"ada@{name.split()[0]}.example"
        user = self.cognito.admin_create_user(UserPoolId=self.pool, Username=email)["User"]
        subject = next(a["Value"] for a in user["Attributes"] if a["Name"] == "sub")
        admin = Member(
            subject=subject, email=email, first_name="Ada", last_name="Okafor", role=Role.ADMIN
        )
        record_member(name, admin)
        actor = make_actor(organization_id=org)
        building = make_building()
        floor = make_floor(building)
        room = make_room(floor)
        device = make_device(floor, room)
        for part, record in (
            ("buildings", building), ("floors", floor), ("rooms", room), ("devices", device),
            ("groups", make_group(building)),
        ):  # fmt: skip
            with bootstrap.unit_of_work(actor) as uow:
                getattr(uow, part).add(record)
        found = [searchable(one) for one in (building, floor, room, device)]
        changes = [RecordChange(organization_id=org, before=None, after=one) for one in found]
        index_records(changes, words=bootstrap.search_words())
        self.dynamodb.put_item(
            TableName=self.table,
            Item={"PK": {"S": keys.answers(org)}, "SK": {"S": "POST#1"}, "data": {"S": "{}"}},
        )
        for what in FOLDERS:
            self.s3.put_object(Bucket=BUCKET, Key=f"{what}/{org}/bld_1/{what}.x", Body=org.encode())

    def arxos(self, *words: str) -> int:
        return main(["organization", *words, "--outputs", str(self.outputs)])

    def state(self, *, without: str) -> Any:
        """All there is, but for one organisation: items, objects, sign-ins."""
        stored = [one for one in items(self.dynamodb, self.table) if without not in repr(one)]
        objects = [one["Key"] for one in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
        people = self.cognito.list_users(UserPoolId=self.pool)["Users"]
        return (
            sorted(stored, key=lambda one: (one["PK"]["S"], one["SK"]["S"])),
            [key for key in objects if without not in key],
            sorted(one["Username"] for one in people),
        )


@pytest.fixture
def place(moto_table: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Place]:
    monkeypatch.setattr(organization_removal, "_PAUSE", 0)
    with deployment(moto_table, monkeypatch) as s3:
        yield Place(moto_table, s3, tmp_path)


def test_a_removed_organization_is_nowhere_and_the_other_is_as_it_was(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    others_items, others_objects, people = place.state(without=ACME)
    assert len(others_items) > 15
    assert len(others_objects) == len(FOLDERS)
    assert place.arxos("search", ACME) == 1
    assert "1 sign-ins" in capsys.readouterr().out

    assert place.arxos("delete", NAMES[0], "--yes-really", NAMES[0]) == 0

    assert f"Nothing of {ACME} is left" in capsys.readouterr().out
    after = place.state(without="nothing at all")
    assert after[:2] == (others_items, others_objects)
    assert len(after[2]) == len(people) - 1 == 1
    assert place.arxos("search", NAMES[0]) == 0
    assert place.arxos("search", NAMES[1]) == 1


def test_nothing_is_removed_by_a_wrong_name(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    before = place.state(without="nothing at all")
    assert place.arxos("delete", ACME, "--yes-really", NAMES[1]) == 1
    assert f"Nothing was removed. {ACME} is named '{NAMES[0]}'" in capsys.readouterr().err
    assert place.arxos("delete", "org_of_nobody", "--yes-really", NAMES[1]) == 1
    assert place.state(without="nothing at all") == before


class Killed(BaseException):
    """The process dies."""


@pytest.mark.parametrize("service", ["dynamodb", "s3", "cognito-idp"])
def test_a_removal_that_was_killed_goes_on(
    place: Place, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    """Before each call that removes, one after the other."""
    others = place.state(without=ACME)[:2]
    left: list[int] = [0]
    real = Deployment.client
    removing = ("BatchWriteItem", "DeleteObjects", "AdminDeleteUser")

    def die(model: Any, **_: Any) -> None:
        if model.name in removing:
            if left[0] == 0:
                raise Killed
            left[0] -= 1

    def client(self: Any, name: str) -> Any:
        made = real(self, name)
        if name == service:
            made.meta.events.register(f"before-call.{name}", die)
        return made

    with monkeypatch.context() as patch:
        patch.setattr(Deployment, "client", client)
        for survived in range(3):
            left[0] = survived
            try:
                place.arxos("delete", ACME, "--yes-really", NAMES[0])
            except Killed:
                continue
            break

    item = bootstrap._dynamodb().get_item(
        TableName=place.table, Key={"PK": {"S": f"ORG#{ACME}"}, "SK": {"S": "ORG"}}
    )
    name = NAMES[0] if "Item" in item else ACME
    assert place.arxos("delete", ACME, "--yes-really", name) == 0
    assert place.state(without="nothing at all")[:2] == others


def test_an_export_has_all_items_and_files_of_one_organization(
    place: Place, tmp_path: Path
) -> None:
    file, folder = tmp_path / "acme.jsonl", tmp_path / "files"
    words = ("export", NAMES[0], "--to", str(file), "--objects", str(folder))
    assert place.arxos(*words) == 0

    lines = [json.loads(line)["Item"] for line in file.read_text().splitlines()]
    mine = [one for one in items(place.dynamodb, place.table) if ACME in repr(one)]
    by_key: Any = lambda one: (one["PK"]["S"], one["SK"]["S"])  # noqa: E731
    assert sorted(lines, key=by_key) == sorted(mine, key=by_key)
    kinds = {one["kind"]["S"] for one in lines if "kind" in one}
    assert {"building", "floor", "room", "device", "group", "word", "user", "identity"} <= kinds
    assert BEACON not in file.read_text()
    copied = sorted(str(one.relative_to(folder)) for one in folder.rglob("*.x"))
    assert copied == sorted(f"{what}/{ACME}/bld_1/{what}.x" for what in FOLDERS)


def test_an_organization_that_is_not_there_is_said(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert place.arxos("export", "Nobody") == 1
    assert "There is no organisation Nobody" in capsys.readouterr().err


def test_every_folder_of_the_bucket_is_known() -> None:
    """What the code writes under, it must be able to remove."""
    from arxos.adapters import s3_kept, s3_uploads
    from arxos.ports import checks, drops, exports, imports

    written = {imports.UPLOADS, drops.DROP, exports.EXPORTS, checks.CHECKS}
    written |= {s3_kept.FOLDER, s3_uploads.LANES}
    assert {one.rstrip("/") for one in written} | {"reports", "changes"} == set(FOLDERS)
