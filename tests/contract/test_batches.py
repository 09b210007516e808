"""Batches on every registry: counts stay exact, races hit only the row they are about."""

from collections.abc import Callable
from typing import Any

import pytest

from arxos.domain.building import Building
from arxos.domain.deletion import Deletion, Target
from arxos.domain.errors import (
    ArxosError,
    BeingDeleted,
    Duplicate,
    Forbidden,
    HasChildren,
    InvalidDeviceError,
    InvalidInput,
    NotFound,
    PreconditionFailed,
    ServiceUnavailable,
)
from arxos.domain.floor import Floor
from arxos.domain.permissions import Role
from arxos.domain.rights import Grant
from arxos.domain.room import Room
from arxos.ports.lists import FloorFilter, Page
from arxos.ports.registry import UnitOfWork
from arxos.use_cases import batches
from arxos.use_cases.batches import Operation, Outcome
from arxos.use_cases.device_batches import batch_devices
from arxos.use_cases.room_batches import batch_rooms
from tests.make import LATER, NOON, make_actor, make_device, make_floor, make_id, make_room

ADA = make_actor()


@pytest.fixture
def other_hand(backend: Callable[[str], UnitOfWork]) -> UnitOfWork:
    """Somebody else's unit of work on the same registry."""
    return backend(ADA.organization_id)


def run(
    use_case: Any, uow: UnitOfWork, building: Building, rows: list[Any], **options: Any
) -> tuple[Outcome[Any], ...]:
    given = {"atomic": False, "actor": ADA, "new_id": make_id, "now": LATER, **options}
    outcomes: tuple[Outcome[Any], ...] = use_case(building.id, rows, uow=uow, **given)
    return outcomes


def lamps(room: Room, count: int) -> list[Operation]:
    values = {"device_type": "LightFixture", "room_id": room.id, "manufacturer": "Lux"}
    return [Operation(op="create", values={**values, "name": f"Lamp {n}"}) for n in range(count)]


def errors(outcomes: tuple[Outcome[Any], ...]) -> list[type[ArxosError] | None]:
    return [type(o.error) if o.error else None for o in outcomes]


def assert_exact(uow: UnitOfWork, building: Building) -> None:
    """Every count of every parent, and the kept numbers, are those of the records."""
    whole = uow.buildings.get(building.id)
    floors = list(uow.floors.list(building.id, FloorFilter(), Page(200)).items)
    rooms, devices = list(uow.rooms.all(whole)), list(uow.devices.all(whole))
    assert (whole.rooms_count, whole.devices_count) == (len(rooms), len(devices))
    for floor in floors:
        assert floor.rooms_count == sum(r.floor_id == floor.id for r in rooms)
        assert floor.devices_count == sum(d.floor_id == floor.id for d in devices)
    for room in rooms:
        assert room.devices_count == sum(room.id in d.room_ids for d in devices)
    tally = uow.buildings.tallies(building.id)
    facets: dict[str, list[Any]] = {
        "devices_by_status": [d.status for d in devices],
        "devices_by_manufacturer": [d.manufacturer or "" for d in devices],
        "rooms_by_status": [r.status for r in rooms],
    }
    for facet, values in facets.items():
        for value in {str(v) for v in values}:
            assert tally[facet, value] == sum(str(v) == value for v in values)
        assert sum(n for (f, _), n in tally.items() if f == facet) == len(values)


def test_creating_changing_moving_and_removing_keeps_all_counts_exact(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room
) -> None:
    upstairs = make_floor(building, floor_number=2)
    with uow:
        uow.floors.add(upstairs)
    created = run(batch_devices, uow, building, lamps(room, 27))
    assert errors(created) == [None] * 27
    assert_exact(uow, building)

    ids = [o.id for o in created]
    rows = [
        *(Operation(op="delete", id=i) for i in ids[:5]),
        *(Operation(op="move", id=i, values={"floor_id": upstairs.id}) for i in ids[5:12]),
        *(Operation(op="status", id=i, values={"status": "operational"}) for i in ids[12:20]),
        *(Operation(op="update", id=i, values={"manufacturer": "Nox"}) for i in ids[20:26]),
        Operation(op="update", id=ids[26], values={"manufacturer": "Lux"}),
    ]
    done = run(batch_devices, uow, building, rows)
    assert errors(done) == [None] * 27
    assert_exact(uow, building)
    for outcome in done:
        if outcome.is_gone:
            with pytest.raises(NotFound):
                uow.devices.get(building.id, outcome.id or "")
        else:
            assert uow.devices.get(building.id, outcome.id or "") == outcome.record
    assert done[-1].record is not None
    assert done[-1].record.version == 1  # it was no change


