"""A request that comes again makes nothing again, also where its answer was never kept."""

from collections.abc import Callable

import pytest

from arxos.domain.errors import DoneBefore
from arxos.ports.registry import BuildingFilter, Page, UnitOfWork
from tests.make import ORG, OTHER_ORG, make_building


def make_one(uow: UnitOfWork) -> str:
    building = make_building()
    with uow:
        uow.only_once(building.id)
        uow.buildings.add(building)
    return building.id


def test_the_same_request_makes_one(backend: Callable[..., UnitOfWork]) -> None:
    uow = backend(ORG, once="a-request")
    first = make_one(uow)

    for again in (uow, backend(ORG, once="a-request")):
        with pytest.raises(DoneBefore) as before:
            make_one(again)
        assert before.value.record_id == first

    assert [b.id for b in uow.buildings.list(BuildingFilter(), Page()).items] == [first]


def test_other_requests_and_those_without_a_key_make_their_own(
    backend: Callable[..., UnitOfWork],
) -> None:
    for uow in (
        backend(ORG, once="a-request"),
        backend(ORG, once="another"),
        backend(OTHER_ORG, once="a-request"),
        keyless := backend(ORG),
        keyless,
    ):
        make_one(uow)

    assert len(keyless.buildings.list(BuildingFilter(), Page()).items) == 4
