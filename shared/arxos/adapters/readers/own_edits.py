"""What somebody has changed in the cells of an export of ours.

An export holds its building twice: in cells for people, and in its own lines for Arxos. The cells
are made again from the lines and read as any other file's are. Where both readings agree nobody
has changed anything, and the lines count, which lose nothing; where they differ, the cells do.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from arxos.adapters.exports.kept_rows import standard_name
from arxos.adapters.exports.rows import SheetHead, rows_of, shown_headings
from arxos.adapters.exports.table_rows import ALL_COLUMNS
from arxos.adapters.readers.kept_sheets import as_it_is
from arxos.adapters.readers.own_lines import model_of_lines
from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.source_text import meaningful
from arxos.adapters.readers.workbook_sheets import MAX_ROWS, Row, Sheet
from arxos.domain.own_exports import Line
from arxos.domain.source import (
    KeptSheet,
    SourceDevice,
    SourceFloor,
    SourceGroup,
    SourceModel,
    SourceRoom,
)
from arxos.domain.text_rules import folded

Thing = SourceFloor | SourceRoom | SourceDevice | SourceGroup
T = TypeVar("T", SourceFloor, SourceRoom, SourceDevice, SourceGroup)
ReadSheets = Callable[[Sequence[Sheet], ProblemList], SourceModel]

# Where the file does not say something, what the cells hold there is nobody's edit.
_UNSAID = {
    "number_said": frozenset({"floor_number"}),
    "place_said": frozenset({"floor_key", "room_keys", "room_numbers"}),
    "floor_said": frozenset({"floor_key"}),
    "type_said": frozenset({"device_type", "manufacturer", "model", "warranty_until", "metadata"}),
    "members_said": frozenset({"device_keys", "room_keys"}),
}
_NOT_CELLS = frozenset({"key", "line", "other_ids", "edited", "tags", "status", *_UNSAID})
_PLACES = frozenset({"floor_key", "room_keys", "room_numbers"})
_MEMBERS = frozenset({"device_keys", "room_keys"})


@dataclass(slots=True)
class _Exported:
    """The sheets as they were exported, and which record each row is about."""

    sheets: list[Sheet] = field(default_factory=list)
    ids: dict[tuple[str, int], str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Of each sheet: its title in the file -> its own name."""
    aside: set[str] = field(default_factory=set)
    """Sheets that were only stored, beside tables."""


def read_own(
    lines: Sequence[Line],
    sheets: Sequence[Sheet],
    problems: ProblemList,
    read: ReadSheets,
    *,
    as_cell: Callable[[Any], Any] = lambda value: value,
) -> SourceModel:
    """The building of an export, with what was changed in its sheets.

    `as_cell` is what becomes of a value in a file of this format.
    """
    is_part = not lines[0]["building"]
    own = model_of_lines(enumerate(lines, start=1), problems, is_part=is_part)
    exported = _exported(lines, as_cell)
    before = _read(exported.sheets, exported, read)
    now = _read(sheets, exported, read)
    told = {_told(p) for p in before.problems}
    merge = _Merge(own, exported, before, now, is_part=is_part)
    is_whole = not lines[0]["scope"]
    kept = own.kept_sheets
    if is_whole:
        kept = _kept(own.kept_sheets, before, now, exported.names)
    return replace(
        own,
        floors=merge.all("floors"),
        rooms=merge.all("rooms"),
        devices=merge.all("devices"),
        groups=merge.all("groups"),
        kept_sheets=kept,
        problems=(*own.problems, *(p for p in now.problems if _told(p) not in told)),
        incomplete=own.incomplete | (now.incomplete - before.incomplete),
    )


def _read(sheets: Sequence[Sheet], exported: _Exported, read: ReadSheets) -> SourceModel:
    """What the cells say; sheets that were only stored are no tables, whatever their columns."""
    aside = [sheet for sheet in sheets if sheet.name in exported.aside]
    model = read([sheet for sheet in sheets if sheet.name not in exported.aside], ProblemList())
    kept = filter(None, map(as_it_is, aside))
    return replace(model, kept_sheets=(*model.kept_sheets, *kept))


