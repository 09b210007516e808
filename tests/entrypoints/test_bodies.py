"""Values that Pydantic would take and the API's description forbids."""

import json
from typing import Any

import pytest

from arxos.domain.errors import InvalidInput
from arxos.entrypoints.bodies import parse
from arxos.entrypoints.record_bodies import CreateDeviceBody, CreateFloorBody, CreateGroupBody

DEVICE = {"name": "Lamp", "device_type": "Light", "floor_id": "flr_1"}


@pytest.mark.parametrize(
    "day", [0, 1795305600, "0", "20260301", "2026-W09-7", "2026-03-01T00:00:00", "2026-02-30", True]
)
def test_a_date_is_written_as_a_date(day: Any) -> None:
    body = json.dumps({**DEVICE, "installed_on": day}).encode()

    with pytest.raises(InvalidInput) as refused:
        parse(body, CreateDeviceBody)

    assert refused.value.field_errors == {
        "installed_on": "This must be a date such as 2026-11-22",
    }


def test_a_value_of_a_closed_list_stays_what_it_is() -> None:
    body = parse(b'{"kind": "zone", "name": " North "}', CreateGroupBody).values()

    assert (body["group_kind"].value, body["name"]) == ("zone", "North")


def test_a_device_without_a_place_is_told_so_beside_what_else_is_wrong() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(b'{"name": " ", "status": "operational"}', CreateDeviceBody)

    assert refused.value.field_errors == {
        "name": "Device name cannot be empty",
        "device_type": "This field is required",
        "status": "A status is changed by POST …/status",
        "room_id": "A device is in a room (room_id) or on a floor (floor_id)",
    }


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert parse(b'{"floor_number": -1.0}', CreateFloorBody).floor_number == -1
    with pytest.raises(InvalidInput):
        parse(b'{"floor_number": 1.5}', CreateFloorBody)
