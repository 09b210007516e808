"""The properties and quantities of IFC objects and their types, and the rules for finding one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from arxos.adapters.readers.ifc_model import (
    Entity,
    IfcModel,
    attribute,
    entities_at,
    entity_at,
)
from arxos.adapters.readers.source_text import meaningful

_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Property:
    """One value. `measure` is its IFC type ("IfcAreaMeasure", "IfcQuantityArea" …)."""

    set_name: str
    name: str
    value: Any
    measure: str = ""
    unit: Entity | None = None
    is_quantity: bool = False

    @property
    def number(self) -> float | None:
        """The value if it is a number that can be reckoned with."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            return None
        number = float(self.value)
        return number if number - number == 0 else None  # neither infinite nor not-a-number


class Properties:
    """Reads each property set once, however many objects share it."""

    def __init__(self, model: IfcModel) -> None:
        self._model = model
        self._sets: dict[int, tuple[Property, ...]] = {}

    def of(self, entity: Entity) -> tuple[Property, ...]:
        """What is said of the object itself, then of its type."""
        own = self._flat(self._model.property_sets_of.get(entity.id(), ()))
        type_object = self._model.type_of.get(entity.id())
        if type_object is None:
            return own
        return own + self._flat(entities_at(type_object, "HasPropertySets"))

    def _flat(self, definitions: Iterable[Entity]) -> tuple[Property, ...]:
        return tuple(prop for definition in definitions for prop in self._set(definition))

    def _set(self, definition: Entity) -> tuple[Property, ...]:
        known = self._sets.get(definition.id())
        if known is None:
            name = str(attribute(definition, "Name") or "")
            members = (
                *entities_at(definition, "HasProperties"),
                *entities_at(definition, "Quantities"),
            )
            known = tuple(_read(members, name, depth=0))
            self._sets[definition.id()] = known
        return known


def _read(members: Iterable[Entity], set_name: str, depth: int) -> Iterable[Property]:
    for member in members:
        name = str(attribute(member, "Name") or "")
        unit = entity_at(member, "Unit")
        if member.is_a("IfcPhysicalSimpleQuantity"):
            # IFC4 8.15: the value is each subclass's first attribute of its own, after Unit.
            value = member[3] if len(member) > 3 else None
            yield Property(set_name, name, value, member.is_a(), unit, is_quantity=True)
        elif member.is_a("IfcPropertySingleValue"):
            nominal = attribute(member, "NominalValue")
            if nominal is not None:
                yield Property(set_name, name, *_unwrapped(nominal), unit)
        elif member.is_a("IfcPropertyEnumeratedValue"):
            yield Property(set_name, name, _joined(attribute(member, "EnumerationValues")))
        elif member.is_a("IfcPropertyListValue"):
            yield Property(set_name, name, _joined(attribute(member, "ListValues")))
        elif depth < _DEPTH:
            inner = (*entities_at(member, "HasProperties"), *entities_at(member, "HasQuantities"))
            yield from _read(inner, set_name, depth + 1)


def _unwrapped(value: Any) -> tuple[Any, str]:
    wrapped = attribute(value, "wrappedValue")
    return (value, "") if wrapped is None else (wrapped, str(value.is_a()))


def _joined(values: Any) -> str | None:
    return ", ".join(str(_unwrapped(v)[0]) for v in values) if values else None


def named(properties: Sequence[Property], name: str, set_name: str | None = None) -> str | None:
    """The first meaningful text under that name, any case, in one set or in any."""
    for prop in properties:
        if prop.name.strip().casefold() != name.casefold():
            continue
        if set_name is not None and prop.set_name.strip().casefold() != set_name.casefold():
            continue
        text = meaningful(prop.value, prop.name)
        if text is not None:
            return text
    return None


def first_named(
    properties: Sequence[Property], set_name: str, in_set: Sequence[str], anywhere: Sequence[str]
) -> str | None:
    """The standard property set's own properties first, then any property so called."""
    for name in in_set:
        if (text := named(properties, name, set_name)) is not None:
            return text
    for name in anywhere:
        if (text := named(properties, name)) is not None:
            return text
    return None
