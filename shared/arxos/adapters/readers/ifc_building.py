"""The building itself: which IfcBuilding it is, its name, its address and where it stands."""

import re
from typing import Any

from arxos.adapters.readers.ifc_model import Entity, IfcModel, attribute, entity_at
from arxos.adapters.readers.ifc_properties import Properties, named
from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.source_text import TextCleaner, meaningful

# Revit and ArchiCAD write their form's hints into addresses nobody filled in.
_TEMPLATE = re.compile(r"(?:enter\b.*\bhere|<.*>|\[.*\]|#.*|street address|address line \d)", re.I)


def find_buildings(model: IfcModel) -> list[Entity]:
    """All IfcBuildings, or else, in IFC4.3, all other facilities."""
    return model.by_type("IfcBuilding") or model.by_type("IfcFacility")


def building_name(model: IfcModel, building: Entity, cleaner: TextCleaner) -> str | None:
    """Name, LongName, then the project's LongName or Name."""
    candidates = [(building, "Name"), (building, "LongName")]
    for project in model.by_type("IfcProject")[:1]:
        candidates += [(project, "LongName"), (project, "Name")]
    for entity, name in candidates:
        text = cleaner.clean(
            attribute(entity, name), field="building name", ifc_class=building.is_a()
        )
        if text is not None:
            return text
    return None


def building_address(
    model: IfcModel, building: Entity, properties: Properties, cleaner: TextCleaner
) -> dict[str, str]:
    """BuildingAddress, then the site's, then Pset_Address; the first that says anything."""
    for entity, name in [
        (building, "BuildingAddress"),
        *((site, "SiteAddress") for site in model.by_type("IfcSite")),
    ]:
        postal = entity_at(entity, name)
        if postal is not None:
            address = _address(
                cleaner,
                lines=attribute(postal, "AddressLines"),
                city=attribute(postal, "Town"),
                state=attribute(postal, "Region"),
                postal_code=attribute(postal, "PostalCode"),
                country=attribute(postal, "Country"),
            )
            if address:
                return address
    for entity in (building, *model.by_type("IfcSite")):
        own = properties.of(entity)
        address = _address(
            cleaner,
            lines=[named(own, "AddressLines", "Pset_Address")],
            city=named(own, "Town", "Pset_Address"),
            state=named(own, "Region", "Pset_Address"),
            postal_code=named(own, "PostalCode", "Pset_Address"),
            country=named(own, "Country", "Pset_Address"),
        )
        if address:
            return address
    return {}


def _address(cleaner: TextCleaner, *, lines: Any, **parts: Any) -> dict[str, str]:
    street = ", ".join(
        line.strip()
        for text in (lines if isinstance(lines, (tuple, list)) else [lines])
        if isinstance(text, str)
        for line in text.splitlines()
        if meaningful(line) and not _TEMPLATE.fullmatch(line.strip())
    )
    address: dict[str, str] = {}
    for field, value in {"street": street, **parts}.items():
        if isinstance(value, str) and not _TEMPLATE.fullmatch(value.strip()):
            text = cleaner.clean(value, field=f"address ({field})")
            if text is not None:
                address[field] = text
    return address


def coordinates(model: IfcModel, problems: ProblemList) -> tuple[float | None, float | None]:
    """Latitude and longitude in degrees, from the first IfcSite that has both."""
    for site in model.by_type("IfcSite"):
        latitude = degrees(attribute(site, "RefLatitude"))
        longitude = degrees(attribute(site, "RefLongitude"))
        if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
            continue  # 0, 0 lies in the Atlantic: a default that nobody changed
        if abs(latitude) > 90 or abs(longitude) > 180:
            problems.warn(
                "COORDINATES_OUT_OF_RANGE",
                f"The site's coordinates ({latitude:.4f}, {longitude:.4f}) lie nowhere on earth;"
                " they were left out.",
                ifc_class="IfcSite",
                field="coordinates",
            )
            continue
        return latitude, longitude
    return None, None


def degrees(compound: Any) -> float | None:
    """IfcCompoundPlaneAngleMeasure: degrees, minutes, seconds, millionths of a second.

    All parts carry the sign by the standard, only the first in some exporters' files.
    """
    if not isinstance(compound, (tuple, list)) or not 3 <= len(compound) <= 4:
        return None
    if not all(isinstance(part, (int, float)) for part in compound):
        return None
    size: float = sum(
        abs(part) / divisor for part, divisor in zip(compound, (1, 60, 3600, 3.6e9), strict=False)
    )
    return round(-size if any(part < 0 for part in compound) else size, 9)
