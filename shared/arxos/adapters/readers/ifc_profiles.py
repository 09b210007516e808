"""Which IFC classes count as devices in which import profile."""

# import-mapping.md, "Profiles"; subtypes are meant too. A class that a schema lacks is not found.
_EQUIPMENT = (
    "IfcDistributionElement",
    "IfcTransportElement",
    "IfcEquipmentElement",
    "IfcElectricalElement",
    "IfcFurnishingElement",
    "IfcBuildingElementProxy",
)
OPENINGS = ("IfcDoor", "IfcWindow")

PROFILES = {"equipment": _EQUIPMENT, "cobie": (*_EQUIPMENT, *OPENINGS)}
