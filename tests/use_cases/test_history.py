"""Who may read which history, and what a record was before."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from arxos.domain.errors import Forbidden, InvalidInput, NotFound
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from arxos.domain.user import Actor
from arxos.ports.history import ChangeFilter
from arxos.ports.registry import Page
from arxos.use_cases import devices, history, records, rooms
from tests.fakes import FakeHistory, FakeTable, FakeUnitOfWork
from tests.make import (
    LATER,
    NOON,
    ORG,
    OTHER_ORG,
    make_actor,
    make_building,
    make_device,
    make_floor,
    make_id,
    make_organization,
    make_room,
    make_user,
)

ADA = make_actor()
ANY = ChangeFilter()


class World:
    def __init__(self) -> None:
        self.table = FakeTable()
        self.building = make_building()
        self.floor = make_floor(self.building)
        self.upstairs = make_floor(self.building, floor_number=2)
        self.room = make_room(self.floor)
        self.lamp = make_device(self.floor, self.room)
        self.user = make_user(id=ADA.user_id)
        self.uow = FakeUnitOfWork(self.table, ADA)
        self.history = FakeHistory(self.table, ORG)
        with self.uow as uow:
            uow.organizations.add(make_organization())
            uow.buildings.add(self.building)
            uow.floors.add(self.floor)
            uow.floors.add(self.upstairs)
            uow.rooms.add(self.room)
            uow.devices.add(self.lamp)
            uow.users.add(self.user)

    def rename(self, name: str, minutes: int) -> None:
        rooms.update_room(
            self.building.id,
            self.room.id,
            {"name": name},
            versions=None,
            uow=self.uow,
            actor=ADA,
            now=NOON + timedelta(minutes=minutes),
        )

    def asked(self, actor: Actor) -> dict[str, Any]:
        return {
            "uow": FakeUnitOfWork(self.table, actor),
            "history": FakeHistory(self.table, actor.organization_id),
            "actor": actor,
        }

    def as_of(self, minutes: float, actor: Actor = ADA) -> Any:
        room = self.uow.rooms.get(self.building.id, self.room.id)
        moment = NOON + timedelta(minutes=minutes)
        return history.record_as_of(room, moment, history=self.history, actor=actor)

    def lists(self, actor: Actor) -> dict[str, Callable[[], Any]]:
        asked, building_id = self.asked(actor), self.building.id
        return {
            "building": lambda: history.list_building_changes(building_id, ANY, Page(), **asked),
            "floor": lambda: history.list_floor_changes(
                building_id, self.floor.id, Page(), **asked
            ),
            "upstairs": lambda: history.list_floor_changes(
                building_id, self.upstairs.id, Page(), **asked
            ),
            "room": lambda: history.list_room_changes(building_id, self.room.id, Page(), **asked),
            "device": lambda: history.list_device_changes(
                building_id, self.lamp.id, Page(), **asked
            ),
            "user": lambda: history.list_user_changes(self.user.id, ANY, Page(), **asked),
            "as of": lambda: self.as_of(1, actor),
        }


@pytest.fixture
def world() -> World:
    return World()


def may_read(world: World, actor: Actor) -> dict[str, str]:
    """What each route answers: ok, or the error's code."""
    answers = {}
    for name, read in world.lists(actor).items():
        try:
            read()
            answers[name] = "ok"
        except (NotFound, Forbidden) as error:
            answers[name] = error.code
    return answers


def granted(world: World, role: Role, *, floor: bool = False) -> Actor:
    grant = Grant(
        role=role, building_id=world.building.id, floor_id=world.floor.id if floor else None
    )
    return make_actor(user_id="usr_bob", grants=(grant,))


def test_the_right_holds_at_the_building_the_floor_or_the_organization(world: World) -> None:
    everything = set(world.lists(ADA))

    def ok(actor: Actor) -> set[str]:
        return {name for name, answer in may_read(world, actor).items() if answer == "ok"}

    assert ok(ADA) == everything
    # What a user did to other users is told too, so it takes the right to read users.
    assert ok(make_actor(user_id="usr_bob", role=Role.FACILITY_MANAGER)) == everything
    assert ok(make_actor(user_id="usr_bob", role=Role.ENGINEER)) == everything - {"user"}
    assert ok(granted(world, Role.ENGINEER)) == everything - {"user"}
    assert ok(granted(world, Role.ENGINEER, floor=True)) == {"floor", "room", "device", "as of"}
    assert ok(make_actor(user_id="usr_bob", role=Role.VIEWER)) == set()


