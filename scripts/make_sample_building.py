"""Writes a small office building as IFC4, the same bytes every time: OUT.ifc."""

import argparse
import sys
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ifcopenshell
import ifcopenshell.guid

Entity = Any
Point = tuple[float, float, float]

STOREY_HEIGHT_M = 3.6
ROOM_HEIGHT_M = 2.7
CORRIDOR_DEPTH_M = 2.0
_NAMESPACE = uuid.UUID("6f1c7a52-5d0e-4d0b-9a50-2c5b8f1f6a11")
_TIMESTAMP = "2026-01-01T00:00:00"
_SECONDS = 1767225600


@dataclass(frozen=True)
class Room:
    """A rectangle on a floor: south-west corner, width and depth in metres."""

    number: str
    name: str
    kind: str
    x: float
    y: float
    width: float
    depth: float
    devices: tuple[str, ...]


@dataclass(frozen=True)
class Product:
    """Something that is bought and installed many times; size in metres, mounting height."""

    ifc_class: str
    name: str
    manufacturer: str
    model: str
    size: Point
    height: float
    predefined: str
    tag: str


# fmt: off
PRODUCTS = {
    "light": Product(
        "IfcLightFixture", "LED panel 600", "Lumora", "LP-600-36",
        (0.6, 0.6, 0.05), 2.65, "POINTSOURCE", "LT",
    ),
    "socket": Product(
        "IfcOutlet", "Double socket", "Voltech", "DS-230",
        (0.15, 0.05, 0.08), 0.3, "POWEROUTLET", "SO",
    ),
    "sensor": Product(
        "IfcSensor", "Room sensor CO2/T", "Airwise", "RS-4",
        (0.08, 0.03, 0.08), 1.5, "CO2SENSOR", "SE",
    ),
    "detector": Product(
        "IfcSensor", "Smoke detector", "Safetron", "SD-12",
        (0.1, 0.1, 0.05), 2.65, "SMOKESENSOR", "SD",
    ),
    "fan_coil": Product(
        "IfcUnitaryEquipment", "Fan coil unit", "Klimair", "FCU-35",
        (1.0, 0.5, 0.3), 2.3, "AIRCONDITIONINGUNIT", "FC",
    ),
    "ahu": Product(
        "IfcUnitaryEquipment", "Air handling unit", "Klimair", "AHU-8000",
        (2.4, 1.2, 1.6), 0.0, "AIRHANDLER", "AH",
    ),
    "board": Product(
        "IfcElectricDistributionBoard", "Floor distribution board", "Voltech", "DB-48",
        (0.6, 0.25, 1.2), 0.6, "DISTRIBUTIONBOARD", "DB",
    ),
    "extinguisher": Product(
        "IfcFireSuppressionTerminal", "Fire extinguisher 6 l", "Safetron", "FE-6",
        (0.2, 0.2, 0.5), 0.9, "NOTDEFINED", "FE",
    ),
    "basin": Product(
        "IfcSanitaryTerminal", "Wash basin", "Aquaria", "WB-55",
        (0.55, 0.45, 0.2), 0.8, "WASHHANDBASIN", "WB",
    ),
    "pump": Product(
        "IfcPump", "Circulation pump", "Aquaria", "CP-25",
        (0.3, 0.3, 0.4), 0.2, "CIRCULATOR", "PU",
    ),
    "desk": Product(
        "IfcFurniture", "Desk 1600", "Formholz", "D-1600",
        (1.6, 0.8, 0.74), 0.0, "DESK", "DK",
    ),
    "chair": Product(
        "IfcFurniture", "Office chair", "Formholz", "C-2",
        (0.6, 0.6, 1.1), 0.0, "CHAIR", "CH",
    ),
    "table": Product(
        "IfcFurniture", "Meeting table", "Formholz", "T-2400",
        (2.4, 1.2, 0.74), 0.0, "TABLE", "TB",
    ),
}
# fmt: on

_OFFICE = ("light", "light", "socket", "sensor", "desk", "chair")
_MEETING = ("light", "light", "socket", "sensor", "table", "fan_coil")
_CORRIDOR = ("light", "light", "light", "extinguisher", "detector")
_WASHROOM = ("light", "basin", "basin")
_PLANT = ("light", "ahu", "pump", "board", "detector")
_STORE = ("light", "socket")

