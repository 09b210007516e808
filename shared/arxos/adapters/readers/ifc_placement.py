"""Follows IFC placements to positions in the building, and stops where they run in circles."""

from dataclasses import dataclass
from math import sqrt

from arxos.adapters.readers.ifc_model import Entity, attribute, entity_at

Vector = tuple[float, float, float]

_X: Vector = (1.0, 0.0, 0.0)
_Y: Vector = (0.0, 1.0, 0.0)
_Z: Vector = (0.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Frame:
    """A right-handed coordinate system: three unit axes and an origin, in the file's unit."""

    x: Vector = _X
    y: Vector = _Y
    z: Vector = _Z
    origin: Vector = (0.0, 0.0, 0.0)

    def outwards(self, point: Vector) -> Vector:
        """A point given in this frame, in the frame this one is placed in."""
        o, turned = self.origin, self.turned(point)
        return (o[0] + turned[0], o[1] + turned[1], o[2] + turned[2])

    def inwards(self, point: Vector) -> Vector:
        """A point given outside, in this frame."""
        d = (
            point[0] - self.origin[0],
            point[1] - self.origin[1],
            point[2] - self.origin[2],
        )
        return (_dot(d, self.x), _dot(d, self.y), _dot(d, self.z))

    def turned(self, v: Vector) -> Vector:
        """A direction given in this frame, outside."""
        x, y, z = self.x, self.y, self.z
        return (
            x[0] * v[0] + y[0] * v[1] + z[0] * v[2],
            x[1] * v[0] + y[1] * v[1] + z[1] * v[2],
            x[2] * v[0] + y[2] * v[1] + z[2] * v[2],
        )

    def holding(self, inner: "Frame") -> "Frame":
        """The inner frame, which is placed in this one, in the frame this one is placed in."""
        return Frame(
            self.turned(inner.x),
            self.turned(inner.y),
            self.turned(inner.z),
            self.outwards(inner.origin),
        )


WORLD = Frame()


class Placements:
    """World frames of IfcObjectPlacements, each worked out once.

    ifcopenshell's own placement functions never return, and its geometry dies, on a placement
    that is relative to itself, so this walk comes first and names what is `cyclic`.
    """

    def __init__(self) -> None:
        self._known: dict[int, Frame | None] = {}

    def of(self, product: Entity) -> Frame | None:
        """The product's frame; WORLD if it has no placement, None if that is cyclic."""
        placement = entity_at(product, "ObjectPlacement")
        return WORLD if placement is None else self._frame(placement)

    def _frame(self, placement: Entity) -> Frame | None:
        chain: list[Entity] = []
        on_chain: set[int] = set()
        current: Entity | None = placement
        frame: Frame | None = WORLD
        while current is not None:
            step_id = current.id()
            if step_id in self._known:
                frame = self._known[step_id]
                break
            if step_id in on_chain:
                frame = None
                break
            on_chain.add(step_id)
            chain.append(current)
            current = entity_at(current, "PlacementRelTo")
        for link in reversed(chain):
            frame = None if frame is None else frame.holding(_own_frame(link))
            self._known[link.id()] = frame
        return self._known[placement.id()]


def _own_frame(placement: Entity) -> Frame:
    """Local placements, and the Cartesian stand-in that IFC4.3 gives linear ones."""
    axes = entity_at(placement, "RelativePlacement") or entity_at(placement, "CartesianPosition")
    if axes is None:
        return WORLD
    origin = _vector(attribute(entity_at(axes, "Location"), "Coordinates")) or (0.0, 0.0, 0.0)
    z = _unit(_vector(attribute(entity_at(axes, "Axis"), "DirectionRatios"))) or _Z
    toward = _unit(_vector(attribute(entity_at(axes, "RefDirection"), "DirectionRatios"))) or _X
    x = _unit(_across(toward, z))
    if x is None:  # RefDirection lies along the axis: any direction across it is as good
        x = _unit(_across(_X if abs(z[0]) < 0.9 else _Y, z)) or _X
    y = (z[1] * x[2] - z[2] * x[1], z[2] * x[0] - z[0] * x[2], z[0] * x[1] - z[1] * x[0])
    return Frame(x, y, z, origin)


def _vector(values: object) -> Vector | None:
    if not isinstance(values, (tuple, list)) or len(values) not in (2, 3):
        return None
    if not all(isinstance(v, (int, float)) for v in values):
        return None
    return (float(values[0]), float(values[1]), float(values[2]) if len(values) == 3 else 0.0)


def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _unit(v: Vector | None) -> Vector | None:
    if v is None:
        return None
    length = sqrt(_dot(v, v))
    return None if length < 1e-12 else (v[0] / length, v[1] / length, v[2] / length)


def _across(v: Vector, z: Vector) -> Vector:
    along = _dot(v, z)
    return (v[0] - along * z[0], v[1] - along * z[1], v[2] - along * z[2])
