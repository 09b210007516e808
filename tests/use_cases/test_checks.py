"""Checks of files and of the registry: started, done, failed, read in parts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from arxos.domain.building import Building
from arxos.domain.check_job import CheckJob, CheckSource, CheckStatus
from arxos.domain.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    ServiceUnavailable,
)
from arxos.domain.handover.rule import CheckResult, Finding, RuleResult, RuleSeverity
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from arxos.domain.source import Problem, SourceFloor, SourceModel
from arxos.ports.checks import CheckOrder
from arxos.ports.lists import Page
from arxos.use_cases.check_import import check_id_of, check_import
from arxos.use_cases.checks import (
    StartCheck,
    get_check,
    list_check_findings,
    list_checks,
    start_check,
)
from arxos.use_cases.run_check import check_registry, run_check
from tests.fake_checks import UNREADABLE, FakeCheckDesk, FakeChecker, FakeCheckStore
from tests.fakes import FakeTable, FakeUnitOfWork
from tests.make import (
    LATER,
    NOON,
    ORG,
    make_actor,
    make_building,
    make_device,
    make_floor,
    make_group,
    make_id,
    make_import,
    make_room,
)

ADA = make_actor()


def finding(rule: str, severity: RuleSeverity, row: int) -> Finding:
    return Finding(
        rule=rule, severity=severity, sheet="Space", row=row, message="Wrong.", remedy="Mend it."
    )


def result_of(**listed: int) -> CheckResult:
    """A result with so many findings by rule; those that begin with `w` are warnings."""
    rules, findings = [], []
    for rule, size in listed.items():
        severity = RuleSeverity.WARNING if rule.startswith("w") else RuleSeverity.ERROR
        findings += [finding(rule, severity, row) for row in range(size)]
        rules.append(
            RuleResult(
                rule=rule,
                severity=severity,
                sheet="Space",
                column=None,
                says="So it is.",
                tested=size,
                broken=size,
                listed=size,
            )
        )
    return CheckResult(
        score=50.0,
        counts={"error": 0, "warning": 0, "info": 0},
        rules=tuple(rules),
        findings=tuple(findings),
    )


class World:
    def __init__(self) -> None:
        self.table = FakeTable()
        self.store = FakeCheckStore()
        self.building: Building = make_building()
        with self.uow as uow:
            uow.buildings.add(self.building)

    @property
    def uow(self) -> FakeUnitOfWork:
        return FakeUnitOfWork(self.table, ADA)

    def start(self, actor: Any = ADA, **command: Any) -> CheckJob:
        job, self.upload = start_check(
            StartCheck(building_id=self.building.id, **command),
            uow=self.uow,
            store=self.store,
            actor=actor,
            new_id=make_id,
            now=NOON,
        )
        return job

    def run(
        self, job: CheckJob, result: Any, *, attempt: str = "a", at: Any = NOON
    ) -> CheckJob | None:
        self.checker = FakeChecker(result)
        return run_check(
            CheckOrder(organization_id=ORG, building_id=self.building.id, check_id=job.id),
            attempt=attempt,
            lease_until=at + timedelta(minutes=15),
            desk=FakeCheckDesk(self.table),
            store=self.store,
            marked=self.store,
            checker=self.checker,
            clock=lambda: at,
        )

    def get(self, job: CheckJob, *, at: Any = NOON) -> CheckJob:
        return get_check(self.building.id, job.id, uow=self.uow, actor=ADA, now=at)

    def findings(self, job: CheckJob, limit: int = 50, **where: Any) -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = []
        position = None
        while True:
            part = list_check_findings(
                self.building.id,
                job.id,
                where.get("rule"),
                where.get("severity"),
                Page(limit, position),
                uow=self.uow,
                store=self.store,
                actor=ADA,
                now=NOON,
            )
            assert len(part.items) <= limit
            found += [(f.rule, f.row) for f in part.items]
            position = part.position
            if position is None:
                return found


@pytest.fixture
def world() -> World:
    return World()


def test_a_file_is_announced_uploaded_and_checked(world: World) -> None:
    before = dict(world.table.items)
    job = world.start(filename="house.xlsx")
    assert job.status is CheckStatus.AWAITING_UPLOAD
    assert world.upload is not None
    key = world.upload.fields["key"]
    assert CheckOrder.at(key) == CheckOrder(
        organization_id=ORG, building_id=world.building.id, check_id=job.id
    )

    world.run(job, result_of(e1=25, w1=3))

    done = world.get(job)
    assert (done.status, done.progress, done.score) == (CheckStatus.DONE, 1.0, 50.0)
    assert len(done.findings) == 20
    assert world.checker.given == [(Path("house.xlsx"),)]
    # Nothing of the building changed.
    after = {k: v for k, v in world.table.items.items() if k[1] != "check"}
    assert after == before
    assert world.table.history[-1].change.event == "CheckStarted"


def test_findings_are_read_in_parts_by_rule_and_by_severity(world: World) -> None:
    job = world.start(filename="house.xlsx")
    with pytest.raises(Conflict, match="no findings yet"):
        world.findings(job)
    world.run(job, result_of(e1=7, e2=5, w1=4, w2=3))

    assert len(world.findings(job, limit=4)) == 19
    assert world.findings(job, limit=2, rule="e2") == [("e2", row) for row in range(5)]
    assert world.findings(job, severity="warning", limit=3) == [
        *(("w1", row) for row in range(4)),
        *(("w2", row) for row in range(3)),
    ]
    assert world.findings(job, rule="e2", severity="warning") == []
    assert world.findings(job, rule="unknown") == []


def test_a_file_that_cannot_be_read_fails_with_its_sentence(world: World) -> None:
    job = world.start(filename="house.xlsx")
    failed = world.run(job, UNREADABLE)
    assert failed is not None
    assert (failed.status, failed.error_message) == (CheckStatus.FAILED, UNREADABLE.message)
    assert world.run(job, result_of()) is None, "the event may come again"


def test_an_error_of_ours_is_tried_again_and_at_last_said(world: World) -> None:
    job = world.start(filename="house.xlsx")
    for attempt in range(2):
        with pytest.raises(RuntimeError):
            world.run(job, RuntimeError("bug"), at=NOON + timedelta(seconds=attempt))
        assert world.get(job).status is CheckStatus.CHECKING
    with pytest.raises(RuntimeError):
        world.run(job, RuntimeError("bug"), at=NOON + timedelta(seconds=9))
    assert world.get(job).error_code == "CHECK_FAILED"


def test_a_check_that_was_killed_is_shown_as_failed_once_no_retry_can_come(world: World) -> None:
    job = world.start(filename="house.xlsx")
    order = CheckOrder(organization_id=ORG, building_id=world.building.id, check_id=job.id)
    FakeCheckDesk(world.table).claim(order, attempt="a", now=NOON, until=LATER)
    assert world.get(job).status is CheckStatus.CHECKING
    late = LATER + timedelta(minutes=11)
    assert world.get(job, at=late).error_code == "CHECK_STOPPED"
    assert world.run(job, result_of(), attempt="b", at=late) is not None


def test_a_check_of_the_registry_whose_order_was_lost_is_given_up(world: World) -> None:
    job = world.start(source=CheckSource.REGISTRY)
    assert world.get(job, at=NOON + timedelta(minutes=59)).status is CheckStatus.CHECKING
    assert world.get(job, at=NOON + timedelta(minutes=61)).error_code == "CHECK_STOPPED"
    waiting = world.start(filename="house.xlsx")
    assert world.get(waiting, at=LATER).status is CheckStatus.AWAITING_UPLOAD


def test_the_registry_is_checked_without_a_file(world: World) -> None:
    floor = make_floor(world.building)
    room = make_room(floor, room_type=None, area_m2=200_000)
    device = make_device(floor, room, serial_number="S1", manufacturer="Acme", tag_number="T")
    twin = make_device(floor, room, serial_number="s1", manufacturer="ACME", tag_number=None)
    with world.uow as uow:
        uow.floors.add(floor)
    with world.uow as uow:
        uow.rooms.add(room)
    for one in (device, twin):
        with world.uow as uow:
            uow.devices.add(one)
    with world.uow as uow:
        uow.groups.add(make_group(world.building))

    job = world.start(source=CheckSource.REGISTRY)
    assert (job.status, world.upload) == (CheckStatus.CHECKING, None)
    (location,) = world.store.orders
    assert CheckOrder.at(location) is not None
    done = world.run(job, RuntimeError("no file is read"))

    assert done is not None
    broken = {rule.rule for rule in done.rules}
    assert {
        "REGISTRY-ROOMS-ROOM-TYPE",
        "REGISTRY-ROOMS-AREA-SANE",
        "REGISTRY-DEVICES-SERIAL-NUMBER-UNIQUE",
        "REGISTRY-GROUPS-MEMBERS",
    } <= broken
    (again,) = [
        f for f in world.store.kept[job.id] if f.rule == "REGISTRY-DEVICES-SERIAL-NUMBER-UNIQUE"
    ]
    assert again.key in (device.id, twin.id)
    assert 0 < (done.score or 0) < 100


def test_a_check_of_the_registry_that_cannot_be_ordered_says_so(world: World) -> None:
    world.store.is_there = False
    with pytest.raises(ServiceUnavailable):
        world.start(source=CheckSource.REGISTRY)


def test_an_empty_building_has_nothing_against_it(world: World) -> None:
    assert check_registry(world.building.id, world.uow).score == 100.0


def test_an_ids_is_held_against_the_file_of_an_import(world: World) -> None:
    model = make_import(world.building, filename="house.ifc")
    table = make_import(world.building, filename="house.xlsx")
    for one in (model, table):
        with world.uow as uow:
            uow.imports.add(one)
    job = world.start(filename="rooms.ids", import_id=model.id)
    world.run(job, result_of(e1=1))
    assert world.checker.given == [(Path("rooms.ids"), Path("house.ifc"))]

    with pytest.raises(InvalidInput, match="no IFC"):
        world.start(filename="rooms.ids", import_id=table.id)
    with pytest.raises(NotFound):
        world.start(filename="rooms.ids", import_id="imp_other")


@pytest.mark.parametrize(
    ("command", "field"),
    [
        ({}, "filename"),
        ({"filename": "a.pdf"}, "filename"),
        ({"filename": "a.ifc"}, "filename"),
        ({"filename": "../a.xlsx"}, "filename"),
        ({"filename": "a.ids"}, "import_id"),
        ({"filename": "a.xlsx", "import_id": "imp_1"}, "import_id"),
        ({"source": CheckSource.REGISTRY, "filename": "a.xlsx"}, "filename"),
    ],
)
def test_what_cannot_be_checked_is_refused_by_its_field(
    world: World, command: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        world.start(**command)
    assert field in str(refused.value.details)
    assert not [key for key in world.table.items if key[1] == "check"]


def test_who_may_import_starts_and_who_sees_the_whole_building_reads(world: World) -> None:
    def on(role: Role, **where: Any) -> Any:
        return make_actor(role=role, grants=(Grant(role=role, **where),))

    here = {"building_id": world.building.id}
    job = world.start(on(Role.FACILITY_MANAGER, **here), filename="a.xlsx")
    with pytest.raises(Forbidden):
        world.start(on(Role.VIEWER, **here), filename="a.xlsx")
    viewer = on(Role.VIEWER, **here)
    assert list_checks(world.building.id, Page(), uow=world.uow, actor=viewer, now=NOON).items == (
        replace(job, events=()),
    )
    on_a_floor = on(Role.ADMIN, **here, floor_id="flr_1")
    with pytest.raises(NotFound):
        get_check(world.building.id, job.id, uow=world.uow, actor=on_a_floor, now=NOON)


def problem(
    code: str, sheet: str, row: int | None, field: str | None, severity: Any = "warning"
) -> Problem:
    return Problem(
        severity=severity,
        code=code,
        message="It is so.",
        sheet_or_class=sheet,
        row_or_line=row,
        field=field,
    )


@pytest.fixture
def imported(world: World) -> Callable[..., Any]:
    """Checks the file of one import, which has these problems and says these things."""
    job = make_import(world.building, filename="house.xlsx")
    with world.uow as uow:
        uow.imports.add(job)

    class Desk:
        def chunk(self, *_: object) -> FakeUnitOfWork:
            return world.uow

    def check(filename: str, result: Any, *problems: Problem, **said: Any) -> Any:
        return check_import(
            Path(filename),
            type("File", (), {"organization_id": ORG})(),
            job,
            SourceModel(source="cobie", schema="COBie 2.4", problems=problems, **said),
            checker=FakeChecker(result),
            store=world.store,
            marked=world.store,
            desk=Desk(),  # type: ignore[arg-type]
            clock=lambda: NOON,
        )

    return check


def test_an_imported_workbook_is_checked_once_however_often_it_is_tried(
    imported: Callable[..., Any], world: World
) -> None:
    told = imported("upload.xlsx", result_of(e1=2))
    assert imported("upload.xlsx", result_of(e1=2)) == told
    check = get_check(world.building.id, told.check_id, uow=world.uow, actor=ADA, now=NOON)
    assert (check.source, check.score) == (CheckSource.IMPORT, told.score)
    assert check.id == check_id_of(check.import_id or "")
    assert len(world.store.kept[check.id]) == 2
    assert imported("upload.xlsx", UNREADABLE) is None, "the import goes on"


def test_what_only_reading_shows_is_told_beside_the_rules_and_once(
    imported: Callable[..., Any], world: World
) -> None:
    found = result_of(e1=1)
    at = found.findings[0]
    same = problem("FLOOR_UNKNOWN", at.sheet, at.row, at.field)
    other = problem("ROOM_TWICE", at.sheet, 99, "Name")
    floor = SourceFloor(key="1", name="<script>", floor_number=1, line=7)

    told = imported("upload.xlsx", found, same, other, floors=(floor,))

    codes = [(f.rule, f.row) for f in world.store.kept[told.check_id]]
    assert codes == [(at.rule, at.row), ("READ-ROOM-TWICE", 99), ("READ-VALUE-NOT-STORABLE", 7)]
    assert world.store.kept[told.check_id][-1].sheet == "Floor"
    assert told.counts == {"error": 0, "warning": 2, "info": 0}, "the rules' own counts, and two"
    assert told.score == found.score


def test_a_file_that_is_no_workbook_is_checked_by_reading_it(
    imported: Callable[..., Any], world: World
) -> None:
    assert imported("upload.ifc", UNREADABLE).score == 100.0

    told = imported("upload.csv", UNREADABLE, problem("ROW_REFUSED", "Table", 3, "floor", "error"))

    assert told.counts == {"error": 1, "warning": 0, "info": 0}
    assert told.score < 100