def test_five_hundred_rows(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room, request: pytest.FixtureRequest
) -> None:
    if "moto" in request.node.name:
        pytest.skip("moto copies the whole table for each transaction")
    rooms = [
        Operation(op="create", values={"floor_id": floor.id, "room_number": f"N{n}"})
        for n in range(500)
    ]
    assert errors(run(batch_rooms, uow, building, rooms)) == [None] * 500
    assert errors(run(batch_devices, uow, building, lamps(room, 500))) == [None] * 500
    whole = uow.buildings.get(building.id)
    assert (whole.rooms_count, whole.devices_count) == (501, 500)
    assert uow.rooms.get(building.id, room.id).devices_count == 500


def test_a_bad_row_stops_only_itself(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room
) -> None:
    device = make_device(floor, room)
    with uow:
        uow.devices.add(device)
    rows: list[Any] = [
        *lamps(room, 1),
        InvalidInput("bad", {"op": "bad"}),
        Operation(op="create", values={"name": "A", "device_type": "B", "room_id": "rm_0no"}),
        Operation(op="update", id=device.id, values={"name": "B"}, versions=frozenset({2})),
        Operation(op="update", id=device.id, values={"name": "C"}),
        Operation(op="delete", id="dev_0no"),
        Operation(op="delete", id="../"),
    ]

    outcomes = run(batch_devices, uow, building, rows)

    assert errors(outcomes) == [
        None, InvalidInput, InvalidDeviceError, PreconditionFailed, InvalidInput, NotFound, NotFound
    ]  # fmt: skip
    assert uow.devices.get(building.id, device.id).name == "Lamp"
    assert_exact(uow, building)


def test_numbers_pass_from_room_to_room(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room
) -> None:
    held = make_room(floor, room_number="102")
    full = make_room(floor, room_number="103")
    with uow:
        uow.rooms.add(held)
        uow.rooms.add(full)
        uow.devices.add(make_device(floor, full))

    def number(op: str, value: str, **more: Any) -> Operation:
        values = {"room_number": value} | ({"floor_id": floor.id} if op == "create" else {})
        return Operation(op=op, values=values, **more)

    outcomes = run(
        batch_rooms,
        uow,
        building,
        [
            number("create", "101"),  # its room gives the number up only later
            number("update", "104", id=room.id),
            number("create", "101"),
            number("create", "1 04"),
            number("create", " 101 "),
            Operation(op="delete", id=full.id),
            Operation(op="delete", id=held.id),
            number("create", "102"),
        ],
    )

    assert errors(outcomes) == [
        Duplicate, None, None, None, Duplicate, HasChildren, None, None
    ]  # fmt: skip
    assert_exact(uow, building)


def test_rooms_swap_their_numbers_when_all_are_one(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room
) -> None:
    other = make_room(floor, room_number="102")
    with uow:
        uow.rooms.add(other)
    swap = [
        Operation(op="update", id=room.id, values={"room_number": "102"}),
        Operation(op="update", id=other.id, values={"room_number": "101"}),
    ]

    assert errors(run(batch_rooms, uow, building, swap)) == [Duplicate, Duplicate]
    assert errors(run(batch_rooms, uow, building, swap, atomic=True)) == [None, None]

    assert uow.rooms.get(building.id, room.id).room_number == "102"
    with pytest.raises(Duplicate), uow:
        uow.rooms.add(make_room(floor, room_number="101"))


def test_one_bad_row_of_a_whole_leaves_everything_as_it_was(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room
) -> None:
    rows = [*lamps(room, 10), Operation(op="delete", id="dev_0no"), *lamps(room, 1)]

    outcomes = run(batch_devices, uow, building, rows, atomic=True)

    assert [(o.index, type(o.error)) for o in outcomes] == [(10, NotFound)]
    assert uow.buildings.get(building.id).devices_count == 0


def test_a_whole_that_fits_in_no_transaction_is_refused_beforehand(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MAX_WRITES", 20)
    with pytest.raises(InvalidInput, match=r"takes 20: send the first (\d+) by") as refused:
        run(batch_devices, uow, building, lamps(room, 30), atomic=True)
    fit = int(refused.value.message.partition("first ")[2].partition(" ")[0])
    with pytest.raises(InvalidInput, match=f"send the first {fit} by"):
        run(batch_devices, uow, building, lamps(room, fit + 1), atomic=True)
    with pytest.raises(InvalidInput, match="more than 50"):
        run(batch_devices, uow, building, lamps(room, 51), atomic=True)
    assert uow.buildings.get(building.id).devices_count == 0
    assert errors(run(batch_devices, uow, building, lamps(room, fit), atomic=True)) == [None] * fit

    # Without atomic it is written in more transactions.
    assert errors(run(batch_devices, uow, building, lamps(room, 30))) == [None] * 30
    assert_exact(uow, building)


class Meddling:
    """A unit of work before whose commits somebody else writes."""

    def __init__(self, uow: UnitOfWork, meddle: Callable[[int], None]) -> None:
        self._uow, self._meddle, self._commits = uow, meddle, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._uow, name)

    def __enter__(self) -> Any:
        self._meddle(self._commits)
        self._commits += 1
        return self._uow.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._uow.__exit__(*error)


