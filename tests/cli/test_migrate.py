"""`arxos migrate`: on AWS's DynamoDB Local, also killed in the middle and throttled."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError

from arxos.adapters.dynamodb.migrator import DynamoMigrator
from arxos.adapters.dynamodb.table import DeviceItem, TableItem, connect
from arxos.adapters.dynamodb.transaction import Transaction
from arxos.adapters.dynamodb.whole_table import Pace, WholeTable
from arxos.migrations.revisions import BASELINE, Migration, all_migrations, level_of
from arxos.ports.migrations import HeldByAnother, MigrationOrder, MigrationState
from arxos.use_cases.migrate_items import migrate_items
from cli.__main__ import main
from scripts.local_cloud.places import ROOT
from tests.cli.stored_items import (
    COMPACT,
    METADATA,
    devices,
    items,
    old_device,
    outputs_file,
    put_old_devices,
)
from tests.dynamodb_table import REGION, create_table
from tests.fakes import FakeOrders
from tests.make import make_delivery

MANY = 3_000
LONG = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(UTC)


def local_client(endpoint_url: str) -> Any:
    """A client with the command line's credentials for a local cloud."""
    credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    make: Any = boto3.client
    return make("dynamodb", region_name=REGION, endpoint_url=endpoint_url, **credentials)


class Place:
    """A table on DynamoDB Local, and the command line pointed at it."""

    def __init__(self, table: str, endpoint_url: str, folder: Path) -> None:
        self.table = table
        self.client = local_client(endpoint_url)
        self.outputs = outputs_file(folder, table, endpoint_url)
        connect(table_name=table, region=REGION, endpoint_url=endpoint_url)

    def arxos(self, *words: str) -> int:
        return main(["migrate", *words, "--outputs", str(self.outputs)])

    def levels(self) -> Counter[tuple[str, str]]:
        """How many devices have which level and which metadata."""
        found = devices(self.client, self.table)
        return Counter((one["schema"]["N"], one["metadata"]["S"]) for one in found)

    def migrator(self, **more: Any) -> DynamoMigrator:
        table = WholeTable(self.client, self.table, sleep=lambda _: None)
        return DynamoMigrator(table, clock=now, pace=lambda _: Pace(1e9), **more)


@pytest.fixture
def place(dynamodb_local: str, tmp_path: Path) -> Iterator[Place]:
    # DynamoDB Local keeps tables apart by access key, and moto changes that of the environment:
    # this table is the command line's.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        made = Place(f"arxos-{uuid4().hex[:8]}", dynamodb_local, tmp_path)
        create_table(made.client, made.table)
        yield made
        made.client.delete_table(TableName=made.table)


def make_order(**changes: Any) -> MigrationOrder:
    given: dict[str, Any] = {
        "number": 2,
        "direction": "up",
        "segments": 2,
        "rate": 1e9,
        "run": "2026-11-01",
    }
    return MigrationOrder(**given | changes)


# ---- Up, down, and what they say --------------------------------------------------------------


