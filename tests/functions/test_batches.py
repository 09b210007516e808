"""Many rows in one call, over HTTP events: bodies, results, answers that are kept, sizes."""

import json
import random
import string
from typing import Any

import pytest

from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from tests.functions.test_write_routes import Answer, building, call, floor, made, room
from tests.make import OTHER_ORG, make_actor

pytestmark = pytest.mark.usefixtures("deployed")
__all__ = ["building", "floor", "room"]

Rows = list[Any]


def batch(kind: str, place: dict[str, Any], rows: Any, **event: Any) -> Answer:
    path = {"building_id": place.get("building_id", place["id"])}
    body = {"operations": rows}
    return call(f"{kind}s.batch_{kind}s", "POST", body=body, path=path, **event)


def lamps(room: dict[str, Any], count: int, **more: Any) -> Rows:
    return [
        {
            "op": "create",
            "values": {
                "name": f"Lamp {number}",
                "device_type": "LightFixture",
                "room_id": room["id"],
                "serial_number": f"SN-{number:06d}",
                **more,
            },
        }
        for number in range(count)
    ]


def counts(room: dict[str, Any]) -> list[int]:
    here = {"building_id": room["building_id"]}
    return [
        call("buildings.get_building", path=here).data["devices_count"],
        call("floors.get_floor", path={**here, "floor_id": room["floor_id"]}).data["devices_count"],
        call("rooms.get_room", path={**here, "room_id": room["id"]}).data["devices_count"],
    ]


def test_many_devices_in_one_call(room: dict[str, Any]) -> None:
    answer = batch("device", room, lamps(room, 50))

    assert answer.status == 200
    assert (answer.data["succeeded"], answer.data["failed"]) == (50, 0)
    assert [r["index"] for r in answer.data["results"]] == list(range(50))
    first = answer.data["results"][0]
    assert first.keys() == {"index", "op", "id", "success", "status", "version", "record"}
    assert (first["status"], first["version"], first["id"]) == (201, 1, first["record"]["id"])
    path = {"building_id": room["building_id"], "device_id": first["id"]}
    assert call("devices.get_device", path=path).data == first["record"]
    assert counts(room) == [50, 50, 50]


def test_a_bad_row_stops_only_itself_and_tells_all_its_errors(room: dict[str, Any]) -> None:
    ids = [r["id"] for r in batch("device", room, lamps(room, 3)).data["results"]]
    rows: Rows = [
        {"op": "update", "id": ids[0], "values": {"name": "Spot", "tags": ["new"]}, "version": 1},
        {"op": "create", "values": {"name": "", "colour": "red", "room_id": room["id"]}},
        {"op": "create", "values": {"name": "A", "device_type": "B", "room_id": "rm_0nowhere"}},
        {"op": "update", "id": ids[1], "values": {"name": "Spot"}, "version": 7},
        {"op": "update", "id": ids[0], "values": {"name": "Twice"}},
        {"op": "status", "id": ids[1], "values": {"status": "maintenance"}},
        {"op": "delete", "id": ids[2]},
        {"op": "delete", "id": "dev_0nothing"},
        {"op": "explode"},
        "create",
    ]

    answer = batch("device", room, rows)

    assert answer.status == 200
    results = answer.data["results"]
    assert [r["status"] for r in results] == [200, 422, 422, 412, 422, 422, 200, 404, 422, 422]
    assert (answer.data["succeeded"], answer.data["failed"]) == (2, 8)
    assert results[0]["record"]["name"] == "Spot"
    fields = [r.get("error", {}).get("details", {}).get("field_errors") for r in results]
    assert set(fields[1]) == {"values.name", "values.colour", "values.device_type"}
    assert set(fields[2]) == {"values.room_id"}
    assert results[3]["error"]["code"] == "PRECONDITION_FAILED"
    assert fields[4] == {"id": "Operation 0 is about this record already"}
    assert fields[5] == {"id": "Operation 3 is about this record already"}
    assert results[6] == {
        "index": 6, "op": "delete", "id": ids[2], "success": True, "status": 200
    }  # fmt: skip
    assert results[7]["error"]["code"] == "NOT_FOUND"
    assert set(fields[8]) == {"op"}
    assert counts(room) == [2, 2, 2]


