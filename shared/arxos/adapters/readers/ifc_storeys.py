"""The storeys of a building, their heights and numbers, and which of them anything stands on."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from arxos.adapters.readers.floor_numbers import Storey, number_floors
from arxos.adapters.readers.ifc_model import Entity, IfcModel, attribute
from arxos.adapters.readers.ifc_placement import Frame, Placements
from arxos.adapters.readers.ifc_units import Units
from arxos.adapters.readers.problem_list import ProblemList

# A floor finish or a raised floor may lie a little under the storey's nominal height.
_SLACK_M = 0.1


@dataclass(frozen=True, slots=True)
class PlacedStorey:
    """A storey and its height above the building's zero."""

    entity: Entity
    elevation_m: float | None


def storey_above(entity: Entity, model: IfcModel) -> Entity | None:
    """The storey over a space or element, through wholes and containers, however nested.

    Stops at what it has seen: some files aggregate in circles.
    """
    seen: set[int] = set()
    current: Entity | None = entity
    while current is not None and current.id() not in seen:
        if current.is_a("IfcBuildingStorey"):
            return current
        seen.add(current.id())
        current = model.whole_of.get(current.id()) or model.container_of.get(current.id())
    return None


def cyclic_parts(model: IfcModel) -> list[Entity]:
    """Objects that are, through others, parts of themselves; one for each circle."""
    settled: set[int] = set()
    found: list[Entity] = []
    for start in model.whole_of:
        path: dict[int, Entity] = {}
        current = start
        while current not in settled and current not in path:
            whole = model.whole_of.get(current)
            if whole is None:
                break
            path[current] = whole
            current = whole.id()
        if current in path:
            found.append(path[current])
        settled.update(path, (current,))
    return found


class Storeys:
    """All storeys of the file, lowest first."""

    def __init__(
        self,
        model: IfcModel,
        units: Units,
        placements: Placements,
        building_frame: Frame,
        rooms_on: set[int],
        problems: ProblemList,
    ) -> None:
        self._frame, self._placements, self._units = building_frame, placements, units
        found = [
            PlacedStorey(entity, self._elevation(entity))
            for entity in model.by_type("IfcBuildingStorey")
        ]
        numbers = number_floors(
            [
                Storey(
                    storey_name(storey.entity), storey.elevation_m, storey.entity.id() in rooms_on
                )
                for storey in found
            ]
        )
        self.all: list[PlacedStorey] = [found[i] for i in numbers.order]
        self._numbers = {found[i].entity.id(): n for i, n in enumerate(numbers.numbers)}
        for index in numbers.squeezed:
            entity = found[index].entity
            problems.warn(
                "FLOOR_NUMBER_SQUEEZED",
                f"'{storey_name(entity)}' lies between two floors whose labels leave no number"
                f" between them; it got the number {numbers.numbers[index]}. Give it one by hand.",
                ifc_class=entity.is_a(),
                key=attribute(entity, "GlobalId"),
                field="floor_number",
            )

    def number(self, storey: Entity) -> int:
        """Its floor number, unique in the file."""
        return self._numbers[storey.id()]

    def height_of(self, product: Entity) -> float | None:
        """The product's placement above the building's zero, in metres."""
        frame = self._placements.of(product)
        if frame is None:
            return None
        return self._frame.inwards(frame.origin)[2] * self._units.length

    def at_height(self, z_m: float | None) -> Entity:
        """The storey that a point stands on; the ground floor if its height is not known."""
        ground = min(self.all, key=lambda s: abs(self.number(s.entity)))
        if z_m is None:
            return ground.entity
        below = [
            s for s in self.all if s.elevation_m is not None and s.elevation_m <= z_m + _SLACK_M
        ]
        known: Sequence[PlacedStorey] = [s for s in self.all if s.elevation_m is not None]
        if below:
            return below[-1].entity
        return known[0].entity if known else ground.entity

    def _elevation(self, storey: Entity) -> float | None:
        """Elevation times the length unit; where it is null, the placement's height."""
        stated = attribute(storey, "Elevation")
        if isinstance(stated, (int, float)) and isfinite(stated):
            return float(stated) * self._units.length
        if attribute(storey, "ObjectPlacement") is None:
            return None
        return self.height_of(storey)


def storey_name(storey: Entity) -> str | None:
    """Name, or LongName where that is empty."""
    for name in ("Name", "LongName"):
        text = attribute(storey, name)
        if isinstance(text, str) and text.strip():
            return text.strip()
    return None
