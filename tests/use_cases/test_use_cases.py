import time
from dataclasses import replace
from threading import Event

import pytest

from arxos.domain.errors import InvalidInput, NotFound, ServiceUnavailable, Unauthenticated
from arxos.domain.import_job import ImportStatus
from arxos.domain.permissions import Role
from arxos.ports.lists import BuildingFilter, DeviceFilter, FloorFilter, Page, RoomFilter
from arxos.use_cases.buildings import (
    CreateBuilding,
    create_building,
    get_building,
    list_buildings,
)
from arxos.use_cases.devices import get_device, list_devices
from arxos.use_cases.floors import get_floor, list_floors
from arxos.use_cases.health import Unhealthy, check_health
from arxos.use_cases.imports import StartImport, get_import, list_imports, start_import
from arxos.use_cases.organizations import Member, ensure_member
from arxos.use_cases.rooms import get_room, list_rooms
from arxos.use_cases.users import authenticate, get_me
from tests.fakes import FakeDirectory, FakeTable, FakeTokens, FakeUnitOfWork, FakeUploads
from tests.make import (
    LATER,
    NOON,
    OTHER_ORG,
    make_actor,
    make_address,
    make_building,
    make_device,
    make_floor,
    make_id,
    make_import,
    make_room,
    make_user,
)

ADA = make_actor()


@pytest.fixture
def table() -> FakeTable:
    return FakeTable()


@pytest.fixture
def uow(table: FakeTable) -> FakeUnitOfWork:
    return FakeUnitOfWork(table, make_actor())


def test_a_created_building_is_found_and_told_in_the_history(
    uow: FakeUnitOfWork, table: FakeTable
) -> None:
    building = create_building(
        CreateBuilding(name="North Tower", address=make_address()),
        uow=uow,
        actor=make_actor(),
        new_id=make_id,
        now=NOON,
    )

    assert get_building(building.id, uow=uow, actor=ADA).name == "North Tower"
    assert [b.id for b in list_buildings(BuildingFilter(), Page(), uow=uow, actor=ADA).items] == [
        building.id
    ]
    ((actor, event),) = table.changes
    assert (actor.name, event.name, event.at) == ("Ada Lovelace", "BuildingCreated", NOON)


def test_floors_rooms_and_devices_are_found_under_their_building(uow: FakeUnitOfWork) -> None:
    building = make_building()
    floor = make_floor(building)
    room = make_room(floor)
    device = make_device(floor, room)
    with uow:
        uow.buildings.add(building)
        uow.floors.add(floor)
        uow.rooms.add(room)
        uow.devices.add(device)

    assert get_floor(building.id, floor.id, uow=uow, actor=ADA).id == floor.id
    assert get_room(building.id, room.id, uow=uow, actor=ADA).id == room.id
    assert get_device(building.id, device.id, uow=uow, actor=ADA).id == device.id
    assert len(list_floors(building.id, FloorFilter(), Page(), uow=uow, actor=ADA).items) == 1
    assert len(list_rooms(building.id, RoomFilter(), Page(), uow=uow, actor=ADA).items) == 1
    assert len(list_devices(building.id, DeviceFilter(), Page(), uow=uow, actor=ADA).items) == 1


def test_lists_of_a_building_that_is_not_there_are_not_found(uow: FakeUnitOfWork) -> None:
    for read in (
        lambda: list_floors("bld_x", FloorFilter(), Page(), uow=uow, actor=ADA),
        lambda: list_rooms("bld_x", RoomFilter(), Page(), uow=uow, actor=ADA),
        lambda: list_devices("bld_x", DeviceFilter(), Page(), uow=uow, actor=ADA),
        lambda: list_imports("bld_x", Page(), uow=uow, actor=ADA, now=NOON),
    ):
        with pytest.raises(NotFound):
            read()


def test_an_announced_import_waits_for_its_file(uow: FakeUnitOfWork, table: FakeTable) -> None:
    building = make_building()
    with uow:
        uow.buildings.add(building)

    job, upload = start_import(
        StartImport(building_id=building.id, filename="house.ifc"),
        uow=uow,
        uploads=FakeUploads(),
        actor=make_actor(),
        new_id=make_id,
        now=NOON,
    )

    assert job.status is ImportStatus.AWAITING_UPLOAD
    assert upload.fields["key"].endswith(f"/{building.id}/{job.id}/house.ifc")
    assert (
        get_import(building.id, job.id, uow=uow, actor=ADA, now=NOON).started_by_name
        == "Ada Lovelace"
    )
    assert [
        j.id for j in list_imports(building.id, Page(), uow=uow, actor=ADA, now=NOON).items
    ] == [job.id]
    assert table.changes[-1][1].name == "ImportStarted"