# South rooms, then north rooms: name, room type, width in metres, what is in them.
_FLOORS: tuple[tuple[str, tuple[tuple[str, str, float, tuple[str, ...]], ...]], ...] = (
    ("Ground Floor", (
        ("Reception", "Reception", 6.0, (*_OFFICE, "chair")),
        ("Meeting room", "Meeting", 6.0, _MEETING),
        ("Office", "Office", 4.0, _OFFICE),
        ("Office", "Office", 4.0, _OFFICE),
        ("Plant room", "Plant", 6.0, _PLANT),
        ("Store", "Storage", 3.0, _STORE),
        ("Washroom", "Sanitary", 3.0, _WASHROOM),
        ("Kitchen", "Kitchen", 4.0, ("light", "socket", "socket", "table", "basin")),
        ("Office", "Office", 4.0, _OFFICE),
    )),
    ("Level 1", (
        ("Office", "Office", 4.0, _OFFICE),
        ("Office", "Office", 4.0, _OFFICE),
        ("Open-plan office", "Office", 8.0, (*_OFFICE, "desk", "chair", "fan_coil")),
        ("Office", "Office", 4.0, _OFFICE),
        ("Meeting room", "Meeting", 6.0, _MEETING),
        ("Washroom", "Sanitary", 3.0, _WASHROOM),
        ("Server room", "Server", 3.0, ("light", "sensor", "detector", "fan_coil", "board")),
        ("Office", "Office", 4.0, _OFFICE),
        ("Store", "Storage", 4.0, _STORE),
    )),
    ("Level 2", (
        ("Office", "Office", 4.0, _OFFICE),
        ("Office", "Office", 4.0, _OFFICE),
        ("Office", "Office", 4.0, _OFFICE),
        ("Meeting room", "Meeting", 8.0, (*_MEETING, "chair", "chair")),
        ("Washroom", "Sanitary", 3.0, _WASHROOM),
        ("Library", "Library", 6.0, ("light", "light", "table", "chair", "chair")),
        ("Office", "Office", 4.0, _OFFICE),
        ("Office", "Office", 4.0, _OFFICE),
        ("Store", "Storage", 3.0, _STORE),
    )),
)  # fmt: skip

_LENGTH_M, _DEPTH_M = 20.0, 5.0


def rooms_of(storey: int) -> list[Room]:
    """A corridor between a southern and a northern row of rooms, which share 20 m each."""
    _, plan = _FLOORS[storey]
    rooms = [
        Room(f"{storey}.00", "Corridor", "Circulation", 0.0, _DEPTH_M, _LENGTH_M,
             CORRIDOR_DEPTH_M, _CORRIDOR)
    ]  # fmt: skip
    x, y = 0.0, 0.0
    for position, (name, kind, width, devices) in enumerate(plan, start=1):
        if x + width > _LENGTH_M:
            x, y = 0.0, _DEPTH_M + CORRIDOR_DEPTH_M
        number = f"{storey}.{position:02d}"
        rooms.append(Room(number, name, kind, x, y, width, _DEPTH_M, devices))
        x += width
    return rooms


