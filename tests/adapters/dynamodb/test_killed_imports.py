"""An import, or an undo, whose worker is killed leaves the very table of an undisturbed one.

Compared item for item, with the change files that items point to. Left out is what tells the
attempts from each other, since a killed worker takes one more: their names (`attempt`,
`request_id`, names of change files) and how many there were (`attempts`). All ids are the same, and
the clock stands still while one message is worked on, so that all times must be the same too.
"""

import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from arxos.adapters.dynamodb.import_desk import DynamoImportDesk
from arxos.adapters.dynamodb.table import connect
from arxos.adapters.dynamodb.transaction import Transaction
from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
from arxos.domain import import_lane
from arxos.domain.import_job import ImportJob, ImportMode, ImportStatus
from arxos.domain.source import SourceGroup, SourceModel
from arxos.ports.import_lanes import LaneOrder, LaneWriters
from arxos.ports.imports import ImportOrder, UploadedFile, uploaded_file
from arxos.ports.orders import Delivery
from arxos.use_cases import import_run, lane_work
from arxos.use_cases import undo_import as undo_import_module
from arxos.use_cases.apply_import import apply_import, order_apply
from arxos.use_cases.read_building_file import read_building_file
from arxos.use_cases.undo_import import order_undo, undo_import
from arxos.use_cases.write_lane import write_lane
from tests.dynamodb_table import REGION, create_table
from tests.fakes import FakeChangeFiles, FakeOrders, FakeReader, FakeUploads
from tests.make import make_actor, make_building, make_delivery, make_id, make_import, make_model

# 20 points in all, no two of them the same.
STORIES, KILLS_IN_ONE = 4, 5
# Chunks are small here, so that a small building has many of them.
ITEMS_IN_A_CHUNK = 24
FIRST = replace(
    make_model(floors=2, rooms=3, devices=2),
    groups=(
        SourceGroup(key="zone:A", group_kind="zone", name="A", room_keys=("F0R0", "F0R1")),
        SourceGroup(key="sys:W", group_kind="system", name="W", device_keys=("F1R2D0", "F0R0D0")),
    ),
)
SECOND = replace(
    FIRST,
    rooms=tuple(replace(r, name=f"{r.name} again") for r in FIRST.rooms if r.key != "F1R2"),
    devices=tuple(
        replace(d, model=f"{d.name} again") for d in FIRST.devices if not d.key.startswith("F1R2")
    ),
    groups=(replace(FIRST.groups[0], category="C", room_keys=("F0R1", "F0R2")), FIRST.groups[1]),
)
_ATTEMPT = re.compile(r"attempt-\d+")


class Killed(BaseException):
    """What a kill is to the code."""


