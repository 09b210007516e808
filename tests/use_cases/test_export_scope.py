"""What of a building an export holds, and what becomes of an export whose worker is killed."""

import json
from pathlib import Path
from typing import Any

import pytest

from arxos.domain.building import Building
from arxos.domain.errors import InvalidInput, NotFound
from arxos.domain.export_job import ExportFormat, ExportKind, ExportStatus
from arxos.domain.group import GroupKind
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from arxos.domain.status import DeviceStatus
from arxos.use_cases.build_export import build_export
from arxos.use_cases.exports import StartExport, start_export
from tests.adapters.exports.registry import Registry, changes_of
from tests.make import (
    NOON,
    make_actor,
    make_delivery,
    make_device,
    make_floor,
    make_group,
    make_id,
    make_room,
)


class World:
    """Two floors with a room each; a lamp and a fan in each room; a system and a zone."""

    def __init__(self, folder: Path) -> None:
        self.registry = Registry(folder)
        self.building: Building = self.registry.add_building()
        self.floors = [make_floor(self.building, floor_number=n, name=f"Level {n}") for n in (1, 2)]
        self.rooms = [make_room(f, room_number=f"{f.floor_number}01") for f in self.floors]
        self.system = make_group(self.building, name="Air")
        self.zone = make_group(self.building, name="East", group_kind=GroupKind.ZONE)
        self.devices = [
            make_device(
                floor,
                room,
                name=f"{name} {room.room_number}",
                serial_number=f"{name[0]}-{room.room_number}",
                status=status,
            )
            for floor, room in zip(self.floors, self.rooms, strict=True)
            for name, status in (
                ("Lampé", DeviceStatus.INSTALLED),
                ("Fan", DeviceStatus.OPERATIONAL),
            )
        ]
        with self.registry.uow as uow:
            for floor in self.floors:
                uow.floors.add(floor)
            for room in self.rooms:
                uow.rooms.add(room)
            for device in self.devices:
                uow.devices.add(device)
            uow.groups.add(self.system)
            uow.groups.add(self.zone)
        self._put(self.system, self.devices[1].id)
        self._put(self.zone, self.rooms[1].id)

    def _put(self, group: Any, member: str) -> None:
        with self.registry.uow as uow:
            stored = uow.groups.get(self.building.id, group.id)
            changed = stored.with_members(added=[member], removed=(), at=NOON, by="usr_ada")
            uow.groups.change_members(changed, added=[member], removed=())

    def found(self, **scope: Any) -> dict[str, list[str]]:
        """What an export of JSON lines holds, by kind."""
        lines = self.registry.export(self.building, "json", **scope).read_text().splitlines()
        records: dict[str, list[str]] = {"floor": [], "room": [], "device": [], "group": []}
        for line in map(json.loads, lines[1:]):
            records[line["kind"]].append(line.get("room_number") or line.get("name"))
        return {kind: sorted(names) for kind, names in records.items()}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_of_a_room_what_is_in_it_is_exported(world: World) -> None:
    found = world.found(room_id=world.rooms[0].id)

    assert (found["room"], found["device"]) == (["101"], ["Fan 101", "Lampé 101"])


def test_of_a_system_its_devices_are_exported(world: World) -> None:
    found = world.found(group_id=world.system.id)

    assert (found["group"], found["device"]) == (["Air"], ["Fan 101"])


def test_of_a_zone_its_rooms_and_what_is_in_them_are_exported(world: World) -> None:
    found = world.found(group_id=world.zone.id)

    assert (found["group"], found["room"]) == (["East"], ["201"])
    assert found["device"] == ["Fan 201", "Lampé 201"]


@pytest.mark.parametrize("q", ["lampe", "L-"])
def test_words_are_found_in_names_and_numbers(q: str, world: World) -> None:
    assert world.found(q=q)["device"] == ["Lampé 101", "Lampé 201"]


