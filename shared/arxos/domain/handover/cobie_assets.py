"""COBie 2.4's rules on what is installed: Type, Component, System, Assembly, Connection."""

from arxos.domain.handover.cell_tests import NamesSheet
from arxos.domain.handover.cobie_rule import ERROR, INFO, WARNING, CobieRule, SheetRules

_CATEGORY = "the class by which it is sorted, as 'code: title'"
UNITS_OF_TIME = "minute|hour|day|week|month|quarter|year"
MORE_UNITS_OF_TIME = "minutes|hours|days|weeks|months|quarters|years"
_type = SheetRules("Type")
_component = SheetRules("Component")
_system = SheetRules("System")
_assembly = SheetRules("Assembly")
_connection = SheetRules("Connection")


def names_sheet(rules: SheetRules, column: str) -> CobieRule:
    """The cell names one of COBie's sheets."""
    return rules.tested(
        column,
        "SHEETNAME",
        ERROR,
        f"{column} is the name of one of COBie's sheets.",
        "Write the sheet's name, such as Space, Type or Component.",
        NamesSheet(),
    )


TYPE: tuple[CobieRule, ...] = (
    _type.needed("a row for every make and model that components are of"),
    _type.columns(),
    *_type.key("Name", "the type's name"),
    *_type.made(),
    _type.filled("Category", _CATEGORY, WARNING),
    _type.filled("Description", "a description", WARNING, or_na=True),
    _type.filled("AssetType", "Fixed or Moveable", WARNING),
    _type.one_of("AssetType", "Fixed|Moveable", also="Movable"),
    _type.filled("Manufacturer", "the e-mail address of the maker, as on sheet Contact", WARNING),
    _type.refers("Manufacturer", "Contact", "Email"),
    _type.filled("ModelNumber", "the maker's model number", WARNING, or_na=True),
    _type.filled("WarrantyGuarantorParts", "the e-mail of who warrants parts", WARNING, or_na=True),
    _type.refers("WarrantyGuarantorParts", "Contact", "Email"),
    _type.filled("WarrantyDurationParts", "how long parts are under warranty", WARNING, or_na=True),
    _type.number("WarrantyDurationParts", "of WarrantyDurationUnit", least=0, most=1_200),
    _type.filled(
        "WarrantyGuarantorLabor", "the e-mail of who warrants the work", WARNING, or_na=True
    ),
    _type.refers("WarrantyGuarantorLabor", "Contact", "Email"),
    _type.filled(
        "WarrantyDurationLabor", "how long the work is under warranty", WARNING, or_na=True
    ),
    _type.number("WarrantyDurationLabor", "of WarrantyDurationUnit", least=0, most=1_200),
    _type.filled("WarrantyDurationUnit", "the unit of both durations", WARNING, or_na=True),
    _type.one_of("WarrantyDurationUnit", UNITS_OF_TIME, also=MORE_UNITS_OF_TIME),
    _type.filled("ReplacementCost", "what a new one costs", INFO, or_na=True),
    _type.number("ReplacementCost", "in the facility's currency", WARNING, least=0),
    _type.filled("ExpectedLife", "how long it is expected to last", INFO, or_na=True),
    _type.number("ExpectedLife", "of DurationUnit", WARNING, least=0, most=100_000),
    _type.one_of("DurationUnit", UNITS_OF_TIME, also=MORE_UNITS_OF_TIME),
    _type.filled("WarrantyDescription", "what the warranty covers", INFO, or_na=True),
    _type.number("NominalLength", "in the facility's unit of length", WARNING, least=0),
    _type.number("NominalWidth", "in the facility's unit of length", WARNING, least=0),
    _type.number("NominalHeight", "in the facility's unit of length", WARNING, least=0),
    _type.mentioned_in(
        "Component",
        "TypeName",
        "component",
        ERROR,
        "Name this type in the TypeName of its components, or remove the type if nothing of it is"
        " installed.",
    ),
)

COMPONENT: tuple[CobieRule, ...] = (
    _component.needed("a row for every thing that is installed"),
    _component.columns(),
    *_component.key("Name", "the component's name"),
    *_component.made(),
    _component.filled("TypeName", "the Name of the type it is of"),
    _component.refers("TypeName", "Type"),
    _component.filled("Space", "the Name of the space it is in"),
    _component.refers("Space", "Space", many=True),
    _component.filled("Description", "a description", WARNING, or_na=True),
    _component.filled("SerialNumber", "the serial number on its plate", WARNING, or_na=True),
    _component.filled("InstallationDate", "the day it was installed", WARNING, or_na=True),
    _component.day("InstallationDate"),
    _component.filled("WarrantyStartDate", "the day its warranty begins", WARNING, or_na=True),
    _component.day("WarrantyStartDate"),
    _component.filled("TagNumber", "the tag's number", INFO, or_na=True),
    _component.filled("BarCode", "the bar code", INFO, or_na=True),
    _component.filled("AssetIdentifier", "the asset's identifier", INFO, or_na=True),
    _component.mentioned_in(
        "System",
        "ComponentNames",
        "system",
        WARNING,
        "Name this component in the ComponentNames of at least one row of System.",
    ),
)

SYSTEM: tuple[CobieRule, ...] = (
    _system.columns(),
    *_system.key("Name", "the system's name", "Category", "ComponentNames"),
    *_system.made(),
    _system.filled("Category", _CATEGORY, WARNING),
    _system.filled("ComponentNames", "the Name of a component of the system"),
    _system.refers("ComponentNames", "Component", many=True),
)

ASSEMBLY: tuple[CobieRule, ...] = (
    _assembly.columns(),
    *_assembly.key("Name", "the assembly's name", "SheetName", "ParentName", "ChildNames"),
    *_assembly.made(),
    _assembly.filled("SheetName", "the sheet that parent and children are on"),
    names_sheet(_assembly, "SheetName"),
    _assembly.filled("ParentName", "the Name of what the parts belong to"),
    _assembly.refers_to_row("ParentName", "SheetName"),
    _assembly.filled("ChildNames", "the Names of the parts"),
    _assembly.refers_to_row("ChildNames", "SheetName", many=True),
    _assembly.filled("AssemblyType", "the kind of assembly", WARNING, or_na=True),
)

CONNECTION: tuple[CobieRule, ...] = (
    _connection.columns(),
    *_connection.key(
        "Name", "the connection's name", "ConnectionType", "SheetName", "RowName1", "RowName2"
    ),
    *_connection.made(),
    _connection.filled(
        "ConnectionType", "the kind of connection, such as Control or Feed", WARNING
    ),
    _connection.filled("SheetName", "the sheet that both ends are on"),
    names_sheet(_connection, "SheetName"),
    _connection.filled("RowName1", "the Name of the one end"),
    _connection.refers_to_row("RowName1", "SheetName"),
    _connection.filled("RowName2", "the Name of the other end"),
    _connection.refers_to_row("RowName2", "SheetName"),
)
