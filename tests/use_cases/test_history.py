"""Who may read which history, and what a record was before."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from arxos.domain.errors import Forbidden, InvalidInput, NotFound
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from arxos.domain.user import Actor
from arxos.ports.history import ChangeFilter
from arxos.ports.lists import DeviceFilter, Page
from arxos.use_cases import devices, groups, history, records, rooms
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
    make_group,
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
        moment = NOON + timedelta(minutes=minutes)
        return self.was("room", self.room.id, moment, actor)

    def was(self, kind: Any, record_id: str, moment: datetime, actor: Actor = ADA) -> Any:
        return history.record_as_of(kind, self.building.id, record_id, moment, **self.asked(actor))

    def changes(self, kind: Any, record_id: str, actor: Actor = ADA, page: Page = Page()) -> Any:  # noqa: B008
        return history.list_record_changes(
            kind, self.building.id, record_id, page, **self.asked(actor)
        )

    def lists(self, actor: Actor) -> dict[str, Callable[[], Any]]:
        asked, building_id = self.asked(actor), self.building.id
        return {
            "building": lambda: history.list_building_changes(building_id, ANY, Page(), **asked),
            "floor": lambda: self.changes("floor", self.floor.id, actor),
            "upstairs": lambda: self.changes("floor", self.upstairs.id, actor),
            "room": lambda: self.changes("room", self.room.id, actor),
            "device": lambda: self.changes("device", self.lamp.id, actor),
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

    assert set(may_read(world, theirs).values()) == {"NOT_FOUND"}


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

    was = world.was("device", world.lamp.id, NOON)

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


def test_a_removed_record_is_told_of_where_it_was_last(world: World) -> None:
    devices.move_device(
        world.building.id,
        world.lamp.id,
        {"floor_id": world.upstairs.id},
        versions=None,
        uow=world.uow,
        actor=ADA,
        now=LATER,
    )
    gone = LATER + timedelta(hours=1)
    records.remove_empty(
        "device",
        world.building.id,
        world.lamp.id,
        versions=None,
        uow=world.uow,
        actor=ADA,
        now=gone,
    )

    events = [c.event for c in world.changes("device", world.lamp.id).items]
    was, first = (
        world.was("device", world.lamp.id, moment) for moment in (gone - timedelta(1 / 1440), NOON)
    )

    assert events == ["DeviceRemoved", "DeviceMoved", "DeviceAdded"]
    assert (was.floor_id, was.name, was.version) == (world.upstairs.id, world.lamp.name, 2)
    assert (first.floor_id, first.room_id, first.version) == (world.floor.id, world.room.id, 1)
    assert (first.created_at, first.created_by) == (NOON, ADA.user_id)
    for moment in (gone, NOON - timedelta(1)):
        with pytest.raises(NotFound):
            world.was("device", world.lamp.id, moment)
    for actor in (
        granted(world, Role.ENGINEER, floor=True),  # it was there once, not last
        make_actor(organization_id=OTHER_ORG),
    ):
        with pytest.raises(NotFound):
            world.changes("device", world.lamp.id, actor)
    with pytest.raises(Forbidden):
        world.changes("device", world.lamp.id, make_actor(role=Role.VIEWER))
    with pytest.raises(NotFound):
        history.list_record_changes(
            "device", make_id("building"), world.lamp.id, Page(), **world.asked(ADA)
        )


@pytest.mark.parametrize("number", [0, 3])
def test_a_removed_floor_is_told_with_its_number(world: World, number: int) -> None:
    floor = make_floor(world.building, floor_number=number, elevation_m=0.0)
    with world.uow as uow:
        uow.floors.add(floor)
    records.remove_empty(
        "floor", world.building.id, floor.id, versions=None, uow=world.uow, actor=ADA, now=LATER
    )

    was = world.was("floor", floor.id, NOON)

    assert (was.floor_number, was.elevation_m, was.status) == (number, 0.0, floor.status)


def test_a_group_has_a_history_while_it_is_there_and_after(world: World) -> None:
    group = make_group(world.building)
    with world.uow as uow:
        uow.groups.add(group)
    given: dict[str, Any] = {"versions": None, "uow": world.uow, "actor": ADA}
    ids = (world.building.id, group.id)
    groups.update_group(*ids, {"name": "Return air"}, now=LATER, **given)
    groups.replace_group_members(*ids, [world.lamp.id], [], now=LATER, **given)
    groups.delete_group(*ids, now=LATER + timedelta(hours=1), **given)

    events = [c.event for c in world.changes("group", group.id).items]
    was = [world.was("group", group.id, moment) for moment in (NOON, LATER)]

    assert events == [
        "GroupRemoved", "GroupMembersChanged", "GroupMembersChanged", "GroupUpdated", "GroupAdded"
    ]  # fmt: skip
    assert [(g.name, g.group_kind) for g in was] == [
        (group.name, group.group_kind), ("Return air", group.group_kind)
    ]  # fmt: skip
    for actor in (granted(world, Role.ENGINEER, floor=True), make_actor(organization_id=OTHER_ORG)):
        with pytest.raises(NotFound):
            world.changes("group", group.id, actor)


def test_who_sees_one_floor_is_not_told_what_happened_on_another(world: World) -> None:
    """The lamp went upstairs, was changed there, came back, and was changed here."""
    upper = make_room(world.upstairs, room_number="201")
    with world.uow as uow:
        uow.rooms.add(upper)
    given: dict[str, Any] = {"versions": None, "uow": world.uow, "actor": ADA}
    ids = (world.building.id, world.lamp.id)
    times = [NOON + timedelta(minutes=n) for n in range(1, 6)]
    devices.move_device(*ids, {"room_id": upper.id}, now=times[0], **given)
    devices.update_device(*ids, {"model": "there"}, now=times[1], **given)
    devices.move_device(*ids, {"room_id": world.room.id}, now=times[2], **given)
    devices.update_device(*ids, {"model": "here"}, now=times[3], **given)
    here = granted(world, Role.ENGINEER, floor=True)

    def told(limit: int) -> list[Any]:
        found, position = [], None
        while True:
            part = world.changes("device", world.lamp.id, here, Page(limit, position))
            found += part.items
            position = part.position
            if position is None:
                return found

    changes = told(50)
    assert told(1) == changes
    assert [c.event for c in changes] == [
        "DeviceUpdated", "DeviceMoved", "DeviceMoved", "DeviceAdded"
    ]  # fmt: skip
    back, away = changes[1].changes, changes[2].changes
    assert (back["floor_id"], away["floor_id"]) == ((None, world.floor.id), (world.floor.id, None))
    assert (back["room_ids"], away["room_ids"]) == (([], [world.room.id]), ([world.room.id], []))
    text = str(changes)
    assert (world.upstairs.id in text, upper.id in text, "there" in text) == (False, False, True)
    assert len(world.changes("device", world.lamp.id).items) == 5

    assert world.was("device", world.lamp.id, times[4], here).model == "here"
    assert world.was("device", world.lamp.id, NOON, here).floor_id == world.floor.id
    with pytest.raises(NotFound):
        world.was("device", world.lamp.id, times[1], here)


def test_rooms_on_floors_that_are_not_seen_are_left_out_of_a_device(world: World) -> None:
    upper = make_room(world.upstairs, room_number="201")
    shaft = make_device(world.floor, world.room, upper)
    with world.uow as uow:
        uow.rooms.add(upper)
    with world.uow as uow:
        uow.devices.add(shaft)
    here, building_id = granted(world, Role.ENGINEER, floor=True), world.building.id

    def shown(actor: Actor) -> list[tuple[str, ...]]:
        asked: dict[str, Any] = {"uow": world.uow, "actor": actor}
        listed = devices.list_devices(building_id, DeviceFilter(), Page(), **asked).items
        (added,) = world.changes("device", shaft.id, actor).items
        return [
            devices.get_device(building_id, shaft.id, **asked).room_ids,
            next(d.room_ids for d in listed if d.id == shaft.id),
            world.was("device", shaft.id, NOON, actor).room_ids,
            tuple(added.changes["room_ids"][1]),
        ]

    assert shown(ADA) == [(world.room.id, upper.id)] * 4
    assert shown(here) == [(world.room.id,)] * 4


def test_a_cursor_of_whoever_saw_all_is_none_of_who_sees_one_floor(world: World) -> None:
    with pytest.raises(InvalidInput):
        world.changes(
            "room", world.room.id, granted(world, Role.ENGINEER, floor=True), Page(1, '["x",1,0]')
        )


def test_what_was_done_to_a_user_is_told_to_them_and_to_who_may_know(world: World) -> None:
    bob = make_user(role=Role.VIEWER)
    with world.uow as uow:
        uow.users.add(bob)
    with world.uow as uow:
        known = uow.users.get(bob.id)
        uow.users.update(known.changed(at=LATER, by=ADA.user_id, role=Role.ENGINEER))

    def told(actor: Actor, where: ChangeFilter = ANY) -> list[Any]:
        return list(
            history.list_user_changes(
                bob.id, where, Page(), done=history.Done.TO_USER, **world.asked(actor)
            ).items
        )

    raised, invited = told(ADA)
    assert (raised.event, raised.user_name, invited.event) == (
        "UserUpdated",
        ADA.name,
        "UserInvited",
    )
    assert raised.changes["role"] == ("viewer", "engineer")
    me = make_actor(user_id=bob.id, role=Role.VIEWER)
    assert told(me) == told(ADA, ChangeFilter(kind="user")) == [raised, invited]
    assert history.list_user_changes(bob.id, ANY, Page(), **world.asked(me)).items == ()
    with pytest.raises(NotFound):
        told(make_actor(user_id="usr_eve", role=Role.ENGINEER))
    with pytest.raises(InvalidInput, match="leave kind out"):
        told(ADA, ChangeFilter(kind="room"))
