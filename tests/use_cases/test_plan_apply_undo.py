"""A plan that somebody reads, applies and takes back: exactly that, once, whatever happens."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from arxos.domain.errors import Conflict
from arxos.domain.import_job import ImportJob, ImportMode, ImportStatus
from arxos.domain.plan_entries import EntryKind, Prediction, predict
from arxos.domain.room import Room
from arxos.domain.source import Problem, SourceGroup, SourceModel
from arxos.ports.imports import ImportOrder, UploadedFile
from arxos.ports.lists import Page
from arxos.use_cases import rooms
from arxos.use_cases.apply_import import apply_import, order_apply
from arxos.use_cases.import_plans import get_import_plan
from arxos.use_cases.records import remove_empty
from arxos.use_cases.undo_import import order_undo, undo_import
from tests.domain.test_import_plan import changed
from tests.make import NOON, make_actor, make_delivery, make_model
from tests.use_cases.test_read_building_file import Importing, Killed, counters

ADA = make_actor()
MODEL = replace(
    make_model(floors=2, rooms=6, devices=5),
    groups=(
        SourceGroup(key="zone:A", group_kind="zone", name="A", room_keys=("F0R0", "F0R1")),
        SourceGroup(
            key="system:W",
            group_kind="system",
            name="Water",
            device_keys=tuple(f"F0R{r}D{d}" for r in range(6) for d in range(5)),
        ),
    ),
)
SMALLER = replace(
    changed(MODEL, "rooms", "F0R0", name="Renamed"),
    devices=tuple(d for d in MODEL.devices if not d.key.startswith("F1R5")),
    rooms=tuple(
        replace(r, name="Renamed") if r.key == "F0R0" else r for r in MODEL.rooms if r.key != "F1R5"
    ),
)


class Planned(Importing):
    """An import in mode `plan`, and the means to apply and undo it."""

    def __init__(self, model: SourceModel = MODEL, mode: ImportMode = ImportMode.PLAN) -> None:
        super().__init__(model, mode=mode)
        self.time = NOON
        self.run()

    def clock(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time

    def again(self, model: SourceModel, mode: ImportMode = ImportMode.PLAN) -> UploadedFile:
        """Another file into the same building."""
        self.reader.model = model
        self.file = self.announce(mode=mode)
        self.time += timedelta(hours=1)
        self.run(now=self.clock(), attempt=self.file.import_id)
        return self.file

    def order(self, what: Any, file: UploadedFile | None = None, **options: Any) -> ImportJob:
        file = file or self.file
        job: ImportJob = what(
            file.building_id,
            file.import_id,
            uow=self.uow,
            queue=self.queue,
            actor=ADA,
            now=self.clock(),
            **options,
        )
        return job

    def work(self, *, deliveries: int = 1, seconds: int = 100_000) -> None:
        """Deliver the orders until there are none."""
        while self.queue.orders:
            order = self.queue.orders.pop(0)
            for delivery in range(deliveries):
                self.deliver(order, attempt=f"{self.time}-{delivery}", seconds=seconds)

    def deliver(self, order: ImportOrder, *, attempt: str, seconds: int = 100_000) -> None:
        work = apply_import if order.action == "apply" else undo_import
        begin = self.clock()
        work(
            order,
            make_delivery(begin + timedelta(seconds=seconds), ends=begin, attempt=attempt),
            desk=self.desk,
            uploads=self.uploads,
            queue=self.queue,
            clock=self.clock,
        )

    def apply(self, **options: Any) -> ImportJob:
        self.order(order_apply, remove=options.pop("remove", False))
        self.work(**options)
        return self.job

    def undo(self, file: UploadedFile | None = None, **options: Any) -> ImportJob:
        self.order(order_undo, file)
        self.work(**options)
        file = file or self.file
        return self.uow.imports.get(file.building_id, file.import_id)

    def room(self, key: str) -> Room:
        (room,) = (r for r in self.uow.rooms.all(self.building) if r.external_ids.get("ifc") == key)
        return room

    def rename(self, key: str, name: str) -> None:
        rooms.update_room(
            self.building.id,
            self.room(key).id,
            {"name": name},
            versions=None,
            uow=self.uow,
            actor=ADA,
            now=self.clock(),
        )

    def state(self) -> dict[tuple[str, ...], Any]:
        """All records but for what is different from run to run: times, versions, the words that
        documents said.
        """
        return {
            key: replace(value, version=1, updated_at=NOON, created_at=NOON, said={})
            if hasattr(value, "said")
            else value
            for key, value in self.records().items()
        }

    def entries(self, kind: str | None = None, limit: int = 200) -> list[Any]:
        found: list[Any] = []
        page = Page(limit)
        while True:
            plan = get_import_plan(
                self.file.building_id,
                self.file.import_id,
                kind,
                page,
                uow=self.uow,
                uploads=self.uploads,
                actor=ADA,
                now=self.clock(),
            )
            found += plan.entries.items
            if plan.entries.position is None:
                return found
            page = Page(limit, plan.entries.position)


def test_a_plan_says_what_would_happen_and_nothing_has() -> None:
    planned = Planned()

    assert planned.job.status is ImportStatus.PLANNED
    assert planned.job.counts.created == 2 + 12 + 60 + 2
    assert counters(planned) == (0, 0, 0)
    entries = planned.entries(limit=7)
    assert len(entries) == 76
    assert {e.kind for e in entries} == {EntryKind.CREATE}
    assert {e.record_kind for e in entries} == {"floor", "room", "device", "group"}
    assert entries[2].fields["room_number"] == {"before": None, "after": "0.00"}


def test_applying_does_exactly_what_the_plan_said() -> None:
    planned = Planned()
    entries = {e.record_id for e in planned.entries()}

    job = planned.apply()

    assert (job.status, job.counts.created, job.progress) == (ImportStatus.APPLIED, 76, 1.0)
    assert counters(planned) == (2, 12, 60)
    groups = {g.name: g for g in planned.uow.groups.all(planned.building.id)}
    assert (groups["A"].members_count, groups["Water"].members_count) == (2, 30)
    assert entries >= {r.id for r in planned.uow.rooms.all(planned.building)}
    planned.again(MODEL)
    assert planned.entries() == []
    assert planned.apply().counts.updated == 0


def test_what_stays_as_it_is_is_counted_and_listed_where_it_is_asked_for() -> None:
    planned = Planned()
    planned.apply()
    planned.again(SMALLER)

    unchanged = planned.entries("unchanged", limit=10)

    assert len(unchanged) == planned.job.counts.unchanged == planned.job.plan_index["unchanged"]
    assert {e.kind for e in unchanged} == {EntryKind.UNCHANGED}
    assert {e.record_kind for e in unchanged} == {"floor", "room", "device", "group"}
    assert "Level 0, 0.01 Room 1" in {e.place for e in unchanged}
    assert {e.kind for e in planned.entries()} == {EntryKind.UPDATE, EntryKind.REMOVE}
    planned.again(SMALLER, mode=ImportMode.APPLY)
    assert len(planned.entries("unchanged")) == planned.job.counts.unchanged


def test_the_prediction_has_the_removals_in_it() -> None:
    planned = Planned()
    planned.apply()
    planned.again(SMALLER)

    def prediction() -> Prediction:
        return get_import_plan(
            planned.file.building_id,
            planned.file.import_id,
            None,
            Page(1),
            uow=planned.uow,
            uploads=planned.uploads,
            actor=ADA,
            now=planned.clock(),
        ).prediction

    proposed = prediction()
    assert (proposed.records, proposed.removals) == (planned.job.plan_size, 6)
    assert proposed.write_units > predict(planned.job.plan_size).write_units
    assert predict(100_000).seconds < 50 * predict(1_000).seconds
    planned.apply(remove=True)
    assert prediction() == proposed


def test_what_was_deleted_by_hand_and_is_in_the_file_comes_back_and_the_plan_says_why() -> None:
    planned = Planned()
    assert {e.reason for e in planned.entries("create") if e.record_kind == "device"} == {
        "The building has nothing that this could be."
    }
    planned.apply()
    device = next(iter(planned.uow.devices.all(planned.building)))
    remove_empty(
        "device",
        planned.building.id,
        device.id,
        versions=None,
        uow=planned.uow,
        actor=ADA,
        now=planned.clock(),
    )

    planned.again(MODEL)

    (entry,) = planned.entries("create")
    assert entry.record_id == device.id
    assert entry.reason.endswith(
        "it is new in the file, or was deleted here since it was imported."
    )


def test_only_a_plan_can_be_applied_and_ordering_twice_applies_once() -> None:
    planned = Planned()
    planned.order(order_apply, remove=False)
    planned.order(order_apply, remove=False)
    assert len(planned.queue.orders) == 2
    planned.work(deliveries=2)
    assert counters(planned) == (2, 12, 60)
    with pytest.raises(Conflict):
        planned.order(order_apply, remove=False)


def test_a_plan_that_no_longer_holds_is_not_applied_and_says_what_moved() -> None:
    planned = Planned()
    planned.apply()
    planned.again(SMALLER)
    rooms.update_room(
        planned.building.id,
        planned.room("F0R0").id,
        {"name": "Renamed"},
        versions=None,
        uow=planned.uow,
        actor=ADA,
        now=planned.clock(),
    )

    job = planned.apply()

    assert job.status is ImportStatus.PLANNED
    assert job.errors[0].code == "PLAN_OUTDATED"
    assert planned.apply().status is ImportStatus.APPLIED


def test_a_renamed_room_keeps_its_name_and_the_plan_says_so_until_it_is_released() -> None:
    planned = Planned()
    planned.apply()
    planned.rename("F0R0", "Server room")

    planned.again(MODEL)
    (kept,) = planned.entries("keep")
    assert kept.fields == {"name": {"before": "Server room", "after": "Room 0"}}
    planned.apply()
    assert planned.room("F0R0").name == "Server room"


def test_a_new_word_against_a_hand_edit_is_a_conflict_that_waits_for_a_person() -> None:
    planned = Planned()
    planned.apply()
    planned.rename("F0R0", "Server room")

    planned.again(SMALLER, mode=ImportMode.APPLY)

    assert (planned.job.status, planned.job.counts.conflicts) == (ImportStatus.PLANNED, 1)
    (conflict,) = planned.entries("conflict")
    assert conflict.fields == {"name": {"before": "Server room", "after": "Renamed"}}
    assert planned.apply().status is ImportStatus.APPLIED
    assert planned.room("F0R0").name == "Server room"


def test_what_the_file_has_no_more_goes_only_when_a_person_says_so() -> None:
    planned = Planned()
    planned.apply()

    planned.again(SMALLER)
    assert {(e.record_kind, e.kind) for e in planned.entries("remove")} == {
        ("device", EntryKind.REMOVE),
        ("room", EntryKind.REMOVE),
    }
    planned.apply()
    assert counters(planned) == (2, 12, 60)

    planned.again(SMALLER)
    job = planned.apply(remove=True)
    assert (job.counts.removed, counters(planned)) == (6, (2, 11, 55))


@pytest.mark.parametrize("seed", range(8))
def test_killed_anywhere_and_delivered_twice_it_ends_the_same(seed: int) -> None:
    quiet = Planned()
    quiet.apply()

    disturbed = Planned()
    disturbed.order(order_apply, remove=False)
    _work_with_kills(disturbed, random.Random(seed))  # noqa: S311

    assert counters(disturbed) == counters(quiet)
    assert len(disturbed.state()) == len(quiet.state())
    assert _shape(disturbed) == _shape(quiet)


def _shape(planned: Planned) -> list[Any]:
    """What is there, whatever its ids."""
    uow, building = planned.uow, planned.building
    groups = [(g.name, g.members_count) for g in uow.groups.all(building.id)]
    found = [(r.room_number, r.name, r.devices_count) for r in uow.rooms.all(building)]
    return [sorted(groups), sorted(found, key=str)]


def _work_with_kills(planned: Planned, dice: random.Random) -> None:
    def maybe_killed() -> None:
        if dice.random() < 0.2:
            raise Killed

    planned.desk.before_commit = maybe_killed
    order = planned.queue.orders[0]
    for delivery in range(400):
        try:
            planned.deliver(order, attempt=str(delivery), seconds=dice.choice([30, 100_000]))
        except Killed:
            continue
        planned.queue.orders = planned.queue.orders[:1]
        if planned.job.status in (ImportStatus.APPLIED, ImportStatus.UNDONE):
            break
    planned.desk.before_commit = lambda: None
    planned.deliver(order, attempt="once more")


def test_an_import_taken_back_leaves_nothing() -> None:
    planned = Planned()
    empty = planned.state()
    planned.apply()

    job = planned.undo()

    assert (job.status, job.warnings) == (ImportStatus.UNDONE, ())
    assert planned.state() == empty
    with pytest.raises(Conflict):
        planned.order(order_undo)


def test_what_an_import_changed_and_removed_returns() -> None:
    planned = Planned()
    planned.apply()
    before = planned.state()
    planned.again(SMALLER)
    planned.apply(remove=True)
    assert planned.room("F0R0").name == "Renamed"

    planned.undo()

    assert planned.state().keys() == before.keys()
    assert planned.room("F0R0").name == "Room 0"
    assert counters(planned) == (2, 12, 60)
    planned.again(SMALLER)
    assert len(planned.entries("update")) == 1  # what was taken back is news again


def test_what_was_edited_since_stays_and_is_listed() -> None:
    planned = Planned()
    planned.apply()
    first = planned.file
    planned.rename("F0R0", "Server room")

    job = planned.undo(first)

    assert [p.code for p in job.warnings] == ["EDITED_SINCE"] * 2  # the room, and its floor
    assert planned.room("F0R0").name == "Server room"
    assert counters(planned) == (1, 1, 0)


@pytest.mark.parametrize("seed", range(6))
def test_an_undo_that_is_killed_anywhere_ends_the_same(seed: int) -> None:
    planned = Planned()
    empty = planned.state()
    planned.apply()
    planned.order(order_undo)
    _work_with_kills(planned, random.Random(seed))  # noqa: S311

    assert planned.job.status is ImportStatus.UNDONE
    assert planned.state() == empty


def test_a_file_that_lacks_a_column_waits_as_planned_even_if_it_was_to_be_applied() -> None:
    planned = Planned()
    planned.apply()
    missing = Problem(
        severity="error",
        code="COLUMN_MISSING",
        message="Sheet 'Component' has no column 'Space'.",
        sheet_or_class="Component",
        field="Space",
    )

    planned.again(
        replace(changed(MODEL, "rooms", "F0R0", name="New"), problems=(missing,)),
        mode=ImportMode.APPLY,
    )

    assert planned.job.status is ImportStatus.PLANNED
    assert [p.code for p in planned.job.warnings] == ["FILE_INCOMPLETE"]
    assert planned.room("F0R0").name == "Room 0"
    assert planned.apply().status is ImportStatus.APPLIED
    assert planned.room("F0R0").name == "New"


@pytest.mark.parametrize("seed", range(4))
def test_a_group_that_the_file_has_no_more_goes_when_a_person_says_so(seed: int) -> None:
    planned = Planned()
    planned.apply()
    planned.again(replace(MODEL, groups=MODEL.groups[:1]))
    assert [(e.record_kind, e.label) for e in planned.entries("remove")] == [("group", "Water")]
    planned.order(order_apply, remove=True)

    _work_with_kills(planned, random.Random(seed))  # noqa: S311

    assert [g.name for g in planned.uow.groups.all(planned.building.id)] == ["A"]
    assert (planned.job.counts.removed, counters(planned)) == (1, (2, 12, 60))
    assert not any(len(d.group_ids) for d in planned.uow.devices.all(planned.building))


def test_an_undo_brings_a_removed_group_back_with_its_members() -> None:
    planned = Planned()
    planned.apply()
    planned.again(replace(MODEL, groups=MODEL.groups[:1]))
    planned.apply(remove=True)

    planned.undo()

    groups = {g.name: g.members_count for g in planned.uow.groups.all(planned.building.id)}
    assert groups == {"A": 2, "Water": 30}
