"""Search and its stream function, with events as AWS sends them, on moto."""

import json
from typing import Any

import pytest

from arxos import bootstrap
from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.room import Room
from functions.search import index_records, search_records
from tests.gateway_events import LambdaContext, api_event, stream_event
from tests.make import (
    LATER,
    ORG,
    make_actor,
    make_building,
    make_device,
    make_floor,
    make_room,
)

Image = dict[str, Any]


class Deployed:
    """The table's items before and after what a test does, as its stream would tell."""

    def __init__(self, client: Any, table: str) -> None:
        self.client, self.table = client, table
        self.seen: dict[tuple[str, str], Image] = {}

    def changes(self) -> list[tuple[Image | None, Image | None]]:
        items = self.client.scan(TableName=self.table)["Items"]
        records = [i for i in items if i["kind"]["S"] in ("building", "floor", "room", "device")]
        now = {(item["PK"]["S"], item["SK"]["S"]): item for item in records}
        changed = [
            (self.seen.get(key), now.get(key))
            for key in sorted(self.seen.keys() | now.keys())
            if self.seen.get(key) != now.get(key)
        ]
        self.seen = now
        return changed

    def words(self) -> list[str]:
        items = self.client.scan(TableName=self.table)["Items"]
        return sorted(i["SK"]["S"].split("#")[0] for i in items if i["kind"]["S"] == "word")


@pytest.fixture
def table(deployed: Any, moto: Any, moto_table: str) -> Deployed:
    return Deployed(moto, moto_table)


def deliver(*changes: tuple[Image | None, Image | None]) -> Any:
    return index_records.handler(stream_event(*changes), LambdaContext())


def search(**query: str) -> tuple[int, dict[str, Any]]:
    event = api_event(resource="/api/v1/search", query=query)
    answer = search_records.handler(event, LambdaContext())
    return answer["statusCode"], json.loads(answer["body"])


def items(**query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = search(**query)[1]["data"]["items"]
    return found


@pytest.fixture
def records(table: Deployed) -> tuple[Building, Room, Device]:
    building = make_building(name="Nordturm")
    floor = make_floor(building, floor_number=-2, name="Keller")
    room = make_room(floor, room_number="U.07", name="Technik")
    device = make_device(floor, room, name="Kühlung", serial_number="K 77", tag_number="KL-1")
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.buildings.add(building)
        uow.floors.add(floor)
        uow.rooms.add(room)
        uow.devices.add(device)
    assert deliver(*table.changes()) == {"batchItemFailures": []}
    return building, room, device


def test_a_hit_is_shown_with_what_names_and_leads_to_it(
    records: tuple[Building, Room, Device],
) -> None:
    building, room, device = records

    assert items(q="kuhl") == [
        {
            "kind": "device",
            "id": device.id,
            "building_id": building.id,
            "building_name": "Nordturm",
            "floor_id": device.floor_id,
            "room_id": room.id,
            "name": "Kühlung",
            "number": None,
            "serial_number": "K 77",
            "tag_number": "KL-1",
            "barcode": None,
            "matched": "name",
            "path": f"/api/v1/buildings/{building.id}/devices/{device.id}",
        }
    ]
    assert [(i["kind"], i["number"], i["matched"]) for i in items(q="u07")] == [
        ("room", "U.07", "room_number")
    ]
    assert [(i["kind"], i["number"]) for i in items(q="keller", kind="floor")] == [("floor", "-2")]
    assert items(q="nordturm")[0]["path"] == f"/api/v1/buildings/{building.id}"
    assert items(q="kuhl", kind="room") == []


def test_changes_are_followed_and_may_come_twice(
    records: tuple[Building, Room, Device], table: Deployed
) -> None:
    building, _, device = records
    with bootstrap.unit_of_work(make_actor()) as uow:
        stored = uow.devices.get(building.id, device.id)
        uow.devices.update(stored.changed(at=LATER, by=None, name="Pumpe", serial_number=None))
    renamed = table.changes()
    deliver(*renamed)
    after = table.words()

    assert [i["id"] for i in items(q="pumpe")] == [device.id]
    assert (items(q="kuhl"), items(q="k77")) == ([], [])
    assert not {"kuhlung", "k77", "k", "77"} & set(after)
    deliver(*renamed)
    assert table.words() == after

    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.devices.remove(uow.devices.get(building.id, device.id))
    deliver(*table.changes())
    assert not {"pumpe", "kl1"} & set(table.words())
    assert "technik" in table.words()


def test_what_was_created_and_removed_is_counted_without_saying_whose(
    table: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    building = make_building()
    floor = make_floor(building)
    room = make_room(floor)
    device = make_device(floor, room)
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.buildings.add(building)
        uow.floors.add(floor)
        uow.rooms.add(room)
        uow.devices.add(device)
    deliver(*table.changes())
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.devices.update(
            uow.devices.get(building.id, device.id).changed(at=LATER, by=None, name="P")
        )
    deliver(*table.changes())
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.devices.remove(uow.devices.get(building.id, device.id))
    deliver(*table.changes())

    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    told = [
        {name: values for name, values in metric.items() if name.endswith(("Created", "Removed"))}
        for metric in metrics
        if metric.get("use_case") == "index_records"
    ]
    assert told == [
        {"BuildingsCreated": [1.0], "DevicesCreated": [1.0]},
        {},
        {"DevicesRemoved": [1.0]},
    ]
    assert ORG not in json.dumps(metrics)


def test_what_cannot_be_read_stops_the_batch_there_and_says_where(
    records: tuple[Building, Room, Device], table: Deployed
) -> None:
    before, after = records[0], make_building(name="Südturm")
    with bootstrap.unit_of_work(make_actor()) as uow:
        uow.buildings.add(after)
    (good,) = table.changes()
    event = stream_event(good, (None, {"PK": {"S": "?"}}), good)

    answer = index_records.handler(event, LambdaContext())

    unreadable = event["Records"][1]["dynamodb"]["SequenceNumber"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": unreadable}]}
    assert [i["id"] for i in items(q="sudturm")] == [after.id]
    assert before.id not in {i["id"] for i in items(q="sudturm")}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "q"),
        ({"q": ""}, "q"),
        ({"q": "–"}, "q"),
        ({"q": "x" * 101}, "q"),
        ({"q": "x", "kind": "group"}, "kind"),
        ({"q": "x", "limit": "0"}, "limit"),
        ({"q": "x", "cursor": "x"}, "cursor"),
        ({"q": "x", "page": "2"}, "page"),
    ],
)
@pytest.mark.usefixtures("deployed")
def test_a_wrong_parameter_is_named(query: dict[str, str], field: str) -> None:
    status, body = search(**query)
    assert (status, set(body["error"]["details"]["field_errors"])) == (422, {field})


@pytest.mark.usefixtures("deployed")
def test_without_a_caller_nothing_is_searched() -> None:
    event = api_event(resource="/api/v1/search", query={"q": "x"}, signed_in=False)
    assert search_records.handler(event, LambdaContext())["statusCode"] == 401


def test_pages_lead_on_by_their_cursors(table: Deployed) -> None:
    buildings = [make_building(name=f"Haus {number}") for number in range(5)]
    with bootstrap.unit_of_work(make_actor()) as uow:
        for building in buildings:
            uow.buildings.add(building)
    deliver(*table.changes())

    shown, query = [], {"q": "haus", "limit": "2"}
    while True:
        data = search(**query)[1]["data"]
        shown += [item["id"] for item in data["items"]]
        if data["next_cursor"] is None:
            break
        query["cursor"] = data["next_cursor"]

    assert shown == [building.id for building in buildings]
