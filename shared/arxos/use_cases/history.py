"""What changed, who did it, and what a record was before."""

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar

from arxos.domain.errors import InvalidInput, NotFound
from arxos.domain.history import Change, as_it_was
from arxos.domain.identifiers import is_id
from arxos.domain.permissions import Permission
from arxos.domain.record import Record
from arxos.domain.rights import ORGANIZATION, Place
from arxos.domain.user import Actor
from arxos.ports.history import ChangeFilter, History
from arxos.ports.registry import Page, Slice, UnitOfWork

R = TypeVar("R", bound=Record)

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


def list_floor_changes(
    building_id: str,
    floor_id: str,
    page: Page,
    *,
    uow: UnitOfWork,
    history: History,
    actor: Actor,
) -> Slice[Change]:
    """One floor's own history. Raises NotFound."""
    return _changes_of(uow.floors.get(building_id, floor_id), page, history, actor)


def list_room_changes(
    building_id: str, room_id: str, page: Page, *, uow: UnitOfWork, history: History, actor: Actor
) -> Slice[Change]:
    """One room's own history. Raises NotFound."""
    return _changes_of(uow.rooms.get(building_id, room_id), page, history, actor)


def list_device_changes(
    building_id: str,
    device_id: str,
    page: Page,
    *,
    uow: UnitOfWork,
    history: History,
    actor: Actor,
) -> Slice[Change]:
    """One device's own history. Raises NotFound."""
    return _changes_of(uow.devices.get(building_id, device_id), page, history, actor)


def list_user_changes(
    user_id: str,
    where: ChangeFilter,
    page: Page,
    *,
    uow: UnitOfWork,
    history: History,
    actor: Actor,
) -> Slice[Change]:
    """What a user changed; everybody sees what they changed themselves. Raises NotFound."""
    if user_id != actor.user_id:
        # Also what they did to other users is told, names and addresses among it.
        actor.rights.must(Permission.READ_USER, ORGANIZATION, kind="user")
        actor.rights.must(Permission.VIEW_AUDIT_LOGS, ORGANIZATION, kind="user")
    user = uow.users.get(user_id)
    return history.of_user(user.id, where, page)


def record_as_of(record: R, moment: datetime, *, history: History, actor: Actor) -> R:
    """A record, which the actor has read, as it was at `moment`.

    Raises NotFound when it was not there yet, Forbidden, and InvalidInput for a time that lies
    too many changes back.
    """
    actor.rights.must(Permission.VIEW_AUDIT_LOGS, _place_of(record), kind=record.kind)
    if record.created_at is None or moment < record.created_at:
        raise NotFound(record.kind)
    was = as_it_was(record, _backwards(record, history), moment)
    if was is None:
        raise NotFound(record.kind)
    return was


def _changes_of(record: Record, page: Page, history: History, actor: Actor) -> Slice[Change]:
    place = _place_of(record)
    actor.rights.must(Permission.VIEW_AUDIT_LOGS, place, kind=record.kind)
    return history.of_record(record.kind, place.building_id or record.id, record.id, page)


def _place_of(record: Record) -> Place:
    """Where a right on the record's history must hold: on its floor."""
    if record.kind == "building":
        return Place(record.id)
    floor_id = record.id if record.kind == "floor" else getattr(record, "floor_id")  # noqa: B009
    return Place(getattr(record, "building_id"), floor_id)  # noqa: B009


def _backwards(record: Record, history: History) -> Iterator[Change]:
    position = None
    building_id = _place_of(record).building_id or record.id
    for _ in range(PAGES_BACK):
        found = history.of_record(record.kind, building_id, record.id, Page(200, position))
        yield from found.items
        position = found.position
        if position is None:
            return
    fault = "The record changed too often since then; ask for a later time"
    raise InvalidInput(fault, {"as_of": fault})
