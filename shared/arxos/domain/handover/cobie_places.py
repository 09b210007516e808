"""COBie 2.4's rules on who, where and in which units: Contact, Facility, Floor, Space, Zone."""

from arxos.domain.handover.cell_tests import AtMost
from arxos.domain.handover.cobie_rule import INFO, WARNING, CobieRule, SheetRules

_CATEGORY = "the class by which it is sorted, as 'code: title'"
_contact = SheetRules("Contact")
_facility = SheetRules("Facility")
_floor = SheetRules("Floor")
_space = SheetRules("Space")
_zone = SheetRules("Zone")

CONTACT: tuple[CobieRule, ...] = (
    _contact.needed("a row for everybody whom another sheet names by e-mail"),
    _contact.columns(),
    *_contact.key("Email", "the e-mail address by which the other sheets name the person"),
    _contact.email("Email"),
    *_contact.made(),
    _contact.filled("Category", "the person's part in the project", WARNING, or_na=True),
    _contact.filled("Company", "the company's name", WARNING, or_na=True),
    _contact.filled("Phone", "a telephone number", WARNING, or_na=True),
    _contact.filled("GivenName", "the given name", INFO, or_na=True),
    _contact.filled("FamilyName", "the family name", INFO, or_na=True),
    _contact.filled("Street", "the street and number", INFO, or_na=True),
    _contact.filled("Town", "the town", INFO, or_na=True),
    _contact.filled("Country", "the country", INFO, or_na=True),
)

FACILITY: tuple[CobieRule, ...] = (
    _facility.needed("one row about the building, its project and its units"),
    _facility.columns(),
    _facility.one_row(),
    *_facility.key("Name", "the building's name"),
    *_facility.made(),
    _facility.filled("Category", _CATEGORY, WARNING, or_na=True),
    _facility.filled("ProjectName", "the project's name", WARNING, or_na=True),
    _facility.filled("SiteName", "the site's name", WARNING, or_na=True),
    _facility.filled("LinearUnits", "the unit of all lengths"),
    _facility.one_of(
        "LinearUnits",
        "feet|inches|meters|millimeters",
        also="foot|inch|metre|metres|meter|m|mm"
        "|millimetre|millimetres|millimeter|ft|in|centimeters|centimetres|cm",
    ),
    _facility.filled("AreaUnits", "the unit of all areas"),
    _facility.one_of(
        "AreaUnits",
        "squarefeet|squareinches|squaremeters|squaremillimeters",
        also="square metres|square metre|square meter|square foot|m2|m²|sqm|sq m|ft2|ft²|sq ft"
        "|square millimetres|square centimeters|square centimetres",
    ),
    _facility.filled("VolumeUnits", "the unit of all volumes", WARNING),
    _facility.one_of(
        "VolumeUnits",
        "cubicfeet|cubicinches|cubicmeters|cubicmillimeters",
        also="cubic metres|cubic metre|cubic meter|cubic foot|m3|m³|ft3|ft³|cubic millimetres"
        "|cubic centimeters|cubic centimetres",
    ),
    _facility.filled("CurrencyUnit", "the currency of all costs", WARNING, or_na=True),
    _facility.one_of(
        "CurrencyUnit",
        "Dollars|Euros|Pounds",
        INFO,
        also="Dollar|Euro|Pound|USD|EUR|GBP|British Pounds|US Dollars|$|€|£",
    ),
    _facility.filled(
        "AreaMeasurement", "the standard that areas are measured by", WARNING, or_na=True
    ),
    _facility.filled("Phase", "the phase of the project", INFO, or_na=True),
)

FLOOR: tuple[CobieRule, ...] = (
    _floor.needed("a row for every storey, the roof and the site"),
    _floor.columns(),
    *_floor.key("Name", "the floor's name"),
    *_floor.made(),
    _floor.filled("Category", "Floor, Roof or Site", WARNING),
    _floor.one_of("Category", "Floor|Roof|Site", INFO, also="Level|Storey|Basement|Ground"),
    _floor.filled("Description", "a description", INFO, or_na=True),
    _floor.filled("Elevation", "the height above the facility's zero", WARNING, or_na=True),
    _floor.number(
        "Elevation", "in the facility's unit of length", most=10_000_000, least=-10_000_000
    ),
    _floor.filled("Height", "the storey's height", WARNING, or_na=True),
    _floor.number("Height", "in the facility's unit of length", least=0, most=1_000_000),
    _floor.mentioned_in(
        "Space",
        "FloorName",
        "space",
        WARNING,
        "Name this floor in the FloorName of the spaces on it; a roof or site has at least one"
        " space that stands for it.",
    ),
)

SPACE: tuple[CobieRule, ...] = (
    _space.needed("a row for every room"),
    _space.columns(),
    *_space.key("Name", "the room's number"),
    *_space.made(),
    _space.filled("Category", _CATEGORY, WARNING),
    _space.filled("FloorName", "the Name of the floor that the space is on"),
    _space.refers("FloorName", "Floor"),
    _space.filled("Description", "what the room is called or used for", WARNING),
    _space.filled("RoomTag", "what the sign at the door says", INFO, or_na=True),
    _space.filled("UsableHeight", "the height that can be used", INFO, or_na=True),
    _space.number("UsableHeight", "in the facility's unit of length", least=0, most=1_000_000),
    _space.filled("GrossArea", "the gross area", WARNING, or_na=True),
    _space.number("GrossArea", "in the facility's unit of area", least=0),
    _space.filled("NetArea", "the net area", WARNING, or_na=True),
    _space.number("NetArea", "in the facility's unit of area", least=0),
    _space.tested(
        "NetArea",
        "SANE",
        WARNING,
        "The NetArea of a space is not more than its GrossArea.",
        "Measure again, or exchange the two values.",
        AtMost("GrossArea"),
    ),
    _space.mentioned_in(
        "Zone",
        "SpaceNames",
        "zone",
        WARNING,
        "Name this space in the SpaceNames of at least one row of Zone (fire, tenancy, use …).",
    ),
)

ZONE: tuple[CobieRule, ...] = (
    _zone.columns(),
    *_zone.key("Name", "the zone's name", "Category", "SpaceNames"),
    *_zone.made(),
    _zone.filled("Category", "the kind of zone, such as Fire Zone or Occupancy Zone", WARNING),
    _zone.filled("SpaceNames", "the Name of a space in the zone"),
    _zone.refers("SpaceNames", "Space", many=True),
)
