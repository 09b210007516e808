"""Inviting people, changing what they may do, locking them out."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from arxos.domain.errors import (
    Duplicate,
    Forbidden,
    InvalidUserError,
    LastAdmin,
    NotFound,
    PreconditionFailed,
    ServiceUnavailable,
)
from arxos.domain.permissions import Permission, Role
from arxos.domain.rights import Grant
from arxos.domain.user import Actor, User, rights_of
from arxos.ports.lists import Page
from arxos.use_cases import users
from arxos.use_cases.users import InviteUser, WantedGrant
from tests.fakes import FakeSignIns, FakeTable, FakeUnitOfWork
from tests.make import (
    LATER,
    NOON,
    OTHER_ORG,
    make_actor,
    make_building,
    make_floor,
    make_id,
    make_organization,
    make_user,
)

ADA = make_actor()


class World:
    """An organisation with one admin, and a building with a floor."""

    def __init__(self) -> None:
        self.table = FakeTable()
        self.sign_ins = FakeSignIns()
        self.admin: User = make_user(id=ADA.user_id)
        self.building = make_building()
        self.floor = make_floor(self.building)
        with (uow := self.uow()):
            uow.organizations.add(make_organization())
            uow.users.add(self.admin)
            uow.buildings.add(self.building)
            uow.floors.add(self.floor)

    def uow(
        self, before_commit: Callable[[], None] = lambda: None, actor: Actor = ADA
    ) -> FakeUnitOfWork:
        return FakeUnitOfWork(self.table, actor, before_commit=before_commit)

    def invite(self, email: str = "emil@example.com", **changes: Any) -> User:
        given = {"uow": self.uow(), "actor": ADA, **changes.pop("given", {})}
        values = {"first_name": "Emil", "last_name": "Haddad", "role": Role.ENGINEER, **changes}
        return users.invite_user(
            InviteUser(email=email, **values),
            sign_ins=self.sign_ins,
            new_id=make_id,
            now=NOON,
            **given,
        )

    def options(self, **changes: Any) -> dict[str, Any]:
        return {"uow": self.uow(), "actor": ADA, "versions": None, "now": LATER, **changes}

    def update(self, user: User, options: dict[str, Any] | None = None, **changes: Any) -> User:
        return users.update_user(user.id, changes, **(options or self.options()))

    def deactivate(self, user: User, **options: Any) -> User:
        options = self.options(**options)
        return users.deactivate_user(user.id, sign_ins=self.sign_ins, **options)

    def reactivate(self, user: User) -> User:
        return users.reactivate_user(user.id, sign_ins=self.sign_ins, **self.options())

    def admins(self) -> int:
        return self.uow().organizations.get().admins_count

    def people(self) -> set[str]:
        return {user.email for user in self.uow().users.list(Page()).items}

    def told(self) -> tuple[str, dict[str, Any]]:
        event = self.table.changes[-1][1]
        return event.name, dict(event.changes)


@pytest.fixture
def world() -> World:
    return World()


def test_who_is_invited_has_a_record_a_sign_in_and_a_history(world: World) -> None:
    user = world.invite(grants=(WantedGrant(building_id=world.building.id),))

    assert world.uow().users.get(user.id) == user
    assert user.grants == (Grant(role=Role.ENGINEER, building_id=world.building.id),)
    assert user.subject == world.sign_ins.subjects["emil@example.com"]
    assert world.sign_ins.mails == ["emil@example.com"]
    name, changes = world.told()
    assert (name, changes["role"], changes["email"]) == (
        "UserInvited",
        (None, Role.ENGINEER),
        (None, "emil@example.com"),
    )


def test_a_grant_may_have_a_role_of_its_own(world: World) -> None:
    floor = WantedGrant(
        role=Role.FACILITY_MANAGER, building_id=world.building.id, floor_id=world.floor.id
    )
    user = world.invite(role=Role.VIEWER, grants=(WantedGrant(), floor))

    assert [(g.role, g.scope) for g in user.grants] == [
        (Role.VIEWER, "organization"),
        (Role.FACILITY_MANAGER, "floor"),
    ]


def test_places_that_there_are_not_are_all_named_and_nobody_is_invited(world: World) -> None:
    there = world.building.id
    with (other := world.uow(actor=make_actor(organization_id=OTHER_ORG))):
        foreign = make_building()
        other.buildings.add(foreign)
    wanted = (
        WantedGrant(building_id="bld_x"),
        WantedGrant(building_id=foreign.id),
        WantedGrant(building_id="\0" * 2000),
        WantedGrant(building_id=there),
        WantedGrant(building_id=there, floor_id="flr_x"),
        WantedGrant(building_id=there, role=Role.ENGINEER),
    )

    with pytest.raises(InvalidUserError) as refused:
        world.invite(grants=wanted)

    assert set(refused.value.field_errors) == {
        "grants.0.building_id",
        "grants.1.building_id",
        "grants.2.building_id",
        "grants.4.floor_id",
        "grants.5",
    }
    assert world.sign_ins.mails == []


def test_an_invitation_that_was_cut_off_is_finished_by_the_next(world: World) -> None:
    def die() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        world.invite(given={"uow": world.uow(die)})
    assert len(world.uow().users.list(Page()).items) == 1

    user = world.invite()
    with pytest.raises(Duplicate):
        world.invite("EMIL@example.com")

    assert world.people() == {world.admin.email, user.email}
    assert world.sign_ins.mails == ["emil@example.com"] * 2
    assert len(world.sign_ins.subjects) == 1


def test_two_invitations_of_one_address_at_once_make_one_user(world: World) -> None:
    done: list[User] = []

    def another_is_faster() -> None:
        done.append(world.invite())

    with pytest.raises(Duplicate):
        world.invite(given={"uow": world.uow(another_is_faster)})
    assert world.people() == {world.admin.email, "emil@example.com"}


def test_a_user_of_another_organisation_is_neither_taken_over_nor_written_to(world: World) -> None:
    stranger = make_actor(organization_id=OTHER_ORG)
    with (uow := world.uow(actor=stranger)):
        uow.organizations.add(make_organization(id=OTHER_ORG))
    world.invite()
    mails = list(world.sign_ins.mails)

    with pytest.raises(Duplicate) as elsewhere:
        world.invite(given={"uow": world.uow(actor=stranger), "actor": stranger})
    with pytest.raises(Duplicate) as here:
        world.invite()

    assert elsewhere.value.message == here.value.message
    assert world.sign_ins.mails == mails


def test_what_is_absent_stays(world: World) -> None:
    user = world.invite(grants=(WantedGrant(building_id=world.building.id),))

    changed = world.update(user, last_name="Hadad")

    assert (changed.last_name, changed.first_name, changed.version) == ("Hadad", "Emil", 2)
    assert (changed.role, changed.grants) == (user.role, user.grants)
    assert world.told() == ("UserUpdated", {"last_name": ("Haddad", "Hadad")})
    assert world.update(user, last_name="Hadad").version == 2


def test_grants_take_the_role_that_is_set_with_them_or_was_there(world: World) -> None:
    user = world.invite()
    here = (WantedGrant(building_id=world.building.id),)

    assert world.update(user, grants=here).grants[0].role is Role.ENGINEER
    changed = world.update(user, grants=here, role=Role.VIEWER)
    assert changed.grants[0].role is Role.VIEWER
    assert world.update(user, grants=()).grants == ()
    with pytest.raises(InvalidUserError):
        world.update(user, grants=(WantedGrant(building_id="bld_x"),))


def test_a_role_that_changes_takes_the_grants_along_that_carry_it(world: World) -> None:
    other = WantedGrant(role=Role.CONTRACTOR, building_id=world.building.id)
    user = world.invite(role=Role.FACILITY_MANAGER, grants=(WantedGrant(), other))

    demoted = world.update(user, role=Role.VIEWER)

    assert [grant.role for grant in demoted.grants] == [Role.VIEWER, Role.CONTRACTOR]
    assert not rights_of(demoted.role, demoted.grants).allow(Permission.DELETE_BUILDING)


def test_if_match_holds(world: World) -> None:
    user = world.invite()
    world.update(user, last_name="Hadad")

    stale = world.options(versions=frozenset({1}))
    with pytest.raises(PreconditionFailed):
        world.update(user, stale, first_name="Em")
    with pytest.raises(PreconditionFailed):
        world.deactivate(user, versions=frozenset({1}))
    assert world.sign_ins.disabled == set()


def test_a_deactivated_user_has_neither_record_nor_sign_in_to_come_back_with(world: World) -> None:
    user = world.invite()

    assert not world.deactivate(user).is_active
    assert world.told() == ("UserDeactivated", {"is_active": (True, False)})
    assert world.sign_ins.disabled == {user.subject}

    assert world.reactivate(user).is_active
    assert world.told() == ("UserReactivated", {"is_active": (False, True)})
    assert world.sign_ins.disabled == set()


def test_the_record_locks_even_if_the_sign_in_cannot_be_had_and_again_makes_it(
    world: World,
) -> None:
    user = world.invite()
    world.sign_ins.is_there = False
    with pytest.raises(ServiceUnavailable):
        world.deactivate(user)
    assert not world.uow().users.get(user.id).is_active

    world.sign_ins.is_there = True
    assert world.deactivate(user).version == 2
    assert world.sign_ins.disabled == {user.subject}

    world.sign_ins.is_there = False
    with pytest.raises(ServiceUnavailable):
        world.reactivate(user)
    assert not world.uow().users.get(user.id).is_active


def test_the_last_admin_cannot_go(world: World) -> None:
    here = (WantedGrant(building_id=world.building.id),)
    for leave in (
        partial(world.deactivate, world.admin),
        partial(world.update, world.admin, role=Role.VIEWER),
        partial(world.update, world.admin, grants=here),
    ):
        with pytest.raises(LastAdmin):
            leave()
    assert world.sign_ins.disabled == set()

    second = world.invite(role=Role.ADMIN)
    world.update(world.admin, grants=here)
    with pytest.raises(LastAdmin):
        world.deactivate(second)
    assert world.admins() == 1


def test_of_the_last_two_admins_who_go_at_once_one_stays(world: World) -> None:
    second = world.invite(role=Role.ADMIN)
    gone: list[User] = []

    def the_other_goes_first() -> None:
        if not gone:
            gone.append(second)
            world.deactivate(second)

    with pytest.raises(LastAdmin):
        world.deactivate(world.admin, uow=world.uow(the_other_goes_first))

    assert world.uow().users.get(world.admin.id).is_active
    assert world.admins() == 1
    assert world.sign_ins.disabled == {second.subject}


def test_a_user_who_is_deactivated_twice_at_once_is_counted_once(world: World) -> None:
    world.invite("third@example.com", role=Role.ADMIN)
    second = world.invite(role=Role.ADMIN)
    done: list[User] = []

    def another_is_faster() -> None:
        if not done:
            done.append(world.deactivate(second))

    assert not world.deactivate(second, uow=world.uow(another_is_faster)).is_active
    assert world.admins() == 2


def test_who_manages_one_building_manages_no_users(world: World) -> None:
    local = make_actor(grants=(Grant(role=Role.ADMIN, building_id=world.building.id),))
    given: dict[str, Any] = {"uow": world.uow(), "actor": local}
    options = world.options(actor=local)

    for refused in (
        partial(world.invite, given={"actor": local}),
        partial(users.list_users, Page(), **given),
    ):
        with pytest.raises(Forbidden):
            refused()
    for hidden in (
        partial(users.get_user, world.admin.id, **given),
        partial(world.update, world.admin, options, first_name="x"),
        partial(world.deactivate, world.admin, actor=local),
    ):
        with pytest.raises(NotFound):
            hidden()
    assert world.sign_ins.mails == []


def test_a_facility_manager_sees_users_and_changes_none(world: World) -> None:
    manager = make_actor(role=Role.FACILITY_MANAGER)

    assert users.get_user(world.admin.id, uow=world.uow(), actor=manager) == world.admin
    options = world.options(actor=manager)
    for change in (
        partial(world.update, world.admin, options, first_name="x"),
        partial(world.update, world.admin, options, role=Role.VIEWER),
        partial(world.deactivate, world.admin, actor=manager),
        partial(world.invite, given={"actor": manager}),
    ):
        with pytest.raises(Forbidden):
            change()


def test_users_of_another_organisation_are_not_there(world: World) -> None:
    stranger = make_actor(organization_id=OTHER_ORG)
    given: dict[str, Any] = {"uow": world.uow(actor=stranger), "actor": stranger}

    assert users.list_users(Page(), **given).items == ()
    with pytest.raises(NotFound):
        users.get_user(world.admin.id, **given)
    with pytest.raises(NotFound):
        world.deactivate(world.admin, **given)