class Kill:
    """Kills at some commits of the workers, before or after the commit; counts all."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.commits, self.is_armed = 0, False
        self.is_after: dict[int, bool] = {}
        real = Transaction.commit

        def commit(transaction: Transaction) -> None:
            number, self.commits = self.commits, self.commits + self.is_armed
            here = self.is_armed and number in self.is_after
            if here and not self.is_after[number]:
                raise Killed
            real(transaction)
            if here:
                raise Killed

        monkeypatch.setattr(Transaction, "commit", commit)


class Story:
    """Two files after each other into one building, an edit between them, and the second undone."""

    def __init__(self, table: str, kill: Kill) -> None:
        self.connection = connect(table_name=table, region=REGION, endpoint_url=None)
        self.kill = kill
        self.actor = make_actor()
        numbers = count()
        self.uow = DynamoUnitOfWork(self.connection, self.actor, lambda _: f"chg_{next(numbers)}")
        self.files, self.uploads = FakeChangeFiles(), FakeUploads()
        self.desk = DynamoImportDesk(self.connection, self.files, make_id)
        self.queue = FakeOrders[ImportOrder]()
        self.lanes, self.lanes_written = FakeOrders[LaneOrder](), 0
        self.ended: ImportJob
        self.time, self.attempts, self.kills = datetime(2026, 11, 22, 12, tzinfo=UTC), count(), 0
        self.building = make_building(id="bld_1")
        with self.uow as uow:
            uow.buildings.add(self.building)

    def clock(self) -> datetime:
        return self.time

    def tell(self) -> None:
        self.take_in("imp_1", FIRST, ImportMode.APPLY)
        self.rename("F1R2", "Server room")
        second = self.take_in("imp_2", SECOND, ImportMode.PLAN)
        self.order(second, order_apply, remove=True)
        self.order(second, order_undo)

    def rename(self, key: str, name: str) -> None:
        rooms = self.uow.rooms.all(self.uow.buildings.get("bld_1"))
        (room,) = (r for r in rooms if r.external_ids.get("ifc") == key)
        with self.uow as uow:
            uow.rooms.update(room.edited(at=self.clock(), by="usr_ada", name=name))

    def order(self, file: UploadedFile, what: Callable[..., Any], **given: Any) -> None:
        self.time += timedelta(hours=1)
        common: dict[str, Any] = {"uow": self.uow, "queue": self.queue, "actor": self.actor}
        what(file.building_id, file.import_id, now=self.clock(), **common, **given)
        self.work()

    def take_in(self, import_id: str, model: SourceModel, mode: ImportMode) -> UploadedFile:
        self.time += timedelta(hours=1)
        job = make_import(self.building, id=import_id, filename="a.ifc", mode=mode)
        with self.uow as uow:
            uow.imports.add(job)
        file = uploaded_file(self.actor.organization_id, job)
        event = f"attempt-{next(self.attempts)}"

        def read() -> None:
            read_building_file(
                file,
                attempt=event,
                lease_until=self.clock() - timedelta(seconds=1),
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
            self.time += timedelta(minutes=1)

            def deliver(order: ImportOrder = order) -> None:
                given: dict[str, Any] = self.given(self.queue)
                if order.action == "apply":
                    given["lanes"] = LaneWriters(self.lanes, self.write_lanes)
                    apply_import(order, self.delivery(), **given)
                else:
                    undo_import(order, self.delivery(), **given)

            self.until_done(deliver)
            self.until_done(deliver)
            self.queue.orders.remove(order)

    def delivery(self) -> Delivery:
        now = self.clock()
        return make_delivery(
            now + timedelta(days=1),
            # The next attempt need not wait for it.
            ends=now - timedelta(seconds=1),
            attempt=f"attempt-{next(self.attempts)}",
        )

    def given(self, queue: Any) -> dict[str, Any]:
        return {"desk": self.desk, "uploads": self.uploads, "queue": queue, "clock": self.clock}

    def write_lanes(self, _: float) -> None:
        """While the import waits: each order as often as it takes, and once more."""
        while self.lanes.orders:
            order = self.lanes.orders.pop(0)
            self.lanes_written += 1
            for _again in range(2):
                while True:
                    try:
                        write_lane(order, self.delivery(), **self.given(self.lanes))
                    except Killed:
                        self.kills += 1
                    else:
                        break

    def until_done(self, work: Callable[[], None]) -> None:
        self.kill.is_armed = True
        while True:
            try:
                work()
            except Killed:
                self.kills += 1
            else:
                break
        self.kill.is_armed = False

    def items(self, client: Any, table: str) -> dict[str, Any]:
        """All items, and the change files they point to, without what may differ."""
        found = {}
        for page in client.get_paginator("scan").paginate(TableName=table):
            for item in page["Items"]:
                item.pop("attempts", None)
                found[item["PK"]["S"] + item["SK"]["S"]] = _same(item)
                if "file" in item:
                    location = item["file"]["S"]
                    found[_same(location)] = _same(self.files.files[location])
        return found


def _same(value: Any) -> str:
    """As text, sets in order."""
    if isinstance(value, dict):
        value = {
            k: {t: sorted(v) if t == "SS" else v for t, v in a.items()} for k, a in value.items()
        }
    return _ATTEMPT.sub("<attempt>", json.dumps(value, sort_keys=True, ensure_ascii=False))


@pytest.fixture
def kill(monkeypatch: pytest.MonkeyPatch) -> Kill:
    monkeypatch.setattr(import_run, "FULL_CHUNK", ITEMS_IN_A_CHUNK)
    monkeypatch.setattr(undo_import_module, "FULL_CHUNK", ITEMS_IN_A_CHUNK)
    monkeypatch.setattr(undo_import_module, "_ROOM_FOR_ONE", 0)
    return Kill(monkeypatch)


@pytest.fixture
def told(moto: Any, kill: Kill) -> Callable[[], tuple[Story, dict[str, Any]]]:
    """Tells the story on a table of its own."""

    def tell() -> tuple[Story, dict[str, Any]]:
        name = f"arxos-{uuid4().hex[:8]}"
        create_table(moto, name)
        story, kill.commits = Story(name, kill), 0
        story.tell()
        story.ended = story.uow.imports.get("bld_1", "imp_2")
        items = story.items(moto, name)
        moto.delete_table(TableName=name)
        return story, items

    return tell


@pytest.mark.parametrize("in_lanes", [False, True])
def test_killed_at_random_and_delivered_twice_the_table_is_as_if_undisturbed(
    told: Callable[[], tuple[Story, dict[str, Any]]],
    kill: Kill,
    in_lanes: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if in_lanes:
        monkeypatch.setattr(lane_work, "IN_LANES_FROM", 1)
        monkeypatch.setattr(lane_work, "LANES_AT_ONCE", 2)
        monkeypatch.setattr(import_lane, "CHUNKS_IN_A_LANE", 2)
        monkeypatch.setattr(import_lane, "MOST_ITEMS", 3)
    dice = random.Random(4711)  # noqa: S311
    quiet, expected = told()
    assert quiet.lanes_written == (5 if in_lanes else 0)
    assert (quiet.ended.status, quiet.ended.counts.removed) == (ImportStatus.UNDONE, 3)
    points = dice.sample(range(kill.commits), STORIES * KILLS_IN_ONE)

    for number in range(STORIES):
        kill.is_after = {at: dice.random() < 0.5 for at in points[number::STORIES]}
        story, found = told()

        assert story.kills == KILLS_IN_ONE
        where = f"killed at these commits, after those that are true: {kill.is_after}"
        assert found.keys() == expected.keys(), where
        differing = {key: (found[key], of) for key, of in expected.items() if found[key] != of}
        assert differing == {}, where
