"""Groups on every registry: members, their exact count, and what a removal takes along."""

from dataclasses import replace

import pytest

from arxos.domain.building import Building
from arxos.domain.device import Device
from arxos.domain.errors import ChangedMeanwhile, NotFound
from arxos.domain.floor import Floor
from arxos.domain.group import MAX_GROUPS_OF_A_RECORD, Group, GroupKind
from arxos.domain.room import Room
from arxos.ports.lists import DeviceFilter, GroupFilter, Page
from arxos.ports.registry import UnitOfWork
from tests.make import LATER, make_building, make_device, make_floor, make_group, make_room


@pytest.fixture
def group(uow: UnitOfWork, building: Building) -> Group:
    group = make_group(building)
    with uow:
        uow.groups.add(group)
    return uow.groups.get(building.id, group.id)


@pytest.fixture
def device(uow: UnitOfWork, floor: Floor, room: Room) -> Device:
    device = make_device(floor, room)
    with uow:
        uow.devices.add(device)
    return device


def change(
    uow: UnitOfWork, group: Group, added: tuple[str, ...] = (), removed: tuple[str, ...] = ()
) -> Group:
    changed = group.with_members(added=added, removed=removed, at=LATER, by="usr_ada")
    with uow:
        uow.groups.change_members(changed, added=added, removed=removed)
    return uow.groups.get(group.building_id, group.id)


def test_a_group_comes_back_as_it_was_given_and_is_counted(
    uow: UnitOfWork, building: Building
) -> None:
    given = make_group(building, group_kind=GroupKind.ZONE, name="Größe", description="a\nb")
    with uow:
        uow.groups.add(given)

    assert uow.groups.get(building.id, given.id) == given
    assert uow.buildings.get(building.id).groups_count == 1
    with uow:
        uow.groups.remove(uow.groups.get(building.id, given.id).removed(at=LATER, by=None))
    assert uow.buildings.get(building.id).groups_count == 0
    for wrong in (given.id, "grp_", "x"):
        with pytest.raises(NotFound):
            uow.groups.get(building.id, wrong)


def test_groups_are_listed_by_kind_page_by_page(uow: UnitOfWork, building: Building) -> None:
    groups = [
        make_group(building, group_kind=GroupKind.ZONE if number % 2 else GroupKind.SYSTEM)
        for number in range(5)
    ]
    elsewhere = make_building()
    with uow:
        uow.buildings.add(elsewhere)
        for group in (*groups, make_group(elsewhere)):
            uow.groups.add(group)

    first = uow.groups.list(building.id, GroupFilter(), Page(3))
    rest = uow.groups.list(building.id, GroupFilter(), Page(3, first.position))
    zones = uow.groups.list(building.id, GroupFilter(kind="zone"), Page())

    assert [g.id for g in first.items + rest.items] == [g.id for g in groups]
    assert rest.position is None
    assert [g.id for g in zones.items] == [groups[1].id, groups[3].id]


def test_members_are_said_by_the_group_and_by_themselves(
    uow: UnitOfWork, building: Building, group: Group, device: Device, room: Room
) -> None:
    joined = change(uow, group, added=(device.id, room.id))

    assert (joined.members_count, joined.version) == (2, 2)
    assert list(uow.groups.all_members(joined)) == [device.id, room.id]
    assert uow.groups.members(joined, Page(1)).items == (device.id,)
    stored = uow.devices.get(building.id, device.id)
    assert (stored.group_ids, stored.version) == ((group.id,), 1)
    assert uow.rooms.get(building.id, room.id).group_ids == (group.id,)
    assert uow.rooms.get(building.id, room.id).devices_count == 1

    left = change(uow, joined, removed=(device.id,))
    assert (left.members_count, list(uow.groups.all_members(left))) == (1, [room.id])
    assert uow.devices.get(building.id, device.id).group_ids == ()


def test_a_change_of_its_fields_keeps_a_records_groups(
    uow: UnitOfWork, building: Building, group: Group, device: Device, room: Room
) -> None:
    read_before = uow.devices.get(building.id, device.id)
    joined = change(uow, group, added=(device.id, room.id))

    with uow:
        uow.devices.update(read_before.changed(at=LATER, by=None, name="Spot"))
        stale_room = replace(room, group_ids=(), events=())
        uow.rooms.update(stale_room.changed(at=LATER, by=None, name="Store"))
        uow.groups.update(replace(joined, members_count=0).changed(at=LATER, by=None, name="X"))

    assert uow.devices.get(building.id, device.id).group_ids == (group.id,)
    assert uow.rooms.get(building.id, room.id).group_ids == (group.id,)
    stored = uow.groups.get(building.id, group.id)
    assert (stored.name, stored.members_count) == ("X", 2)


def test_what_is_removed_leaves_its_groups(
    uow: UnitOfWork, building: Building, floor: Floor, group: Group, device: Device
) -> None:
    others = [make_group(building) for _ in range(3)]
    empty = make_room(floor, room_number="199")
    stays = make_device(floor)
    with uow:
        for other in others:
            uow.groups.add(other)
        uow.rooms.add(empty)
        uow.devices.add(stays)
    joined = [change(uow, g, added=(device.id, empty.id, stays.id)) for g in (group, *others)]

    with uow:
        uow.devices.remove(uow.devices.get(building.id, device.id).removed(at=LATER, by=None))
        uow.rooms.remove(uow.rooms.get(building.id, empty.id).removed(at=LATER, by=None))

    for one in joined:
        stored = uow.groups.get(building.id, one.id)
        # Its version stays: who is changing its fields meanwhile is not refused.
        assert (stored.members_count, stored.version) == (1, one.version)
        assert list(uow.groups.all_members(stored)) == [stays.id]