def test_an_import_needs_its_building_and_a_readable_kind_of_file(uow: FakeUnitOfWork) -> None:
    building = make_building()
    with uow:
        uow.buildings.add(building)

    def start(building_id: str, filename: str) -> None:
        start_import(
            StartImport(building_id=building_id, filename=filename),
            uow=uow,
            uploads=FakeUploads(),
            actor=make_actor(),
            new_id=make_id,
            now=NOON,
        )

    with pytest.raises(NotFound):
        start("bld_x", "house.ifc")
    with pytest.raises(InvalidInput):
        start(building.id, "house.dwg")


def test_a_dead_import_is_shown_as_failed(uow: FakeUnitOfWork) -> None:
    building = make_building()
    job = make_import(
        building, status=ImportStatus.APPLYING, attempt="a", attempts=3, lease_until=NOON
    )
    with uow:
        uow.buildings.add(building)
        uow.imports.add(job)

    assert (
        get_import(building.id, job.id, uow=uow, actor=ADA, now=LATER).status is ImportStatus.FAILED
    )
    (listed,) = list_imports(building.id, Page(), uow=uow, actor=ADA, now=LATER).items
    assert listed.status is ImportStatus.FAILED


def test_a_good_token_of_an_active_user_signs_in() -> None:
    user = make_user(subject="s-1")

    signed_in = authenticate(
        "token", verifier=FakeTokens(token="s-1"), directory=FakeDirectory(user)
    )

    assert signed_in is user


def test_everybody_else_does_not() -> None:
    gone = replace(make_user(subject="gone"), is_active=False)
    tokens, directory = FakeTokens(token="gone", stranger="nobody"), FakeDirectory(gone)

    for token in ("token", "stranger", "forged"):
        with pytest.raises(Unauthenticated):
            authenticate(token, verifier=tokens, directory=directory)
    tokens.keys_are_there = False
    with pytest.raises(ServiceUnavailable):
        authenticate("token", verifier=tokens, directory=directory)


def test_an_organisation_begins_with_its_first_member_and_only_once(table: FakeTable) -> None:
    uow = FakeUnitOfWork(table, make_actor(organization_id=OTHER_ORG))
    directory = FakeDirectory()
    members = [
        Member(subject=s, email=f"{s}@x.org", first_name="A", last_name="B", role=Role.ADMIN)
        for s in ("one", "two")
    ]

    def ensure(member: Member) -> str:
        user = ensure_member(
            OTHER_ORG, "Second", member, uow=uow, directory=directory, new_id=make_id, now=NOON
        )
        directory.users[user.subject] = user
        return user.id

    first, second = (ensure(member) for member in members)

    assert ensure(members[0]) == first != second
    assert uow.organizations.get().name == "Second"
    assert uow.organizations.get().admins_count == 2
    me = get_me(make_actor(organization_id=OTHER_ORG, user_id=first), uow=uow)
    assert me.email == "one@x.org"


class Answering:
    def __init__(self, name: str, *, vital: bool, fault: str | None = None) -> None:
        self.name, self.is_vital, self._fault = name, vital, fault

    def check(self) -> str | None:
        return self._fault


class Hanging(Answering):
    def __init__(self, name: str, *, vital: bool) -> None:
        super().__init__(name, vital=vital)
        self.answer = Event()

    def check(self) -> str | None:
        self.answer.wait()
        return None


def test_what_does_not_answer_in_time_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arxos.use_cases.health.SECONDS", 0.05)
    table = Hanging("table", vital=True)
    try:
        with pytest.raises(Unhealthy) as unhealthy:
            check_health(lambda: [table, Answering("uploads", vital=False)])
    finally:
        table.answer.set()
    checks = unhealthy.value.details["checks"]
    assert checks == {"table": "It has not answered within 0.05 seconds.", "uploads": "ok"}


def test_what_making_the_clients_takes_is_not_waited_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("arxos.use_cases.health.SECONDS", 1.0)
    monkeypatch.setattr("arxos.use_cases.health.LEAST_SECONDS", 0.1)
    table = Hanging("table", vital=True)

    def slowly() -> list[Hanging]:
        time.sleep(0.7)
        return [table]

    started = time.monotonic()
    try:
        with pytest.raises(Unhealthy):
            check_health(slowly)
    finally:
        table.answer.set()
    assert 1.0 <= time.monotonic() - started < 1.5


def test_health_is_the_worst_of_what_it_depends_on() -> None:
    table, uploads = Answering("table", vital=True), Answering("uploads", vital=False)
    no_uploads = Answering("uploads", vital=False, fault="gone")
    no_table = Answering("table", vital=True, fault="gone")

    assert check_health(lambda: [table, uploads]).status == "healthy"
    assert check_health(lambda: [table, no_uploads]).checks == {"table": "ok", "uploads": "gone"}
    assert check_health(lambda: [table, no_uploads]).status == "degraded"
    with pytest.raises(Unhealthy) as unhealthy:
        check_health(lambda: [no_table, no_uploads])
    assert unhealthy.value.details["checks"] == {"table": "gone", "uploads": "gone"}