@dataclass
class Office:
    """The IFC file while it is being written."""

    file: Any = field(default_factory=lambda: ifcopenshell.file(schema="IFC4"))
    counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.origin = self.file.createIfcCartesianPoint((0.0, 0.0, 0.0))
        self.up = self.file.createIfcDirection((0.0, 0.0, 1.0))
        self.here = self.file.createIfcAxis2Placement3D(self.origin, None, None)
        self.context = self.file.createIfcGeometricRepresentationContext(
            None, "Model", 3, 1e-5, self.here, None
        )
        person = self.file.createIfcPerson("arxos", None, None)
        arxos = self.file.createIfcOrganization("ARXOS", "Arxos")
        owner = self.file.createIfcPersonAndOrganization(person, arxos)
        application = self.file.createIfcApplication(arxos, "1", "Arxos sample", "ARXOS-SAMPLE")
        self.owner = self.file.createIfcOwnerHistory(
            owner, application, None, "ADDED", None, None, None, _SECONDS
        )

    def rooted(self, ifc_class: str, identity: str, **attributes: Any) -> Entity:
        """An entity whose GlobalId follows from `identity`, so that a re-import knows it."""
        global_id = ifcopenshell.guid.compress(uuid.uuid5(_NAMESPACE, identity).hex)
        return self.file.create_entity(
            ifc_class, GlobalId=global_id, OwnerHistory=self.owner, **attributes
        )

    def placed(self, within: Entity | None, at: Point) -> Entity:
        """A local placement."""
        point = self.file.createIfcCartesianPoint(at)
        axes = self.file.createIfcAxis2Placement3D(point, None, None)
        return self.file.createIfcLocalPlacement(within, axes)

    def box(self, width: float, depth: float, height: float) -> Entity:
        """A solid with one corner at the placement."""
        middle = self.file.createIfcCartesianPoint((width / 2, depth / 2))
        profile = self.file.createIfcRectangleProfileDef(
            "AREA", None, self.file.createIfcAxis2Placement2D(middle, None), width, depth
        )
        solid = self.file.createIfcExtrudedAreaSolid(profile, self.here, self.up, height)
        body = self.file.createIfcShapeRepresentation(self.context, "Body", "SweptSolid", [solid])
        return self.file.createIfcProductDefinitionShape(None, None, [body])

    def relate(self, ifc_class: str, identity: str, **attributes: Any) -> None:
        """A relationship."""
        self.rooted(ifc_class, f"{ifc_class}/{identity}", **attributes)

    def property_set(self, identity: str, set_name: str, **values: str) -> Entity:
        """A property set of labels."""
        properties = [
            self.file.createIfcPropertySingleValue(
                name, None, self.file.createIfcLabel(value), None
            )
            for name, value in values.items()
        ]
        return self.rooted("IfcPropertySet", identity, Name=set_name, HasProperties=properties)

    def say(self, entity: Entity, identity: str, set_name: str, **values: str) -> None:
        """A property set on one object."""
        definition = self.property_set(f"{identity}/{set_name}", set_name, **values)
        self.relate(
            "IfcRelDefinesByProperties", f"{identity}/{set_name}", RelatedObjects=[entity],
            RelatingPropertyDefinition=definition,
        )  # fmt: skip

    def next_number(self, tag: str) -> int:
        """1, 2, 3 … for each kind of device."""
        self.counts[tag] = self.counts.get(tag, 0) + 1
        return self.counts[tag]


def make_sample_building() -> Any:
    """The building as an ifcopenshell file."""
    office = Office()
    file = office.file
    units = file.createIfcUnitAssignment(
        [
            file.createIfcSIUnit(None, "LENGTHUNIT", None, "METRE"),
            file.createIfcSIUnit(None, "AREAUNIT", None, "SQUARE_METRE"),
            file.createIfcSIUnit(None, "VOLUMEUNIT", None, "CUBIC_METRE"),
        ]
    )
    project = office.rooted(
        "IfcProject", "project", Name="ARX-001", LongName="Arxos sample office",
        RepresentationContexts=[office.context], UnitsInContext=units,
    )  # fmt: skip
    on_site = office.placed(None, (0.0, 0.0, 0.0))
    site = office.rooted(
        "IfcSite", "site", Name="Harbour site", ObjectPlacement=on_site,
        CompositionType="ELEMENT", RefLatitude=(53, 32, 30), RefLongitude=(9, 59, 0),
    )  # fmt: skip
    in_building = office.placed(on_site, (0.0, 0.0, 0.0))
    building = office.rooted(
        "IfcBuilding", "building", Name="Harbour Office", ObjectPlacement=in_building,
        CompositionType="ELEMENT",
        BuildingAddress=file.createIfcPostalAddress(
            None, None, None, None, ["1 Harbour Street"], None, "Hamburg", "Hamburg", "20457",
            "Germany",
        ),
    )  # fmt: skip
    office.relate("IfcRelAggregates", "site", RelatingObject=project, RelatedObjects=[site])
    office.relate("IfcRelAggregates", "building", RelatingObject=site, RelatedObjects=[building])
    types = {name: _type(office, name, product) for name, product in PRODUCTS.items()}
    occurrences: dict[str, list[Entity]] = {name: [] for name in PRODUCTS}
    storeys = [_storey(office, storey, in_building, occurrences) for storey in range(len(_FLOORS))]
    office.relate("IfcRelAggregates", "storeys", RelatingObject=building, RelatedObjects=storeys)
    for name, elements in occurrences.items():
        office.relate(
            "IfcRelDefinesByType", name, RelatedObjects=elements, RelatingType=types[name]
        )
    _stamp(file)
    return file


