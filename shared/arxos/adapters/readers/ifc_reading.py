"""What the makers of floors, rooms and devices share while one IFC file is read."""

from dataclasses import dataclass, field
from typing import Any

from arxos.adapters.readers.ifc_keys import Keys
from arxos.adapters.readers.ifc_model import Entity, IfcModel, attribute
from arxos.adapters.readers.ifc_placement import Frame, Placements
from arxos.adapters.readers.ifc_properties import Properties
from arxos.adapters.readers.ifc_storeys import Storeys, storey_above
from arxos.adapters.readers.ifc_units import Units
from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.source_text import TextCleaner
from arxos.domain.text_rules import MAX_DESCRIPTION, MAX_NAME

# Map coordinates may be millions of metres; what is farther is damage.
FARTHEST_M = 1e7


@dataclass(slots=True, kw_only=True)
class Reading:
    """One file being read. `floor_keys` go by the storey's step id."""

    model: IfcModel
    units: Units
    placements: Placements
    building_frame: Frame
    properties: Properties
    storeys: Storeys
    keys: Keys
    cleaner: TextCleaner
    problems: ProblemList
    lines: dict[int, int]
    floor_keys: dict[int, str] = field(default_factory=dict)
    only_floor_key: str | None = None
    """The key of the floor made up for a file that has no storeys."""

    def line(self, entity: Entity) -> int | None:
        """Where the entity stands in the file."""
        return self.lines.get(entity.id())

    def text(self, entity: Entity, name: str, key: str, *, label: str | None = None) -> str | None:
        """An attribute as clean text that fits its field."""
        return self.cleaner.clean(
            attribute(entity, name),
            field=label or name,
            limit=MAX_DESCRIPTION if name == "Description" else MAX_NAME,
            ifc_class=entity.is_a(),
            key=key,
            line=self.line(entity),
        )

    def warn(
        self, code: str, message: str, entity: Entity, key: str, field: str | None = None
    ) -> None:
        """A warning about one record."""
        self.problems.warn(
            code,
            message,
            ifc_class=entity.is_a(),
            line=self.line(entity),
            key=key,
            field=field,
        )

    def floor_of(self, entity: Entity, above: list[Entity], what: str, key: str) -> str:
        """The floor's key: the storey over the first of `above` that has one, else by height."""
        for candidate in above:
            storey = storey_above(candidate, self.model)
            if storey is not None:
                return self.floor_keys[storey.id()]
        if self.only_floor_key is not None:
            return self.only_floor_key
        height = self.storeys.height_of(entity)
        storey = self.storeys.at_height(height)
        floor_key = self.floor_keys[storey.id()]
        how = "ground floor" if height is None else f"floor at its height, {height:.2f} m"
        self.warn(
            "NOT_ON_A_STOREY",
            f"{what} does not stand on a storey; it was put on the {how}"
            f" ('{attribute(storey, 'Name') or floor_key}').",
            entity,
            key,
            "floor",
        )
        return floor_key

    def position_of(self, entity: Entity, what: str, key: str) -> tuple[float, float, float] | None:
        """The placement's origin in metres in the building's coordinates, to the millimetre."""
        if attribute(entity, "ObjectPlacement") is None:
            return None
        frame = self.placements.of(entity)
        if frame is None:
            self.warn(
                "PLACEMENT_CYCLIC",
                f"The placement of {what} is relative to itself; its position is not known.",
                entity,
                key,
                "position",
            )
            return None
        x, y, z = self.building_frame.inwards(frame.origin)
        scale = self.units.length
        if not all(abs(c * scale) < FARTHEST_M for c in (x, y, z)):  # False for not-a-number too
            self.warn(
                "POSITION_OUT_OF_RANGE",
                f"The placement of {what} lies farther than {FARTHEST_M / 1000:,.0f} km from the"
                " building; its position was left out.",
                entity,
                key,
                "position",
            )
            return None
        return (_mm(x * scale), _mm(y * scale), _mm(z * scale))

    def classification_of(self, entity: Entity) -> str | None:
        """'code: title' as COBie writes it, of the object or of its type."""
        type_object = self.model.type_of.get(entity.id())
        for owner in (entity, type_object):
            for reference in (
                self.model.classifications_of.get(owner.id(), ()) if owner is not None else ()
            ):
                # IFC2x3 calls the code ItemReference, IFC4 Identification.
                code = self._plain(
                    attribute(reference, "Identification") or attribute(reference, "ItemReference")
                )
                title = self._plain(attribute(reference, "Name"))
                text = code_and_title(code, title)
                if text is not None:
                    return text
        return None

    def _plain(self, value: Any) -> str | None:
        return self.cleaner.clean(value, field="classification")


def code_and_title(code: str | None, title: str | None) -> str | None:
    """'13-51 24: Living Spaces'; one of them where the other is missing or already said."""
    if code is None or title is None or title.startswith(code):
        return title or code
    return f"{code}: {title}"[:MAX_NAME]


def _mm(metres: float) -> float:
    return round(metres, 3) + 0.0  # + 0.0 turns -0.0 into 0.0
