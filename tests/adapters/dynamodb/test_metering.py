"""Calls and units of DynamoDB's clients are counted, PynamoDB's and boto3's alike."""

from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.hooks import HierarchicalEmitter

from arxos.adapters.dynamodb.metering import meter
from arxos.adapters.dynamodb.table import connect
from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
from arxos.domain.errors import Duplicate, NotFound
from arxos.ports.consumption import Consumed, Consumption
from arxos.ports.lists import DeviceFilter, Page
from tests.dynamodb_table import REGION
from tests.make import make_actor, make_building, make_device, make_floor, make_id


@pytest.mark.parametrize(
    ("operation", "told", "read", "write"),
    [
        ("GetItem", {"CapacityUnits": 0.5}, 0.5, 0),
        ("Query", {"CapacityUnits": 9.5}, 9.5, 0),
        ("BatchGetItem", [{"CapacityUnits": 3.0}, {"CapacityUnits": 1.0}], 4, 0),
        ("UpdateItem", {"CapacityUnits": 3.0}, 0, 3),
        ("PutItem", {"CapacityUnits": 3.0, "Table": {"CapacityUnits": 1.0}}, 0, 3),
        (
            "TransactWriteItems",
            [{"CapacityUnits": 14.0, "WriteCapacityUnits": 12.0, "ReadCapacityUnits": 2.0}],
            2,
            12,
        ),
        ("TransactWriteItems", [{"CapacityUnits": 8.0, "WriteCapacityUnits": 8.0}], 0, 8),
        ("TransactWriteItems", [{"CapacityUnits": 8.0}], 0, 8),
        ("GetItem", None, 0, 0),
    ],
)
def test_units_are_understood_however_dynamodb_tells_them(
    operation: str, told: Any, read: float, write: float
) -> None:
    events = HierarchicalEmitter()
    consumption = Consumption()
    meter(SimpleNamespace(meta=SimpleNamespace(events=events)), consumption)

    events.emit(
        f"after-call.dynamodb.{operation}",
        parsed={"ConsumedCapacity": told} if told is not None else {},
        model=SimpleNamespace(name=operation),
    )

    assert consumption.take() == Consumed(0, read, write)


def test_what_dynamodb_says_a_request_took_is_summed_up_once(
    dynamodb_local_table: tuple[str, str],
) -> None:
    """Real numbers: 1 unit a 4 KB read consistently, 2 a 1 KB written in a transaction."""
    name, endpoint_url = dynamodb_local_table
    connection = connect(table_name=name, region=REGION, endpoint_url=endpoint_url)
    consumption = Consumption()
    meter(connection.client, consumption)
    uow = DynamoUnitOfWork(connection, make_actor(), make_id)
    building = make_building()

    with uow:
        uow.buildings.add(building)
    added = consumption.take()
    uow.buildings.get(building.id)
    read = consumption.take()
    with pytest.raises(NotFound):
        uow.buildings.get("bld_none")
    missed = consumption.take()

    assert added.calls == 1
    # The building and its change, each at least 1 KB, doubled; entries of indexes come on top.
    assert added.write_units >= 4
    assert read == Consumed(1, 1.0, 0.0)
    assert missed == Consumed(1, 1.0, 0.0)
    assert consumption.take() == Consumed()


def test_calls_are_counted_even_when_they_are_refused(moto_table: str) -> None:
    connection = connect(table_name=moto_table, region=REGION, endpoint_url=None)
    consumption = Consumption()
    meter(connection.client, consumption)
    uow = DynamoUnitOfWork(connection, make_actor(), make_id)
    building = make_building()
    floor = make_floor(building)
    with uow:
        uow.buildings.add(building)
        uow.floors.add(floor)
        uow.devices.add(make_device(floor))
    consumption.take()

    with pytest.raises(Duplicate), uow:
        uow.floors.add(make_floor(building))
    assert consumption.take().calls == 1

    uow.devices.list(uow.buildings.get(building.id), DeviceFilter(), Page())
    assert consumption.take().calls == 2


def test_boto3s_client_is_asked_too_and_keeps_what_it_was_told(moto_table: str) -> None:
    client = boto3.client("dynamodb", region_name=REGION)
    consumption = Consumption()
    meter(client, consumption)
    key = {"PK": {"S": "a"}, "SK": {"S": "b"}}

    put = client.put_item(TableName=moto_table, Item=key)
    silent = client.get_item(TableName=moto_table, Key=key, ReturnConsumedCapacity="NONE")

    assert put["ConsumedCapacity"]["TableName"] == moto_table
    assert "ConsumedCapacity" not in silent
    assert consumption.take().calls == 2
