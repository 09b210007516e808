"""What each access pattern costs: DynamoDB calls and read and write units, and lists as they grow.

Runs what tests/adapters/dynamodb/test_access_patterns.py runs, on AWS's DynamoDB Local, whose
units are AWS's. The documented calls stand beside the measured ones.
Run: .venv/bin/python -m benchmarks.use_case_cost [DEVICES ...]
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock
from uuid import uuid4

import boto3
from pynamodb.connection import Connection

from arxos.adapters.dynamodb import mapping
from arxos.adapters.dynamodb.metering import meter
from arxos.adapters.dynamodb.table import TableItem, connect
from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
from arxos.domain.identifiers import derived_id
from arxos.domain.user import Actor
from arxos.ports.consumption import Consumption
from arxos.ports.lists import DeviceFilter, Page
from arxos.use_cases.devices import list_devices
from scripts.dynamodb_local import running
from tests.adapters.dynamodb import test_access_patterns as patterns
from tests.adapters.dynamodb.access_world import World
from tests.dynamodb_table import REGION, create_table
from tests.make import ORG, make_actor, make_building, make_device, make_floor, make_id, make_room

DEFAULT_SIZES = (100, 10_000, 100_000)
DEVICES_PER_ROOM = 60
ADA: Actor = make_actor()


@contextmanager
def table(endpoint_url: str, consumption: Consumption) -> Iterator[tuple[Connection, str, Any]]:
    """A fresh table, with every client counted."""
    client = boto3.client("dynamodb", region_name=REGION, endpoint_url=endpoint_url)
    name = f"arxos-{uuid4().hex[:8]}"
    create_table(client, name)
    connection = connect(table_name=name, region=REGION, endpoint_url=endpoint_url)
    meter(connection.client, consumption)
    yield connection, name, client
    client.delete_table(TableName=name)


def patterns_cost(endpoint_url: str) -> None:
    """A table of the access patterns, each in a world of its own."""
    print("| row | documented calls | calls | read units | write units |\n|---|---|---|---|---|")
    documented = patterns.documented()
    for pattern, run in patterns.RUNS.items():
        consumption = Consumption()
        make_client = boto3.client

        def counted(*args: Any, **kwargs: Any) -> Any:
            client = make_client(*args, **{**kwargs, "endpoint_url": endpoint_url})  # noqa: B023
            meter(client, consumption)  # noqa: B023
            return client

        with table(endpoint_url, consumption) as (connection, name, _):
            with mock.patch.object(boto3, "client", counted):
                world = World(connection, name)
            if pattern == "O2":  # the world's own organisation exists already
                other = make_actor(organization_id="org_third")
                world.uow = DynamoUnitOfWork(connection, other, make_id)
            consumption.take()
            run(world)
            consumed = consumption.take()
        print(
            f"| {pattern} | {documented.get(pattern, '?')} | {consumed.calls} "
            f"| {consumed.read_units:g} | {consumed.write_units:g} |"
        )


def list_cost(endpoint_url: str, devices: int) -> None:
    """One line: pages of 50 out of so many devices."""
    consumption = Consumption()
    with table(endpoint_url, consumption) as (connection, _, _client):
        uow = DynamoUnitOfWork(connection, ADA, make_id)
        shards = next(s for s in (1, 2, 4, 8, 16, 32) if devices / s <= 8_000)
        building = make_building()
        floor = make_floor(building)
        room = listed_room = make_room(floor)
        with uow:
            uow.buildings.add(building)
            uow.floors.add(floor)
            uow.rooms.add(room)
        with uow:
            uow.buildings.spread(uow.buildings.get(building.id), shards)
        with TableItem.batch_write() as batch:
            for number in range(devices):
                if number % DEVICES_PER_ROOM == 0 and number:
                    room = make_room(floor, room_number=f"{number:06d}")
                device_id = derived_id("device", "b", str(number), shards=shards)
                device = make_device(floor, room, id=device_id, name=f"Lamp {number:06d}")
                batch.save(mapping.device_item(ORG, device))
        costs = []
        for where in (
            DeviceFilter(),
            DeviceFilter(floor_id=floor.id),
            DeviceFilter(room_id=listed_room.id),
        ):
            consumption.take()
            first = list_devices(building.id, where, Page(50), uow=uow, actor=ADA)
            consumed = consumption.take()
            assert len(first.items) == 50
            costs.append(f"{consumed.calls} calls, {consumed.read_units:g} units")
        position, middle = None, min(20, devices // 50 - 1)
        for _ in range(middle):
            position = list_devices(
                building.id, DeviceFilter(), Page(50, position), uow=uow, actor=ADA
            ).position
        consumption.take()
        list_devices(building.id, DeviceFilter(), Page(50, position), uow=uow, actor=ADA)
        consumed = consumption.take()
        costs.append(f"{consumed.calls} calls, {consumed.read_units:g} units")
    print(f"| {devices:,} | {shards} | " + " | ".join(costs) + " |", flush=True)


def main() -> None:
    os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    sizes = [int(size) for size in sys.argv[1:]] or DEFAULT_SIZES
    with running() as endpoint_url:
        patterns_cost(endpoint_url)
        print(
            "\n| devices | shards | first 50 of the building | of the floor | of the room "
            "| a later 50 of the building |\n|---|---|---|---|---|---|"
        )
        for size in sizes:
            list_cost(endpoint_url, size)


if __name__ == "__main__":
    main()