def test_atomic_does_all_or_nothing(room: dict[str, Any]) -> None:
    good = lamps(room, 48)
    bad = [*good, {"op": "create", "values": {"name": "x"}}, {"op": "delete", "id": "dev_0no"}]

    refused = batch("device", room, bad, query={"atomic": "true"})

    assert (refused.status, refused.error["code"]) == (422, "VALIDATION_ERROR")
    assert [r["index"] for r in refused.error["details"]["results"]] == [48, 49]
    assert set(refused.fields) == {
        "operations.48.values.device_type",
        "operations.48.values.room_id",
    }
    assert counts(room) == [0, 0, 0]
    refused = batch(
        "device", room, [*good, {"op": "delete", "id": "dev_0no"}], query={"atomic": "true"}
    )
    assert (refused.status, refused.error["code"]) == (409, "CONFLICT")
    assert [r["status"] for r in refused.error["details"]["results"]] == [404]

    done = batch("device", room, lamps(room, 50), query={"atomic": "true"})
    assert (done.status, done.data["succeeded"]) == (200, 50)
    assert counts(room) == [50, 50, 50]


def test_a_whole_batch_leaves_each_record_its_history(room: dict[str, Any]) -> None:
    done = batch("device", room, lamps(room, 3), query={"atomic": "true"}).data["results"]
    ids = [result["id"] for result in done]
    rows: Rows = [
        {"op": "update", "id": ids[0], "values": {"name": "Spot"}},
        {"op": "delete", "id": ids[1]},
    ]
    assert batch("device", room, rows, query={"atomic": "true"}).status == 200

    path = {"building_id": room["building_id"], "device_id": ids[0]}
    own = call("devices.list_device_changes", path=path).data["items"]
    assert [change["event"] for change in own] == ["DeviceUpdated", "DeviceAdded"]
    assert own[0]["changes"]["name"] == {"before": "Lamp 0", "after": "Spot"}
    path = {"building_id": room["building_id"]}
    told = call("buildings.list_building_changes", path=path).data["items"]
    events = [change["event"] for change in told]
    assert sorted(events[:5]) == ["DeviceAdded"] * 3 + ["DeviceRemoved", "DeviceUpdated"]


def test_a_whole_that_is_too_much_for_one_transaction_says_so(floor: dict[str, Any]) -> None:
    new = [
        {"op": "create", "values": {"floor_id": floor["id"], "room_number": str(n)}}
        for n in range(50)
    ]
    refused = batch("room", floor, new, query={"atomic": "true"})
    assert (refused.status, list(refused.fields)) == (422, ["operations"])
    assert "104 items" in refused.error["message"]
    assert "the first 48 " in refused.error["message"]
    assert batch("room", floor, new[:48], query={"atomic": "true"}).status == 200


def test_fifty_changes_fit_whatever_rooms_the_devices_are_in(room: dict[str, Any]) -> None:
    here = {"building_id": room["building_id"]}
    other = made("rooms.create_room", {"floor_id": room["floor_id"], "room_number": "999"}, **here)
    doors = lamps(room, 50, room_ids=[room["id"], other["id"]])
    ids = [result["id"] for result in batch("device", room, doors).data["results"]]
    values = {"status": "operational"}

    done = batch(
        "device",
        room,
        [{"op": "status", "id": one, "values": values} for one in ids],
        query={"atomic": "true"},
        headers={"Idempotency-Key": "k"},
    )

    assert (done.status, done.data["succeeded"]) == (200, 50)


@pytest.mark.parametrize(
    ("rows", "query", "field"),
    [
        ([], {}, "operations"),
        ([{}] * 501, {}, "operations"),
        ([{}] * 51, {"atomic": "true"}, "operations"),
        ("x", {}, "operations"),
        ([{}], {"atomic": "yes"}, "atomic"),
        ([{}], {"atomc": "true"}, "atomc"),
    ],
)
def test_a_batch_that_is_none_is_refused_as_a_whole(
    building: dict[str, Any], rows: Any, query: dict[str, str], field: str
) -> None:
    answer = batch("device", building, rows, query=query)
    assert (answer.status, list(answer.fields)) == (422, [field])


def test_a_body_of_more_than_a_megabyte_is_refused(room: dict[str, Any]) -> None:
    rows = lamps(room, 500, metadata={"note": "x" * 2_200})
    assert batch("device", room, rows).status == 413