def test_a_removal_that_missed_a_new_group_is_refused(
    uow: UnitOfWork, building: Building, group: Group, device: Device
) -> None:
    read_before = uow.devices.get(building.id, device.id)
    joined = change(uow, group, added=(device.id,))

    with pytest.raises(ChangedMeanwhile), uow:
        uow.devices.remove(read_before.removed(at=LATER, by=None))
    in_group = uow.devices.get(building.id, device.id)
    change(uow, joined, removed=(device.id,))
    with pytest.raises(ChangedMeanwhile), uow:
        uow.devices.remove(in_group.removed(at=LATER, by=None))

    assert uow.groups.get(building.id, group.id).members_count == 0
    assert uow.buildings.get(building.id).devices_count == 1


def test_members_are_changed_as_they_were_read_or_not_at_all(
    uow: UnitOfWork, building: Building, floor: Floor, group: Group, device: Device
) -> None:
    nowhere = make_device(floor)
    joined = change(uow, group, added=(device.id,))

    for stale, added, removed in (
        (group, (device.id,), ()),  # the group is in its next version already
        (joined, (device.id,), ()),  # a member already
        (joined, (nowhere.id,), ()),  # there is no such device
        (joined, (), (nowhere.id,)),  # no member
    ):
        with pytest.raises(ChangedMeanwhile):
            change(uow, stale, added=added, removed=removed)
    with pytest.raises(ChangedMeanwhile), uow:
        uow.groups.remove(joined.removed(at=LATER, by=None))

    assert uow.groups.get(building.id, group.id) == joined


def test_a_record_is_in_a_limited_number_of_groups(
    uow: UnitOfWork, building: Building, device: Device
) -> None:
    groups = [make_group(building) for _ in range(MAX_GROUPS_OF_A_RECORD + 1)]
    with uow:
        for group in groups:
            uow.groups.add(group)
    loaded = [uow.groups.get(building.id, group.id) for group in groups]
    for group in loaded[:-1]:
        change(uow, group, added=(device.id,))

    with pytest.raises(ChangedMeanwhile):
        change(uow, loaded[-1], added=(device.id,))
    with uow:
        uow.devices.remove(uow.devices.get(building.id, device.id).removed(at=LATER, by=None))

    assert {g.members_count for g in uow.groups.all(building.id)} == {0}


def test_devices_of_a_group_are_listed_and_filtered(
    uow: UnitOfWork, building: Building, floor: Floor, group: Group, device: Device, room: Room
) -> None:
    upstairs = make_floor(building, floor_number=2)
    devices = [make_device(upstairs, device_type=f"Type {number % 2}") for number in range(7)]
    with uow:
        uow.floors.add(upstairs)
        for one in devices:
            uow.devices.add(one)
    change(uow, group, added=(device.id, room.id, *(d.id for d in devices)))
    of_group = DeviceFilter(group_id=group.id)

    def ids(where: DeviceFilter, limit: int = 3) -> list[str]:
        seen: list[str] = []
        position = None
        while True:
            found = uow.devices.list(building, where, Page(limit, position))
            assert len(found.items) <= limit
            seen += [d.id for d in found.items]
            if (position := found.position) is None:
                return sorted(seen)

    everything = sorted([device.id, *(d.id for d in devices)])
    assert ids(of_group) == ids(of_group, 200) == everything
    assert ids(replace(of_group, floor_id=floor.id)) == [device.id]
    assert ids(replace(of_group, floor_ids=frozenset({floor.id}))) == [device.id]
    assert ids(replace(of_group, floor_ids=frozenset())) == []
    assert ids(replace(of_group, room_id=room.id)) == [device.id]
    assert ids(replace(of_group, device_type="Type 1")) == sorted(d.id for d in devices[1::2])
    assert ids(replace(of_group, status="operational")) == []
    assert ids(DeviceFilter(group_id="grp_x")) == ids(DeviceFilter(group_id="x")) == []


def test_no_organisation_and_no_building_sees_anothers_groups(
    uow: UnitOfWork,
    other_organization: UnitOfWork,
    building: Building,
    group: Group,
    device: Device,
) -> None:
    elsewhere = make_building()
    with uow:
        uow.buildings.add(elsewhere)
    change(uow, group, added=(device.id,))
    where = DeviceFilter(group_id=group.id)

    for there, building_id in ((other_organization, building.id), (uow, elsewhere.id)):
        with pytest.raises(NotFound):
            there.groups.get(building_id, group.id)
        assert there.groups.list(building_id, GroupFilter(), Page()).items == ()
        assert there.devices.get_some(building_id, [device.id]) == {}
    assert list(other_organization.groups.all_members(group)) == []
    assert other_organization.devices.list(building, where, Page()).items == ()
    assert uow.devices.list(elsewhere, where, Page()).items == ()


def test_some_devices_and_rooms_are_fetched_by_their_ids(
    uow: UnitOfWork, building: Building, device: Device, room: Room
) -> None:
    ids = [device.id, room.id, "dev_0nothing", "x", "", device.id]

    assert set(uow.devices.get_some(building.id, ids)) == {device.id}
    assert set(uow.rooms.get_some(building.id, ids)) == {room.id}
    assert uow.rooms.get_some(building.id, []) == {}
