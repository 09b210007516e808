"""New and changed devices as JSON lines, a chunk in each: what the writers of lanes are handed.

The fields are those of the table's item; beside them stand the events, which the history tells and
counters follow.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from arxos.adapters.dynamodb import mapping
from arxos.adapters.dynamodb.table import DeviceItem
from arxos.domain.device import Device
from arxos.domain.events import (
    DeviceAdded,
    DeviceMoved,
    DeviceStatusChanged,
    DeviceUpdated,
    DomainEvent,
)
from arxos.domain.plain_values import plain, restored
from arxos.domain.record import FieldsOfNew
from arxos.domain.timestamps import from_iso, to_iso

_EVENTS: dict[str, type[DomainEvent]] = {
    event.__name__: event
    for event in (DeviceAdded, DeviceMoved, DeviceStatusChanged, DeviceUpdated)
}


def line_of(chunk: Sequence[Device]) -> str:
    """The chunk as a line. `change_files` and `group_ids` are not a chunk's to write."""
    return json.dumps(
        [[_item_of(device), [_told(event) for event in device.events]] for device in chunk],
        ensure_ascii=False,
        separators=(",", ":"),
    )


def chunk_of(line: str) -> list[Device]:
    """The chunk that `line_of` wrote."""
    return [_device(item, events) for item, events in json.loads(line)]


def _item_of(device: Device) -> dict[str, Any]:
    # The organisation is only in the keys, and these are made anew where it is written.
    item: dict[str, Any] = mapping.device_item("", device).serialize()
    return {name: value for name, value in item.items() if not name.startswith("GSI")}


def _told(event: DomainEvent) -> dict[str, Any]:
    told: dict[str, Any] = {
        "event": event.name,
        "label": event.record_label,
        "by": event.by,
        "at": to_iso(event.at) if event.at else None,
    }
    if not isinstance(event.changes, FieldsOfNew):  # which are the device's own
        told["changes"] = {k: [plain(a), plain(b)] for k, (a, b) in event.changes.items()}
    return told


def _device(item: dict[str, Any], events: list[dict[str, Any]]) -> Device:
    device = mapping.device(DeviceItem.from_raw_data(item))
    return replace(device, events=tuple(_event(device, told) for told in events))


def _event(device: Device, told: dict[str, Any]) -> DomainEvent:
    changes = told.get("changes")
    return _EVENTS[told["event"]](
        record_kind="device",
        record_id=device.id,
        record_label=told["label"],
        by=told["by"],
        at=from_iso(told["at"]) if told["at"] else None,
        changes=FieldsOfNew(device)
        if changes is None
        else {
            name: (restored(Device, name, before), restored(Device, name, after))
            for name, (before, after) in changes.items()
        },
    )
