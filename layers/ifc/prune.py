"""Takes out of an installed IFC layer what the reader never loads: `prune.py FOLDER`.

ifcopenshell with numpy and shapely is larger than the 250 MB that a Lambda function and its layers
may have unpacked. What stays: the parser with the three schemas, the OpenCASCADE kernel and
mapping for geometry, numpy with its linear algebra (ifcopenshell and shapely load it), shapely.
"""

import shutil
import sys
from pathlib import Path

REMOVED = {
    "ifcopenshell/api": "writing and editing models",
    "ifcopenshell/express": "rules for validating models, and the schemas' documentation",
    "ifcopenshell/mvd": "model view definitions",
    "ifcopenshell/simple_spf": "a second, pure Python parser",
    "ifcopenshell/util/schema": "property set templates and documentation of the schemas",
    "ifcopenshell/draw.py": "drawings",
    "ifcopenshell/template.py": "writing empty models",
    "ifcopenshell/validate.py": "validating models",
    "ifcopenshell/geom/app.py": "the desktop viewer",
    "ifcopenshell/geom/code_editor_pane.py": "the desktop viewer",
    "ifcopenshell/geom/occ_utils.py": "the desktop viewer",
    "ifcopenshell/ifcopenshell_document_json_*": "ifcJSON",
    "ifcopenshell/ifcopenshell_document_xml_*": "ifcXML",
    "ifcopenshell/ifcopenshell_geometry_dae*": "an exporter",
    "ifcopenshell/ifcopenshell_geometry_glb*": "an exporter",
    "ifcopenshell/ifcopenshell_geometry_igs*": "an exporter",
    "ifcopenshell/ifcopenshell_geometry_obj*": "an exporter",
    "ifcopenshell/ifcopenshell_geometry_stp*": "an exporter",
    "ifcopenshell/ifcopenshell_geometry_svg*": "drawings",
    "ifcopenshell/ifcopenshell_geometry_ttl*": "an exporter",
    "ifcopenshell/ifcopenshell_geometry_kernel_cgal*": "a kernel besides OpenCASCADE",
    "ifcopenshell/ifcopenshell_geometry_kernel_manifold*": "a kernel besides OpenCASCADE",
    "ifcopenshell/ifcopenshell_geometry_tree_*": "searching for clashes",
    "ifcopenshell/ifcopenshell_geometry_writer_ifc*": "writing geometry back to IFC",
    "ifcopenshell/libOpenCOLLADA*": "for the dae exporter",
    "ifcopenshell/libGeneratedSaxParser*": "for the dae exporter",
    "ifcopenshell/libMathMLSolver*": "for the dae exporter",
    "ifcopenshell/libUTF*": "for the dae exporter",
    "ifcopenshell/libbuffer*": "for the dae exporter",
    "ifcopenshell/libftoa*": "for the dae exporter",
    "ifcopenshell/libpcre*": "for the dae exporter",
    "ifcopenshell/libxml2*": "for ifcXML",
    "ifcopenshell/libwgpu_native*": "drawing on a graphics card",
    "ifcopenshell/libTKDE*": "OpenCASCADE: exchange of STEP and IGES geometry",
    "ifcopenshell/libTKXSBase*": "OpenCASCADE: exchange of STEP and IGES geometry",
    "ifcopenshell/libTK*CAF*": "OpenCASCADE: documents",
    "ifcopenshell/libTKCDF*": "OpenCASCADE: documents",
    "ifcopenshell/libTKV3d*": "OpenCASCADE: the viewer",
    "ifcopenshell/libTKService*": "OpenCASCADE: the viewer",
    "ifcopenshell/libTKHLR*": "OpenCASCADE: drawings",
    "ifcopenshell/libmanifold*": "for the kernel that is left out",
    "ifcopenshell/libgmp*": "for the kernels that are left out",
    "ifcopenshell/libmpfr*": "for the kernels that are left out",
    "ifctester/webapp": "checking in a browser",
    "ifctester/templates": "reports",
    "ifctester/reporter.py": "reports",
    "ifctester/__main__.py": "command line tools",
    "xmlschema/locale": "messages in other languages",
    "numpy/**/tests": "tests",
    "numpy/f2py": "compiling Fortran",
    "numpy/_core/include": "compiling C",
    "numpy/_core/lib": "compiling C",
    "numpy/random": "random numbers",
    "shapely/tests": "tests",
    "**/*.pyi": "type stubs",
    "**/__pycache__": "compiled for another Python",
    "bin": "command line tools",
}
# The last two lines are what ifctester loads.
KEPT_IN_UTIL = frozenset(
    {"__init__.py", "attribute.py", "mvd_info.py", "schema.py"}
    | {"classification.py", "element.py", "placement.py", "representation.py", "shape.py"}
    | {"unit.py"}
)


def prune(folder: Path) -> None:
    """Removes what is listed above, and fails in a folder that holds no ifcopenshell."""
    for pattern in REMOVED:
        for path in sorted(folder.glob(pattern)):
            _remove(path)
    for path in sorted((folder / "ifcopenshell/util").iterdir()):
        if path.name not in KEPT_IN_UTIL:  # the rest of util is for scripts that edit models
            _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    elif path.exists():
        path.unlink()


if __name__ == "__main__":
    prune(Path(sys.argv[1]))
