"""Every pair of statuses of every kind, against the lines of product.md written out."""

from dataclasses import replace
from enum import StrEnum
from itertools import product

import pytest

from arxos.domain import InvalidStatusTransitionError
from arxos.domain.record import Record
from arxos.domain.status import BuildingStatus, DeviceStatus, FloorStatus, RoomStatus
from tests.make import LATER, make_building, make_device, make_floor, make_room

_FLOOR_MOVES = {
    "planned under_construction",
    "under_construction completed",
    "under_construction maintenance",
    "completed operational",
    "completed maintenance",
    "operational maintenance",
    "maintenance operational",
}
_MOVES = {
    "building": _FLOOR_MOVES | {"operational decommissioned", "maintenance decommissioned"},
    "floor": _FLOOR_MOVES,
    "room": _FLOOR_MOVES
    | {
        "operational occupied",
        "operational vacant",
        "occupied vacant",
        "vacant occupied",
        "occupied maintenance",
        "vacant maintenance",
    },
    "device": {
        "installed operational",
        "operational maintenance",
        "maintenance operational",
        "operational offline",
        "offline operational",
        "operational error",
        "error operational",
        "installed decommissioned",
        "operational decommissioned",
        "maintenance decommissioned",
        "offline decommissioned",
        "error decommissioned",
    },
}
_BUILDING = make_building()
_FLOOR = make_floor(_BUILDING)
_RECORDS: dict[str, tuple[Record, type[StrEnum]]] = {
    "building": (_BUILDING, BuildingStatus),
    "floor": (_FLOOR, FloorStatus),
    "room": (make_room(_FLOOR), RoomStatus),
    "device": (make_device(_FLOOR), DeviceStatus),
}


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        (kind, before, after)
        for kind, (_, statuses) in _RECORDS.items()
        for before, after in product(list(statuses), repeat=2)
    ],
)
def test_a_status_follows_only_where_it_may(kind: str, before: str, after: str) -> None:
    record = replace(_RECORDS[kind][0], status=before)  # type: ignore[call-arg]

    if f"{before} {after}" in _MOVES[kind]:
        assert record.change_status(after, at=LATER).current_status == after
    else:
        with pytest.raises(InvalidStatusTransitionError) as refused:
            record.change_status(after, at=LATER)
        assert refused.value.details["current"] == before
        assert f"'{before}' cannot become '{after}'" in refused.value.message


def test_a_status_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidStatusTransitionError):
        _BUILDING.change_status("demolished", at=LATER)


def test_the_end_says_so() -> None:
    ended = replace(_BUILDING, status=BuildingStatus.DECOMMISSIONED)

    with pytest.raises(InvalidStatusTransitionError, match="it is the end"):
        ended.change_status("operational", at=LATER)
