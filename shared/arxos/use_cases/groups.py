"""Systems and zones of a building, and who is in them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from arxos.domain.device import Device
from arxos.domain.errors import ChangedMeanwhile, InvalidGroupError, PreconditionFailed
from arxos.domain.group import (
    MAX_GROUPS_OF_A_RECORD,
    MAX_MEMBERS,
    Group,
    GroupKind,
    kind_of_member,
)
from arxos.domain.identifiers import NewId
from arxos.domain.permissions import Permission
from arxos.domain.rights import Place
from arxos.domain.room import Room
from arxos.domain.user import Actor
from arxos.ports.lists import GroupFilter, Page, Slice
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.buildings import get_building, get_building_for
from arxos.use_cases.changing import (
    ATTEMPTS,
    Versions,
    change_record,
    check_version,
    create_record,
    remove_record,
)

# Two items each, beside the group and its history entry: 100 fit into one transaction.
MEMBERS_PER_TRANSACTION = 48


def create_group(
    building_id: str,
    values: Mapping[str, Any],
    *,
    uow: UnitOfWork,
    actor: Actor,
    new_id: NewId,
    now: datetime,
) -> Group:
    """Add a group without members. Raises NotFound for the building."""
    building = get_building(building_id, uow=uow, actor=actor)
    actor.rights.must(Permission.CREATE_GROUP, Place(building.id), kind="building")
    group = Group.create(
        at=now, created_by=actor.user_id, id=new_id("group"), building_id=building.id, **values
    )
    return create_record(
        group.id,
        lambda: uow.groups.add(group),
        lambda made: uow.groups.get(building.id, made),
        group,
        uow=uow,
    )


def get_group(building_id: str, group_id: str, *, uow: UnitOfWork, actor: Actor) -> Group:
    """One group. Raises NotFound."""
    return _get_for(Permission.READ_GROUP, building_id, group_id, uow, actor)


def list_groups(
    building_id: str, where: GroupFilter, page: Page, *, uow: UnitOfWork, actor: Actor
) -> Slice[Group]:
    """A building's groups; none for who sees only some of its floors.

    Raises NotFound for an unknown building.
    """
    building = get_building_for(Permission.READ_GROUP, building_id, uow=uow, actor=actor)
    if not actor.rights.allow(Permission.READ_GROUP, Place(building.id)):
        return Slice((), None)
    return uow.groups.list(building.id, where, page)


def update_group(
    building_id: str,
    group_id: str,
    changes: Mapping[str, Any],
    *,
    versions: Versions,
    uow: UnitOfWork,
    actor: Actor,
    now: datetime,
) -> Group:
    """The group with these fields changed; raises as `change_record`."""
    return change_record(
        lambda: _get_for(Permission.UPDATE_GROUP, building_id, group_id, uow, actor),
        lambda group: group.edited(at=now, by=actor.user_id, **changes),
        lambda group: uow.groups.update(group),
        uow=uow,
        versions=versions,
    )


def delete_group(
    building_id: str,
    group_id: str,
    *,
    versions: Versions,
    uow: UnitOfWork,
    actor: Actor,
    now: datetime,
) -> Group:
    """Remove a group; its members stay in the building.

    They leave it first, in as many transactions as it takes. What is interrupted there goes on
    when it is tried again.
    """

    def read() -> Group:
        return _get_for(Permission.DELETE_GROUP, building_id, group_id, uow, actor)

    group = _replace(read, {}, versions=versions, uow=uow, actor=actor, now=now)
    return remove_record(
        read,
        lambda group: uow.groups.remove(group.removed(at=now, by=actor.user_id)),
        uow=uow,
        versions=None if versions is None else frozenset({group.version}),
    )


def list_group_members(
    building_id: str, group_id: str, page: Page, *, uow: UnitOfWork, actor: Actor
) -> Slice[Device | Room]:
    """The devices and rooms of a group, devices first. Raises NotFound."""
    group = get_group(building_id, group_id, uow=uow, actor=actor)
    found = uow.groups.members(group, page)
    records = _records(group.building_id, found.items, uow)
    members = (records[record_id] for record_id in found.items if record_id in records)
    return Slice(tuple(m for m in members if _may_see(m, actor)), found.position)


def replace_group_members(
    building_id: str,
    group_id: str,
    device_ids: Sequence[str],
    room_ids: Sequence[str],
    *,
    versions: Versions,
    uow: UnitOfWork,
    actor: Actor,
    now: datetime,
) -> Group:
    """The group with these members and no others.

    Many enter and leave in several transactions, each with an exact count. Whoever replaces the
    members at the same time is noticed, and the last one's list holds. Raises InvalidGroupError,
    before anything is written, for what is not in the building or may not be in the group.
    """
    paths = {record_id: f"room_ids.{n}" for n, record_id in enumerate(room_ids)}
    paths |= {record_id: f"device_ids.{n}" for n, record_id in enumerate(device_ids)}
    if len(paths) > MAX_MEMBERS:
        fault = f"A group cannot have more than {MAX_MEMBERS} members"
        raise InvalidGroupError(fault, {"device_ids": fault})

    def read() -> Group:
        group = _get_for(Permission.UPDATE_GROUP, building_id, group_id, uow, actor)
        if room_ids and group.group_kind is GroupKind.SYSTEM:
            fault = "A system has devices only; a zone may have rooms"
            raise InvalidGroupError(fault, {"room_ids": fault})
        return group

    return _replace(read, paths, versions=versions, uow=uow, actor=actor, now=now)


def _replace(
    read: Callable[[], Group],
    wanted: Mapping[str, str],
    *,
    versions: Versions,
    uow: UnitOfWork,
    actor: Actor,
    now: datetime,
) -> Group:
    """`wanted` maps the members' ids to where they stand in the request."""
    for remaining in reversed(range(ATTEMPTS)):
        group = read()
        check_version(group, versions)
        present = set(uow.groups.all_members(group))
        added = [record_id for record_id in wanted if record_id not in present]
        removed = sorted(present.difference(wanted))
        _check_new(group, {record_id: wanted[record_id] for record_id in added}, uow, actor)
        try:
            while added or removed:
                leaving = removed[:MEMBERS_PER_TRANSACTION]
                entering = added[: MEMBERS_PER_TRANSACTION - len(leaving)]
                group = group.with_members(
                    added=entering, removed=leaving, at=now, by=actor.user_id
                )
                with uow:
                    uow.groups.change_members(group, added=entering, removed=leaving)
                group = group.stored()
                versions = None if versions is None else frozenset({group.version})
                removed, added = removed[len(leaving) :], added[len(entering) :]
        except ChangedMeanwhile:
            if versions is not None and read().version not in versions:
                raise PreconditionFailed from None
            if remaining == 0:
                raise
            continue
        return group
    raise AssertionError("unreachable: the last attempt returns or raises")


