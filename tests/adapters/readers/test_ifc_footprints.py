"""Outlines of rooms, and what happens when a solid breaks the geometry library."""

import subprocess
import sys
from math import cos, pi, sin
from pathlib import Path
from typing import Any

import numpy
import pytest

from arxos.adapters.readers import ifc
from arxos.adapters.readers.child_process import ChildRun, run_child
from arxos.adapters.readers.ifc import IfcReader
from arxos.adapters.readers.ifc_footprints import MAX_VERTICES, outline_of
from arxos.domain.nearest_room import signed_area
from tests.adapters.readers.small_ifc import HOUSE, changed, codes, small_ifc, write


def prism(corners: list[tuple[float, float]], height: float = 2.5) -> Any:
    """Floor, ceiling (as fans from the first corner) and walls."""
    n = len(corners)
    vertices = [(x, y, 0.0) for x, y in corners] + [(x, y, height) for x, y in corners]
    faces = [(0, i, i + 1) for i in range(1, n - 1)]
    faces += [(n, n + i + 1, n + i) for i in range(1, n - 1)]
    faces += [(i, (i + 1) % n, n + i) for i in range(n)]
    return outline_of(numpy.array(vertices), numpy.array(faces))


def test_a_box_has_four_corners_from_the_lowest_left_one_counter_clockwise() -> None:
    outline = prism([(4.0, 0.0), (4.0, 3.0), (0.0, 3.0), (0.0, 0.0)])

    assert outline.ring == [(0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (0.0, 3.0)]
    assert (outline.area_m2, outline.height_m) == (12.0, 2.5)


def test_a_round_room_keeps_at_most_two_hundred_corners() -> None:
    outline = prism([(5 * cos(2 * pi * i / 900), 5 * sin(2 * pi * i / 900)) for i in range(900)])

    assert len(outline.ring) <= MAX_VERTICES
    assert signed_area(outline.ring) == pytest.approx(25 * pi, abs=0.3)
    assert outline.area_m2 == pytest.approx(25 * pi, abs=0.01)


def test_a_solid_that_stands_on_edge_has_no_outline() -> None:
    wall = outline_of(
        numpy.array([(0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)]), numpy.array([(0, 1, 2)])
    )

    assert wall is None


def test_the_parent_process_never_loads_the_libraries() -> None:
    program = "import sys, arxos.adapters.readers.ifc; print(*sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert not {"ifcopenshell", "shapely", "numpy"} & set(answer.stdout.split())


def test_a_shape_that_cannot_be_made_is_named_and_the_others_are_kept(tmp_path: Path) -> None:
    house = HOUSE.replace("#23,$,'Store'", "#23,#60,'Store'")
    broken = (
        "#60=IFCPRODUCTDEFINITIONSHAPE($,$,(#61));",
        "#61=IFCSHAPEREPRESENTATION(#9,'Body','SweptSolid',(#62));",
        "#62=IFCEXTRUDEDAREASOLID($,#7,#8,2.5);",
    )

    model = IfcReader().read(write(tmp_path, small_ifc(*broken, house=house)), profile="equipment")

    assert [room.footprint is not None for room in model.rooms] == [True, False]
    assert codes(model) == ["NO_FOOTPRINT"]
    assert "Room '1.01' (#31)" in model.problems[0].message


def test_after_a_crash_the_other_rooms_still_get_their_footprints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The crash is played: which solids crash the library changes with its version."""
    house = changed(("#23,$,'Store'", "#23,#40,'Store'"))

    def crashing(module: str, task: str, job: dict[str, Any], *rest: Any) -> ChildRun:
        if task == "footprints" and 30 in job["step_ids"]:
            return ChildRun("crashed", [{"kind": "trying", "step_id": 30}], "Segmentation fault")
        return run_child(module, task, job, *rest)

    monkeypatch.setattr(ifc, "run_child", crashing)
    model = IfcReader().read(write(tmp_path, small_ifc(house=house)), profile="equipment")

    assert [room.footprint is not None for room in model.rooms] == [False, True]
    assert codes(model) == ["NO_FOOTPRINT"]
    assert "its solid crashes the geometry library" in model.problems[0].message
