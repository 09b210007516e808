"""Imports of one building end in the order in which they were approved, however long each takes."""

from dataclasses import replace

import pytest

from arxos.domain.import_job import ImportJob, ImportMode, ImportStatus
from arxos.domain.source import SourceModel
from arxos.ports.imports import UploadedFile
from arxos.use_cases.apply_import import order_apply
from arxos.use_cases.undo_import import order_undo
from tests.make import make_model
from tests.use_cases.test_plan_apply_undo import Planned
from tests.use_cases.test_read_building_file import Killed

BIG = make_model(floors=2, rooms=20, devices=20)
SHORT = 12  # seconds, of which the clock of `Planned` takes one whenever it is read


def by(maker: str) -> SourceModel:
    return replace(BIG, devices=tuple(replace(d, manufacturer=maker) for d in BIG.devices))


class Turns(Planned):
    def __init__(self) -> None:
        super().__init__(by("first"))
        self.first = self.file
        self.order(order_apply, self.first, remove=False)

    def next(self, maker: str) -> UploadedFile:
        """Another version of the file, to be applied without being read first."""
        self.reader.model = by(maker)
        self.file = self.announce(mode=ImportMode.APPLY)
        self.read(now=self.clock(), attempt=self.file.import_id)
        return self.file

    def first_in_line(self, *, seconds: int = 100_000) -> None:
        order = self.queue.orders.pop(0)
        self.deliver(order, attempt=str(self.clock()), seconds=seconds)

    def of(self, file: UploadedFile) -> ImportJob:
        return self.uow.imports.get(self.building.id, file.import_id)

    def makers(self) -> set[str | None]:
        return {d.manufacturer for d in self.uow.devices.all(self.building)}


@pytest.fixture
def turns() -> Turns:
    return Turns()


def test_an_import_that_is_cut_short_ends_before_the_next_one_begins(turns: Turns) -> None:
    second = turns.next("second")
    turns.first_in_line(seconds=SHORT)
    assert turns.of(turns.first).status is ImportStatus.APPLYING

    turns.work()

    assert turns.makers() == {"second"}
    told = [turns.of(file) for file in (turns.first, second)]
    assert [(j.status, j.counts.created, j.counts.updated) for j in told] == [
        (ImportStatus.APPLIED, 842, 0),
        (ImportStatus.APPLIED, 0, 800),
    ]


def test_three_imports_that_are_all_cut_short_end_in_their_order(turns: Turns) -> None:
    files = [turns.first, turns.next("second"), turns.next("third")]
    ended: list[str] = []

    deliveries = 0
    while turns.queue.orders:
        turns.first_in_line(seconds=20)
        ended += [
            f.import_id for f in files if turns.of(f).is_finished and f.import_id not in ended
        ]
        deliveries += 1
        assert deliveries < 200

    assert ended == [f.import_id for f in files]
    assert turns.makers() == {"third"}


def test_who_waits_sees_to_it_that_the_one_before_goes_on(turns: Turns) -> None:
    turns.first_in_line(seconds=SHORT)
    turns.queue.orders.clear()  # as if the order of the rest had been lost
    turns.next("second")

    turns.work()

    assert turns.of(turns.first).status is ImportStatus.APPLIED
    assert turns.makers() == {"second"}


def test_nobody_waits_for_an_import_that_was_given_up_and_it_never_goes_on(turns: Turns) -> None:
    second = turns.next("second")
    turns.first_in_line(seconds=SHORT)
    late = turns.queue.orders.pop()
    turns.desk.before_commit = killed
    for delivery in range(5):
        with pytest.raises(Killed):
            turns.deliver(late, attempt=f"killed-{delivery}")
    turns.desk.before_commit = lambda: None

    turns.work()
    turns.deliver(late, attempt="late")

    assert turns.makers() == {"second"}
    first = turns.of(turns.first)
    assert (first.status, first.errors[0].code) == (ImportStatus.FAILED, "IMPORT_STOPPED")
    assert turns.of(second).status is ImportStatus.APPLIED


def test_a_killed_one_that_may_still_come_again_is_waited_for(turns: Turns) -> None:
    turns.next("second")
    turns.first_in_line(seconds=SHORT)
    rest = turns.queue.orders.pop()
    turns.desk.before_commit = killed
    with pytest.raises(Killed):
        turns.deliver(rest, attempt="killed")
    turns.desk.before_commit = lambda: None

    turns.first_in_line()

    assert [o.import_id == turns.first.import_id for o in turns.queue.orders] == [True, False]


def test_nobody_waits_for_an_import_that_was_cancelled_or_whose_undo_comes_later(
    turns: Turns,
) -> None:
    turns.first_in_line(seconds=SHORT)
    with turns.uow:
        turns.uow.imports.cancel(
            turns.of(turns.first).cancelled(at=turns.clock(), by="usr_ada", name="Ada")
        )
    turns.queue.orders.clear()
    second = turns.next("second")
    turns.order(order_undo, turns.first)

    turns.first_in_line()

    assert turns.of(second).status is ImportStatus.APPLIED
    turns.work()
    assert turns.of(turns.first).status is ImportStatus.UNDONE


def test_an_undo_that_is_cut_short_ends_before_the_next_import_begins(turns: Turns) -> None:
    turns.work()
    turns.order(order_undo, turns.first)
    second = turns.next("second")
    turns.first_in_line(seconds=100)
    assert turns.of(turns.first).status is ImportStatus.APPLYING

    turns.work()

    assert turns.of(turns.first).status is ImportStatus.UNDONE
    assert (turns.of(second).status, turns.makers()) == (ImportStatus.APPLIED, {"second"})
    assert turns.of(second).counts.created == 842


def killed() -> None:
    raise Killed
