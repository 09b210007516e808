"""The same contract on the fakes, on moto and, where Java is, on DynamoDB Local."""

from collections.abc import Callable, Iterator

import pytest

from arxos.domain.building import Building
from arxos.domain.floor import Floor
from arxos.domain.room import Room
from arxos.ports.registry import UnitOfWork
from tests.fakes import FakeTable, FakeUnitOfWork
from tests.make import (
    OTHER_ORG,
    make_actor,
    make_building,
    make_floor,
    make_id,
    make_room,
)

OpenUnitOfWork = Callable[[], UnitOfWork]
BACKENDS = [
    "fake",
    "moto",
    pytest.param("dynamodb-local", marks=pytest.mark.dynamodb_local),
]


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Iterator[Callable[..., UnitOfWork]]:
    """Opens a unit of work for an organisation, always on the same store."""
    if request.param == "fake":
        table = FakeTable()
        yield lambda org, **who: FakeUnitOfWork(table, make_actor(organization_id=org, **who))
        return
    from arxos.adapters.dynamodb.table import connect
    from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
    from tests.dynamodb_table import REGION

    if request.param == "moto":
        name, endpoint_url = request.getfixturevalue("moto_table"), None
    else:
        name, endpoint_url = request.getfixturevalue("dynamodb_local_table")
    connection = connect(table_name=name, region=REGION, endpoint_url=endpoint_url)
    yield lambda org, **who: DynamoUnitOfWork(
        connection, make_actor(organization_id=org, **who), make_id
    )


@pytest.fixture
def uow(backend: Callable[..., UnitOfWork]) -> UnitOfWork:
    return backend(make_actor().organization_id)


@pytest.fixture
def other_organization(backend: Callable[..., UnitOfWork]) -> UnitOfWork:
    return backend(OTHER_ORG)


@pytest.fixture
def building(uow: UnitOfWork) -> Building:
    building = make_building()
    with uow:
        uow.buildings.add(building)
    return building


@pytest.fixture
def floor(uow: UnitOfWork, building: Building) -> Floor:
    floor = make_floor(building)
    with uow:
        uow.floors.add(floor)
    return floor


@pytest.fixture
def room(uow: UnitOfWork, floor: Floor) -> Room:
    room = make_room(floor)
    with uow:
        uow.rooms.add(room)
    return room
