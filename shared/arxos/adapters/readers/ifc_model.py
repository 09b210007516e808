"""One opened IFC file with its relationships indexed once, whatever its schema and damage."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import ifcopenshell
from ifcopenshell import ifcopenshell_wrapper

_FORWARD = 1  # an attribute of the instance itself, neither inverse nor derived

Entity = Any  # ifcopenshell makes its entity classes at run time


class IfcModel:
    """Asks only for what the schema has, and takes broken references for absent ones."""

    def __init__(self, file: ifcopenshell.file, log: str = "") -> None:
        """`log`: what ifcopenshell said while it opened the file."""
        self.file = file
        self.log = log
        self.schema: str = file.schema
        schema = ifcopenshell_wrapper.schema_by_name(file.schema_identifier)
        self.declared: frozenset[str] = frozenset(e.name() for e in schema.entities())

    def by_type(self, ifc_class: str) -> list[Entity]:
        """All instances of the class and its subtypes; none if the schema lacks it."""
        if ifc_class not in self.declared:
            return []
        return sorted(self.file.by_type(ifc_class), key=lambda entity: entity.id())

    @cached_property
    def whole_of(self) -> dict[int, Entity]:
        """Part -> whole, through IfcRelAggregates and IfcRelNests."""
        found: dict[int, Entity] = {}
        for relation in (*self.by_type("IfcRelAggregates"), *self.by_type("IfcRelNests")):
            whole = entity_at(relation, "RelatingObject")
            if whole is not None:
                for part in entities_at(relation, "RelatedObjects"):
                    found.setdefault(part.id(), whole)
        return found

    @cached_property
    def container_of(self) -> dict[int, Entity]:
        """Element -> the site, building, storey or space that contains it."""
        found: dict[int, Entity] = {}
        for relation in self.by_type("IfcRelContainedInSpatialStructure"):
            structure = entity_at(relation, "RelatingStructure")
            if structure is not None:
                for element in entities_at(relation, "RelatedElements"):
                    found.setdefault(element.id(), structure)
        return found

    @cached_property
    def referenced_in(self) -> dict[int, list[Entity]]:
        """Element -> spatial structures it is also seen in."""
        found: dict[int, list[Entity]] = {}
        for relation in self.by_type("IfcRelReferencedInSpatialStructure"):
            structure = entity_at(relation, "RelatingStructure")
            if structure is not None:
                for element in entities_at(relation, "RelatedElements"):
                    found.setdefault(element.id(), []).append(structure)
        return found

    @cached_property
    def type_of(self) -> dict[int, Entity]:
        """Occurrence -> IfcTypeObject."""
        found: dict[int, Entity] = {}
        for relation in self.by_type("IfcRelDefinesByType"):
            type_object = entity_at(relation, "RelatingType")
            if type_object is not None:
                for occurrence in entities_at(relation, "RelatedObjects"):
                    found.setdefault(occurrence.id(), type_object)
        return found

    @cached_property
    def property_sets_of(self) -> dict[int, list[Entity]]:
        """Object -> its IfcPropertySets and IfcElementQuantities, its type's not included."""
        found: dict[int, list[Entity]] = {}
        for relation in self.by_type("IfcRelDefinesByProperties"):
            definition = attribute(relation, "RelatingPropertyDefinition")
            # IFC4: IfcPropertySetDefinitionSet, a list in a wrapper, is allowed here too.
            definitions = list(_entities(definition)) or list(
                _entities(attribute(definition, "wrappedValue"))
            )
            for related in entities_at(relation, "RelatedObjects"):
                found.setdefault(related.id(), []).extend(definitions)
        return found

    @cached_property
    def classifications_of(self) -> dict[int, list[Entity]]:
        """Object -> its IfcClassificationReferences."""
        found: dict[int, list[Entity]] = {}
        for relation in self.by_type("IfcRelAssociatesClassification"):
            reference = entity_at(relation, "RelatingClassification")
            if reference is not None and reference.is_a("IfcClassificationReference"):
                for related in entities_at(relation, "RelatedObjects"):
                    found.setdefault(related.id(), []).append(reference)
        return found

    @cached_property
    def members_of(self) -> dict[int, list[Entity]]:
        """Group -> what is assigned to it, other groups included."""
        found: dict[int, list[Entity]] = {}
        for relation in self.by_type("IfcRelAssignsToGroup"):
            group = entity_at(relation, "RelatingGroup")
            if group is not None:
                found.setdefault(group.id(), []).extend(entities_at(relation, "RelatedObjects"))
        return found

    @cached_property
    def bounded_spaces_of(self) -> dict[int, list[Entity]]:
        """Door, window … -> the IfcSpaces whose boundary it is."""
        found: dict[int, list[Entity]] = {}
        for relation in self.by_type("IfcRelSpaceBoundary"):
            space = entity_at(relation, "RelatingSpace")
            element = entity_at(relation, "RelatedBuildingElement")
            if space is not None and element is not None and space.is_a("IfcSpace"):
                spaces = found.setdefault(element.id(), [])
                if all(space.id() != known.id() for known in spaces):
                    spaces.append(space)
        return found

    @cached_property
    def host_of(self) -> dict[int, Entity]:
        """Door or window -> the wall whose opening it fills."""
        walls: dict[int, Entity] = {}
        for relation in self.by_type("IfcRelVoidsElement"):
            opening = entity_at(relation, "RelatedOpeningElement")
            wall = entity_at(relation, "RelatingBuildingElement")
            if opening is not None and wall is not None:
                walls[opening.id()] = wall
        found: dict[int, Entity] = {}
        for relation in self.by_type("IfcRelFillsElement"):
            opening = entity_at(relation, "RelatingOpeningElement")
            filling = entity_at(relation, "RelatedBuildingElement")
            if opening is not None and filling is not None and opening.id() in walls:
                found[filling.id()] = walls[opening.id()]
        return found


def attribute(entity: Entity, name: str) -> Any:
    """The attribute's value, None where this schema's class has no such attribute.

    Not `getattr`: for what a class lacks, ifcopenshell imports generated rules of half a megabyte
    and, without them, starts a compiler in a subprocess.
    """
    if entity is None or entity.get_attribute_category(name) != _FORWARD:
        return None
    return entity.get_argument(entity.get_argument_index(name))


def entity_at(entity: Entity, name: str) -> Entity | None:
    """The one instance the attribute refers to, None where the file has anything else."""
    return next(iter(_entities(attribute(entity, name))), None)


def entities_at(entity: Entity, name: str) -> Iterable[Entity]:
    """The instances the attribute refers to; what is no instance is left out."""
    return _entities(attribute(entity, name))


def _entities(value: Any) -> Iterable[Entity]:
    if isinstance(value, ifcopenshell.entity_instance):
        return (value,) if value.id() else ()
    if isinstance(value, (tuple, list)):
        return [v for v in value if isinstance(v, ifcopenshell.entity_instance) and v.id()]
    return ()
