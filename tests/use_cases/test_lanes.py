"""Devices written in lanes, by several writers at once: one end, whatever happens on the way."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from arxos.domain import import_lane
from arxos.domain.device import Device
from arxos.domain.errors import ServiceUnavailable
from arxos.domain.import_job import ImportJob, ImportMode, ImportStatus
from arxos.ports.deletions import DeletionOrder
from arxos.ports.import_lanes import LaneOrder, LaneWriters
from arxos.ports.imports import ImportOrder
from arxos.use_cases import devices, lane_work
from arxos.use_cases.apply_import import apply_import, order_apply
from arxos.use_cases.cancel_import import cancel_import
from arxos.use_cases.deletions import delete_tree, start_deletion
from arxos.use_cases.undo_import import undo_import
from arxos.use_cases.write_lane import write_lane
from tests.fakes import FakeDeletionDesk, FakeOrders
from tests.make import make_delivery, make_id
from tests.use_cases.test_plan_apply_undo import ADA, MODEL, Planned

DEVICES, RECORDS = 60, 2 + 12 + 60 + 2


@pytest.fixture(autouse=True)
def small_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nine lanes of two chunks of some four devices, so that a small building has many."""
    monkeypatch.setattr(lane_work, "IN_LANES_FROM", 2)
    monkeypatch.setattr(lane_work, "LANES_AT_ONCE", 3)
    monkeypatch.setattr(import_lane, "CHUNKS_IN_A_LANE", 2)
    monkeypatch.setattr(import_lane, "MOST_ITEMS", 5)


