"""The sheets and columns of COBie 2.4 (NBIMS-US V3, 4.2), in the standard's order."""

from collections.abc import Mapping


def _columns(text: str) -> tuple[str, ...]:
    return tuple(text.split())


COLUMNS: Mapping[str, tuple[str, ...]] = {
    "Contact": _columns(
        "Email CreatedBy CreatedOn Category Company Phone ExtSystem ExtObject "
        "ExtIdentifier Department OrganizationCode GivenName FamilyName Street PostalBox "
        "Town StateRegion PostalCode Country"
    ),
    "Facility": _columns(
        "Name CreatedBy CreatedOn Category ProjectName SiteName LinearUnits AreaUnits "
        "VolumeUnits CurrencyUnit AreaMeasurement ExternalSystem ExternalProjectObject "
        "ExternalProjectIdentifier ExternalSiteObject ExternalSiteIdentifier "
        "ExternalFacilityObject ExternalFacilityIdentifier Description ProjectDescription "
        "SiteDescription Phase"
    ),
    "Floor": _columns(
        "Name CreatedBy CreatedOn Category ExtSystem ExtObject ExtIdentifier Description "
        "Elevation Height"
    ),
    "Space": _columns(
        "Name CreatedBy CreatedOn Category FloorName Description ExtSystem ExtObject "
        "ExtIdentifier RoomTag UsableHeight GrossArea NetArea"
    ),
    "Zone": _columns(
        "Name CreatedBy CreatedOn Category SpaceNames ExtSystem ExtObject ExtIdentifier Description"
    ),
    "Type": _columns(
        "Name CreatedBy CreatedOn Category Description AssetType Manufacturer ModelNumber "
        "WarrantyGuarantorParts WarrantyDurationParts WarrantyGuarantorLabor "
        "WarrantyDurationLabor WarrantyDurationUnit ExtSystem ExtObject ExtIdentifier "
        "ReplacementCost ExpectedLife DurationUnit WarrantyDescription NominalLength "
        "NominalWidth NominalHeight ModelReference Shape Size Color Finish Grade Material "
        "Constituents Features AccessibilityPerformance CodePerformance "
        "SustainabilityPerformance"
    ),
    "Component": _columns(
        "Name CreatedBy CreatedOn TypeName Space Description ExtSystem ExtObject "
        "ExtIdentifier SerialNumber InstallationDate WarrantyStartDate TagNumber BarCode "
        "AssetIdentifier"
    ),
    "System": _columns(
        "Name CreatedBy CreatedOn Category ComponentNames ExtSystem ExtObject "
        "ExtIdentifier Description"
    ),
    "Assembly": _columns(
        "Name CreatedBy CreatedOn SheetName ParentName ChildNames AssemblyType ExtSystem "
        "ExtObject ExtIdentifier Description"
    ),
    "Spare": _columns(
        "Name CreatedBy CreatedOn Category TypeName Suppliers ExtSystem ExtObject "
        "ExtIdentifier Description SetNumber PartNumber"
    ),
    "Resource": _columns(
        "Name CreatedBy CreatedOn Category ExtSystem ExtObject ExtIdentifier Description"
    ),
    "Job": _columns(
        "Name CreatedBy CreatedOn Category Status TypeName Description Duration "
        "DurationUnit Start TaskStartUnit Frequency FrequencyUnit ExtSystem ExtObject "
        "ExtIdentifier TaskNumber Priors ResourceNames"
    ),
    "Impact": _columns(
        "Name CreatedBy CreatedOn ImpactType ImpactStage SheetName RowName Value "
        "ImpactUnit LeadInTime Duration LeadOutTime ExtSystem ExtObject ExtIdentifier "
        "Description"
    ),
    "Document": _columns(
        "Name CreatedBy CreatedOn Category ApprovalBy Stage SheetName RowName Directory "
        "File ExtSystem ExtObject ExtIdentifier Description Reference"
    ),
    "Attribute": _columns(
        "Name CreatedBy CreatedOn Category SheetName RowName Value Unit ExtSystem "
        "ExtObject ExtIdentifier Description AllowedValues"
    ),
    "Coordinate": _columns(
        "Name CreatedBy CreatedOn Category SheetName RowName CoordinateXAxis "
        "CoordinateYAxis CoordinateZAxis ExtSystem ExtObject ExtIdentifier "
        "ClockwiseRotation ElevationalRotation YawRotation"
    ),
    "Connection": _columns(
        "Name CreatedBy CreatedOn ConnectionType SheetName RowName1 RowName2 "
        "RealizingElement PortName1 PortName2 ExtSystem ExtObject ExtIdentifier "
        "Description"
    ),
    "Issue": _columns(
        "Name CreatedBy CreatedOn Type Risk Chance Impact SheetName1 RowName1 SheetName2 "
        "RowName2 Description Owner Mitigation ExtSystem ExtObject ExtIdentifier"
    ),
}