def _told(problem: Any) -> tuple[Any, ...]:
    return (problem.code, problem.sheet_or_class, problem.key, problem.field, problem.value)


def _exported(lines: Sequence[Line], as_cell: Callable[[Any], Any]) -> _Exported:
    exported = _Exported()
    rows: dict[str, list[Row]] = {}

    def begin(sheets: Mapping[str, SheetHead]) -> None:
        for title, head in sheets.items():
            rows[title] = [Row(1, tuple(map(as_cell, shown_headings(head.headings))))]
            exported.names[title] = head.name
            if head.name not in ALL_COLUMNS and lines[0]["as"] != "cobie":
                exported.aside.add(title)

    for made in rows_of(lines, begin):
        there = rows[made.sheet]
        # Readers stop there too.
        if len(there) < MAX_ROWS:
            there.append(Row(len(there) + 1, tuple(as_cell(value) for value in made.values)))
            if made.record_id is not None:
                exported.ids[made.sheet, len(there)] = made.record_id
    exported.sheets = [Sheet(name, tuple(found)) for name, found in rows.items()]
    return exported


def _kept(
    own: Sequence[KeptSheet], before: SourceModel, now: SourceModel, names: Mapping[str, str]
) -> tuple[KeptSheet, ...]:
    """The stored sheets: as the cells are now, where somebody has changed or added one there."""
    was = {(sheet.name, sheet.of_table): _filled(sheet) for sheet in before.kept_sheets}
    changed = {
        (names.get(sheet.name, sheet.name), sheet.of_table): sheet
        for sheet in now.kept_sheets
        if was.get((sheet.name, sheet.of_table)) != _filled(sheet)
    }
    merged, told = [], set()
    for sheet in own:
        known_by = standard_name(sheet.name), sheet.of_table
        if known_by not in changed:
            merged.append(sheet)
        elif known_by not in told:
            # Two documents may have brought it: in the cells they are one.
            other = replace(changed[known_by], name=sheet.name, document=sheet.document)
            merged.append(other)
            told.add(known_by)
    document = now.document or now.source
    merged += [
        replace(sheet, name=known_by[0], document=document)
        for known_by, sheet in changed.items()
        if known_by not in told
    ]
    return tuple(merged)


def _filled(sheet: KeptSheet) -> tuple[Any, ...]:
    """All that is in it, without blank rows, which a file may leave out."""
    return sheet.columns, [row for row in sheet.rows if any(c is not None for c in row)]