class Laned(Planned):
    """An import whose lanes are written while it waits; `writing` is what happens then."""

    def __init__(self, **given: Any) -> None:
        self.lanes = FakeOrders[LaneOrder]()
        self.written = 0
        self.writing: Callable[[], None] = self.write_all
        self.progress: list[float] = []
        super().__init__(**given)

    def deliver(
        self, order: ImportOrder, *, attempt: str, seconds: int = 100_000, **of: Any
    ) -> None:
        begin = self.clock()
        until = begin + timedelta(seconds=seconds)
        delivery = make_delivery(until, ends=begin, attempt=attempt, **of)
        given: dict[str, Any] = {
            "desk": self.desk,
            "uploads": self.uploads,
            "queue": self.queue,
            "clock": self.clock,
        }
        if order.action == "undo":
            undo_import(order, delivery, **given)
            return
        apply_import(order, delivery, lanes=LaneWriters(self.lanes, self.pause), **given)

    def pause(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        self.progress.append(self.job.progress)
        self.writing()

    def write_all(self) -> None:
        while self.lanes.orders:
            self.write(self.lanes.orders.pop(0))

    def write(self, order: LaneOrder, *, seconds: int = 100) -> None:
        self.written += 1
        now = self.clock()
        write_lane(
            order,
            make_delivery(now + timedelta(seconds=seconds), attempt=f"writer {self.written}"),
            desk=self.desk,
            uploads=self.uploads,
            queue=self.lanes,
            clock=self.clock,
        )

    def devices(self) -> list[Device]:
        return list(self.uow.devices.all(self.uow.buildings.get(self.building.id)))

    def cancel(self) -> ImportJob:
        return cancel_import(
            self.building.id, self.file.import_id, uow=self.uow, actor=ADA, now=self.clock()
        )

    def assert_exact(self) -> None:
        """All counters are what counting gives, and no lane is open."""
        assert all(lane.is_over for lane in self.uow.lanes.all(self.building.id))
        there = self.devices()
        assert self.uow.buildings.get(self.building.id).devices_count == len(there)
        for floor in self.uow.floors.all(self.building.id):
            assert floor.devices_count == sum(d.floor_id == floor.id for d in there)
        for room in self.uow.rooms.all(self.building):
            assert room.devices_count == sum(room.id in d.room_ids for d in there)


def at_look(number: int, happens: Callable[[], object]) -> Callable[[Laned], None]:
    """Something happens once, when the import looks at its lanes for the so-manieth time."""

    def arrange(laned: Laned) -> None:
        left, usual = number, laned.writing

        def writing() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                happens()
            usual()

        laned.writing = writing

    return arrange


def test_lanes_end_in_what_one_writer_alone_would_have_written() -> None:
    laned, alone = Laned(), Planned()

    job = laned.apply()
    alone.apply()

    assert (job.status, job.counts.created) == (ImportStatus.APPLIED, RECORDS)
    assert laned.written == 9
    assert laned.uow.lanes.all(laned.building.id) == []
    laned.assert_exact()
    floors, rooms = laned.uow.floors, laned.uow.rooms
    assert [f.devices_count for f in floors.all(laned.building.id)] == [30, 30]
    assert all(room.devices_count == 5 for room in rooms.all(laned.building))
    assert len(laned.state()) == len(alone.state())
    assert laned.progress == sorted(laned.progress)
    assert len(set(laned.progress)) == 3

    again = laned.again(MODEL)
    assert laned.job.counts.unchanged == RECORDS, again


def test_lanes_are_written_in_any_order_and_every_order_comes_twice() -> None:
    laned, dice = Laned(), random.Random(7)  # noqa: S311

    def writing() -> None:
        orders = [*laned.lanes.orders] * 2
        laned.lanes.orders.clear()
        dice.shuffle(orders)
        for order in orders:
            laned.write(order)

    laned.writing = writing
    job = laned.apply()

    assert job.counts.created == RECORDS
    assert len(laned.devices()) == DEVICES
    laned.assert_exact()


def test_what_time_is_too_short_for_is_ordered_again_by_writers_and_by_the_import() -> None:
    laned = Laned()

    def writing() -> None:
        for order in [*laned.lanes.orders]:
            laned.lanes.orders.remove(order)
            laned.write(order, seconds=1)  # a second passes with every look at the clock

    laned.writing = writing
    laned.apply(seconds=20)

    assert laned.written > 12
    assert laned.job.status is ImportStatus.APPLIED
    assert laned.job.counts.created == RECORDS
    laned.assert_exact()


def test_changes_go_in_lanes_too_and_an_undo_takes_them_back() -> None:
    laned = Laned()
    laned.apply()
    before = laned.state()
    newer = replace(MODEL, devices=tuple(replace(d, model="X") for d in MODEL.devices))
    laned.again(newer)
    written = laned.written

    assert laned.apply().counts.updated == DEVICES
    assert laned.written > written
    assert {d.model for d in laned.devices()} == {"X"}

    laned.undo()
    assert laned.state() == before
    laned.assert_exact()


def test_a_cancelled_import_writes_nothing_more_in_its_lanes_and_counts_what_it_wrote() -> None:
    laned = Laned()
    there: list[int] = []

    def cancel() -> None:
        laned.write(laned.lanes.orders[1])
        job = laned.cancel()
        there.append(len(laned.devices()))
        assert job.is_cancelled
        assert job.counts.created == 2 + 12 + there[0]
        laned.assert_exact()

    at_look(2, cancel)(laned)
    laned.apply()

    assert 0 < len(laned.devices()) < DEVICES
    assert len(laned.devices()) == there[0]
    assert laned.job.is_cancelled
    laned.assert_exact()
    laned.undo()
    assert laned.devices() == []
    laned.assert_exact()


def test_a_device_that_moved_under_its_lane_is_planned_anew() -> None:
    laned = Laned()
    laned.apply()
    laned.again(replace(MODEL, devices=tuple(replace(d, model="X") for d in MODEL.devices)))
    last = max(laned.devices(), key=lambda d: (d.floor_id, d.room_ids, d.id))

    def rename() -> None:
        devices.update_device(
            laned.building.id,
            last.id,
            {"name": "Mine"},
            versions=None,
            uow=laned.uow,
            actor=ADA,
            now=laned.clock(),
        )

    at_look(1, rename)(laned)
    job = laned.apply()

    assert (job.status, job.counts.updated) == (ImportStatus.APPLIED, DEVICES)
    renamed = laned.uow.devices.get(laned.building.id, last.id)
    assert (renamed.name, renamed.model) == ("Mine", "X")
    laned.assert_exact()


def test_without_any_writer_the_import_writes_alone() -> None:
    laned = Laned()
    laned.writing = lambda: None

    job = laned.apply()

    assert (job.status, job.counts.created) == (ImportStatus.APPLIED, RECORDS)
    assert laned.written == 0
    laned.assert_exact()
    laned.write_all()  # the orders come after all
    laned.assert_exact()
    assert len(laned.devices()) == DEVICES


def test_lanes_whose_writers_are_gone_are_ended_and_others_opened() -> None:
    laned = Laned()

    def lose() -> None:
        laned.lanes.orders.clear()

    at_look(2, lose)(laned)
    job = laned.apply()

    assert (job.status, job.counts.created) == (ImportStatus.APPLIED, RECORDS)
    assert laned.written > 5
    laned.assert_exact()


def test_where_lanes_stand_still_again_the_import_writes_what_is_left_alone() -> None:
    laned = Laned()

    def write_one_and_lose_the_others() -> None:
        if laned.lanes.orders:
            laned.write(laned.lanes.orders[0])
        laned.lanes.orders.clear()

    laned.writing = write_one_and_lose_the_others
    job = laned.apply()

    assert (job.status, job.counts.created) == (ImportStatus.APPLIED, RECORDS)
    assert laned.written < 9
    laned.assert_exact()


@pytest.mark.parametrize("kind", ["floor", "building"])
def test_a_tree_that_is_deleted_meanwhile_takes_its_lanes_along(kind: str) -> None:
    laned = Laned()
    orders, desk = FakeOrders[DeletionOrder](), FakeDeletionDesk(laned.table)
    given: dict[str, Any] = {"clock": laned.clock, "pause": lambda _: None, "queue": orders}

    def delete() -> None:
        laned.write(laned.lanes.orders[0])
        floor = next(iter(laned.uow.floors.all(laned.building.id)))
        start_deletion(
            kind,
            laned.building.id,
            floor.id if kind == "floor" else laned.building.id,
            versions=None,
            uow=laned.uow,
            actor=ADA,
            new_id=make_id,
            **given,
        )
        for order in orders.orders:
            until = make_delivery(laned.clock() + timedelta(minutes=1))
            delete_tree(order, until, desk=desk, **given)

    at_look(2, delete)(laned)
    laned.order(order_apply, remove=False)
    laned.work()

    if kind == "building":
        assert [key for key in laned.table.items if key[1] in ("building", "device")] == []
        return
    assert (laned.job.status, laned.job.errors[0].code) == (ImportStatus.FAILED, "BEING_DELETED")
    assert len(list(laned.uow.floors.all(laned.building.id))) == 1
    laned.assert_exact()


def test_an_import_that_is_given_up_leaves_exact_counters() -> None:
    laned = Laned()

    def fail() -> None:
        laned.write(laned.lanes.orders[0])
        raise ServiceUnavailable("no")

    laned.writing = fail
    laned.order(order_apply, remove=False)
    with pytest.raises(ServiceUnavailable):
        laned.deliver(laned.queue.orders.pop(0), attempt="last", is_last=True)

    assert (laned.job.status, laned.job.errors[0].code) == (ImportStatus.FAILED, "IMPORT_FAILED")
    assert laned.job.counts.created == 2 + 12 + len(laned.devices())
    assert laned.uow.lanes.all(laned.building.id) == []
    laned.assert_exact()


def test_what_an_abandoned_import_left_is_settled_by_the_next_and_counted_by_its_undo() -> None:
    laned = Laned()

    def die() -> None:
        laned.write(laned.lanes.orders[0])
        raise KeyboardInterrupt

    laned.writing = die
    laned.order(order_apply, remove=False)
    with pytest.raises(KeyboardInterrupt):
        laned.deliver(laned.queue.orders.pop(0), attempt="killed")
    abandoned, there = laned.file, len(laned.devices())
    assert laned.uow.buildings.get(laned.building.id).devices_count > there

    laned.writing = laned.write_all
    laned.again(replace(MODEL, devices=MODEL.devices[:10], groups=()), mode=ImportMode.APPLY)
    laned.work()
    laned.assert_exact()

    laned.time += timedelta(days=1)
    with laned.uow as uow:
        job = laned.uow.imports.get(laned.building.id, abandoned.import_id)
        uow.imports.save(job.failed("IMPORT_STOPPED", "It stopped.", at=laned.clock()))
    laned.undo(abandoned)

    assert laned.uow.lanes.all(laned.building.id) == []
    laned.assert_exact()
    job = laned.uow.imports.get(laned.building.id, abandoned.import_id)
    assert job.counts.created == 2 + 12 + there
