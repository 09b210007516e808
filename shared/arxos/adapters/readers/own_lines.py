"""An export's own lines to records: docs/json-lines.md says what stands in them."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from arxos.adapters.readers.problem_list import ProblemList
from arxos.domain.errors import UnreadableFile
from arxos.domain.floor import FLOOR_NUMBERS
from arxos.domain.group import GroupKind
from arxos.domain.own_exports import FORMAT, OWN, VERSION, Line, is_as_exported
from arxos.domain.record import external_ids_fault, tags_fault
from arxos.domain.source import (
    KeptSheet,
    SourceBuilding,
    SourceDevice,
    SourceFloor,
    SourceGroup,
    SourceModel,
    SourceRoom,
)
from arxos.domain.status import DeviceStatus, FloorStatus, RoomStatus
from arxos.domain.text_rules import has_visible_text

T = TypeVar("T")
_KINDS = ("floor", "group", "room", "device")


class Faulty(ValueError):
    """Why a line is no record: the field, and a sentence's end."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(field, why)
        self.field, self.why = field, why


def check_header(line: Line) -> None:
    """Raises UnreadableFile for a first line that is not an export's."""
    if line.get("format") != FORMAT:
        raise UnreadableFile(
            "This is no export of Arxos: the first line must be an object that holds"
            f' "format": "{FORMAT}" (docs/json-lines.md).'
        )
    if line.get("version") != VERSION:
        raise UnreadableFile(
            f"This export is of version {line.get('version')} of its format; Arxos reads"
            f" version {VERSION}."
        )


def model_of_lines(
    lines: Iterable[tuple[int, Line]], problems: ProblemList, *, is_part: bool = False
) -> SourceModel:
    """The building in numbered lines, the header first.

    `is_part`: the lines are of one table, and name floors and rooms that have none.
    """
    return _Lines(problems, is_part=is_part).read(iter(lines))


class _Lines:
    def __init__(self, problems: ProblemList, *, is_part: bool) -> None:
        self._problems = problems
        self._is_part = is_part
        self._things: dict[str, dict[str, Any]] = {kind: {} for kind in _KINDS}
        self._members: dict[str, list[tuple[str, str]]] = {}
        self._incomplete: set[str] = set()
        self._sheets: list[tuple[KeptSheet, list[tuple[Any, ...]]]] = []

    def read(self, lines: Iterator[tuple[int, Line]]) -> SourceModel:
        _, head = next(lines, (0, {}))
        check_header(head)
        for number, line in lines:
            try:
                self._take(line, number)
            except Faulty as fault:
                self._refuse(line, number, fault)
        building = head.get("building")
        return SourceModel(
            source=OWN,
            schema=f"{FORMAT} {VERSION}",
            building=SourceBuilding(key=str(building.get("id", "")), name=building.get("name"))
            if isinstance(building, dict)
            else None,
            floors=tuple(self._things["floor"].values()),
            rooms=tuple(self._things["room"].values()),
            devices=tuple(self._things["device"].values()),
            groups=tuple(self._with_members(group) for group in self._things["group"].values()),
            kept_sheets=tuple(replace(sheet, rows=tuple(rows)) for sheet, rows in self._sheets),
            problems=self._problems.all(),
            incomplete=frozenset(self._incomplete),
        )

    def _take(self, line: Line, number: int) -> None:
        kind = line.get("kind")
        if kind in ("kept_sheet", "kept_columns"):
            sheet = KeptSheet(
                name=_text(line, "name") or "Sheet",
                columns=tuple(str(c) for c in _list(line, "columns")),
                document=_text(line, "document") or "",
                of_table=kind == "kept_columns",
            )
            self._sheets.append((sheet, []))
        elif kind == "kept_row":
            self._keep(line)
        elif kind in _KINDS:
            key = _text(line, "id") or _fault("id", "it is missing")
            if key in self._things[kind]:
                raise Faulty("id", "it stands in the file twice")
            self._things[kind][key] = getattr(self, f"_{kind}")(line, key, number)
            for group in dict.fromkeys(_texts(line, "group_ids")):
                self._members.setdefault(group, []).append((kind, key))
        else:
            raise Faulty("kind", f"it is none of {', '.join(_KINDS)}")

    def _keep(self, line: Line) -> None:
        if not self._sheets:
            raise Faulty("kind", "a row must follow its kept_sheet")
        sheet, rows = self._sheets[-1]
        width = len(sheet.columns)
        values = [v if not isinstance(v, (dict, list)) else str(v) for v in _list(line, "values")]
        rows.append(tuple((values + [None] * width)[:width]))

    # ---- Records ----------------------------------------------------------------------------

    def _floor(self, line: Line, key: str, number: int) -> SourceFloor:
        floor_number = line.get("floor_number")
        if isinstance(floor_number, bool) or not isinstance(floor_number, int):
            raise Faulty("floor_number", "it is no whole number")
        if floor_number not in FLOOR_NUMBERS:
            raise Faulty(
                "floor_number", f"it is not from {FLOOR_NUMBERS[0]} to {FLOOR_NUMBERS[-1]}"
            )
        return SourceFloor(
            key=key,
            name=_text(line, "name") or "",
            floor_number=floor_number,
            elevation_m=_number(line, "elevation_m"),
            status=_status(line, FloorStatus),
            **_common(line, number),
        )

    def _room(self, line: Line, key: str, number: int) -> SourceRoom:
        return SourceRoom(
            key=key,
            floor_key=self._known(line, "floor_id", "floor"),
            room_number=_name(line, "room_number"),
            name=_text(line, "name"),
            room_type=_text(line, "room_type"),
            area_m2=_number(line, "area_m2"),
            area_source=_text(line, "area_source"),
            volume_m3=_number(line, "volume_m3"),
            footprint=_footprint(line),
            status=_status(line, RoomStatus),
            **_common(line, number),
        )

    def _device(self, line: Line, key: str, number: int) -> SourceDevice:
        rooms = _texts(line, "room_ids")
        unknown = [room for room in rooms if room not in self._things["room"]]
        if unknown and not self._is_part:
            raise Faulty("room_ids", f"the room '{unknown[0]}' is not in the file before it")
        return SourceDevice(
            key=key,
            floor_key=self._known(line, "floor_id", "floor"),
            room_keys=rooms,
            name=_name(line, "name"),
            device_type=_name(line, "device_type"),
            ifc_class=_text(line, "ifc_class"),
            manufacturer=_text(line, "manufacturer"),
            model=_text(line, "model"),
            serial_number=_text(line, "serial_number"),
            tag_number=_text(line, "tag_number"),
            barcode=_text(line, "barcode"),
            installed_on=_day(line, "installed_on"),
            warranty_until=_day(line, "warranty_until"),
            position=_position(line),
            status=_status(line, DeviceStatus),
            **_common(line, number),
        )

    def _group(self, line: Line, key: str, number: int) -> SourceGroup:
        if line.get("group_kind") not in list(GroupKind):
            raise Faulty("group_kind", f"it is none of {', '.join(GroupKind)}")
        return SourceGroup(
            key=key,
            group_kind=line["group_kind"],
            name=_name(line, "name"),
            category=_text(line, "category"),
            **_common(line, number),
        )

    def _with_members(self, group: SourceGroup) -> SourceGroup:
        members = self._members.get(group.key, ())
        return replace(
            group,
            device_keys=tuple(key for kind, key in members if kind == "device"),
            room_keys=tuple(key for kind, key in members if kind == "room"),
        )

    def _known(self, line: Line, field: str, kind: str) -> str:
        key = _text(line, field)
        if key is None or (key not in self._things[kind] and not self._is_part):
            raise Faulty(field, f"the {kind} '{key}' is not in the file before it")
        return key

    def _refuse(self, line: Line, number: int, fault: Faulty) -> None:
        value = line.get(fault.field)
        kind = line.get("kind")
        self._incomplete |= {kind} if kind in _KINDS else set(_KINDS)
        self._problems.error(
            "ROW_REFUSED",
            f"Line {number} was not taken over: {fault.field} is"
            f" {'empty' if value is None else repr(value)[:80]}, and {fault.why}.",
            ifc_class=str(line.get("kind"))[:50],
            line=number,
            key=str(line.get("id", ""))[:200] or None,
            field=fault.field,
        )


