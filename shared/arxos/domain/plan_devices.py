"""Which device each element of the file is, and in which rooms it stands.

Devices that another file brought are met by tag, serial number or barcode, else by their place,
type and name; and never guessed.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from arxos.domain.device import Device, Position
from arxos.domain.nearest_room import RoomFinder
from arxos.domain.own_exports import OWN
from arxos.domain.plan_comparison import Comparison
from arxos.domain.plan_rooms import RoomsOfFile
from arxos.domain.record_matching import PLACE, Matches, match, match_by_labels, match_by_place
from arxos.domain.room import Room
from arxos.domain.source import SourceDevice
from arxos.domain.source_statement import remembered
from arxos.domain.text_rules import folded


def plan_devices(
    comparison: Comparison,
    sources: Sequence[SourceDevice],
    devices: Sequence[Device],
    rooms: Sequence[Room],
    floor_ids: Mapping[str, str],
    of_file: RoomsOfFile,
) -> None:
    """Adds the devices to the plan, after the floors and rooms.

    `rooms` are the building's; `floor_ids` and `of_file` say which records the file's are.
    """
    _DevicePlanner(comparison, devices, rooms, floor_ids, of_file).plan(sources)


class _DevicePlanner:
    def __init__(
        self,
        comparison: Comparison,
        devices: Sequence[Device],
        rooms: Sequence[Room],
        floor_ids: Mapping[str, str],
        of_file: RoomsOfFile,
    ) -> None:
        self._comparison = comparison
        self._devices, self._rooms = devices, rooms
        self._floor_ids, self._of_file = floor_ids, of_file
        self._finders: dict[str, RoomFinder] = {}

    def plan(self, sources: Sequence[SourceDevice]) -> None:
        """Adds the devices to the plan."""
        comparison = self._comparison
        found = match(comparison.source, comparison.document, sources, self._devices)
        match_by_labels(sources, self._devices, found)
        places = self._places(sources, found)
        if comparison.source != OWN:
            match_by_place(sources, self._devices, found, places)
        for source in sources:
            if source.key not in places:
                continue
            floor_id, room_ids = places[source.key]
            values = _device_values(source)
            place = {"room_ids": (floor_id, *room_ids) if source.place_said else None}
            self._warn_ambiguous(source, found)
            if (device := found.known.get(source.key)) is not None:
                self._keep_device(device, floor_id, room_ids, values, source)
            elif (other := found.met.get(source.key)) is not None:
                comparison.complete(other, {**values, **place}, source)
            else:
                comparison.add(
                    Device,
                    "device",
                    source,
                    comparison.plan.shards,
                    {**values, **place},
                    building_id=comparison.building_id,
                    device_type=source.device_type,
                    floor_id=floor_id,
                    room_id=room_ids[0] if room_ids else None,
                    room_ids=room_ids,
                )

    def _places(
        self, sources: Sequence[SourceDevice], found: Matches[Device]
    ) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Floor and rooms of each device, by its key; without those whose room is not known."""
        rooms_by_number = self._rooms_by_number()
        places = {}
        for source in sources:
            device = found.get(source.key)
            place = self._unmoved(device, source) or self._place_of_device(
                source, device, rooms_by_number
            )
            if place is not None:
                places[source.key] = place
        return places

    def _rooms_by_number(self) -> dict[str, list[tuple[str, str]]]:
        """The building's rooms, and those of this file, by folded number: (floor id, room id)."""
        found: dict[str, list[tuple[str, str]]] = {}
        for room in {r.id: r for r in (*self._rooms, *self._comparison.plan.rooms)}.values():
            found.setdefault(folded(room.room_number), []).append((room.floor_id, room.id))
        return found

    def _unmoved(
        self, device: Device | None, source: SourceDevice
    ) -> tuple[str, tuple[str, ...]] | None:
        """Where a device is of whose place the file says nothing, or an export nothing new."""
        if device is None:
            return None
        if not source.place_said:
            return device.floor_id, device.room_ids
        if source.edited is None or "room_ids" in source.edited:
            return None
        return device.floor_id, device.room_ids

    def _place_of_device(
        self,
        source: SourceDevice,
        device: Device | None,
        by_number: Mapping[str, list[tuple[str, str]]],
    ) -> tuple[str, tuple[str, ...]] | None:
        """The device's floor and rooms; None, with an error, where the file names no such room.

        A device that is known then stays as it is.
        """
        floor_id = self._floor_ids.get(source.floor_key)
        room_ids = [self._of_file.ids[key] for key in source.room_keys]
        for number in source.room_numbers:
            fits = [
                (floor, room)
                for floor, room in by_number.get(folded(number), [])
                if floor_id in (None, floor)
            ]
            if len(fits) != 1:
                why = "no room" if not fits else f"{len(fits)} rooms"
                if device is not None:
                    self._comparison.mention(device)
                    self._comparison.plan.ids[source.key] = device.id
                self._comparison.error(
                    "ROOM_UNKNOWN",
                    f"Device '{source.name}' is in room '{number}', but the building has {why} of"
                    " that number" + (" there" if floor_id else "") + "; it was not taken over.",
                    "device",
                    source,
                    "room",
                )
                return None
            room_ids.append(fits[0][1])
            self._of_file.floor_ids.setdefault(fits[0][1], fits[0][0])
        unique = tuple(dict.fromkeys(room_ids))
        if unique:
            return self._of_file.floor_ids[unique[0]], unique
        if floor_id is None:
            raise AssertionError("a reader gives each device a floor or a room")
        return floor_id, self._nearest_room(floor_id, source)

    def _keep_device(
        self,
        device: Device,
        floor_id: str,
        room_ids: tuple[str, ...],
        values: dict[str, Any],
        source: SourceDevice,
    ) -> None:
        """A place is one thing: floor and rooms together."""
        if not source.place_said:
            self._comparison.keep(device, values, source)
            return
        place = (floor_id, *room_ids)
        is_news = self._comparison.is_news(device, "room_ids", place, source)
        is_elsewhere = (device.floor_id, device.room_ids) != (floor_id, room_ids)
        is_by_hand = bool({"floor_id", "room_ids"} & device.hand_edits.keys())
        if is_by_hand and is_elsewhere:
            self._comparison.warn_kept(device, "room_ids", source, room_ids, is_conflict=is_news)
        moved = device
        if is_news and is_by_hand:
            room_id = room_ids[0] if room_ids else None
            heard = {"floor_id": floor_id, "room_id": room_id, "room_ids": room_ids}
            moved, _ = device.heard(heard)
        elif is_news and is_elsewhere:
            moved = device.move(
                floor_id=floor_id,
                room_ids=room_ids,
                at=self._comparison.at,
                by=self._comparison.by,
            )
        if is_news:
            moved = remembered(moved, self._comparison.document, {"room_ids": place})
        self._comparison.keep(moved, values, source, before=device)

    def _warn_ambiguous(self, source: SourceDevice, found: Matches[Device]) -> None:
        label = found.ambiguous.get(source.key)
        if label is not None:
            what = "room, type and name" if label == PLACE else label.replace("_", " ")
            self._comparison.plan.ambiguous.append((source.key, source.name, label))
            self._comparison.warn(
                "DEVICE_AMBIGUOUS",
                f"Device '{source.name}' has the {what} of more than one device in the building or"
                " in the file; it was not taken for any of them.",
                "device",
                source,
                "name" if label == PLACE else label,
            )

    def _nearest_room(self, floor_id: str, source: SourceDevice) -> tuple[str, ...]:
        """The room another file brought that the device stands in (import-mapping.md, rule 4).

        Electrical and HVAC models often carry no rooms of their own; those of a file that does
        were tried by its reader.
        """
        if source.position is None:
            return ()
        if floor_id not in self._finders:
            in_file = set(self._of_file.ids.values())
            self._finders[floor_id] = RoomFinder(
                (room.id, room.footprint)
                for room in self._rooms
                if room.floor_id == floor_id and room.footprint and room.id not in in_file
            )
        found = self._finders[floor_id].nearest(source.position[0], source.position[1])
        return (found,) if found else ()


def _device_values(source: SourceDevice) -> dict[str, Any]:
    return {
        "name": source.name,
        "device_type": source.device_type if source.type_said else None,
        "ifc_class": source.ifc_class,
        "manufacturer": source.manufacturer,
        "model": source.model,
        "serial_number": source.serial_number,
        "tag_number": source.tag_number,
        "barcode": source.barcode,
        "installed_on": date.fromisoformat(source.installed_on) if source.installed_on else None,
        "warranty_until": (
            date.fromisoformat(source.warranty_until) if source.warranty_until else None
        ),
        "position": Position(*source.position) if source.position else None,
        "description": source.description,
    }