def _check_new(group: Group, paths: Mapping[str, str], uow: UnitOfWork, actor: Actor) -> None:
    records = _records(group.building_id, paths, uow)
    faults = {}
    for record_id, path in paths.items():
        kind = "device" if path.startswith("device_ids") else "room"
        record = records.get(record_id)
        if record is None or record.kind != kind or not _may_see(record, actor):
            faults[path] = f"There is no such {kind} in this building"
        elif len(record.group_ids) >= MAX_GROUPS_OF_A_RECORD:
            faults[path] = f"This {kind} is in {MAX_GROUPS_OF_A_RECORD} groups, which is the limit"
    if faults:
        raise InvalidGroupError("Some members cannot be in this group", faults)


def _records(
    building_id: str, record_ids: Sequence[str] | Mapping[str, str], uow: UnitOfWork
) -> dict[str, Device | Room]:
    device_ids = [i for i in record_ids if kind_of_member(i) == "device"]
    room_ids = [i for i in record_ids if kind_of_member(i) == "room"]
    return {
        **uow.devices.get_some(building_id, device_ids),
        **uow.rooms.get_some(building_id, room_ids),
    }


def _may_see(record: Device | Room, actor: Actor) -> bool:
    permission = Permission.READ_DEVICE if record.kind == "device" else Permission.READ_ROOM
    return actor.rights.allow(permission, Place(record.building_id, record.floor_id))


def _get_for(
    permission: Permission, building_id: str, group_id: str, uow: UnitOfWork, actor: Actor
) -> Group:
    actor.rights.must(permission, Place(building_id), kind="group")
    return uow.groups.get(building_id, group_id)
