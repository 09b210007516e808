"""Works out each room's outline on the floor from its solid, in the building's coordinates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import ifcopenshell
import ifcopenshell.geom
import numpy
import shapely
from numpy.typing import NDArray

from arxos.adapters.readers.ifc_placement import Frame

Ring = list[tuple[float, float]]

MAX_VERTICES = 200
_GRID_M = 1e-5
_FARTHEST_M = 1e7
_HAIRLINE_M = 0.001
_TOLERANCES_M = (0.0, 0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Outline:
    """A room seen from above: its outer ring, its area without holes cut out, and its height."""

    ring: Ring
    area_m2: float
    height_m: float


class OutlineMaker:
    """Makes outlines of the spaces of one opened file."""

    def __init__(self, file: ifcopenshell.file, building: Frame) -> None:
        self._file = file
        self._settings = ifcopenshell.geom.settings()  # type: ignore[no-untyped-call]
        self._settings.set("use-world-coords", True)
        self._axes = numpy.array([building.x, building.y, building.z])
        self._origin = numpy.array(building.origin)

    def outline(self, step_id: int) -> Outline | None:
        """None for a space whose solid has no extent on the floor."""
        shape: Any = ifcopenshell.geom.create_shape(self._settings, self._file.by_id(step_id))
        vertices = numpy.asarray(shape.geometry.verts, dtype=float).reshape(-1, 3)
        faces = numpy.asarray(shape.geometry.faces, dtype=int).reshape(-1, 3)
        if len(vertices) == 0 or len(faces) == 0:
            return None
        return outline_of((vertices - self._origin) @ self._axes.T, faces)


def outline_of(vertices: NDArray[numpy.float64], faces: NDArray[numpy.int_]) -> Outline | None:
    """The union of the mesh's triangles, seen from above."""
    if not bool((numpy.abs(vertices) < _FARTHEST_M).all()):  # False for not-a-number too
        return None
    triangles = vertices[faces][:, :, :2]
    first, second = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    area = numpy.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]) / 2
    flat = triangles[area > 1e-8]
    if len(flat) == 0:
        return None
    polygons = shapely.polygons(numpy.concatenate([flat, flat[:, :1]], axis=1))
    seen = shapely.union_all(polygons, grid_size=_GRID_M)
    # Meshes leave hairlines between triangles; closing them keeps a room in one piece.
    seen = seen.buffer(_HAIRLINE_M, join_style="mitre").buffer(-_HAIRLINE_M, join_style="mitre")
    largest = max(shapely.get_parts(seen), key=lambda part: part.area, default=None)
    if not isinstance(largest, shapely.Polygon) or largest.is_empty:
        return None
    height = float(vertices[:, 2].max() - vertices[:, 2].min())
    return Outline(_ring(largest), round(float(largest.area), 4), round(height, 4))


def _ring(polygon: shapely.Polygon) -> Ring:
    """Counter-clockwise from its lowest, leftmost corner, to the millimetre, not closed."""
    outer = shapely.Polygon(polygon.exterior)
    for tolerance in _TOLERANCES_M:
        simpler = shapely.simplify(outer, tolerance)
        if isinstance(simpler, shapely.Polygon) and not simpler.is_empty:
            outer = simpler
        if len(outer.exterior.coords) <= MAX_VERTICES + 1:
            break
    ordered = shapely.geometry.polygon.orient(outer)
    points: Ring = []
    for x, y in list(ordered.exterior.coords)[:-1]:
        point = (round(x, 3) + 0.0, round(y, 3) + 0.0)
        if not points or points[-1] != point:
            points.append(point)
    start = points.index(min(points))
    return points[start:] + points[:start]


def outlines(maker: OutlineMaker, step_ids: Sequence[int]) -> Iterator[tuple[int, Outline | str]]:
    """Each space's outline, or why it has none."""
    for step_id in step_ids:
        try:
            outline = maker.outline(step_id)
        except RuntimeError as error:  # what ifcopenshell raises for every shape it cannot make
            yield step_id, str(error)
        else:
            yield step_id, outline or "its solid has no outline on the floor"
