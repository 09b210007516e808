"""What can be done alike to a building, floor, room or device, by its kind and ids."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from arxos.domain.errors import HasChildren
from arxos.domain.permissions import Permission
from arxos.domain.record import Record
from arxos.domain.rights import Place
from arxos.domain.user import Actor
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.changing import Versions, change_record, remove_record

RecordKind = Literal["building", "floor", "room", "device"]
_Verb = Literal["control", "update", "delete"]

_MOVES = frozenset({"floor_id", "room_id", "room_ids"})
_HOLDS: dict[str, tuple[str, ...]] = {
    "building": ("floors", "groups"),
    "floor": ("rooms", "devices"),
    "room": ("devices",),
}


def change_status(
    kind: RecordKind,
    building_id: str,
    record_id: str,
    status: str,
    *,
    versions: Versions,
    uow: UnitOfWork,
    actor: Actor,
    now: datetime,
) -> Any:
    """The record in its next status. Raises InvalidStatusTransitionError.

    A device's status says whether it runs: setting it is controlling the device.
    """
    verb: _Verb = "control" if kind == "device" else "update"
    return change_record(
        lambda: _record_for(verb, kind, building_id, record_id, uow, actor),
        lambda record: record.change_status(status, at=now, by=actor.user_id),
        lambda record: _repository(kind, uow).update(record),
        uow=uow,
        versions=versions,
    )


def release_fields(
    kind: RecordKind,
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

    def release(record: Record) -> Record:
        wanted = set(names)
        if kind == "device" and wanted & _MOVES:
            wanted |= _MOVES & record.hand_edits.keys()
        return record.released(sorted(wanted), at=now, by=actor.user_id)

    return change_record(
        lambda: _record_for("update", kind, building_id, record_id, uow, actor),
        release,
        lambda record: _repository(kind, uow).update(record),
        uow=uow,
        versions=versions,
    )


def remove_empty(
    kind: RecordKind,
    building_id: str,
    record_id: str,
    *,
    versions: Versions,
    uow: UnitOfWork,
    actor: Actor,
    now: datetime,
) -> None:
    """Remove a record that holds nothing. Raises HasChildren, and as `remove_record`."""

    def read() -> Any:
        record = _record_for("delete", kind, building_id, record_id, uow, actor)
        check_holds_nothing(record)
        return record

    remove_record(
        read,
        lambda record: _repository(kind, uow).remove(record.removed(at=now, by=actor.user_id)),
        uow=uow,
        versions=versions,
    )


def check_holds_nothing(record: Record) -> None:
    """Raises HasChildren for a record with others in it."""
    children = _HOLDS.get(record.kind, ())
    counts = [getattr(record, f"{name}_count") for name in children]
    if any(counts):
        held = (f"{count} {name}" for count, name in zip(counts, children, strict=True))
        raise HasChildren(record.kind, " and ".join(held))


def _record_for(
    verb: _Verb,
    kind: RecordKind,
    building_id: str,
    record_id: str,
    uow: UnitOfWork,
    actor: Actor,
) -> Any:
    """A record that the actor may do this to. Raises NotFound, and Forbidden."""
    permission = Permission(f"{verb}_{kind}")
    if kind == "building":
        actor.rights.must(permission, Place(building_id), kind=kind)
        return uow.buildings.get(building_id)
    if kind == "floor":
        actor.rights.must(permission, Place(building_id, record_id), kind=kind)
        return uow.floors.get(building_id, record_id)
    record = _repository(kind, uow).get(building_id, record_id)
    actor.rights.must(permission, Place(building_id, record.floor_id), kind=kind)
    return record


def _repository(kind: RecordKind, uow: UnitOfWork) -> Any:
    return {
        "building": uow.buildings,
        "floor": uow.floors,
        "room": uow.rooms,
        "device": uow.devices,
    }[kind]
