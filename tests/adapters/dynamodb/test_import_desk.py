from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from arxos.adapters.dynamodb.import_desk import DynamoImportDesk
from arxos.adapters.dynamodb.table import connect
from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
from arxos.domain.errors import Conflict
from arxos.domain.import_job import ImportJob, ImportStatus
from arxos.ports.imports import ImportDesk, ImportOrder, UploadedFile, upload_location
from arxos.ports.registry import UnitOfWork
from tests.dynamodb_table import REGION
from tests.fakes import FakeChangeFiles, FakeImportDesk, FakeTable, FakeUnitOfWork
from tests.make import LATER, NOON, ORG, make_actor, make_building, make_id, make_import, make_room


@pytest.fixture(params=["fake", "moto"])
def desk_and_registry(request: pytest.FixtureRequest) -> tuple[ImportDesk, UnitOfWork]:
    if request.param == "fake":
        table = FakeTable()
        return FakeImportDesk(table), FakeUnitOfWork(table, make_actor())
    connection = connect(
        table_name=request.getfixturevalue("moto_table"), region=REGION, endpoint_url=None
    )
    desk = DynamoImportDesk(connection, FakeChangeFiles(), make_id)
    return desk, DynamoUnitOfWork(connection, make_actor(), make_id)


@pytest.fixture
def announced(
    desk_and_registry: tuple[ImportDesk, UnitOfWork],
) -> Callable[..., UploadedFile]:
    _, uow = desk_and_registry
    building = make_building()

    def announce(**changes: object) -> UploadedFile:
        job = make_import(building, **changes)
        with uow:
            uow.imports.add(job)
        file = UploadedFile.at(upload_location(ORG, job))
        assert file is not None
        return file

    with uow:
        uow.buildings.add(building)
    return announce


def test_a_waiting_import_is_claimed_once(
    desk_and_registry: tuple[ImportDesk, UnitOfWork], announced: Callable[..., UploadedFile]
) -> None:
    desk, uow = desk_and_registry
    file = announced()

    job = desk.claim(file, attempt="one", now=NOON, until=LATER)

    assert job is not None
    assert (job.status, job.attempt, job.attempts) == (ImportStatus.READING, "one", 1)
    assert job == uow.imports.get(file.building_id, file.import_id)
    assert desk.claim(file, attempt="two", now=NOON, until=LATER) is None


def test_a_retry_of_the_same_attempt_goes_on(
    desk_and_registry: tuple[ImportDesk, UnitOfWork], announced: Callable[..., UploadedFile]
) -> None:
    desk, _ = desk_and_registry
    file = announced()
    desk.claim(file, attempt="one", now=NOON, until=LATER)

    job = desk.claim(file, attempt="one", now=NOON, until=LATER)

    assert job is not None
    assert job.attempts == 2


def test_a_dead_attempts_import_goes_to_the_next(
    desk_and_registry: tuple[ImportDesk, UnitOfWork], announced: Callable[..., UploadedFile]
) -> None:
    desk, _ = desk_and_registry
    file = announced()
    desk.claim(file, attempt="one", now=NOON, until=LATER)
    after = LATER + timedelta(seconds=1)

    job = desk.claim(file, attempt="two", now=after, until=after + timedelta(hours=1))

    assert job is not None
    assert job.attempt == "two"


@pytest.mark.parametrize("status", ["applied", "failed", "undone", "planned"])
def test_a_finished_import_is_nobodys(
    status: str,
    desk_and_registry: tuple[ImportDesk, UnitOfWork],
    announced: Callable[..., UploadedFile],
) -> None:
    desk, _ = desk_and_registry
    file = announced(status=ImportStatus(status))

    assert desk.claim(file, attempt="one", now=NOON, until=LATER) is None


def test_an_unknown_import_is_nobodys(
    desk_and_registry: tuple[ImportDesk, UnitOfWork], announced: Callable[..., UploadedFile]
) -> None:
    desk, _ = desk_and_registry
    file = announced()

    for unknown in (
        replace(file, import_id="imp_unknown"),
        replace(file, building_id="bld_unknown"),
        replace(file, organization_id="org_second"),
    ):
        assert desk.claim(unknown, attempt="one", now=NOON, until=LATER) is None


def test_a_chunks_history_is_one_entry_and_a_file_with_every_change(moto_table: str) -> None:
    from arxos.adapters.dynamodb.table import ChangeItem, TableItem
    from tests.make import make_floor

    connection = connect(table_name=moto_table, region=REGION, endpoint_url=None)
    files = FakeChangeFiles()
    building = make_building()
    job: ImportJob = make_import(building, attempt="one")
    with DynamoUnitOfWork(connection, make_actor(), make_id) as uow:
        uow.buildings.add(building)
        uow.imports.add(job)
    file = UploadedFile.at(upload_location(ORG, job))
    assert file is not None
    floor = make_floor(building)

    with DynamoImportDesk(connection, files, make_id).chunk(file, job, 3) as chunk:
        chunk.floors.add(floor)
        chunk.rooms.add(make_room(floor))
        chunk.imports.save(job)

    entries = [
        item for item in TableItem.query(f"ORG#{ORG}#REC#{job.id}") if isinstance(item, ChangeItem)
    ]
    (entry,) = entries
    assert (entry.event, entry.records, entry.actor_name) == (
        "ImportChunkApplied",
        2,
        "Ada Lovelace",
    )
    assert '"event": "FloorAdded"' in files.files[entry.file][0]
    assert '"room_number": [null, "101"]' in files.files[entry.file][1]


def test_the_rest_of_an_import_is_the_buildings_turn(
    desk_and_registry: tuple[ImportDesk, UnitOfWork], announced: Callable[..., UploadedFile]
) -> None:
    desk, uow = desk_and_registry
    first, second = announced(status=ImportStatus.APPLYING, attempts=2), announced()
    order = ImportOrder(
        organization_id=ORG,
        building_id=second.building_id,
        import_id=second.import_id,
        action="apply",
    )
    assert desk.whose_turn(order) is None
    assert desk.whose_turn(replace(order, building_id=make_id("building"))) is None

    with uow:
        job = uow.imports.get(first.building_id, first.import_id)
        uow.imports.hand_over(job.handed_over(at=LATER))

    handed = desk.whose_turn(order)
    assert handed is not None
    assert (handed.id, handed.attempts, handed.is_to_go_on) == (first.import_id, 0, True)
    building = uow.buildings.get(first.building_id)
    with uow:  # a change by hand leaves whose turn it is
        uow.buildings.update(building.edited(at=LATER, by="usr_ada", name="South Tower"))
    assert desk.whose_turn(order) == handed


def test_who_has_lost_an_import_cannot_hand_it_over(
    desk_and_registry: tuple[ImportDesk, UnitOfWork], announced: Callable[..., UploadedFile]
) -> None:
    _, uow = desk_and_registry
    file = announced(status=ImportStatus.APPLYING, attempt="one")
    lost = replace(uow.imports.get(file.building_id, file.import_id), attempt="two")
    with pytest.raises(Conflict), uow:
        uow.imports.hand_over(lost.handed_over(at=LATER))
