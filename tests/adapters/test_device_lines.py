"""What a lane's writer is handed is what the plan held: fields, events, what counters follow."""

from dataclasses import replace
from datetime import date

import pytest

from arxos.adapters.device_lines import chunk_of, line_of
from arxos.domain.device import Device, Position
from arxos.domain.plain_values import plain
from arxos.domain.record import HandEdit
from arxos.domain.sensitive import Sealed
from tests.make import LATER, NOON, make_building, make_device, make_floor, make_room

FLOOR = make_floor(make_building())
ROOMS = make_room(FLOOR), make_room(FLOOR, room_number="102")
NEW = make_device(
    FLOOR,
    *ROOMS,
    name="Ventil 2\u2033 \U0001f600",
    description="line one\nline two",
    metadata={"a": [1, 2.5, {"b": None}], "kälte": True},
    tags=("x", "y"),
    external_ids={"ifc": "0$abc"},
    manufacturer="Ünïversal [DE]",
    warranty_until=date(2030, 1, 2),
    said={"ifc": {"name": "d41d8c"}},
)
STORED = replace(
    NEW,
    events=(),
    version=4,
    hand_edits={
        "position": HandEdit(Position(1.0, 2.0, 3.0), LATER, "usr_ada"),
        "room_ids": HandEdit((ROOMS[0].id,), LATER, None),
    },
    sensitive={"notes": Sealed("c2VhbGVk")},
)
CHANGED = STORED.changed(
    at=LATER,
    by="usr_ada",
    name="Other",
    installed_on=None,
    warranty_until=date(2031, 1, 2),
    position=Position(0.5, 0.0, 2.0),
)
MOVED = CHANGED.move(
    floor_id=make_floor(make_building()).id, room_ids=(ROOMS[1].id,), at=LATER, by=None
)
HOMELESS = STORED.move(floor_id=FLOOR.id, room_ids=(), at=NOON, by=None)


@pytest.mark.parametrize("device", [NEW, STORED, CHANGED, MOVED, HOMELESS])
def test_a_device_comes_back_with_its_events(device: Device) -> None:
    line = line_of([device, NEW])
    (back, _) = chunk_of(line)

    assert "\n" not in line
    assert back == device
    assert len(back.events) == len(device.events)
    for now, was in zip(back.events, device.events, strict=True):
        assert (type(now), now.record_id, now.record_label, now.by, now.at) == (
            type(was),
            was.record_id,
            was.record_label,
            was.by,
            was.at,
        )
        assert {k: plain(v) for k, v in now.changes.items()} == {
            k: plain(v) for k, v in was.changes.items()
        }
        for name in ("room_ids", "floor_id", "position", "status"):
            assert now.changes.get(name) == was.changes.get(name)