class _Merge:
    """Three states of each thing: its line, its cells as exported, its cells now."""

    def __init__(
        self,
        own: SourceModel,
        exported: _Exported,
        before: SourceModel,
        now: SourceModel,
        *,
        is_part: bool,
    ) -> None:
        self._is_part = is_part
        self._own, self._before, self._now = own, before, now
        self._exported = exported
        # Of each kind of thing: key in the cells -> the record's id.
        self._ids = {
            "floors": self._by_row("floors") | self._by_number(),
            "rooms": self._by_row("rooms"),
            "devices": self._by_row("devices"),
            "groups": self._by_name(),
        }
        self._stand_ins = {r.key for r in before.rooms} - self._ids["rooms"].keys()
        """Rooms that the export has made up, for devices that are in none."""

    def _by_row(self, part: str) -> dict[str, str]:
        found = {}
        for thing in getattr(self._before, part):
            for sheet in _SHEETS[part]:
                if (of := self._exported.ids.get((sheet, thing.line or 0))) is not None:
                    found[thing.key] = of
        return found

    def _by_number(self) -> dict[str, str]:
        """Floors that only a cell of a room or device names."""
        own = {floor.floor_number: floor.key for floor in self._own.floors}
        rows = self._by_row("floors")
        return {
            floor.key: own[floor.floor_number]
            for floor in (*self._before.floors, *self._now.floors)
            if floor.key not in rows and floor.floor_number in own
        }

    def _by_name(self) -> dict[str, str]:
        """Groups stand on a row for each member; those that cells cannot tell apart are left."""
        own: dict[tuple[str, ...], list[str]] = {}
        for group in self._own.groups:
            own.setdefault(_called(group), []).append(group.key)
        found = {group.key: own.get(_called(group), []) for group in self._before.groups}
        return {key: ids[0] for key, ids in found.items() if len(ids) == 1}

    def all(self, part: str) -> tuple[Any, ...]:
        """The part's things: those of the lines, changed and new ones; without removed ones."""
        cells_of = {i: key for key, i in self._ids[part].items()}
        before = {thing.key: thing for thing in getattr(self._before, part)}
        now = {thing.key: thing for thing in getattr(self._now, part)}
        merged = []
        for thing in getattr(self._own, part):
            key = cells_of.get(thing.key)
            if key is None or key not in before:
                # The cells could not say it, so nobody has changed it there. A table that stands
                # alone has no line of its floor: such a thing is left as the building has it.
                if not self._is_part:
                    merged.append(thing)
            elif key in now:
                merged.append(self._merged(thing, before[key], now[key]))
        known = set(self._ids[part])
        if not self._is_part:
            known |= before.keys()
        merged += [self._new(thing) for key, thing in now.items() if key not in known]
        return tuple(merged)

    def _merged(self, own: T, before: T, now: T) -> T:
        unsaid = _unsaid(now)
        changed = {
            f.name: getattr(now, f.name)
            for f in fields(own)
            if f.name not in _NOT_CELLS | unsaid and getattr(before, f.name) != getattr(now, f.name)
        }
        if self._is_part:
            places = _PLACES - unsaid
            own = replace(own, **{n: getattr(now, n) for n in places if hasattr(own, n)})
        if not changed:
            return own
        if "metadata" in changed:
            changed["metadata"] = _patched(own.metadata, before.metadata, now.metadata)
        words = set(changed)
        if isinstance(own, SourceDevice):
            words = words - _PLACES | ({"room_ids"} if words & _PLACES else set())
        elif isinstance(own, SourceRoom):
            words = words - _PLACES | ({"floor_id"} if words & _PLACES else set())
        elif isinstance(own, SourceGroup):
            words = words - _MEMBERS | ({"members"} if words & _MEMBERS else set())
        edited = tuple(sorted(words)) if own.edited is not None else None
        placed = self._places({**changed})
        return replace(own, **placed, edited=edited, line=now.line)

    def _new(self, thing: T) -> T:
        present = {f.name: getattr(thing, f.name) for f in fields(thing)}
        return replace(thing, **self._places(present))

    def _places(self, values: dict[str, Any]) -> dict[str, Any]:
        """Keys in the cells as the records' own."""
        if values.get("floor_key"):
            floor = values["floor_key"]
            values["floor_key"] = self._ids["floors"].get(floor, floor)
        for name, part in (("room_keys", "rooms"), ("device_keys", "devices")):
            if name in values:
                values[name] = tuple(
                    self._ids[part].get(key, key)
                    for key in values[name]
                    if part != "rooms" or key not in self._stand_ins
                )
        return values


def _unsaid(now: Thing) -> frozenset[str]:
    """The fields of which the cells say nothing any more: a column, or what they name, is gone."""
    return frozenset().union(
        *(names for said, names in _UNSAID.items() if not getattr(now, said, True))
    )


def _patched(own: Mapping[str, Any], before: Any, now: Any) -> dict[str, Any]:
    """The metadata with what differs between two readings of the cells."""
    patched = dict(own)
    for name in {**before, **now}:
        was, becomes = before.get(name), now.get(name)
        if was == becomes:
            continue
        if becomes is None:
            patched.pop(name, None)
        elif isinstance(was, dict) and isinstance(becomes, dict):
            mine = patched.get(name)
            patched[name] = _patched(mine if isinstance(mine, dict) else {}, was, becomes)
        else:
            patched[name] = becomes
    return patched


def _called(group: SourceGroup) -> tuple[str, ...]:
    return group.group_kind, folded(group.name), folded(meaningful(group.category) or "")


_SHEETS = {
    "floors": ("Floor", "floors"),
    "rooms": ("Space", "rooms"),
    "devices": ("Component", "devices"),
}