@pytest.mark.parametrize("atomic", [False, True])
def test_who_loses_a_race_is_judged_again(
    uow: UnitOfWork,
    other_hand: UnitOfWork,
    building: Building,
    floor: Floor,
    room: Room,
    *,
    atomic: bool,
) -> None:
    devices = [make_device(floor, room, name=f"D{n}") for n in range(4)]
    with uow:
        for device in devices:
            uow.devices.add(device)

    def meddle(commit: int) -> None:
        if commit == 0:
            with other_hand:
                for number in (1, 2):
                    there = other_hand.devices.get(building.id, devices[number].id)
                    other_hand.devices.update(there.changed(at=LATER, by=None, model="theirs"))

    rows = [
        Operation(op="update", id=devices[0].id, values={"name": "a"}, versions=frozenset({1})),
        Operation(op="update", id=devices[1].id, values={"name": "b"}, versions=frozenset({1})),
        Operation(op="update", id=devices[2].id, values={"name": "c"}),
        Operation(op="delete", id=devices[3].id),
    ]
    outcomes = run(batch_devices, Meddling(uow, meddle), building, rows, atomic=atomic)

    if atomic:
        assert [(o.index, type(o.error)) for o in outcomes] == [(1, PreconditionFailed)]
        assert uow.devices.get(building.id, devices[0].id).name == "D0"
    else:
        assert errors(outcomes) == [None, PreconditionFailed, None, None]
        mine = uow.devices.get(building.id, devices[2].id)
        assert (mine.name, mine.model, mine.version) == ("c", "theirs", 3)
    assert_exact(uow, building)


def test_a_number_taken_meanwhile_stops_only_its_row(
    uow: UnitOfWork, other_hand: UnitOfWork, building: Building, floor: Floor
) -> None:
    def meddle(commit: int) -> None:
        if commit == 0:
            with other_hand:
                other_hand.rooms.add(make_room(floor, room_number="2"))

    rows = [
        Operation(op="create", values={"floor_id": floor.id, "room_number": str(n)})
        for n in range(4)
    ]
    outcomes = run(batch_rooms, Meddling(uow, meddle), building, rows)

    assert errors(outcomes) == [None, None, Duplicate, None]
    assert_exact(uow, building)


def test_what_was_written_before_the_registry_gave_out_is_told(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room
) -> None:
    def give_out(at: int) -> Callable[[int], None]:
        def meddle(commit: int) -> None:
            if commit >= at:
                raise ServiceUnavailable("busy")

        return meddle

    with pytest.raises(ServiceUnavailable):
        run(batch_devices, Meddling(uow, give_out(0)), building, lamps(room, 30))
    outcomes = run(batch_devices, Meddling(uow, give_out(1)), building, lamps(room, 50))

    assert errors(outcomes) == [None] * 20 + [ServiceUnavailable] * 30
    assert uow.buildings.get(building.id).devices_count == 20


def test_a_room_that_is_being_deleted_takes_no_changes(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room
) -> None:
    target = uow.rooms.get(building.id, room.id)
    deletion = Deletion(
        id=make_id("deletion"), target=Target.of(target), total=1, created_at=NOON, updated_at=NOON
    )
    with uow:
        uow.deletions.begin(deletion.started(), target)

    rows = [Operation(op="update", id=room.id, values={"name": "x"}), *lamps(room, 1)]
    assert errors(run(batch_rooms, uow, building, rows[:1])) == [BeingDeleted]
    assert errors(run(batch_devices, uow, building, rows[1:])) == [BeingDeleted]


def test_nobody_without_the_right_there(
    uow: UnitOfWork, building: Building, floor: Floor, room: Room
) -> None:
    device = make_device(floor, room)
    upstairs = make_floor(building, floor_number=2)
    hidden = make_device(upstairs)
    with uow:
        uow.floors.add(upstairs)
        uow.devices.add(device)
        uow.devices.add(hidden)
    contractor = Grant(role=Role.CONTRACTOR, building_id=building.id, floor_id=floor.id)
    guest = make_actor(role=Role.VIEWER, grants=(contractor,))
    rows = [
        Operation(op="update", id=device.id, values={"name": "x"}),
        Operation(op="update", id=hidden.id, values={"name": "x"}),
        *lamps(room, 1),
        Operation(op="create", values={"name": "A", "device_type": "B", "floor_id": upstairs.id}),
    ]
    outcomes = run(batch_devices, uow, building, rows, actor=guest)
    assert errors(outcomes) == [None, NotFound, Forbidden, InvalidDeviceError]
