"""A table that is too busy: work in the background waits for it, a request tells at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.endpoint import Endpoint

from arxos.adapters.dynamodb.import_desk import DynamoImportDesk
from arxos.adapters.dynamodb.table import connect
from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
from arxos.domain.errors import ServiceUnavailable
from arxos.ports.imports import uploaded_file
from arxos.ports.registry import UnitOfWork
from tests.dynamodb_table import REGION
from tests.fakes import FakeChangeFiles
from tests.functions.faults import REAL, refused
from tests.make import ORG, make_actor, make_building, make_floor, make_id, make_import

BUSY: dict[str, Callable[[], Any]] = {
    "as a whole": lambda: refused(400, "ThrottlingException"),
    "a part of it": lambda: refused(
        400,
        "TransactionCanceledException",
        CancellationReasons=[{"Code": "None"}, {"Code": "ThrottlingError"}],
    ),
}
UNKNOWN = "InternalServerError"


@contextmanager
def refusing(times: int, answer: Callable[[], Any]) -> Iterator[list[int]]:
    """The first so many transactions are refused; the list counts all."""
    sent: list[int] = []

    def request(endpoint: Any, model: Any, parameters: Any) -> Any:
        if model.name == "TransactWriteItems":
            sent.append(len(sent))
            if len(sent) <= times:
                return answer()
        return REAL(endpoint, model, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Endpoint, "make_request", request)
        yield sent


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited, in seconds."""
    waited: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", waited.append)
    return waited


@pytest.fixture
def registries(moto_table: str) -> tuple[UnitOfWork, UnitOfWork]:
    """A request's and an import's."""
    connection = connect(table_name=moto_table, region=REGION, endpoint_url=None)
    uow = DynamoUnitOfWork(connection, make_actor(), make_id)
    job = make_import(make_building())
    desk = DynamoImportDesk(connection, FakeChangeFiles(), make_id)
    return uow, desk.chunk(uploaded_file(ORG, job), job, 0)


@pytest.mark.parametrize("how", BUSY)
def test_a_chunk_backs_off_until_the_table_takes_it(
    how: str, registries: tuple[UnitOfWork, UnitOfWork], waits: list[float]
) -> None:
    (_, chunk), building = registries, make_building()
    with refusing(4, BUSY[how]) as sent, chunk:
        chunk.buildings.add(building)

    assert len(sent) == 5
    assert len(waits) == 4
    assert max(waits) <= 10
    assert chunk.buildings.get(building.id).name == building.name


@pytest.mark.parametrize("how", BUSY)
def test_a_request_tells_that_the_table_is_busy(
    how: str, registries: tuple[UnitOfWork, UnitOfWork], waits: list[float]
) -> None:
    uow, _ = registries
    with pytest.raises(ServiceUnavailable), refusing(1, BUSY[how]), uow:
        uow.buildings.add(make_building())

    assert waits == []


def test_patience_ends_and_the_order_comes_again(
    registries: tuple[UnitOfWork, UnitOfWork], waits: list[float]
) -> None:
    _, chunk = registries
    with (
        pytest.raises(ServiceUnavailable, match="busy"),
        refusing(100, BUSY["as a whole"]) as sent,
        chunk,
    ):
        chunk.buildings.add(make_building())

    assert len(sent) == 6
    assert sum(waits) <= 13


def test_what_may_have_been_written_is_not_sent_again(
    registries: tuple[UnitOfWork, UnitOfWork], waits: list[float]
) -> None:
    _, chunk = registries
    building = make_building()
    with (
        pytest.raises(ServiceUnavailable),
        refusing(1, lambda: refused(500, UNKNOWN)) as sent,
        chunk,
    ):
        chunk.buildings.add(building)
        chunk.floors.add(make_floor(building))

    assert (len(sent), waits) == (1, [])