def _storey(
    office: Office, storey: int, in_building: Entity, occurrences: dict[str, list[Entity]]
) -> Entity:
    name, _ = _FLOORS[storey]
    elevation = storey * STOREY_HEIGHT_M
    on_storey = office.placed(in_building, (0.0, 0.0, elevation))
    entity = office.rooted(
        "IfcBuildingStorey", f"storey/{storey}", Name=name, ObjectPlacement=on_storey,
        CompositionType="ELEMENT", Elevation=elevation,
    )  # fmt: skip
    spaces = [_room(office, room, on_storey, occurrences) for room in rooms_of(storey)]
    office.relate(
        "IfcRelAggregates", f"storey/{storey}", RelatingObject=entity, RelatedObjects=spaces
    )
    return entity


def _room(
    office: Office, room: Room, on_storey: Entity, occurrences: dict[str, list[Entity]]
) -> Entity:
    identity = f"room/{room.number}"
    in_room = office.placed(on_storey, (room.x, room.y, 0.0))
    space = office.rooted(
        "IfcSpace", identity, Name=room.number, LongName=room.name, ObjectType=room.kind,
        ObjectPlacement=in_room, CompositionType="ELEMENT", PredefinedType="INTERNAL",
        Representation=office.box(room.width, room.depth, ROOM_HEIGHT_M),
    )  # fmt: skip
    area = room.width * room.depth
    quantities = office.rooted(
        "IfcElementQuantity", f"{identity}/quantities", Name="Qto_SpaceBaseQuantities",
        Quantities=[
            office.file.createIfcQuantityLength("Height", None, None, ROOM_HEIGHT_M, None),
            office.file.createIfcQuantityArea("NetFloorArea", None, None, area, None),
            office.file.createIfcQuantityVolume(
                "NetVolume", None, None, area * ROOM_HEIGHT_M, None
            ),
        ],
    )  # fmt: skip
    office.relate(
        "IfcRelDefinesByProperties", f"{identity}/quantities", RelatedObjects=[space],
        RelatingPropertyDefinition=quantities,
    )  # fmt: skip
    devices = []
    for position, product_name in enumerate(room.devices):
        at = (
            round(room.width * (position + 0.5) / len(room.devices), 3),
            round(room.depth * (0.25 + 0.5 * (position % 2)), 3),
            PRODUCTS[product_name].height,
        )
        device = _device(office, f"{identity}/{position}", product_name, in_room, at)
        devices.append(device)
        occurrences[product_name].append(device)
    office.relate(
        "IfcRelContainedInSpatialStructure", identity, RelatedElements=devices,
        RelatingStructure=space,
    )  # fmt: skip
    return space


def _type(office: Office, name: str, product: Product) -> Entity:
    maker = office.property_set(
        f"type/{name}/maker", "Pset_ManufacturerTypeInformation",
        Manufacturer=product.manufacturer, ModelLabel=product.model,
    )  # fmt: skip
    return office.rooted(
        f"{product.ifc_class}Type", f"type/{name}", Name=f"{product.name} {product.model}",
        HasPropertySets=[maker], PredefinedType=product.predefined,
    )  # fmt: skip


def _device(office: Office, identity: str, product_name: str, in_room: Entity, at: Point) -> Entity:
    product = PRODUCTS[product_name]
    number = office.next_number(product.tag)
    device = office.rooted(
        product.ifc_class, f"device/{identity}", Name=f"{product.name} {number:03d}",
        ObjectPlacement=office.placed(in_room, at), Representation=office.box(*product.size),
        PredefinedType=product.predefined,
    )  # fmt: skip
    office.say(
        device, f"device/{identity}", "Pset_ManufacturerOccurrence",
        SerialNumber=f"{product.model}-{20260000 + number}",
        BarCode=f"40{sum(map(ord, product.tag)):03d}{number:05d}",
    )  # fmt: skip
    office.say(
        device, f"device/{identity}", "Arxos_Handover", TagNumber=f"{product.tag}-{number:03d}",
        InstallationDate="2026-01-15",
    )  # fmt: skip
    return device


def _stamp(file: Any) -> None:
    """The header would otherwise carry today's date."""
    file.header.file_name.name = "sample-office.ifc"
    file.header.file_name.time_stamp = _TIMESTAMP
    file.header.file_name.author = ("Arxos",)
    file.header.file_name.organization = ("Arxos",)


def main(arguments: Sequence[str]) -> int:
    """Writes the file named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="the .ifc file to write")
    out: Path = parser.parse_args(arguments).out
    make_sample_building().write(str(out))
    print(f"Wrote {out}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
