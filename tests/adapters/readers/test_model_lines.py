"""A model that a child process writes line by line is the same when it is read back."""

import json

from arxos.adapters.readers.model_lines import lines_of, model_of
from arxos.domain.source import (
    SourceBuilding,
    SourceDevice,
    SourceFloor,
    SourceGroup,
    SourceModel,
    SourceRoom,
)

MODEL = SourceModel(
    source="cobie",
    schema="COBie 2.4",
    building=SourceBuilding(key="house"),
    floors=(SourceFloor(key="f", name="EG", floor_number=0),),
    rooms=(
        SourceRoom(
            key="r",
            floor_key="f",
            room_number="1",
            footprint=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)),
            floor_said=False,
        ),
    ),
    devices=(
        SourceDevice(
            key="d",
            floor_key="f",
            room_keys=("r",),
            name="Lamp",
            device_type="Unclassified",
            place_said=False,
            type_said=False,
        ),
    ),
    groups=(SourceGroup(key="g", group_kind="zone", name="Z", members_said=False),),
    incomplete=frozenset({"device", "room"}),
)


def test_what_the_file_leaves_unsaid_is_known_after_the_child_process() -> None:
    lines = [json.loads(json.dumps(line)) for line in lines_of(MODEL)]

    assert model_of(lines) == MODEL
