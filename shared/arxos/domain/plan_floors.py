"""Which floor each storey of the file is, and which number it gets.

Floors that another file brought (architecture and electrical models of one building) are met by
name, or by number and height.
"""

from collections.abc import Iterable, Mapping, Sequence

from arxos.domain.floor import Floor
from arxos.domain.import_plan import is_new
from arxos.domain.plan_comparison import Comparison
from arxos.domain.record import Record
from arxos.domain.record_matching import Matches, match
from arxos.domain.source import SourceFloor
from arxos.domain.text_rules import folded

# Two files that place one storey this close mean the same storey: models of one building differ
# by a floor build-up, not by half a storey.
SAME_STOREY_M = 1.5
# Each renumbered floor is three items (itself and two holders), and all go into one transaction.
MOST_RENUMBERED = 25


def plan_floors(
    comparison: Comparison, sources: Sequence[SourceFloor], floors: Sequence[Floor]
) -> dict[str, str]:
    """Adds the storeys to the plan; each one's key in the file -> its floor's id."""
    floor_ids: dict[str, str] = {}
    found = match(comparison.source, comparison.document, sources, floors)
    _meet_same_storeys(comparison, sources, floors, found)
    known = found.known
    numbers = _renumbered(sources, known, floors, comparison)
    taken = {f.floor_number for f in floors} - {known[key].floor_number for key in numbers} | set(
        numbers.values()
    )
    for source in sources:
        said = {
            "name": source.name or None,
            "elevation_m": source.elevation_m,
            "description": source.description,
            "floor_number": source.floor_number if source.number_said else None,
        }
        if (floor := known.get(source.key)) is not None:
            floor_ids[source.key] = floor.id
            # The number it gets may be another than the file's: one that is free.
            comparison.keep(floor, said, source, instead={"floor_number": numbers[source.key]})
            continue
        if (other := found.met.get(source.key)) is not None:
            floor_ids[source.key] = other.id
            comparison.complete(other, said, source)
            continue
        number = source.floor_number
        while number in taken:
            number += 1
        if number != source.floor_number:
            comparison.warn(
                "FLOOR_NUMBER_TAKEN",
                f"Floor '{source.name}' would be number {source.floor_number}, which another"
                f" floor of this building has; it was given {number}.",
                "floor",
                source,
                "floor_number",
            )
        taken.add(number)
        floor_ids[source.key] = comparison.add(
            Floor,
            "floor",
            source,
            1,
            said,
            building_id=comparison.building_id,
            floor_number=number,
        )
    # Floors that change numbers among themselves must do so in one transaction: first of all.
    comparison.plan.floors.sort(key=lambda f: is_new(f) or not _changes(f, "floor_number"))
    return floor_ids


def _meet_same_storeys(
    comparison: Comparison,
    sources: Sequence[SourceFloor],
    floors: Sequence[Floor],
    found: Matches[Floor],
) -> None:
    """Adds the floors that are met by name or number.

    A table of rooms or devices only names floors, and gives them no new key.
    """
    claimed = found.taken()
    for source in sources:
        if found.has(source.key):
            continue
        other = _same_storey(source, [f for f in floors if f.id not in claimed])
        if other is None:
            continue
        claimed.add(other.id)
        if "floor" in comparison.incomplete:
            found.met[source.key] = other
        else:
            found.take(source.key, other)


def _same_storey(source: SourceFloor, floors: list[Floor]) -> Floor | None:
    """The floor that another file brought for the same storey: by name, else by number."""

    def near(floor: Floor) -> bool:
        if floor.elevation_m is None or source.elevation_m is None:
            return True
        return abs(floor.elevation_m - source.elevation_m) <= SAME_STOREY_M

    name = folded(source.name)
    for floor in floors:
        if floor.name and folded(floor.name) == name and near(floor):
            return floor
    for floor in floors if source.number_said else ():
        if floor.floor_number == source.floor_number and near(floor):
            return floor
    return None


def _renumbered(
    sources: Iterable[SourceFloor],
    known: Mapping[str, Floor],
    floors: Iterable[Floor],
    comparison: Comparison,
) -> dict[str, int]:
    """The numbers that the file gives the floors it knows, by key; empty when they do not fit.

    They fit when no floor that another file or a person brought has one of them.
    """
    numbers = {
        s.key: known[s.key].floor_number
        if not s.number_said
        or "floor_number" in known[s.key].hand_edits
        or not comparison.is_news(known[s.key], "floor_number", s.floor_number, s)
        else s.floor_number
        for s in sources
        if s.key in known
    }
    ids = {known[key].id for key in numbers}
    others = {f.floor_number for f in floors if f.id not in ids}
    moved = [key for key, number in numbers.items() if known[key].floor_number != number]
    if (
        len(set(numbers.values())) < len(numbers)
        or others & set(numbers.values())
        or len(moved) > MOST_RENUMBERED
    ):
        return {key: known[key].floor_number for key in numbers}
    return numbers


def _changes(record: Record, field_name: str) -> bool:
    return any(field_name in event.changes for event in record.events)