def test_the_first_answer_is_kept_however_large(room: dict[str, Any]) -> None:
    """Text that cannot be compressed: the answer is far over DynamoDB's 400 KB an item."""
    letters = random.Random(7)  # noqa: S311
    rows = lamps(room, 60)
    for row in rows:
        note = "".join(letters.choices(string.ascii_letters + string.digits, k=15_000))
        row["values"]["metadata"] = {"note": note}

    first = batch("device", room, rows, headers={"Idempotency-Key": "k"})
    again = batch("device", room, rows, headers={"Idempotency-Key": "k"})

    assert first.status == 200
    assert len(json.dumps(first.body)) > 900_000
    assert again.body == first.body
    assert counts(room) == [60, 60, 60]


def test_an_answer_stays_under_what_lambda_sends(
    room: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arxos.entrypoints.batches.MAX_RECORD_BYTES", 20_000)

    answer = batch("device", room, lamps(room, 40, metadata={"note": "会" * 300}))

    assert answer.data["succeeded"] == 40
    assert all(r["version"] == 1 for r in answer.data["results"])
    told = [r["record"] for r in answer.data["results"] if "record" in r]
    assert 10_000 < len(json.dumps(told, ensure_ascii=False).encode()) < 20_000


def test_rooms_are_made_renumbered_and_removed(floor: dict[str, Any], room: dict[str, Any]) -> None:
    made("devices.create_device", {"name": "Lamp", "device_type": "x", "room_id": room["id"]},
         building_id=room["building_id"])  # fmt: skip
    new = [
        {"op": "create", "values": {"floor_id": floor["id"], "room_number": str(n), "area_m2": 10}}
        for n in (101, 102, 103, 102)
    ]
    results = batch("room", floor, new).data["results"]
    assert [r["status"] for r in results] == [409, 201, 201, 409]
    assert results[0]["error"]["code"] == "DUPLICATE_ROOM_NUMBER"

    rows: Rows = [
        {"op": "delete", "id": room["id"]},
        {"op": "update", "id": results[1]["id"], "values": {"room_number": "110"}},
        {"op": "delete", "id": results[2]["id"]},
        {"op": "create", "values": {"floor_id": floor["id"], "room_number": "103"}},
    ]
    results = batch("room", floor, rows).data["results"]
    assert [r["status"] for r in results] == [409, 200, 200, 201]
    listed = call("rooms.list_rooms", path={"building_id": floor["building_id"]}).data["items"]
    assert sorted(r["room_number"] for r in listed) == ["101", "103", "110"]


@pytest.mark.parametrize("floor_id", ["", "flr_", "flr_a#b", "x" * 3000, "flr_01ABSENT", "\u0000"])
def test_a_floor_that_cannot_be_stops_only_its_row(room: dict[str, Any], floor_id: str) -> None:
    rows = [
        {"op": "create", "values": {"floor_id": floor_id, "room_number": "0"}},
        {"op": "create", "values": {"floor_id": room["floor_id"], "room_number": "0"}},
    ]

    answer = batch("room", room, rows)

    assert [result["status"] for result in answer.data["results"]] == [422, 201]


def test_rights_hold_row_by_row(room: dict[str, Any], floor: dict[str, Any]) -> None:
    upstairs = made("floors.create_floor", {"floor_number": 2}, building_id=floor["building_id"])
    rows = lamps(room, 3)
    rows[1]["values"] |= {"room_id": None, "floor_id": upstairs["id"]}
    here, above, running = (r["id"] for r in batch("device", room, rows).data["results"])
    update = {"op": "update", "values": {"model": "x"}}
    contractor = make_actor(
        role=Role.VIEWER,
        grants=(
            Grant(role=Role.CONTRACTOR, building_id=floor["building_id"], floor_id=floor["id"]),
        ),
    )
    off = {"op": "status", "id": running, "values": {"status": "decommissioned"}}
    rows = [{**update, "id": here}, {**update, "id": above}, *lamps(room, 1), off]
    answer = batch("device", room, rows, actor=contractor)
    assert [r["status"] for r in answer.data["results"]] == [200, 404, 403, 403]
    refused = batch("room", room, [{"op": "delete", "id": room["id"]}], actor=contractor)
    assert refused.status == 403
    assert batch("device", room, rows, actor=make_actor(role=Role.VIEWER)).status == 403
    assert batch("device", room, rows, actor=make_actor(organization_id=OTHER_ORG)).status == 404
