import pytest

from arxos.domain.errors import Forbidden, InvalidUserError, NotFound
from arxos.domain.permissions import Permission, Role
from arxos.domain.rights import ORGANIZATION, Grant, Place, Rights, permitting_grant
from arxos.domain.user import rights_of

READ, UPDATE = Permission.READ_ROOM, Permission.UPDATE_ROOM
HERE, ELSEWHERE = Place("bld_1"), Place("bld_2")
FLOOR, OTHER_FLOOR = Place("bld_1", "flr_1"), Place("bld_1", "flr_2")
EVERYWHERE = Grant(role=Role.ENGINEER)
BUILDING = Grant(role=Role.ENGINEER, building_id="bld_1")
ONE_FLOOR = Grant(role=Role.ENGINEER, building_id="bld_1", floor_id="flr_1")


@pytest.mark.parametrize(
    ("grant", "holds_at"),
    [
        (EVERYWHERE, {ORGANIZATION, HERE, ELSEWHERE, FLOOR, OTHER_FLOOR}),
        (BUILDING, {HERE, FLOOR, OTHER_FLOOR}),
        (ONE_FLOOR, {FLOOR}),
    ],
)
def test_a_grant_holds_where_it_was_given_and_below(grant: Grant, holds_at: set[Place]) -> None:
    for place in (ORGANIZATION, HERE, ELSEWHERE, FLOOR, OTHER_FLOOR):
        found = permitting_grant([grant], UPDATE, place)
        assert found == (grant if place in holds_at else None)


def test_a_grant_gives_no_more_than_its_role() -> None:
    viewer = Grant(role=Role.VIEWER)
    assert permitting_grant([viewer], READ, HERE) is viewer
    assert permitting_grant([viewer], UPDATE, HERE) is None


def test_the_grant_that_allows_is_named_where_several_hold() -> None:
    viewer = Grant(role=Role.VIEWER)
    assert permitting_grant([viewer, BUILDING], UPDATE, FLOOR) is BUILDING


def test_a_floor_shows_the_building_it_is_in_but_nothing_else_of_it() -> None:
    rights = Rights((ONE_FLOOR,))
    assert rights.allow(Permission.READ_BUILDING, HERE)
    assert not rights.allow(Permission.UPDATE_BUILDING, HERE)
    assert not rights.allow(Permission.READ_GROUP, HERE)
    assert not rights.allow(Permission.READ_BUILDING, ELSEWHERE)


def test_what_may_not_be_read_is_not_found_and_the_rest_is_forbidden() -> None:
    viewer = Rights((Grant(role=Role.VIEWER, building_id="bld_1"),))
    viewer.must(READ, HERE, kind="room")
    with pytest.raises(Forbidden):
        viewer.must(UPDATE, HERE, kind="room")
    with pytest.raises(NotFound):
        viewer.must(UPDATE, ELSEWHERE, kind="room")
    with pytest.raises(NotFound):
        viewer.must(READ, ELSEWHERE, kind="room")


def test_where_a_list_must_be_limited() -> None:
    assert Rights((EVERYWHERE,)).buildings(READ) is None
    assert Rights((BUILDING, ONE_FLOOR)).buildings(READ) == frozenset({"bld_1"})
    assert Rights((BUILDING,)).floors(READ, "bld_1") is None
    assert Rights((ONE_FLOOR,)).floors(READ, "bld_1") == frozenset({"flr_1"})
    assert Rights((ONE_FLOOR,)).floors(READ, "bld_2") == frozenset()


def test_a_user_with_grants_has_only_these() -> None:
    assert rights_of(Role.ADMIN, ()).allow(Permission.CREATE_BUILDING)
    limited = rights_of(Role.ADMIN, (BUILDING,))
    assert not limited.allow(Permission.CREATE_BUILDING)
    assert limited.allow(UPDATE, HERE)
    assert not limited.allow(READ, ELSEWHERE)


def test_a_floor_is_granted_with_its_building() -> None:
    with pytest.raises(InvalidUserError):
        Grant(role=Role.VIEWER, floor_id="flr_1")
