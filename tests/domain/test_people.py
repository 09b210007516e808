from itertools import pairwise

import pytest

from arxos.domain.errors import InvalidUserError
from arxos.domain.permissions import ROLE_PERMISSIONS, Permission, Role, may
from arxos.domain.user import Organization
from tests.make import NOON, make_user


def test_permissions_are_verb_and_resource_in_alphabetical_order() -> None:
    names = [p.value for p in Permission]

    assert names == sorted(names)
    assert all("_" in name for name in names)


def test_every_role_has_its_rights() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)
    assert all(may(Role.ADMIN, permission) for permission in Permission)


def test_a_viewer_only_reads_and_never_what_is_sensitive() -> None:
    rights = ROLE_PERMISSIONS[Role.VIEWER]

    assert all(permission.startswith("read_") for permission in rights)
    assert Permission.READ_SENSITIVE not in rights


def test_each_role_has_the_rights_of_the_next_one_down() -> None:
    ladder = [ROLE_PERMISSIONS[role] for role in Role]

    assert all(lower < higher for higher, lower in pairwise(ladder))


@pytest.mark.parametrize(
    "email",
    ["", "ada", "ada@", "@x.org", "a b@x.org", "ada@x.org\n", "ada@x..org", "x" * 125 + "@y.org"],
)
def test_an_email_is_an_address(email: str) -> None:
    with pytest.raises(InvalidUserError) as refused:
        make_user(email=email)

    assert list(refused.value.field_errors) == ["email"]


def test_a_user_has_a_name() -> None:
    assert make_user().name == "Ada Lovelace"
    with pytest.raises(InvalidUserError) as refused:
        make_user(first_name="", last_name="<b>")
    assert set(refused.value.field_errors) == {"first_name", "last_name"}


def test_an_organization_has_a_name() -> None:
    with pytest.raises(InvalidUserError):
        Organization(id="org_1", name=" ", created_at=NOON)
