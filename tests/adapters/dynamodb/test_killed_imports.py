"""An import whose worker is killed leaves, once resumed, the very table of an undisturbed one.

On DynamoDB Local, item for item; only times, the names of attempts and the organisation differ.
"""

import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import boto3
import pytest

from arxos.adapters.dynamodb.import_desk import DynamoImportDesk
from arxos.adapters.dynamodb.table import connect
from arxos.adapters.dynamodb.transaction import Transaction
from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
from arxos.domain.import_job import ImportMode, ImportStatus
from arxos.domain.source import SourceModel
from arxos.ports.imports import ImportOrder, UploadedFile, uploaded_file
from arxos.use_cases.apply_import import apply_import, order_apply
from arxos.use_cases.read_building_file import read_building_file
from tests.dynamodb_table import REGION
from tests.fakes import FakeChangeFiles, FakeOrders, FakeReader, FakeUploads
from tests.make import make_actor, make_building, make_delivery, make_id, make_import, make_model
from tests.use_cases.test_plan_apply_undo import MODEL, SMALLER

KILLS = 20
BIG = replace(make_model(floors=2, rooms=8, devices=12), groups=MODEL.groups)
CHANGED = replace(
    BIG,
    rooms=tuple(replace(r, name=f"{r.name} again") for r in BIG.rooms if r.key != "F1R7"),
    devices=tuple(
        replace(d, name=f"{d.name} again") for d in BIG.devices if not d.key.startswith("F1R7")
    ),
    groups=SMALLER.groups[:1],
)
_DIFFERENT = (
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "<time>"),
    (re.compile(r"attempt-\d+"), "<attempt>"),
)


class Killed(BaseException):
    """What a kill is to the code."""


class Kill:
    """Kills at one commit of the workers, before it or after it; counts all."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.commits, self.at, self.is_after, self.is_armed = 0, -1, False, False
        real = Transaction.commit

        def commit(transaction: Transaction) -> None:
            number, self.commits = self.commits, self.commits + self.is_armed
            here = self.is_armed and number == self.at
            if here and not self.is_after:
                raise Killed
            real(transaction)
            if here:
                raise Killed

        monkeypatch.setattr(Transaction, "commit", commit)


class Story:
    """Two files after each other into one building of an organisation of its own."""

    def __init__(self, table: tuple[str, str], organization: str, kill: Kill) -> None:
        name, endpoint_url = table
        self.connection = connect(table_name=name, region=REGION, endpoint_url=endpoint_url)
        self.organization, self.kill = organization, kill
        self.actor = make_actor(organization_id=organization)
        numbers = count()
        self.uow = DynamoUnitOfWork(self.connection, self.actor, lambda _: f"chg_{next(numbers)}")
        self.files, self.uploads = FakeChangeFiles(), FakeUploads()
        self.desk = DynamoImportDesk(self.connection, self.files, make_id)
        self.queue = FakeOrders[ImportOrder]()
        self.time, self.attempts, self.kills = datetime(2026, 11, 22, 12, tzinfo=UTC), count(), 0
        self.building = make_building(id="bld_1")
        with self.uow as uow:
            uow.buildings.add(self.building)

    def clock(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time

    def tell(self) -> None:
        self.take_in("imp_1", BIG, ImportMode.APPLY)
        second = self.take_in("imp_2", CHANGED, ImportMode.PLAN)
        self.order(second, order_apply, remove=True)
        self.work()

    def order(self, file: UploadedFile, what: Callable[..., Any], **given: Any) -> None:
        common: dict[str, Any] = {"uow": self.uow, "queue": self.queue, "actor": self.actor}
        what(file.building_id, file.import_id, now=self.clock(), **common, **given)

    def file(self, import_id: str) -> UploadedFile:
        return uploaded_file(
            self.organization, make_import(self.building, id=import_id, filename="a.ifc")
        )

    def take_in(self, import_id: str, model: SourceModel, mode: ImportMode) -> UploadedFile:
        job = make_import(self.building, id=import_id, filename="a.ifc", mode=mode)
        with self.uow as uow:
            uow.imports.add(job)
        file = self.file(import_id)
        event = f"attempt-{next(self.attempts)}"

        def read() -> None:
            read_building_file(
                file,
                attempt=event,
                lease_until=self.clock(),
                desk=self.desk,
                uploads=self.uploads,
                reader=FakeReader(model),
                queue=self.queue,
                clock=self.clock,
            )

        # Lambda tries a killed event again under its name; and S3 sends events twice.
        self.until_done(read)
        self.until_done(read)
        self.work()
        return file

    def work(self) -> None:
        """Each order as often as it takes, and once more."""
        while self.queue.orders:
            order = self.queue.orders[0]

            def deliver(order: ImportOrder = order) -> None:
                attempt = f"attempt-{next(self.attempts)}"
                begin = self.clock()
                delivery = make_delivery(begin + timedelta(days=1), ends=begin, attempt=attempt)
                apply_import(
                    order,
                    delivery,
                    desk=self.desk,
                    uploads=self.uploads,
                    queue=self.queue,
                    clock=self.clock,
                )

            self.until_done(deliver)
            self.until_done(deliver)
            self.queue.orders.remove(order)

    def until_done(self, work: Callable[[], None]) -> None:
        self.kill.is_armed = True
        try:
            work()
        except Killed:
            self.kills += 1
            self.kill.is_armed = False
            work()
        finally:
            self.kill.is_armed = False

    def items(self, table: tuple[str, str]) -> dict[str, str]:
        """All items of the organisation, and the change files they point to, by key, without what
        may differ.
        """
        name, endpoint_url = table
        client = boto3.client("dynamodb", region_name=REGION, endpoint_url=endpoint_url)
        found = {}
        for page in client.get_paginator("scan").paginate(TableName=name):
            for item in page["Items"]:
                if not item["PK"]["S"].startswith(f"ORG#{self.organization}#"):
                    continue
                item.pop("attempts", None)
                found[self._same(item["PK"]["S"] + item["SK"]["S"])] = self._same(item)
                if "file" in item:
                    location = item["file"]["S"]
                    found[self._same(location)] = self._same(self.files.files[location])
        return found

    def _same(self, value: Any) -> str:
        text = json.dumps(value, sort_keys=True, ensure_ascii=False)
        for pattern, mark in _DIFFERENT:
            text = pattern.sub(mark, text)
        return text.replace(self.organization, "<organization>")


@pytest.mark.dynamodb_local
def test_killed_at_random_and_delivered_twice_the_table_is_as_if_undisturbed(
    dynamodb_local_table: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kill, dice = Kill(monkeypatch), random.Random(4711)  # noqa: S311
    quiet = Story(dynamodb_local_table, "org_quiet", kill)
    quiet.tell()
    job = quiet.uow.imports.get("bld_1", "imp_2")
    assert (job.status, job.counts.removed) == (ImportStatus.APPLIED, 13)
    expected = quiet.items(dynamodb_local_table)
    points = [(at, is_after) for at in range(kill.commits) for is_after in (False, True)]
    assert len(points) > KILLS

    for number, (kill.at, kill.is_after) in enumerate(dice.sample(points, KILLS)):
        kill.commits = 0
        story = Story(dynamodb_local_table, f"org_killed{number:02}", kill)
        story.tell()

        assert story.kills == 1
        found = story.items(dynamodb_local_table)
        where = f"killed {'after' if kill.is_after else 'before'} commit {kill.at}"
        assert found.keys() == expected.keys(), where
        differing = {
            key: (found[key], told) for key, told in expected.items() if found[key] != told
        }
        assert differing == {}, where