def test_up_and_down_again_changes_what_is_named_and_nothing_else(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    put_old_devices(place.client, place.table, 60)
    before = sorted(devices(place.client, place.table), key=lambda one: one["id"]["S"])
    assert place.arxos("current") == 0
    assert place.arxos("upgrade", "--dry-run") == 0
    said = capsys.readouterr().out
    assert said.startswith("0001 ")
    assert "60 would get the new level, 60 of them other values" in said
    assert f"metadata: {METADATA[:10]}" in said
    assert len(list(items(place.client, place.table))) == 60, "not even how far it is"
    assert place.levels() == {("1", METADATA): 60}

    assert place.arxos("upgrade") == 0
    assert place.levels() == {("2", COMPACT): 60}
    assert place.arxos("current") == 0
    assert "0002 JSON in records is kept without blanks and escapes (head)" in (
        capsys.readouterr().out
    )
    assert place.arxos("upgrade") == 0
    assert "Nothing to do" in capsys.readouterr().out

    assert place.arxos("downgrade") == 0
    assert sorted(devices(place.client, place.table), key=lambda one: one["id"]["S"]) == before
    assert place.arxos("history") == 0
    assert "0002 downgrade done: " in capsys.readouterr().out


def test_what_older_code_wrote_meanwhile_is_brought_up_again(place: Place) -> None:
    put_old_devices(place.client, place.table, 3)
    assert place.arxos("upgrade") == 0
    place.client.put_item(TableName=place.table, Item=old_device(1))

    assert place.arxos("upgrade") == 0
    assert place.levels()[("1", METADATA)] == 1, "it was done, so it was not run again"
    assert place.arxos("upgrade", "--again") == 0
    assert place.levels() == {("2", COMPACT): 3}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["upgrade", "0099"], 1, "There is no revision 0099"),
        (["upgrade", "--again"], 1, "there must be one"),
        (["downgrade", "head"], 1, "The way forward is: arxos migrate upgrade"),
        (["upgrade", "--remote"], 1, "does not say where its migration queue is"),
    ],
)
def test_what_cannot_be_done_is_said(
    place: Place, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    assert place.arxos(*words) == code
    assert said in capsys.readouterr().err


def test_the_way_back_does_not_lead_forward(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert place.arxos("upgrade") == 0
    assert place.arxos("upgrade", "0001") == 1
    assert "arxos migrate downgrade" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [[], ["migrate"], ["migrate", "sideways"], ["migrate", "upgrade", "--rate", "3"],
     ["migrate", "upgrade", "--segments", "0"], ["organization", "delete", "acme"]],
)  # fmt: skip
def test_wrong_arguments_are_refused_with_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2


@pytest.mark.parametrize(
    ("content", "said"), [(None, "Name a deployment on AWS"), ("{}", "Start it anew: make run")]
)
def test_a_deployment_that_is_not_there_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, said: str
) -> None:
    file = tmp_path / "outputs.json"
    if content is not None:
        file.write_text(content)
    assert main(["migrate", "current", "--outputs", str(file)]) == 1
    assert said in capsys.readouterr().err


def test_a_new_revision_is_a_file_that_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.migrate.package.__path__", [str(tmp_path)])
    assert main(["migrate", "new", 'Rooms: "seats" & desks']) == 0
    (file,) = tmp_path.iterdir()
    number = all_migrations()[-1].number + 1
    assert file.name == f"{number:04d}_rooms_seats_desks.py"
    module: dict[str, Any] = {}
    exec(compile(file.read_text(), file.name, "exec"), module)  # noqa: S102
    assert module["up"]({}) == module["down"]({}) == {}
    assert module["__doc__"] == "Rooms: 'seats' & desks."


# ---- Killed, throttled, raced -----------------------------------------------------------------


def test_a_run_that_was_killed_goes_on_where_it_was(place: Place) -> None:
    put_old_devices(place.client, place.table, MANY)
    words = [sys.executable, "-m", "cli", "migrate", "upgrade", "--rate", "100000"]
    command = [*words, "--outputs", str(place.outputs), "--segments", "4"]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        while running.poll() is None and place.levels()[("2", COMPACT)] < MANY // 4:
            time.sleep(0.05)
    finally:
        running.kill()
        running.wait()
    done = place.levels()[("2", COMPACT)]
    assert MANY // 4 <= done < MANY, "it was to be killed in the middle"
    (state,) = place.migrator().log.all().values()
    assert state.status == "running"

    assert place.arxos("upgrade") == 1, "the lease of the killed run is not over"
    assert place.arxos("upgrade", "--take-over", "--rate", "100000") == 0

    assert place.levels() == {("2", COMPACT): MANY}
    (after,) = place.migrator().log.all().values()
    assert (after.status, after.run) == ("done", state.run)
    # Each page that was kept was not read again: at most the open pages of four segments were.
    assert MANY <= after.seen <= MANY + 4 * 200 + 1


class Throttling:
    """Refuses each operation some times, as DynamoDB does."""

    def __init__(self, client: Any, times: int) -> None:
        self.left = {"Scan": times, "UpdateItem": times, "PutItem": times}
        client.meta.events.register("before-call.dynamodb", self.refuse)

    def refuse(self, model: Any, **_: Any) -> None:
        if self.left.get(model.name, 0) > 0:
            self.left[model.name] -= 1
            code = "ProvisionedThroughputExceededException"
            raise ClientError({"Error": {"Code": code, "Message": "slower"}}, model.name)