def test_what_may_be_read_is_forbidden_and_what_may_not_is_not_there(world: World) -> None:
    viewer = may_read(world, make_actor(user_id="usr_bob", role=Role.CONTRACTOR))
    stranger = may_read(
        world,
        make_actor(user_id="usr_eve", grants=(Grant(role=Role.ADMIN, building_id="bld_other"),)),
    )
    on_floor = may_read(world, granted(world, Role.ENGINEER, floor=True))

    assert {viewer.pop("user"), *stranger.values(), on_floor["upstairs"]} == {"NOT_FOUND"}
    assert {*viewer.values(), on_floor["building"]} == {"FORBIDDEN"}


def test_another_organization_finds_nothing(world: World) -> None:
    theirs = make_actor(organization_id=OTHER_ORG, user_id="usr_eve")
    answers = may_read(world, theirs)
    del answers["as of"]  # of a record that the caller has read

    assert set(answers.values()) == {"NOT_FOUND"}


def test_everybody_sees_what_they_changed_themselves(world: World) -> None:
    me = make_actor(role=Role.VIEWER)

    found = history.list_user_changes(
        me.user_id, ChangeFilter(kind="room"), Page(), **world.asked(me)
    )

    assert [c.event for c in found.items] == ["RoomAdded"]


def test_a_removed_building_is_told_of_to_those_who_see_the_whole_organization(
    world: World,
) -> None:
    empty = make_building()
    with world.uow as uow:
        uow.buildings.add(empty)
    records.remove_empty(
        "building", empty.id, empty.id, versions=None, uow=world.uow, actor=ADA, now=LATER
    )

    found = history.list_building_changes(empty.id, ANY, Page(), **world.asked(ADA))
    none = history.list_building_changes(
        empty.id, ChangeFilter(kind="device"), Page(), **world.asked(ADA)
    )

    assert [c.event for c in found.items] == ["BuildingRemoved", "BuildingCreated"]
    assert none.items == ()
    there = make_actor(grants=(Grant(role=Role.ADMIN, building_id=empty.id),))
    for building_id, actor in ((empty.id, there), (make_id("building"), ADA), ("x", ADA)):
        with pytest.raises(NotFound):
            history.list_building_changes(building_id, ANY, Page(), **world.asked(actor))


def test_a_record_is_shown_as_it_was(world: World) -> None:
    world.rename("Store", 10)
    world.rename("Archive", 20)

    assert [world.as_of(m).name for m in (0, 9.9, 10, 15, 20, 999)] == [
        "Office", "Office", "Store", "Store", "Archive", "Archive"
    ]  # fmt: skip
    assert [world.as_of(m).version for m in (0, 10, 20)] == [1, 2, 3]
    with pytest.raises(NotFound):
        world.as_of(-1)


def test_a_device_is_shown_where_it_was(world: World) -> None:
    devices.move_device(
        world.building.id,
        world.lamp.id,
        {"floor_id": world.upstairs.id},
        versions=None,
        uow=world.uow,
        actor=ADA,
        now=LATER,
    )
    lamp = world.uow.devices.get(world.building.id, world.lamp.id)

    was = history.record_as_of(lamp, NOON, history=world.history, actor=ADA)

    assert (was.floor_id, was.room_id, was.room_ids) == (
        world.floor.id,
        world.room.id,
        (world.room.id,),
    )


def test_a_time_too_many_changes_back_is_refused_with_a_sentence(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PAGES_BACK", 1)
    for number in range(1, 202):
        world.rename(f"Name {number}", number)

    assert world.as_of(150).name == "Name 150"
    with pytest.raises(InvalidInput, match="later time") as refused:
        world.as_of(0)
    assert list(refused.value.field_errors) == ["as_of"]
