"""Records for tests: valid ones, changed only where a test says so."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from arxos.domain.address import Address
from arxos.domain.building import Building
from arxos.domain.check_job import CheckJob, CheckSource
from arxos.domain.device import Device, Position
from arxos.domain.export_job import ExportFormat, ExportJob
from arxos.domain.floor import Floor
from arxos.domain.group import Group, GroupKind
from arxos.domain.identifiers import PREFIXES
from arxos.domain.import_job import ImportJob
from arxos.domain.permissions import Role
from arxos.domain.room import Room
from arxos.domain.source import SourceDevice, SourceFloor, SourceModel, SourceRoom
from arxos.domain.user import Actor, Organization, User
from arxos.ports.orders import Delivery

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ORG, OTHER_ORG = "org_first", "org_second"
_numbers = count(1)


def make_id(kind: str) -> str:
    shard = "0" if kind in ("room", "device") else ""
    return f"{PREFIXES[kind]}_{shard}{next(_numbers):026d}"


def make_actor(**changes: Any) -> Actor:
    values: dict[str, Any] = {
        "organization_id": ORG,
        "user_id": "usr_ada",
        "name": "Ada Lovelace",
        "role": Role.ADMIN,
        "request_id": "req-1",
    }
    return Actor(**{**values, **changes})


def make_delivery(until: datetime, *, is_last: bool = False, **changes: Any) -> Delivery:
    values: dict[str, Any] = {"attempt": make_id("change"), "until": until, "ends": until}
    return Delivery(is_last=is_last, **{**values, **changes})


def make_address(**changes: Any) -> Address:
    values = {"street": "1 Main St", "city": "Springfield", "state": "IL", "postal_code": "62701"}
    return Address(**{**values, **changes})


def make_building(**changes: Any) -> Building:
    values: dict[str, Any] = {
        "id": make_id("building"),
        "name": "North Tower",
        "address": make_address(),
    }
    return Building.create(at=NOON, created_by="usr_ada", **{**values, **changes})


def make_floor(building: Building, **changes: Any) -> Floor:
    values: dict[str, Any] = {
        "id": make_id("floor"),
        "building_id": building.id,
        "floor_number": 1,
        "name": "First",
        "elevation_m": 3.5,
    }
    return Floor.create(at=NOON, created_by="usr_ada", **{**values, **changes})


def make_room(floor: Floor, **changes: Any) -> Room:
    values: dict[str, Any] = {
        "id": make_id("room"),
        "building_id": floor.building_id,
        "floor_id": floor.id,
        "room_number": "101",
        "name": "Office",
        "area_m2": 12.5,
        "area_source": "footprint",
        "footprint": ((0.0, 0.0), (5.0, 0.0), (5.0, 2.5), (0.0, 2.5)),
    }
    return Room.create(at=NOON, created_by="usr_ada", **{**values, **changes})


def make_device(floor: Floor, *rooms: Room, **changes: Any) -> Device:
    room_ids = tuple(room.id for room in rooms)
    values: dict[str, Any] = {
        "id": make_id("device"),
        "building_id": floor.building_id,
        "floor_id": floor.id,
        "room_id": room_ids[0] if room_ids else None,
        "room_ids": room_ids,
        "name": "Lamp",
        "device_type": "LightFixture",
        "serial_number": "89756735",
        "installed_on": date(2026, 3, 1),
        "position": Position(1.0, 2.0, 2.7),
    }
    return Device.create(at=NOON, created_by="usr_ada", **{**values, **changes})


def make_group(building: Building, **changes: Any) -> Group:
    values: dict[str, Any] = {
        "id": make_id("group"),
        "building_id": building.id,
        "group_kind": GroupKind.SYSTEM,
        "name": "Supply air 1",
        "category": "Ventilation",
    }
    return Group.create(at=NOON, created_by="usr_ada", **{**values, **changes})


def make_import(building: Building, **changes: Any) -> ImportJob:
    values: dict[str, Any] = {
        "id": make_id("import"),
        "building_id": building.id,
        "filename": "house.ifc",
        "started_by": "usr_ada",
        "started_by_name": "Ada Lovelace",
        "created_at": NOON,
        "updated_at": NOON,
    }
    return ImportJob(**{**values, **changes})


def make_check(building: Building, **changes: Any) -> CheckJob:
    values: dict[str, Any] = {
        "id": make_id("check"),
        "building_id": building.id,
        "source": CheckSource.FILE,
        "filename": "house.xlsx",
        "started_by": "usr_ada",
        "started_by_name": "Ada Lovelace",
        "created_at": NOON,
        "updated_at": NOON,
    }
    return CheckJob(**{**values, **changes})


def make_export(building: Building, **changes: Any) -> ExportJob:
    values: dict[str, Any] = {
        "id": make_id("export"),
        "building_id": building.id,
        "format": ExportFormat.JSON,
        "filename": "house.jsonl",
        "started_by": "usr_ada",
        "started_by_name": "Ada Lovelace",
        "created_at": datetime.now(UTC),
        "updated_at": datetime.now(UTC),
    }
    return ExportJob(**{**values, **changes})


def make_organization(**changes: Any) -> Organization:
    return Organization(**{"id": ORG, "name": "First", "created_at": NOON, **changes})


def make_user(**changes: Any) -> User:
    values: dict[str, Any] = {
        "id": make_id("user"),
        "organization_id": ORG,
        "subject": f"subject-{next(_numbers)}",
        "email": f"ada{next(_numbers)}@example.com",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "role": Role.ADMIN,
        "at": NOON,
        "by": None,
    }
    return User.invite(**{**values, **changes})


def make_model(*, floors: int = 1, rooms: int = 2, devices: int = 2, **changes: Any) -> SourceModel:
    """A file of so many floors, each with so many rooms, each with so many devices."""
    values: dict[str, Any] = {
        "source": "ifc",
        "schema": "IFC4",
        "floors": tuple(
            SourceFloor(key=f"F{f}", name=f"Level {f}", floor_number=f, elevation_m=3.0 * f)
            for f in range(floors)
        ),
        "rooms": tuple(
            SourceRoom(
                key=f"F{f}R{r}",
                floor_key=f"F{f}",
                room_number=f"{f}.{r:02d}",
                name=f"Room {r}",
                area_m2=10.0 + r,
                area_source="footprint",
                footprint=((0.0, 0.0), (4.0, 0.0), (4.0, 2.5)),
            )
            for f in range(floors)
            for r in range(rooms)
        ),
        "devices": tuple(
            SourceDevice(
                key=f"F{f}R{r}D{d}",
                floor_key=f"F{f}",
                room_keys=(f"F{f}R{r}",),
                name=f"Device {d}",
                device_type="LightFixture",
                ifc_class="IfcFlowTerminal",
                serial_number=f"SN-{f}-{r}-{d}",
            )
            for f in range(floors)
            for r in range(rooms)
            for d in range(devices)
        ),
    }
    return SourceModel(**{**values, **changes})
