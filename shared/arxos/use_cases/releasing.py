"""Giving fields that were set by hand back to the source they came from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from arxos.domain.permissions import Permission
from arxos.domain.record import Record
from arxos.domain.rights import Place
from arxos.domain.user import Actor
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.changing import Versions, change_record

_MOVES = frozenset({"floor_id", "room_id", "room_ids"})
_UPDATE = {
    "building": Permission.UPDATE_BUILDING,
    "floor": Permission.UPDATE_FLOOR,
    "room": Permission.UPDATE_ROOM,
    "device": Permission.UPDATE_DEVICE,
}


def release_fields(
    kind: str,
    building_id: str,
    record_id: str,
    names: Sequence[str],
    *,
    versions: Versions,
    uow: UnitOfWork,
    actor: Actor,
    now: datetime,
) -> Any:
    """The record with these fields as their source said last; later imports change them again.

    A device's place is one thing: releasing one of its fields releases all. Raises the kind's
    InvalidInput for fields that are not kept by hand.
    """

    def read() -> Any:
        record: Any
        if kind == "building":
            record = uow.buildings.get(building_id)
            place = Place(building_id)
        elif kind == "floor":
            record = uow.floors.get(building_id, record_id)
            place = Place(building_id, record_id)
        else:
            records: Any = uow.rooms if kind == "room" else uow.devices
            record = records.get(building_id, record_id)
            place = Place(building_id, record.floor_id)
        actor.rights.must(_UPDATE[kind], place, kind=kind)
        return record

    def release(record: Record) -> Record:
        wanted = set(names)
        if kind == "device" and wanted & _MOVES:
            wanted |= _MOVES & record.hand_edits.keys()
        return record.released(sorted(wanted), at=now, by=actor.user_id)

    repositories: dict[str, Any] = {
        "building": lambda record: uow.buildings.update(record),
        "floor": lambda record: uow.floors.update(record),
        "room": lambda record: uow.rooms.update(record),
        "device": lambda record: uow.devices.update(record),
    }
    return change_record(read, release, repositories[kind], uow=uow, versions=versions)