def test_a_throttled_run_backs_off_and_goes_on(place: Place) -> None:
    put_old_devices(place.client, place.table, 30)
    pauses: list[float] = []
    throttling = Throttling(place.client, 5)
    migrator = DynamoMigrator(WholeTable(place.client, place.table, sleep=pauses.append), clock=now)

    state = migrator.work(make_order(segments=1), attempt="a", until=now() + LONG)

    assert state.status == "done"
    assert throttling.left == {"Scan": 0, "UpdateItem": 0, "PutItem": 0}
    assert len(pauses) == 15
    assert place.levels() == {("2", COMPACT): 30}


def test_a_run_stops_when_its_time_is_up_and_the_next_goes_on(place: Place) -> None:
    put_old_devices(place.client, place.table, 40)
    queue: FakeOrders[MigrationOrder] = FakeOrders()
    order = make_order(segments=3)
    deliveries = 0
    queue.send(order)
    while queue.orders:
        deliveries += 1
        delivery = make_delivery(now() - LONG, attempt=f"delivery-{deliveries}")
        state = migrate_items(queue.orders.pop(0), delivery, migrator=place.migrator(), queue=queue)
        assert isinstance(state, MigrationState)
        assert deliveries < 100

    assert deliveries > 5
    assert place.levels() == {("2", COMPACT): 40}
    assert place.migrator().log.all()[2].status == "done"


class Interfering:
    """Edits a device by hand, just before the migration writes it."""

    def __init__(self, place: Place, expression: str) -> None:
        self.place, self.expression, self.left = place, expression, 1
        self.other = local_client(place.client.meta.endpoint_url)
        place.client.meta.events.register("before-call.dynamodb", self.edit)

    def edit(self, model: Any, params: Any, **_: Any) -> None:
        device = old_device(0)
        # The run's own progress is saved beside it, from another thread.
        of_the_device = device["SK"]["S"].encode() in params["body"]
        if model.name != "UpdateItem" or not of_the_device or not self.left:
            return
        self.left -= 1
        self.other.update_item(
            TableName=self.place.table, Key={name: device[name] for name in ("PK", "SK")},
            UpdateExpression=self.expression,
            ExpressionAttributeValues={":text": {"S": '{"by": "hand"}'}},
        )  # fmt: skip


def test_an_edit_meanwhile_is_not_overwritten(place: Place) -> None:
    put_old_devices(place.client, place.table, 1)
    Interfering(place, "SET metadata = :text")

    assert place.migrator().work(
        make_order(), attempt="a", until=now() + LONG
    ).status == "done"  # fmt: skip

    assert place.levels() == {("2", '{"by":"hand"}'): 1}


def test_two_runs_at_once_are_one(place: Place) -> None:
    put_old_devices(place.client, place.table, 1)
    log = place.migrator().log
    log.claim(make_order(), "first")

    with pytest.raises(HeldByAnother):
        place.migrator().work(make_order(), attempt="second", until=now() + LONG)
    with pytest.raises(HeldByAnother):
        place.migrator().work(make_order(run="2026-12-01"), attempt="second", until=now() + LONG)
    log.claim(make_order(), "second", take_over=True)
    with pytest.raises(HeldByAnother):
        log.save(make_order(), "first", 0, {"after": None, "seen": 1, "changed": 0, "faults": []})
    delivery = make_delivery(now() + LONG, attempt="third")
    queue: FakeOrders[MigrationOrder] = FakeOrders()
    assert migrate_items(make_order(), delivery, migrator=place.migrator(), queue=queue) is None
    assert place.levels() == {("1", METADATA): 1}


def test_an_item_that_cannot_be_changed_is_named_and_the_others_go_on(place: Place) -> None:
    put_old_devices(place.client, place.table, 5)
    broken = old_device(3) | {"metadata": {"S": "no JSON: the code of the door is 1234"}}
    place.client.put_item(TableName=place.table, Item=broken)

    state = place.migrator().work(make_order(), attempt="a", until=now() + LONG)

    assert state.status == "incomplete"
    assert state.faults == (f"{broken['PK']['S']} {broken['SK']['S']}: JSONDecodeError",)
    assert place.levels()[("2", COMPACT)] == 4
    place.client.put_item(TableName=place.table, Item=old_device(3))
    assert place.arxos("upgrade") == 0
    assert place.levels() == {("2", COMPACT): 5}