def _common(line: Line, number: int) -> dict[str, Any]:
    """What all kinds have. A line that nobody has changed says nothing new of a known record."""
    metadata = line.get("metadata", {})
    if not isinstance(metadata, dict):
        raise Faulty("metadata", "it is no object")
    ids = line.get("external_ids", {})
    if not isinstance(ids, dict) or not all(isinstance(i, str) for i in ids.values()):
        raise Faulty("external_ids", "it is no object of texts")
    if fault := external_ids_fault(ids):
        raise Faulty("external_ids", fault.lower())
    tags = _texts(line, "tags")
    if fault := tags_fault(tags):
        raise Faulty("tags", fault.lower())
    return {
        "description": _text(line, "description"),
        "metadata": metadata,
        "tags": tags,
        "other_ids": ids,
        "edited": () if is_as_exported(line) else None,
        "line": number,
    }


def _fault(field: str, why: str) -> Any:
    raise Faulty(field, why)


def _typed(line: Line, field: str, is_it: Callable[[Any], bool], why: str) -> Any:
    value = line.get(field)
    return value if value is None or is_it(value) else _fault(field, why)


def _text(line: Line, field: str) -> str | None:
    value: str | None = _typed(line, field, lambda v: isinstance(v, str), "it is no text")
    return value


def _name(line: Line, field: str) -> str:
    text = _text(line, field)
    if text is None or not has_visible_text(text):
        raise Faulty(field, "it is empty")
    return text


def _list(line: Line, field: str) -> list[Any]:
    found: list[Any] | None = _typed(line, field, lambda v: isinstance(v, list), "it is no list")
    return found or []


def _texts(line: Line, field: str) -> tuple[str, ...]:
    found = _list(line, field)
    if not all(isinstance(text, str) for text in found):
        raise Faulty(field, "it is no list of texts")
    return tuple(found)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _number(line: Line, field: str) -> float | None:
    value: float | None = _typed(line, field, _is_number, "it is no number")
    return value


def _points(value: Any, size: int) -> bool:
    return isinstance(value, list) and len(value) == size and all(map(_is_number, value))


def _footprint(line: Line) -> tuple[tuple[float, float], ...] | None:
    ring = _list(line, "footprint")
    if not all(_points(point, 2) for point in ring):
        raise Faulty("footprint", "it is no list of points [x, y]")
    return tuple((x, y) for x, y in ring) or None


def _position(line: Line) -> tuple[float, float, float] | None:
    place = line.get("position")
    if place is None:
        return None
    if not _points(place, 3):
        raise Faulty("position", "it is no point [x, y, z]")
    x, y, z = place
    return x, y, z


def _day(line: Line, field: str) -> str | None:
    text = _text(line, field)
    try:
        return None if text is None else date.fromisoformat(text).isoformat()
    except ValueError:
        raise Faulty(field, "it is no date (2026-11-22 is)") from None


def _status(line: Line, type_: type[StrEnum]) -> str | None:
    status = _text(line, "status")
    if status is not None and status not in list(type_):
        raise Faulty("status", f"it is none of {', '.join(type_)}")
    return status
