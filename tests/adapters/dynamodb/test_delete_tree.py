"""A floor of hundreds of devices is removed on DynamoDB Local by a worker that is killed."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from arxos.adapters.dynamodb.deletion_desk import DynamoDeletionDesk
from arxos.adapters.dynamodb.import_desk import DynamoImportDesk
from arxos.adapters.dynamodb.table import connect
from arxos.adapters.dynamodb.transaction import Transaction
from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
from arxos.domain.deletion import DeletionStatus
from arxos.ports.deletions import DeletionOrder
from arxos.ports.imports import UploadedFile, upload_location
from arxos.use_cases.deletions import delete_tree, start_deletion
from tests.dynamodb_table import REGION
from tests.fakes import FakeChangeFiles, FakeOrders, FakeReader, FakeUploads
from tests.make import (
    ORG,
    make_actor,
    make_building,
    make_delivery,
    make_id,
    make_import,
    make_model,
)
from tests.taking_in import take_in

ROOMS, DEVICES_PER_ROOM = 40, 10


class Killed(BaseException):
    """What a kill is to the code."""


def now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.dynamodb_local
def test_hundreds_of_devices_are_removed_and_counted_once_with_kills_at_random_commits(
    dynamodb_local_table: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, endpoint_url = dynamodb_local_table
    connection = connect(table_name=name, region=REGION, endpoint_url=endpoint_url)
    ada, queue, chance = make_actor(), FakeOrders[DeletionOrder](), random.Random(4711)  # noqa: S311
    files = FakeChangeFiles()
    uow = DynamoUnitOfWork(connection, ada, make_id)
    building = make_building(shards=4)
    job = make_import(building)
    with uow:
        uow.buildings.add(building)
        uow.imports.add(job)
    file = UploadedFile.at(upload_location(ORG, job))
    assert file is not None
    model = make_model(floors=2, rooms=ROOMS, devices=DEVICES_PER_ROOM)
    take_in(
        file,
        attempt="a",
        lease_until=now() + timedelta(minutes=15),
        desk=DynamoImportDesk(connection, files, make_id),
        uploads=FakeUploads(),
        reader=FakeReader(model),
        clock=now,
    )
    ground, upstairs = uow.floors.all(building.id)
    before = uow.buildings.tallies(building.id)

    deletion = start_deletion(
        "floor",
        building.id,
        ground.id,
        versions=None,
        uow=uow,
        queue=queue,
        actor=ada,
        new_id=make_id,
        clock=now,
        pause=lambda _: None,
    )
    (order,) = queue.orders
    commit = Transaction.commit

    def commit_or_die(transaction: Transaction) -> None:
        if chance.random() < 0.15:
            raise Killed  # before the commit
        commit(transaction)
        if chance.random() < 0.15:
            raise Killed  # after it, before anything else

    monkeypatch.setattr(Transaction, "commit", commit_or_die)
    kills = 0
    for _ in range(100):
        try:
            delete_tree(
                order,
                make_delivery(now() + timedelta(minutes=1)),
                desk=DynamoDeletionDesk(connection, files, make_id, make_id("change")),
                queue=queue,
                clock=now,
                pause=lambda _: None,
            )
            break
        except Killed:
            kills += 1

    assert kills > 1
    done = uow.deletions.get(deletion.id)
    assert done.status is DeletionStatus.DONE
    assert (done.removed.rooms, done.removed.devices) == (ROOMS, ROOMS * DEVICES_PER_ROOM)
    counted = uow.buildings.get(building.id)
    assert (counted.floors_count, counted.rooms_count, counted.devices_count) == (
        1,
        ROOMS,
        ROOMS * DEVICES_PER_ROOM,
    )
    assert [f.id for f in uow.floors.all(building.id)] == [upstairs.id]
    assert {d.floor_id for d in uow.devices.all(counted)} == {upstairs.id}
    assert all(r.devices_count == DEVICES_PER_ROOM for r in uow.rooms.all(counted))
    # Both floors were alike, so that half of each number but the area's is left.
    after = uow.buildings.tallies(building.id)
    assert {k: v * 2 for k, v in after.items()} == dict(before)