# ---- During a rollout -------------------------------------------------------------------------


class Beyond:
    """A migration of the future: devices get a colour."""

    made: ClassVar = Migration(
        number=3,
        title="colours",
        kinds=frozenset({"device"}),
        reads=frozenset({"name"}),
        up=lambda values: {"colour": f"of {values['name']}"},
        down=lambda _: {"colour": None},
    )


def test_items_of_a_later_level_are_read_and_their_unknown_attributes_kept(place: Place) -> None:
    put_old_devices(place.client, place.table, 2)
    known = (*all_migrations(), Beyond.made)
    place.migrator().work(make_order(), attempt="a", until=now() + LONG)
    later = make_order(number=3)
    place.migrator(migrations=known).work(later, attempt="a", until=now() + LONG)
    device = old_device(0)
    item = DeviceItem.from_raw_data(
        place.client.get_item(
            TableName=place.table, Key={name: device[name] for name in ("PK", "SK")}
        )["Item"]
    )
    assert item.name == "Lamp 0"

    transaction = Transaction(
        connect(table_name=place.table, region=REGION, endpoint_url=place.client.meta.endpoint_url)
    )
    fresh = DeviceItem(item.pk, item.sk, name="Lamp zero", id=item.id, version=2)
    transaction.set(fresh, except_for=frozenset(), condition=DeviceItem.version == 1)
    transaction.commit()

    after = {one["id"]["S"]: one for one in devices(place.client, place.table)}
    changed = after[device["id"]["S"]]
    assert changed["name"]["S"] == "Lamp zero"
    assert changed["colour"]["S"] == "of Lamp 0", "an update keeps what it does not know"
    assert changed["schema"]["N"] == "2", "and says that it did not see to it"
    again = make_order(number=3, run="2026-12-01")
    place.migrator(migrations=known).work(again, attempt="b", until=now() + LONG)
    after = {one["id"]["S"]: one for one in devices(place.client, place.table)}
    assert after[device["id"]["S"]]["colour"]["S"] == "of Lamp zero"


def test_new_items_have_the_level_of_the_last_migration_of_their_kind() -> None:
    known = all_migrations()
    head = known[-1].number

    def models(of: type[TableItem]) -> list[type[TableItem]]:
        return [one for sub in of.__subclasses__() for one in (sub, *models(sub))]

    discriminators: dict[Any, str] = {}
    attribute: Any = TableItem._get_discriminator_attribute()
    for model in models(TableItem):
        if name := attribute.get_discriminator(model):
            discriminators[model] = name
    assert len(discriminators) > 15
    for model, kind in discriminators.items():
        default = model.get_attributes()["schema"].default
        assert default == level_of(kind, known, head), f"{model.__name__} in table.py"


def test_what_migration_2_writes_is_what_the_tables_models_write() -> None:
    attribute: Any = DeviceItem.metadata
    two = next(one for one in all_migrations() if one.number == 2)
    values: tuple[Any, ...] = (
        {"a": "会 ", "b": [1.5, None, True]},
        {},
        [],
        {"half": "\ud800"},
        {"t": "\t\n"},
    )
    for value in values:
        stored = {"metadata": json.dumps(value), "name": "not among what it reads"}
        after = stored | dict(two.up({"metadata": stored["metadata"]}))
        assert after["metadata"] == attribute.serialize(value)
        assert two.down({"metadata": after["metadata"]}) == {"metadata": stored["metadata"]}
        assert attribute.deserialize(after["metadata"]) == value
    assert level_of("device", all_migrations(), BASELINE) == BASELINE


def test_only_one_module_scans() -> None:
    sources = [*(ROOT / "shared" / "arxos").rglob("*.py"), *(ROOT / "cli").rglob("*.py")]
    scanning = {f.name for f in sources if ".scan(" in f.read_text() or ".scan," in f.read_text()}
    assert scanning == {"whole_table.py"}
