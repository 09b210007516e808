"""Groups, the tree and the summary of a building: what is done, and for whom."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from arxos.domain.device import Device
from arxos.domain.errors import (
    ChangedMeanwhile,
    Forbidden,
    HasChildren,
    InvalidGroupError,
    InvalidInput,
    NotFound,
    PreconditionFailed,
)
from arxos.domain.group import MAX_GROUPS_OF_A_RECORD, MAX_MEMBERS, Group, GroupKind
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from arxos.domain.user import Actor
from arxos.ports.lists import BuildingFilter, DeviceFilter, GroupFilter, Page
from arxos.use_cases import buildings, devices, groups, overview, records
from tests.fakes import FakeTable, FakeUnitOfWork
from tests.make import (
    LATER,
    NOON,
    OTHER_ORG,
    make_actor,
    make_building,
    make_device,
    make_floor,
    make_group,
    make_id,
    make_room,
)

ADA = make_actor()


class World:
    """A building of three floors, the middle one empty, and 120 devices on the first."""

    def __init__(self) -> None:
        self.table = FakeTable()
        self.building = make_building()
        self.floors = [make_floor(self.building, floor_number=n) for n in (-1, 0, 4)]
        low, _, high = self.floors
        self.rooms = [make_room(low, room_number=n) for n in ("2", "10", "1")]
        self.upstairs = make_room(high, room_number="401")
        self.lamps = [make_device(low, self.rooms[0]) for _ in range(120)]
        self.spot = make_device(high, self.upstairs, device_type="Spot")
        self.system = make_group(self.building)
        self.zone = make_group(self.building, group_kind=GroupKind.ZONE, name="Fire 1")
        with (uow := self.uow()):
            uow.buildings.add(self.building)
            for floor in self.floors:
                uow.floors.add(floor)
            for room in (*self.rooms, self.upstairs):
                uow.rooms.add(room)
            for device in (*self.lamps, self.spot):
                uow.devices.add(device)
            uow.groups.add(self.system)
            uow.groups.add(self.zone)

    def uow(self, before_commit: Callable[[], None] = lambda: None) -> FakeUnitOfWork:
        return FakeUnitOfWork(self.table, ADA, before_commit=before_commit)

    def floor_only(self, role: Role = Role.FACILITY_MANAGER) -> Actor:
        grant = Grant(role=role, building_id=self.building.id, floor_id=self.floors[2].id)
        return make_actor(grants=(grant,))

    def members(self, group: Group) -> set[str]:
        stored = self.uow().groups.get(self.building.id, group.id)
        ids = set(self.uow().groups.all_members(stored))
        assert stored.members_count == len(ids)
        return ids

    def put(
        self, group: Group, device_ids: list[str], room_ids: list[str] | None = None, **options: Any
    ) -> Group:
        given = {"uow": self.uow(), "actor": ADA, "versions": None, "now": LATER, **options}
        return groups.replace_group_members(
            self.building.id, group.id, device_ids, room_ids or [], **given
        )


@pytest.fixture
def world() -> World:
    return World()


def ids(devices: list[Device]) -> list[str]:
    return [device.id for device in devices]


# ---- Members --------------------------------------------------------------------------------


def test_many_members_are_replaced_exactly_and_the_same_list_again_changes_nothing(
    world: World,
) -> None:
    joined = world.put(world.system, ids(world.lamps) + ids(world.lamps[:3]))
    assert (joined.members_count, world.members(world.system)) == (120, set(ids(world.lamps)))
    assert joined == world.uow().groups.get(world.building.id, world.system.id)

    history = len(world.table.changes)
    assert world.put(world.system, ids(world.lamps[::-1])) == joined
    assert len(world.table.changes) == history

    swapped = world.put(world.system, [world.lamps[0].id, world.spot.id])
    assert swapped.members_count == 2
    assert world.members(world.system) == {world.lamps[0].id, world.spot.id}
    told = [event for _, event in world.table.changes[history:]]
    assert {event.name for event in told} == {"GroupMembersChanged"}
    gone = [i for event in told for i in event.changes.get("members_removed", ((), None))[0]]
    assert sorted(gone) == sorted(ids(world.lamps[1:]))


def test_no_transaction_is_larger_than_dynamodb_takes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    uow = world.uow(lambda: sizes.append(uow.writes))
    world.put(world.system, ids(world.lamps), uow=uow)
    world.put(world.system, [world.spot.id], uow=uow)
    assert max(sizes) <= 100
    assert len(sizes) == 3 + 3


def test_an_interrupted_replacement_goes_on(world: World) -> None:
    class Killed(BaseException):
        pass

    commits = iter(range(10))

    def die_at_the_third() -> None:
        if next(commits) == 2:
            raise Killed

    with pytest.raises(Killed):
        world.put(world.system, ids(world.lamps), uow=world.uow(die_at_the_third))
    assert len(world.members(world.system)) == 96
    world.put(world.system, ids(world.lamps))
    assert world.members(world.system) == set(ids(world.lamps))


def test_two_who_replace_at_once_do_not_mix_their_lists(world: World) -> None:
    rival = iter([None])

    def other_comes_between() -> None:
        if len(world.members(world.system)) == 48 and next(rival, 0) is None:
            world.put(world.system, [world.spot.id])

    world.put(world.system, ids(world.lamps), uow=world.uow(other_comes_between))
    assert world.members(world.system) == set(ids(world.lamps))

    rival = iter([None])
    world.put(world.system, [])
    version = world.uow().groups.get(world.building.id, world.system.id).version
    with pytest.raises(PreconditionFailed):
        world.put(
            world.system,
            ids(world.lamps),
            uow=world.uow(other_comes_between),
            versions=frozenset({version}),
        )
    assert world.members(world.system) == {world.spot.id}


def test_if_match_holds_for_all_transactions_of_one_replacement(world: World) -> None:
    joined = world.put(world.system, ids(world.lamps), versions=frozenset({1}))
    assert joined.version == 4
    with pytest.raises(PreconditionFailed):
        world.put(world.system, [], versions=frozenset({1}))


def test_every_wrong_member_is_named_and_nothing_is_written(world: World) -> None:
    full = world.lamps[5]
    for _ in range(MAX_GROUPS_OF_A_RECORD):
        group = make_group(world.building)
        with (uow := world.uow()):
            uow.groups.add(group)
        world.put(group, [full.id])
    room = world.rooms[0]

    with pytest.raises(InvalidGroupError) as refused:
        world.put(
            world.zone,
            [world.lamps[0].id, "dev_x", room.id, full.id],
            [world.rooms[1].id, world.spot.id],
        )

    assert refused.value.field_errors == {
        "device_ids.1": "There is no such device in this building",
        "device_ids.2": "There is no such device in this building",
        "device_ids.3": "This device is in 20 groups, which is the limit",
        "room_ids.1": "There is no such room in this building",
    }
    assert world.members(world.zone) == set()
    with pytest.raises(InvalidGroupError) as refused:
        world.put(world.system, [], [room.id])
    assert list(refused.value.field_errors) == ["room_ids"]
    with pytest.raises(InvalidGroupError):
        world.put(world.system, [f"dev_{n}" for n in range(MAX_MEMBERS + 1)])


def test_what_is_deleted_leaves_its_groups(world: World) -> None:
    world.put(world.zone, ids(world.lamps[:2]), [world.rooms[2].id])
    options: dict[str, Any] = {"versions": None, "uow": world.uow(), "actor": ADA, "now": LATER}

    records.remove_empty("device", world.building.id, world.lamps[0].id, **options)
    records.remove_empty("room", world.building.id, world.rooms[2].id, **options)

    assert world.members(world.zone) == {world.lamps[1].id}


def test_a_group_that_goes_leaves_its_members(world: World) -> None:
    options: dict[str, Any] = {"versions": None, "uow": world.uow(), "actor": ADA, "now": LATER}
    world.put(world.system, ids(world.lamps))

    with pytest.raises(PreconditionFailed):
        groups.delete_group(
            world.building.id, world.system.id, **{**options, "versions": frozenset({1})}
        )
    groups.delete_group(
        world.building.id, world.system.id, **{**options, "versions": frozenset({4})}
    )

    with pytest.raises(NotFound):
        groups.get_group(world.building.id, world.system.id, uow=world.uow(), actor=ADA)
    assert {d.group_ids for d in world.uow().devices.all(world.building)} == {()}
    assert world.uow().buildings.get(world.building.id).groups_count == 1


def test_a_building_with_groups_is_not_empty() -> None:
    table, building = FakeTable(), make_building()
    with (uow := FakeUnitOfWork(table, ADA)):
        uow.buildings.add(building)
        uow.groups.add(make_group(building))

    with pytest.raises(HasChildren, match="1 groups"):
        records.remove_empty(
            "building", building.id, building.id, versions=None, uow=uow, actor=ADA, now=NOON
        )


# ---- Rights ---------------------------------------------------------------------------------


def test_groups_are_for_who_sees_the_whole_building(world: World) -> None:
    world.put(world.system, [world.lamps[0].id, world.spot.id])
    limited = world.floor_only()
    stranger = make_actor(grants=(Grant(role=Role.ADMIN, building_id="bld_other"),))
    who: dict[str, Any] = {"uow": world.uow(), "actor": limited}
    write: dict[str, Any] = {**who, "versions": None, "now": LATER}
    at = (world.building.id, world.system.id)

    for hidden in (
        lambda: groups.get_group(*at, **who),
        lambda: groups.list_group_members(*at, Page(), **who),
        lambda: groups.update_group(*at, {"name": "x"}, **write),
        lambda: groups.replace_group_members(*at, [], [], **write),
        lambda: groups.delete_group(*at, **write),
        lambda: groups.list_groups(
            world.building.id, GroupFilter(), Page(), uow=world.uow(), actor=stranger
        ),
    ):
        with pytest.raises(NotFound):
            hidden()
    assert groups.list_groups(world.building.id, GroupFilter(), Page(), **who).items == ()
    with pytest.raises(Forbidden):
        groups.create_group(
            world.building.id,
            {"group_kind": GroupKind.ZONE, "name": "x"},
            new_id=make_id,
            now=NOON,
            **who,
        )
    of_group = DeviceFilter(group_id=world.system.id)
    found = devices.list_devices(world.building.id, of_group, Page(), **who)
    assert [d.id for d in found.items] == [world.spot.id]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CONTRACTOR])
def test_who_may_only_read_changes_no_group(world: World, role: Role) -> None:
    reader = make_actor(grants=(Grant(role=role, building_id=world.building.id),))
    with pytest.raises(Forbidden):
        world.put(world.system, [], actor=reader)
    got = groups.get_group(world.building.id, world.system.id, uow=world.uow(), actor=reader)
    assert got.name == "Supply air 1"


# ---- Tree -----------------------------------------------------------------------------------


def walk(world: World, limit: int, actor: Actor = ADA, **options: Any) -> Iterator[list[Any]]:
    """Each page as [floor number, rooms' numbers, complete?]."""
    given = {"floor_id": None, "with_devices": False, **options}
    position = None
    while True:
        _, found = overview.get_tree(
            world.building.id, Page(limit, position), uow=world.uow(), actor=actor, **given
        )
        yield [
            [n.floor.floor_number, [r.room.room_number for r in n.rooms], n.is_complete]
            for n in found.items
        ]
        if (position := found.position) is None:
            return


def test_the_tree_goes_up_the_floors_and_counts_rooms(world: World) -> None:
    everything = [[-1, ["1", "2", "10"], True], [0, [], True], [4, ["401"], True]]
    assert list(walk(world, 50)) == [everything]
    assert list(walk(world, 2)) == [
        [[-1, ["1", "2"], False]],
        [[-1, ["10"], True], [0, [], True], [4, ["401"], True]],
    ]
    assert list(walk(world, 3)) == [[everything[0]], everything[1:]]
    assert list(walk(world, 4)) == [everything]


def test_a_page_of_the_tree_asks_for_a_bounded_number_of_floors(world: World) -> None:
    with (uow := world.uow()):
        for number in range(10, 70):
            uow.floors.add(make_floor(world.building, floor_number=number))
    pages = list(walk(world, 50))
    assert [len(page) for page in pages] == [25, 25, 13]
    numbers = [floor[0] for page in pages for floor in page]
    assert numbers == sorted({-1, 0, 4, *range(10, 70)})


def test_the_tree_of_one_floor_and_of_who_sees_one_floor(world: World) -> None:
    top = [[4, ["401"], True]]
    assert list(walk(world, 50, floor_id=world.floors[2].id)) == [top]
    assert list(walk(world, 50, floor_id="flr_x")) == [[]]
    limited = world.floor_only(Role.VIEWER)
    assert list(walk(world, 50, limited)) == [top]
    assert list(walk(world, 50, limited, floor_id=world.floors[0].id)) == [[]]
    with pytest.raises(NotFound):
        list(
            walk(
                world,
                50,
                make_actor(
                    organization_id=OTHER_ORG, grants=(Grant(role=Role.ADMIN, building_id="bld_x"),)
                ),
            )
        )


def test_the_tree_shows_the_first_devices_of_each_room(world: World) -> None:
    _, found = overview.get_tree(
        world.building.id,
        Page(200),
        floor_id=None,
        with_devices=True,
        uow=world.uow(),
        actor=ADA,
    )
    held = {
        node.room.room_number: len(node.devices or ())
        for floor in found.items
        for node in floor.rooms
    }
    assert held == {"1": 0, "2": 20, "10": 0, "401": 1}


@pytest.mark.parametrize("position", ["", "x", "[]", "[1]", '["a", "b", null]', "null", "{}"])
def test_a_position_of_no_tree_is_refused(world: World, position: str) -> None:
    with pytest.raises(InvalidInput):
        overview.get_tree(
            world.building.id,
            Page(50, position),
            floor_id=None,
            with_devices=False,
            uow=world.uow(),
            actor=ADA,
        )


# ---- Summary --------------------------------------------------------------------------------


def test_the_summary_has_numbers_for_who_sees_the_whole_building(world: World) -> None:
    full = overview.get_summary(world.building.id, uow=world.uow(), actor=ADA)
    assert [f.floor_number for f in full.floors] == [-1, 0, 4]
    assert full.tally is not None
    assert full.tally["devices_by_type", "LightFixture"] == 120

    limited = overview.get_summary(
        world.building.id, uow=world.uow(), actor=world.floor_only(Role.VIEWER)
    )
    assert [f.floor_number for f in limited.floors] == [4]
    assert limited.tally is None


def test_who_sees_one_floor_is_told_the_numbers_of_that_floor_alone(world: World) -> None:
    limited, building_id = world.floor_only(Role.VIEWER), world.building.id

    def counts(actor: Actor) -> set[tuple[int, ...]]:
        asked: dict[str, Any] = {"uow": world.uow(), "actor": actor}
        tree, _ = overview.get_tree(building_id, Page(), floor_id=None, with_devices=False, **asked)
        (listed,) = buildings.list_buildings(BuildingFilter(), Page(), **asked).items
        shown = (
            overview.get_summary(building_id, **asked).building,
            tree,
            listed,
            buildings.see_building(building_id, **asked),
        )
        names = ("floors_count", "rooms_count", "devices_count", "groups_count")
        return {tuple(getattr(building, name) for name in names) for building in shown}

    assert counts(ADA) == {(3, 4, 121, 2)}
    assert counts(limited) == {(1, 1, 1, 0)}


def test_a_group_never_moved_on_is_not_stored_twice(world: World) -> None:
    """An update that changes nothing writes nothing, and an older one is refused."""
    options: dict[str, Any] = {"uow": world.uow(), "actor": ADA, "now": LATER}
    at = (world.building.id, world.system.id)
    same = groups.update_group(*at, {"name": "Supply air 1"}, versions=None, **options)
    assert same.version == 1
    renamed = groups.update_group(*at, {"category": None}, versions=frozenset({1}), **options)
    assert (renamed.category, renamed.version) == (None, 2)
    with pytest.raises(PreconditionFailed):
        groups.update_group(*at, {"name": "x"}, versions=frozenset({1}), **options)


def test_who_loses_every_race_is_told_so(world: World) -> None:
    def always_first() -> None:
        with (uow := world.uow()):
            group = uow.groups.get(world.building.id, world.system.id)
            uow.groups.update(group.changed(at=LATER, by=None, name=f"v{group.version}"))

    with pytest.raises(ChangedMeanwhile):
        world.put(world.system, [world.spot.id], uow=world.uow(always_first))
    assert world.members(world.system) == set()
