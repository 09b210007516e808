"""How large a room is: which of the file's figures count as its area, volume and height."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from arxos.adapters.readers.ifc_properties import Property
from arxos.adapters.readers.ifc_units import Units, scale_of
from arxos.adapters.readers.room_sizes import GROSS_FLOOR_AREA, GSA_BIM_AREA, NET_FLOOR_AREA

# import-mapping.md, "area, m²": the order counts.
_AREAS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (NET_FLOOR_AREA, ("netfloorarea",)),
    (GSA_BIM_AREA, ("gsa bim area",)),
    ("Area", ("area",)),
    ("horizontal area", ("horizontal area",)),
    (GROSS_FLOOR_AREA, ("grossfloorarea",)),
)
_VOLUMES = ("netvolume", "grossvolume")
_HEIGHTS = (
    "height",
    "netheight",
    "finishceilingheight",
    "clearheight",
    "grossheight",
    "unbounded height",
)
_AREA_TYPES = frozenset({"IfcQuantityArea", "IfcAreaMeasure", ""})
_OTHER_PHYSICAL_TYPES = ("Length", "Volume", "Count", "Weight", "Mass", "Time", "Ratio")


@dataclass(frozen=True, slots=True)
class RoomSize:
    """A room's figures in m, m2 and m3, as the file states them."""

    area_m2: float | None = None
    area_source: str | None = None
    volume_m3: float | None = None
    height_m: float | None = None


def room_size(properties: Sequence[Property], units: Units) -> RoomSize:
    """The first usable figure of each kind."""
    area, source = None, None
    for name, spellings in _AREAS:
        area = _first(properties, spellings, units.area, _may_be_area)
        if area is not None:
            source = name
            break
    volume = None
    for spelling in _VOLUMES:
        volume = volume or _first(properties, (spelling,), units.volume, _may_be_volume)
    height = None
    for spelling in _HEIGHTS:
        height = height or _first(properties, (spelling,), units.length, _may_be_length)
    return RoomSize(area, source, volume, height)


def _first(
    properties: Sequence[Property],
    spellings: tuple[str, ...],
    project_scale: float,
    may_be: Callable[[Property], bool],
) -> float | None:
    for spelling in spellings:
        # A quantity is measured by the authoring tool, a property may be typed by hand.
        for prop in sorted(properties, key=lambda p: not p.is_quantity):
            if prop.name.strip().casefold() != spelling or not may_be(prop):
                continue
            number = prop.number
            if number is not None and number > 0:
                return number * (scale_of(prop.unit) or project_scale)
    return None


def _may_be_area(prop: Property) -> bool:
    return prop.measure in _AREA_TYPES or not any(t in prop.measure for t in _OTHER_PHYSICAL_TYPES)


def _may_be_volume(prop: Property) -> bool:
    return not any(t in prop.measure for t in ("Area", "Length", "Count", "Ratio"))


def _may_be_length(prop: Property) -> bool:
    return not any(t in prop.measure for t in ("Area", "Volume", "Count", "Ratio"))
