"""What every store of users must do: one user per sign-in and address, admins counted exactly."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from arxos.domain.errors import ChangedMeanwhile, Duplicate, LastAdmin, NotFound
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from arxos.domain.user import User
from arxos.ports.lists import Page
from arxos.ports.registry import UnitOfWork
from tests.make import LATER, OTHER_ORG, make_organization, make_user

HERE = Grant(role=Role.ADMIN, building_id="bld_1")
ON_A_FLOOR = Grant(role=Role.VIEWER, building_id="bld_1", floor_id="flr_1")
EVERYWHERE = Grant(role=Role.ADMIN)


@pytest.fixture
def admin(uow: UnitOfWork) -> User:
    user = make_user()
    with uow:
        uow.organizations.add(make_organization())
        uow.users.add(user)
    return uow.users.get(user.id)


def add(uow: UnitOfWork, **values: object) -> User:
    user = make_user(**values)
    with uow:
        uow.users.add(user)
    return uow.users.get(user.id)


def test_a_user_comes_back_as_given(uow: UnitOfWork, admin: User) -> None:
    user = make_user(role=Role.ENGINEER, grants=(HERE, ON_A_FLOOR), first_name="Zoë")
    with uow:
        uow.users.add(user)

    assert uow.users.get(user.id) == user
    with pytest.raises(NotFound):
        uow.users.get("usr_none")


def test_users_are_listed_in_the_order_in_which_they_came(uow: UnitOfWork, admin: User) -> None:
    others = [add(uow, role=Role.VIEWER) for _ in range(3)]

    first = uow.users.list(Page(3))
    rest = uow.users.list(Page(3, first.position))

    assert [u.id for u in (*first.items, *rest.items)] == [u.id for u in (admin, *others)]
    assert (len(rest.items), rest.position) == (1, None)


def test_a_sign_in_and_an_address_have_one_user(uow: UnitOfWork, admin: User) -> None:
    add(uow, subject="s-1", email="Emil@Example.com", role=Role.ADMIN)

    for taken in ({"subject": "s-1"}, {"email": "eMIL@example.COM"}):
        with pytest.raises(Duplicate) as refused, uow:
            uow.users.add(make_user(**taken))
        assert refused.value.public_code == "DUPLICATE_EMAIL"
    assert uow.users.has_email("emil@example.com")
    assert not uow.users.has_email("ada@elsewhere.example")
    assert uow.organizations.get().admins_count == 2


def test_a_sign_in_has_one_user_in_all_organisations_and_says_no_more(
    backend: Callable[[str], UnitOfWork], uow: UnitOfWork, admin: User
) -> None:
    other = backend(OTHER_ORG)
    with other:
        other.organizations.add(make_organization(id=OTHER_ORG, name="Second"))

    with pytest.raises(Duplicate) as there, other:
        other.users.add(make_user(organization_id=OTHER_ORG, subject=admin.subject))
    with pytest.raises(Duplicate) as here, uow:
        uow.users.add(make_user(email=admin.email))

    assert there.value.message == here.value.message
    assert other.users.list(Page()).items == ()
    assert other.organizations.get().admins_count == 0
    # The address alone is each organisation's own.
    with other:
        other.users.add(make_user(organization_id=OTHER_ORG, email=admin.email))


@pytest.mark.parametrize(
    ("values", "counted"),
    [
        ({"role": Role.ADMIN}, 1),
        ({"role": Role.ADMIN, "grants": (HERE,)}, 0),
        ({"role": Role.ADMIN, "grants": (HERE, EVERYWHERE)}, 1),
        ({"role": Role.VIEWER, "grants": (EVERYWHERE,)}, 1),
        ({"role": Role.FACILITY_MANAGER}, 0),
    ],
)
def test_only_admins_of_the_whole_organisation_are_counted(
    uow: UnitOfWork, admin: User, values: dict[str, object], counted: int
) -> None:
    add(uow, **values)

    assert uow.organizations.get().admins_count == 1 + counted


def test_the_counter_follows_each_change(uow: UnitOfWork, admin: User) -> None:
    user = add(uow, role=Role.VIEWER)
    counts = []
    changes: tuple[Callable[[User], User], ...] = (
        lambda u: u.changed(at=LATER, by=None, role=Role.ADMIN),
        lambda u: u.changed(at=LATER, by=None, first_name="Eva"),
        lambda u: u.deactivated(at=LATER, by=None),
        lambda u: u.changed(at=LATER, by=None, grants=(EVERYWHERE,)),
        lambda u: u.reactivated(at=LATER, by=None),
        lambda u: u.changed(at=LATER, by=None, grants=(HERE,)),
    )
    for change in changes:
        with uow:
            uow.users.update(change(uow.users.get(user.id)))
        counts.append(uow.organizations.get().admins_count)

    assert counts == [2, 2, 1, 1, 2, 1]
    assert uow.users.get(user.id).version == 7


def test_the_last_admin_stays_one(uow: UnitOfWork, admin: User) -> None:
    for change in (
        admin.deactivated(at=LATER, by=None),
        admin.changed(at=LATER, by=None, role=Role.FACILITY_MANAGER),
        admin.changed(at=LATER, by=None, grants=(HERE,)),
    ):
        with pytest.raises(LastAdmin), uow:
            uow.users.update(change)

    assert uow.users.get(admin.id) == admin
    assert uow.organizations.get().admins_count == 1


def test_a_stale_change_is_refused_and_counts_nothing(uow: UnitOfWork, admin: User) -> None:
    user = add(uow)
    with uow:
        uow.users.update(user.deactivated(at=LATER, by=None))

    with pytest.raises(ChangedMeanwhile), uow:
        uow.users.update(user.deactivated(at=LATER, by=None))
    with pytest.raises(ChangedMeanwhile), uow:
        uow.users.update(replace(user, version=9).changed(at=LATER, by=None, last_name="Byron"))

    assert uow.organizations.get().admins_count == 1
    assert uow.users.get(user.id).last_name == user.last_name