# Older tools write the long forms, and a few write the plural of what holds one name.
ALIASES: Mapping[str, str] = {
    "ExternalSystem": "ExtSystem",
    "ExternalObject": "ExtObject",
    "ExternalIdentifier": "ExtIdentifier",
    "ExternalId": "ExtIdentifier",
    "ExtId": "ExtIdentifier",
    "GlobalId": "ExtIdentifier",
    "SpaceName": "Space",
    "Spaces": "Space",
}

# Without these columns a sheet's rows mean nothing.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "Floor": ("Name",),
    "Space": ("Name", "FloorName"),
    "Type": ("Name",),
    "Component": ("Name", "TypeName", "Space"),
    "Zone": ("Name", "SpaceNames"),
    "System": ("Name", "ComponentNames"),
    "Attribute": ("Name", "SheetName", "RowName", "Value"),
    "Contact": ("Email",),
    "Facility": ("Name",),
}

# What the rows of a sheet are, where they become records.
RECORDS: Mapping[str, str] = {
    "Floor": "floor",
    "Space": "room",
    "Component": "device",
    "Zone": "group",
    "System": "group",
}

# What a workbook without the sheet, or without the column of it, leaves unsaid.
UNSAID: Mapping[str, str] = {
    "Facility": "the file's units were taken for metres and square metres",
    "Floor": "no floors were read, and new spaces and components have no floor to be put on",
    "Floor.Name": "no floors were read, and new spaces and components have no floor to be put on",
    "Space": "no spaces were read, and where components are is not known from this file",
    "Space.Name": "no spaces were read, and where components are is not known from this file",
    "Space.FloorName": "spaces already known stay on their floors, new ones were put on the ground"
    " floor",
    "Type": "components were taken over without what a type says (manufacturer, model, warranty),"
    " those already known keep their type",
    "Type.Name": "components were taken over without what a type says (manufacturer, model,"
    " warranty), those already known keep their type",
    "Component": "no components were read",
    "Component.Name": "no components were read",
    "Component.TypeName": "components already known keep their type, new ones are 'Unclassified'",
    "Component.Space": "components already known stay in their spaces, new ones were put on the"
    " ground floor",
    "Zone.Name": "no zones were read",
    "Zone.SpaceNames": "zones already known keep their spaces, new ones have none",
    "System.Name": "no systems were read",
    "System.ComponentNames": "systems already known keep their components, new ones have none",
    "Attribute.Name": "no attributes were read",
    "Attribute.SheetName": "attributes are kept on their sheet only",
    "Attribute.RowName": "attributes are kept on their sheet only",
    "Attribute.Value": "attributes are kept on their sheet only",
    "Contact.Email": "manufacturers are shown by their e-mail instead of their company",
    "Facility.Name": "the file's units were taken for metres and square metres",
}

# What is in every COBie template and is no data.
NOT_DATA = frozenset({"instruction", "instructions", "picklists", "picklist", "introduction"})
