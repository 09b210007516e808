"""Who sets sensitive fields, who reads them, and when the vault is asked."""

from collections.abc import Mapping
from typing import Any

import pytest

from arxos.domain.errors import Forbidden, InvalidInput
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from arxos.domain.room import Room
from arxos.domain.sensitive import Sealed, Secret
from arxos.use_cases.rooms import update_room
from arxos.use_cases.sealing import revealed, with_sealed
from tests.fakes import FakeTable, FakeUnitOfWork, FakeVault
from tests.make import LATER, make_actor, make_building, make_floor, make_room


class World:
    """A room with a code, on a floor of a building."""

    def __init__(self) -> None:
        self.uow = FakeUnitOfWork(FakeTable(), make_actor())
        self.vault = FakeVault()
        self.building = make_building()
        self.floor = make_floor(self.building)
        room = make_room(self.floor)
        code = self.vault.seal(Secret("4711#"), record_id=room.id, name="door_code")
        self.room: Room = make_room(self.floor, id=room.id, sensitive={"door_code": code})
        with self.uow as uow:
            uow.buildings.add(self.building)
            uow.floors.add(self.floor)
            uow.rooms.add(self.room)

    def update(self, changes: Mapping[str, Any], **who: Any) -> Room:
        return update_room(
            self.building.id,
            self.room.id,
            changes,
            versions=None,
            uow=self.uow,
            actor=make_actor(**who),
            now=LATER,
            vault=self.vault,
        )


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    ("role", "on", "reads"),
    [
        (Role.ADMIN, "organization", True),
        (Role.FACILITY_MANAGER, "building", True),
        (Role.FACILITY_MANAGER, "floor", True),
        (Role.FACILITY_MANAGER, "another floor", False),
        (Role.ADMIN, "another building", False),
        (Role.ENGINEER, "organization", False),
        (Role.VIEWER, "organization", False),
    ],
)
def test_the_right_holds_where_the_record_is(
    role: Role, on: str, reads: bool, world: World
) -> None:
    building_id = {"organization": None, "another building": "bld_x"}.get(on, world.building.id)
    floor_id = {"floor": world.floor.id, "another floor": "flr_x"}.get(on)
    grant = Grant(role=role, building_id=building_id, floor_id=floor_id)

    values = revealed(world.room, vault=world.vault, actor=make_actor(grants=(grant,)))

    assert values == ({"door_code": "4711#"} if reads else None)


def test_the_grant_on_a_floor_does_not_open_its_building(world: World) -> None:
    code = world.vault.seal(Secret("1"), record_id=world.building.id, name="gate")
    building = make_building(id=world.building.id, sensitive={"gate": code})
    of_floor = Grant(role=Role.ADMIN, building_id=building.id, floor_id=world.floor.id)

    assert revealed(building, vault=world.vault, actor=make_actor(grants=(of_floor,))) is None
    assert revealed(building, vault=world.vault, actor=make_actor()) == {"gate": "1"}


def test_nothing_is_sealed_for_who_may_not_change_the_record(world: World) -> None:
    class Untouched(FakeVault):
        def seal(self, secret: Secret, *, record_id: str, name: str) -> Sealed:
            raise AssertionError("sealed")

    world.vault = Untouched()
    with pytest.raises(Forbidden):
        world.update({"sensitive": {"door_code": Secret("1")}}, role=Role.VIEWER)
    with pytest.raises(InvalidInput):
        world.update({"sensitive": {f"n{n}": Secret("1") for n in range(11)}})


def test_other_changes_leave_them_as_they_are(world: World) -> None:
    renamed = world.update({"name": "Safe"})

    assert renamed.sensitive == world.room.sensitive
    assert revealed(renamed, vault=world.vault, actor=make_actor()) == {"door_code": "4711#"}


def test_without_a_vault_they_are_refused_and_all_else_is_not() -> None:
    assert with_sealed({"name": "x"}, "rm_1", {}, None) == {"name": "x"}
    with pytest.raises(InvalidInput) as refused:
        with_sealed({"sensitive": {"door_code": Secret("4711#")}}, "rm_1", {}, None)
    assert "4711#" not in str(refused.value.details)
