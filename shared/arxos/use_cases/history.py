"""What changed, who did it, and what a record was before."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, TypeVar

from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.errors import InvalidInput, NotFound
from arxos.domain.floor import Floor
from arxos.domain.group import Group
from arxos.domain.history import Change, as_it_was, before_removal
from arxos.domain.identifiers import is_id
from arxos.domain.permissions import Permission
from arxos.domain.record import Record
from arxos.domain.rights import ORGANIZATION, Place
from arxos.domain.room import Room
from arxos.domain.user import Actor
from arxos.ports.history import ChangeFilter, History
from arxos.ports.lists import Page, Slice
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.devices import with_seen_rooms
from arxos.use_cases.past_places import told_of, without_hidden_rooms

R = TypeVar("R", bound=Record)
RecordKind = Literal["building", "floor", "room", "device", "group"]
# What may move from one floor to another.
_MOVING = frozenset({"device", "room"})

# How far back `record_as_of` goes: pages of 200 changes, or of as many change files as a page
# reads. A record that changed more often since then is refused rather than waited for.
PAGES_BACK = 25


def list_building_changes(
    building_id: str,
    where: ChangeFilter,
    page: Page,
    *,
    uow: UnitOfWork,
    history: History,
    actor: Actor,
) -> Slice[Change]:
    """What happened to the building and all in it. Raises NotFound.

    Of a building that is gone, whoever may see the whole organisation's history still sees it.
    """
    actor.rights.must(Permission.VIEW_AUDIT_LOGS, Place(building_id), kind="building")
    try:
        uow.buildings.get(building_id)
    except NotFound:
        if not is_id(building_id, "building") or not actor.rights.allow(Permission.VIEW_AUDIT_LOGS):
            raise
        if not history.of_record("building", building_id, building_id, Page(1)).items:
            raise
    return history.of_building(building_id, where, page)


def list_record_changes(
    kind: RecordKind,
    building_id: str,
    record_id: str,
    page: Page,
    *,
    uow: UnitOfWork,
    history: History,
    actor: Actor,
) -> Slice[Change]:
    """A floor's, room's, device's or group's own history, also after its removal. Raises NotFound.

    Who sees only some floors is told what happened on these.
    """
    record, _ = _find(kind, building_id, record_id, uow, history)
    place = place_of(record)
    actor.rights.must(Permission.VIEW_AUDIT_LOGS, place, kind=kind)
    floors = actor.rights.floors(Permission.VIEW_AUDIT_LOGS, building_id)
    if floors is None or kind not in _MOVING:
        return history.of_record(kind, building_id, record_id, page)
    is_here, position = _parsed(page.position)
    found = history.of_record(kind, building_id, record_id, Page(page.limit, position))
    told, is_here = told_of(found.items, floors=floors, is_here=is_here)
    told = without_hidden_rooms(told, building_id, floors, uow)
    after = None if found.position is None else f"{int(is_here)}{found.position}"
    return Slice(tuple(told), after)


class Done(StrEnum):
    """Which changes of a user are asked for: those they made, or those made to them."""

    BY_USER = "by_user"
    TO_USER = "to_user"


def list_user_changes(
    user_id: str,
    where: ChangeFilter,
    page: Page,
    *,
    done: Done = Done.BY_USER,
    uow: UnitOfWork,
    history: History,
    actor: Actor,
) -> Slice[Change]:
    """What a user changed, or who changed the user's own record: name, role, grants, activity.

    Everybody sees both of themselves. Raises NotFound.
    """
    if user_id != actor.user_id:
        # Also what they did to other users is told, names and addresses among it.
        actor.rights.must(Permission.READ_USER, ORGANIZATION, kind="user")
        actor.rights.must(Permission.VIEW_AUDIT_LOGS, ORGANIZATION, kind="user")
    user = uow.users.get(user_id)
    if done is Done.BY_USER:
        return history.of_user(user.id, where, page)
    if where.kind not in (None, "user"):
        fault = "Only changes of kind user are made to a user; leave kind out"
        raise InvalidInput(fault, {"kind": fault})
    return history.of_record("user", "", user.id, page)


def record_as_of(
    kind: RecordKind,
    building_id: str,
    record_id: str,
    moment: datetime,
    *,
    uow: UnitOfWork,
    history: History,
    actor: Actor,
) -> Any:
    """A record as it was at `moment`, for whoever may know both where it was and where it is.

    Raises NotFound when it was not there then, Forbidden, and InvalidInput for a time that lies
    too many changes back.
    """
    record, removed_at = _find(kind, building_id, record_id, uow, history)
    actor.rights.must(Permission.VIEW_AUDIT_LOGS, place_of(record), kind=kind)
    if removed_at is not None:
        if moment >= removed_at:
            raise NotFound(kind)
        record = _with_its_beginning(record, history)
    if record.created_at is not None and moment < record.created_at:
        raise NotFound(kind)
    was = as_it_was(record, _backwards(record, history), moment)
    if was is None:
        raise NotFound(kind)
    actor.rights.must(Permission.VIEW_AUDIT_LOGS, place_of(was), kind=kind)
    if isinstance(was, Device):
        (was,) = with_seen_rooms((was,), building_id, uow=uow, rights=actor.rights)
    return was


def place_of(record: Record) -> Place:
    """Where a right on the record's history must hold: on its floor, or in all of its building."""
    if record.kind == "building":
        return Place(record.id)
    floor_id = record.id if record.kind == "floor" else getattr(record, "floor_id", None)
    return Place(getattr(record, "building_id"), floor_id)  # noqa: B009