def test_a_status_chooses_devices(world: World) -> None:
    assert world.found(status="operational")["device"] == ["Fan 101", "Fan 201"]


@pytest.mark.parametrize(
    "scope",
    [{"status": "banana"}, {"status": "installed", "kind": ExportKind.FLOORS}],
)
def test_a_status_that_there_is_not_is_refused(scope: dict[str, Any], world: World) -> None:
    with pytest.raises(InvalidInput) as refused:
        start(world, format=ExportFormat.CSV, **scope)

    assert set(refused.value.field_errors) == {"status"}
    assert "is no status of" in refused.value.message


@pytest.mark.parametrize("field", ["room_id", "group_id"])
def test_what_is_not_there_is_not_found(field: str, world: World) -> None:
    with pytest.raises(NotFound):
        start(world, **{field: "unknown"})


def test_neither_hidden_rooms_nor_groups_are_found_by_whoever_sees_one_floor(world: World) -> None:
    grant = Grant(role=Role.ENGINEER, building_id=world.building.id, floor_id=world.floors[0].id)
    actor = make_actor(role=Role.ENGINEER, grants=(grant,))

    start(world, actor=actor, room_id=world.rooms[0].id)
    for hidden in ({"room_id": world.rooms[1].id}, {"group_id": world.system.id}):
        with pytest.raises(NotFound):
            start(world, actor=actor, **hidden)


def start(world: World, *, actor: Any = None, **command: Any) -> None:
    start_export(
        StartExport(building_id=world.building.id, **{"format": ExportFormat.JSON, **command}),
        uow=world.registry.uow,
        queue=world.registry.orders,
        actor=actor or world.registry.actor,
        new_id=make_id,
        now=NOON,
    )


# ---- Names of files -----------------------------------------------------------------------------


@pytest.mark.parametrize(("format_", "name"), [("json", "building.json"), ("csv", "building.csv")])
def test_an_export_is_read_under_the_name_of_its_format(
    format_: str, name: str, world: World
) -> None:
    exported = world.registry.export(world.building, format_)
    renamed = exported.rename(exported.with_name(name))

    assert changes_of(world.registry.apply(world.building, renamed)) == {}


# ---- Workers that are killed --------------------------------------------------------------------


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


def test_a_killed_worker_leaves_nothing_and_the_next_begins_anew(world: World) -> None:
    start(world)
    registry = world.registry

    def kill(*_: Any) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patched, pytest.raises(Killed):
        patched.setattr(registry.store, "put", kill)
        registry.build()
    assert registry.store.files == {}

    built = registry.build()

    assert built is not None
    assert (built.status, built.counts["devices"]) == (ExportStatus.READY, 4)
    assert list(registry.store.files) == [built.id]


def test_an_order_that_comes_twice_builds_one_export(world: World) -> None:
    start(world)
    built = world.registry.build()
    assert built is not None
    before = dict(world.registry.store.files)

    assert world.registry.build() is None

    assert world.registry.store.files == before


def test_of_two_workers_only_the_later_one_ends_the_export(world: World) -> None:
    start(world)
    registry = world.registry
    order = registry.orders.orders[-1]
    later: list[Any] = []

    class Overtaken:
        """Another delivery of the order is done while this one puts its file."""

        def __getattr__(self, name: str) -> Any:
            return getattr(registry.store, name)

        def put(self, *args: Any) -> None:
            registry.store.put(*args)
            later.append(registry.build(attempt="second"))

    from arxos.adapters.exports.files import ExportFiles

    first = build_export(
        order,
        make_delivery(NOON, attempt="first"),
        desk=registry.desk,
        writer=ExportFiles(),
        store=Overtaken(),
        clock=lambda: NOON,
    )

    assert first is None
    assert later[0].attempt == "second"
    stored = registry.uow.exports.get(world.building.id, later[0].id)
    assert (stored.status, stored.attempt) == (ExportStatus.READY, "second")
