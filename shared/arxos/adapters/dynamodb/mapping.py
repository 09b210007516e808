"""The registry's records as items and back, by hand: neither side knows the other's shape.

Imports and deletions are in job_mapping.py, users in user_mapping.py.
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from string import ascii_letters
from typing import Any, TypeVar

from arxos.adapters.dynamodb import keys
from arxos.adapters.dynamodb.table import (
    BuildingItem,
    DeviceItem,
    FloorItem,
    FurtherRoomItem,
    GroupItem,
    MemberItem,
    RecordItem,
    RoomItem,
)
from arxos.domain.address import Address, Coordinates
from arxos.domain.building import Building
from arxos.domain.device import Device, Position
from arxos.domain.floor import Floor
from arxos.domain.group import Group, GroupKind
from arxos.domain.identifiers import shard_of
from arxos.domain.import_job import ImportMode
from arxos.domain.plain_values import plain, restored
from arxos.domain.record import SOURCED_FIELDS, HandEdit, Record
from arxos.domain.room import Room
from arxos.domain.sensitive import Sealed
from arxos.domain.status import (
    BuildingStatus,
    DeviceStatus,
    FloorStatus,
    GroupStatus,
    RoomStatus,
)
from arxos.domain.text_rules import folded
from arxos.domain.timestamps import from_iso, to_iso

R = TypeVar("R", bound=Record)

# Kept by others than the record: a change of its fields leaves them as they are.
COUNTERS = frozenset(
    {"floors_count", "rooms_count", "devices_count", "groups_count", "members_count"}
    | {"change_files", "deletion_id", "group_ids", "shards", "turn"}
)


def _stored_record(record: Record) -> dict[str, Any]:
    if record.created_at is None or record.updated_at is None:
        raise ValueError(f"A {record.kind} without its times cannot be stored.")
    return {
        "id": record.id,
        "status": record.current_status,
        "description": record.description,
        "metadata": dict(record.metadata) or None,
        "tags": list(record.tags) or None,
        "external_ids": dict(record.external_ids) or None,
        "hand_edits": {
            name: {"source_value": plain(e.source_value), "at": to_iso(e.at), "by": e.by}
            for name, e in record.hand_edits.items()
        }
        or None,
        "said": {d: _packed(said) for d, said in record.said.items()} or None,
        "version": record.version,
        "created_at": to_iso(record.created_at),
        "updated_at": to_iso(record.updated_at),
        "created_by": record.created_by,
        "updated_by": record.updated_by,
    }


def _record(item: RecordItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "description": item.description,
        "metadata": item.metadata or {},
        "tags": tuple(item.tags or ()),
        "external_ids": item.external_ids or {},
        "said": {d: _unpacked(said) for d, said in (item.said or {}).items()},
        "version": int(item.version),
        "created_at": from_iso(item.created_at),
        "updated_at": from_iso(item.updated_at),
        "created_by": item.created_by,
        "updated_by": item.updated_by,
        "change_files": frozenset(item.change_files or ()),
    }


# A letter for each field, so that what a document said of ten fields takes 100 bytes. Only ever
# add to the end of SOURCED_FIELDS: the letters are stored.
_LETTERS = dict(zip(SOURCED_FIELDS, ascii_letters, strict=False))
_FIELDS = {letter: name for name, letter in _LETTERS.items()}


def _packed(said: Mapping[str, str]) -> str:
    return "".join(f"{_LETTERS[name]}{digest};" for name, digest in sorted(said.items()))


def _unpacked(text: str) -> dict[str, str]:
    return {_FIELDS[part[0]]: part[1:] for part in text.split(";") if part}


def _with_hand_edits(record: R, item: RecordItem) -> R:
    """The record with its hand edits, whose values have the types of its own fields."""
    if not item.hand_edits:
        return record
    edits = {
        name: HandEdit(
            restored(record, name, edit["source_value"]), from_iso(edit["at"]), edit["by"]
        )
        for name, edit in item.hand_edits.items()
    }
    return replace(record, hand_edits=edits)


def _sealed(record: Building | Room | Device) -> dict[str, str] | None:
    return {name: sealed.ciphertext for name, sealed in record.sensitive.items()} or None


def _sensitive(item: BuildingItem | RoomItem | DeviceItem) -> dict[str, Sealed]:
    return {name: Sealed(ciphertext) for name, ciphertext in (item.sensitive or {}).items()}


def building_item(org: str, building: Building) -> BuildingItem:
    key = keys.building(org, building.id)
    by_name = keys.building_by_name(org, building.id, building.name)
    return BuildingItem(
        key.pk,
        key.sk,
        gsi1_pk=by_name.pk,
        gsi1_sk=by_name.sk,
        name=building.name,
        name_folded=folded(building.name),
        address={k: v for k, v in asdict(building.address).items() if v is not None},
        coordinates=asdict(building.coordinates) if building.coordinates else None,
        sensitive=_sealed(building),
        drop_mode=building.drop_mode.value,
        shards=building.shards,
        floors_count=building.floors_count,
        rooms_count=building.rooms_count,
        devices_count=building.devices_count,
        groups_count=building.groups_count,
        **_stored_record(building),
    )


def building(item: BuildingItem) -> Building:
    record = Building(
        **_record(item),
        status=BuildingStatus(item.status),
        name=item.name,
        address=Address(**item.address),
        coordinates=Coordinates(**item.coordinates) if item.coordinates else None,
        sensitive=_sensitive(item),
        drop_mode=ImportMode(item.drop_mode or ImportMode.PLAN),
        shards=int(item.shards),
        floors_count=int(item.floors_count),
        rooms_count=int(item.rooms_count),
        devices_count=int(item.devices_count),
        groups_count=int(item.groups_count),
        deletion_id=item.deletion_id,
    )
    return _with_hand_edits(record, item)


def floor_item(org: str, floor: Floor) -> FloorItem:
    key = keys.floor(org, floor.building_id, floor.id)
    return FloorItem(
        key.pk,
        key.sk,
        building_id=floor.building_id,
        floor_number=floor.floor_number,
        name=floor.name,
        elevation_m=floor.elevation_m,
        rooms_count=floor.rooms_count,
        devices_count=floor.devices_count,
        **_stored_record(floor),
    )


def floor(item: FloorItem) -> Floor:
    record = Floor(
        **_record(item),
        status=FloorStatus(item.status),
        building_id=item.building_id,
        floor_number=int(item.floor_number),
        name=item.name,
        elevation_m=item.elevation_m,
        rooms_count=int(item.rooms_count),
        devices_count=int(item.devices_count),
        deletion_id=item.deletion_id,
    )
    return _with_hand_edits(record, item)


def room_item(org: str, room: Room) -> RoomItem:
    key = keys.room(org, room.building_id, room.id)
    return RoomItem(
        key.pk,
        key.sk,
        gsi1_pk=keys.on_floor(org, room.floor_id),
        gsi1_sk=keys.ROOM + keys.by_number(room.room_number, room.id),
        building_id=room.building_id,
        floor_id=room.floor_id,
        room_number=room.room_number,
        number_shared=room.number_shared or None,
        name=room.name,
        room_type=room.room_type,
        area_m2=room.area_m2,
        area_source=room.area_source,
        volume_m3=room.volume_m3,
        footprint=[list(point) for point in room.footprint] if room.footprint else None,
        sensitive=_sealed(room),
        devices_count=room.devices_count,
        **_stored_record(room),
    )


def room(item: RoomItem) -> Room:
    record = Room(
        **_record(item),
        status=RoomStatus(item.status),
        building_id=item.building_id,
        floor_id=item.floor_id,
        room_number=item.room_number,
        number_shared=bool(item.number_shared),
        name=item.name,
        room_type=item.room_type,
        area_m2=item.area_m2,
        area_source=item.area_source,
        volume_m3=item.volume_m3,
        footprint=tuple((x, y) for x, y in item.footprint) if item.footprint else None,
        sensitive=_sensitive(item),
        devices_count=int(item.devices_count),
        group_ids=tuple(sorted(item.group_ids or ())),
        deletion_id=item.deletion_id,
    )
    return _with_hand_edits(record, item)


def device_item(org: str, device: Device) -> DeviceItem:
    key = keys.device(org, device.building_id, device.id)
    by_name = keys.DEVICE + keys.by_name(device.name, device.id)
    in_room = keys.in_room(org, device.room_id) if device.room_id else None
    return DeviceItem(
        key.pk,
        key.sk,
        gsi1_pk=in_room,
        gsi1_sk=by_name if in_room else None,
        gsi2_pk=keys.on_floor_shard(org, device.floor_id, shard_of(device.id)),
        gsi2_sk=by_name,
        building_id=device.building_id,
        floor_id=device.floor_id,
        room_id=device.room_id,
        further_room_ids=list(device.room_ids[1:]) or None,
        name=device.name,
        device_type=device.device_type,
        ifc_class=device.ifc_class,
        manufacturer=device.manufacturer,
        model=device.model,
        serial_number=device.serial_number,
        tag_number=device.tag_number,
        barcode=device.barcode,
        installed_on=device.installed_on.isoformat() if device.installed_on else None,
        warranty_until=device.warranty_until.isoformat() if device.warranty_until else None,
        position=list(device.position) if device.position else None,
        sensitive=_sealed(device),
        **_stored_record(device),
    )


def device(item: DeviceItem) -> Device:
    rooms = (item.room_id, *(item.further_room_ids or ())) if item.room_id else ()
    record = Device(
        **_record(item),
        status=DeviceStatus(item.status),
        building_id=item.building_id,
        floor_id=item.floor_id,
        room_id=item.room_id,
        room_ids=rooms,
        name=item.name,
        device_type=item.device_type,
        ifc_class=item.ifc_class,
        manufacturer=item.manufacturer,
        model=item.model,
        serial_number=item.serial_number,
        tag_number=item.tag_number,
        barcode=item.barcode,
        installed_on=date.fromisoformat(item.installed_on) if item.installed_on else None,
        warranty_until=date.fromisoformat(item.warranty_until) if item.warranty_until else None,
        position=Position(*item.position) if item.position else None,
        sensitive=_sensitive(item),
        group_ids=tuple(sorted(item.group_ids or ())),
    )
    return _with_hand_edits(record, item)


def further_room_item(org: str, device: Device, room_id: str) -> FurtherRoomItem:
    key = keys.device_in_further_room(org, device.building_id, device.id, room_id)
    return FurtherRoomItem(
        key.pk,
        key.sk,
        gsi1_pk=keys.in_room(org, room_id),
        gsi1_sk=keys.DEVICE + keys.by_name(device.name, device.id),
        building_id=device.building_id,
        device_id=device.id,
    )


def group_item(org: str, group: Group) -> GroupItem:
    key = keys.group(org, group.building_id, group.id)
    return GroupItem(
        key.pk,
        key.sk,
        building_id=group.building_id,
        group_kind=group.group_kind.value,
        name=group.name,
        category=group.category,
        members_count=group.members_count,
        **_stored_record(group),
    )


def group(item: GroupItem) -> Group:
    record = Group(
        **_record(item),
        status=GroupStatus(item.status),
        building_id=item.building_id,
        group_kind=GroupKind(item.group_kind),
        name=item.name,
        category=item.category,
        members_count=int(item.members_count),
    )
    return _with_hand_edits(record, item)


def member_item(org: str, building_id: str, group_id: str, record_id: str) -> MemberItem:
    key = keys.member(org, group_id, record_id)
    return MemberItem(
        key.pk, key.sk, building_id=building_id, group_id=group_id, record_id=record_id
    )