def _find(
    kind: RecordKind, building_id: str, record_id: str, uow: UnitOfWork, history: History
) -> tuple[Any, datetime | None]:
    """A record as it is; or, as its removal tells it, as it was last, and when that was."""
    known: dict[str, tuple[type[Record], Any]] = {
        "building": (Building, uow.buildings),
        "floor": (Floor, uow.floors),
        "room": (Room, uow.rooms),
        "device": (Device, uow.devices),
        "group": (Group, uow.groups),
    }
    type_, repository = known[kind]
    ids = (record_id,) if kind == "building" else (building_id, record_id)
    try:
        return repository.get(*ids), None
    except NotFound:
        if not (is_id(building_id, "building") and is_id(record_id, kind)):
            raise
        last = next(_changes(kind, building_id, record_id, history), None)
        if last is None or last.event != type_.removed_event.__name__:
            raise
        record = before_removal(type_, last)
        if place_of(record).building_id != building_id:
            raise
        return record, last.at


def _with_its_beginning(record: R, history: History) -> R:
    """A removed record with who made it and when; or, if that was not kept, as far back as is."""
    change = None
    for change in _backwards(record, history):
        if change.event == record.created_event.__name__:
            return replace(record, created_at=change.at, created_by=change.user_id)
    return replace(record, created_at=change.at if change else None)


def _parsed(position: str | None) -> tuple[bool, str | None]:
    """Whether the record was on a floor that is told of, then; and the history's own position."""
    if position is None:
        return True, None
    if position[:1] not in ("0", "1"):
        message = "The cursor does not belong to this list; begin again without one."
        raise InvalidInput(message, {"cursor": message})
    return position[0] == "1", position[1:]


def _backwards(record: Record, history: History) -> Iterator[Change]:
    building_id = place_of(record).building_id or record.id
    return _changes(record.kind, building_id, record.id, history)


def _changes(kind: str, building_id: str, record_id: str, history: History) -> Iterator[Change]:
    position = None
    for _ in range(PAGES_BACK):
        found = history.of_record(kind, building_id, record_id, Page(200, position))
        yield from found.items
        position = found.position
        if position is None:
            return
    fault = "The record changed too often since then; ask for a later time"
    raise InvalidInput(fault, {"as_of": fault})
