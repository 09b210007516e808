"""Which IFC elements are devices in which profile, what kind each is, and who made it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from arxos.adapters.readers.ifc_model import Entity, IfcModel, attribute
from arxos.adapters.readers.ifc_profiles import PROFILES
from arxos.adapters.readers.ifc_properties import Property, first_named, named

_PIPES_AND_DUCTS = ("IfcFlowSegment", "IfcFlowFitting")
_PIPE_AND_DUCT_TYPES = ("IfcFlowSegmentType", "IfcFlowFittingType")

# Type classes that say no more than "some product": the occurrence's class is more exact.
_GENERAL_TYPES = frozenset(
    {"IfcTypeObject", "IfcTypeProduct", "IfcElementType", "IfcBuildingElementType",
     "IfcBuiltElementType", "IfcBuildingElementProxyType", "IfcElementComponentType"}
)  # fmt: skip
UNCLASSIFIED = "Unclassified"

_MAKER_SET = "Pset_ManufacturerTypeInformation"
_ITEM_SET = "Pset_ManufacturerOccurrence"
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one device from its like."""

    manufacturer: str | None
    model: str | None
    serial_number: str | None
    tag_number: str | None
    barcode: str | None


def devices_in(model: IfcModel, profile: str) -> list[Entity]:
    """The elements that count as devices, in the order of the file."""
    found: dict[int, Entity] = {}
    for ifc_class in PROFILES[profile]:
        for element in model.by_type(ifc_class):
            if not _is_pipe_or_duct(element, model.type_of.get(element.id())):
                found[element.id()] = element
    return [found[step_id] for step_id in sorted(found)]


def _is_pipe_or_duct(element: Entity, type_object: Entity | None) -> bool:
    """In IFC2x3 the occurrence may be any IfcDistributionFlowElement and only its type a pipe."""
    if any(element.is_a(ifc_class) for ifc_class in _PIPES_AND_DUCTS):
        return True
    return type_object is not None and any(
        type_object.is_a(ifc_class) for ifc_class in _PIPE_AND_DUCT_TYPES
    )


def device_type(element: Entity, type_object: Entity | None) -> str:
    """A plain name of the most exact class known: "LightFixture", "Furniture", "Door"."""
    exact = element.is_a()
    if type_object is not None and type_object.is_a() not in _GENERAL_TYPES:
        by_type = re.sub(r"(?:Type|Style)$", "", type_object.is_a())
        if not element.is_a(by_type) or by_type == exact:
            exact = by_type
    if exact in ("IfcBuildingElementProxy", "IfcProxy"):
        return UNCLASSIFIED
    name = exact.removeprefix("Ifc")
    return name.removesuffix("StandardCase").removesuffix("Element") or UNCLASSIFIED


def identity(properties: Sequence[Property]) -> Identity:
    """Maker, model, serial number, tag and bar code, placeholders left out."""
    return Identity(
        manufacturer=first_named(properties, _MAKER_SET, ("Manufacturer",), ("Manufacturer",)),
        model=first_named(
            properties,
            _MAKER_SET,
            ("ModelLabel", "ModelReference"),
            ("ModelLabel", "ModelReference", "ModelNumber", "Model"),
        ),
        serial_number=first_named(properties, _ITEM_SET, ("SerialNumber",), ("SerialNumber",)),
        tag_number=first_named(
            properties, _ITEM_SET, ("TagNumber",), ("TagNumber", "AssetIdentifier")
        ),
        barcode=first_named(properties, _ITEM_SET, ("BarCode",), ("BarCode",)),
    )


def installed_on(properties: Sequence[Property]) -> str | None:
    """The day of installation, YYYY-MM-DD; another way of writing it is not guessed at."""
    return _day(named(properties, "InstallationDate"))


def warranty_until(properties: Sequence[Property]) -> str | None:
    """The last day of the warranty, YYYY-MM-DD."""
    return _day(named(properties, "WarrantyEndDate"))


def _day(text: str | None) -> str | None:
    found = _DATE.fullmatch(text.strip()) if text else None
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return None


def predefined_type(element: Entity, type_object: Entity | None) -> str | None:
    """FRIDGE_FREEZER and the like; what says nothing is left out."""
    for entity in (element, type_object):
        value = attribute(entity, "PredefinedType") if entity is not None else None
        if isinstance(value, str) and value not in ("NOTDEFINED", "USERDEFINED"):
            return value
    return None
