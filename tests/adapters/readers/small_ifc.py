"""A small house as IFC text, with places to put in what a test is about."""

from pathlib import Path
from typing import Any

from arxos.adapters.readers.ifc_file_check import check_ifc_file
from arxos.adapters.readers.ifc_finishing import Footprint, finish
from arxos.adapters.readers.problem_list import ProblemList
from arxos.domain.source import SourceDevice, SourceModel

HOUSE = """\
#1=IFCPROJECT('0project0000000000000A',$,'P-1',$,$,'North School',$,(#9),#2);
#2=IFCUNITASSIGNMENT((#3,#4,#5));
#3=IFCSIUNIT(*,.LENGTHUNIT.,$,.METRE.);
#4=IFCSIUNIT(*,.AREAUNIT.,$,.SQUARE_METRE.);
#5=IFCSIUNIT(*,.VOLUMEUNIT.,$,.CUBIC_METRE.);
#6=IFCCARTESIANPOINT((0.,0.,0.));
#7=IFCAXIS2PLACEMENT3D(#6,$,$);
#8=IFCDIRECTION((0.,0.,1.));
#9=IFCGEOMETRICREPRESENTATIONCONTEXT($,'Model',3,1.E-05,#7,$);
#10=IFCSITE('0site00000000000000000',$,'Site',$,$,#11,$,$,.ELEMENT.,(52,31,0),(13,24,0),$,$,$);
#11=IFCLOCALPLACEMENT($,#7);
#12=IFCBUILDING('0building0000000000000',$,'House',$,$,#13,$,$,.ELEMENT.,$,$,$);
#13=IFCLOCALPLACEMENT(#11,#7);
#14=IFCRELAGGREGATES('0rel000000000000000001',$,$,$,#1,(#10));
#15=IFCRELAGGREGATES('0rel000000000000000002',$,$,$,#10,(#12));
#20=IFCBUILDINGSTOREY('0storey000000000000000',$,'Ground Floor',$,$,#21,$,$,.ELEMENT.,0.);
#21=IFCLOCALPLACEMENT(#13,#7);
#22=IFCBUILDINGSTOREY('0storey000000000000001',$,'Level 1',$,$,#23,$,$,.ELEMENT.,3.);
#23=IFCLOCALPLACEMENT(#13,#24);
#24=IFCAXIS2PLACEMENT3D(#25,$,$);
#25=IFCCARTESIANPOINT((0.,0.,3.));
#26=IFCRELAGGREGATES('0rel000000000000000003',$,$,$,#12,(#20,#22));
#30=IFCSPACE('0space0000000000000000',$,'0.01',$,$,#21,#40,'Office',.ELEMENT.,$,$);
#31=IFCSPACE('0space0000000000000001',$,'1.01',$,$,#23,$,'Store',.ELEMENT.,$,$);
#32=IFCRELAGGREGATES('0rel000000000000000004',$,$,$,#20,(#30));
#33=IFCRELAGGREGATES('0rel000000000000000005',$,$,$,#22,(#31));
#40=IFCPRODUCTDEFINITIONSHAPE($,$,(#41));
#41=IFCSHAPEREPRESENTATION(#9,'Body','SweptSolid',(#42));
#42=IFCEXTRUDEDAREASOLID(#43,#7,#8,2.5);
#43=IFCRECTANGLEPROFILEDEF(.AREA.,$,#44,4.,3.);
#44=IFCAXIS2PLACEMENT2D(#45,$);
#45=IFCCARTESIANPOINT((2.,1.5));
#50=IFCFURNISHINGELEMENT('0desk00000000000000000',$,'Desk',$,$,#51,$,'T-1');
#51=IFCLOCALPLACEMENT(#21,#52);
#52=IFCAXIS2PLACEMENT3D(#53,$,$);
#53=IFCCARTESIANPOINT((1.,1.,0.));
#54=IFCRELCONTAINEDINSPATIALSTRUCTURE('0rel000000000000000006',$,$,$,(#50),#30);
"""


def small_ifc(*extra: str, schema: str = "IFC2X3", house: str = HOUSE) -> str:
    """A whole file; each of `extra` is a statement added at the end."""
    return (
        "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION((''),'2;1');\n"
        "FILE_NAME('','2020-01-01T00:00:00',(''),(''),'','','');\n"
        f"FILE_SCHEMA(('{schema}'));\nENDSEC;\nDATA;\n"
        f"{house}{''.join(f'{line}{chr(10)}' for line in extra)}"
        "ENDSEC;\nEND-ISO-10303-21;\n"
    )


def changed(*replacements: tuple[str, str]) -> str:
    """The house's statements with some words exchanged; each must be there."""
    house = HOUSE
    for old, new in replacements:
        assert old in house, old
        house = house.replace(old, new)
    return house


def write(folder: Path, content: str | bytes, name: str = "model.ifc") -> Path:
    """The file, in the encoding the text was given in."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def read_here(
    path: Path,
    *,
    profile: str = "equipment",
    footprints: dict[int, Footprint] | None = None,
) -> SourceModel:
    """What the reader's processes do, in this process and without geometry: quick."""
    from dataclasses import asdict

    from arxos.adapters.readers.ifc_opening import open_model
    from arxos.adapters.readers.ifc_read_check import check_what_was_read
    from arxos.adapters.readers.ifc_records import read_records

    problems = ProblemList()
    work = path.parent / "work"
    work.mkdir(exist_ok=True)
    checked = check_ifc_file(path, work, problems)
    model = open_model(checked.path)
    check_what_was_read(checked.path, model, problems)
    records = read_records(model, checked.path, profile, problems)
    lines: list[dict[str, Any]] = [
        {"kind": "file", "schema": records.schema},
        {"kind": "building", "building": asdict(records.building)},
        *({"kind": "floor", "floor": asdict(floor)} for floor in records.floors),
        *({"kind": "room", **asdict(room)} for room in records.rooms),
        *({"kind": "device", "device": asdict(device)} for device in records.devices),
        *({"kind": "group", "group": asdict(group)} for group in records.groups),
    ]
    return finish(lines, footprints or {}, problems)


def codes(model: SourceModel) -> list[str]:
    """The codes of what went wrong, in order."""
    return [problem.code for problem in model.problems]


def read(folder: Path, *extra: str, house: str = HOUSE, **options: str) -> SourceModel:
    profile = options.pop("profile", "equipment")
    return read_here(write(folder, small_ifc(*extra, house=house, **options)), profile=profile)


def desk(model: SourceModel) -> SourceDevice:
    return next(d for d in model.devices if d.key == "0desk00000000000000000")


def properties(owner: int, set_name: str, *values: str, first: int = 100) -> list[str]:
    """A property set on one object; `values` are whole IfcProperty statements' arguments."""
    lines = [f"#{first + i}={value};" for i, value in enumerate(values, start=2)]
    members = ",".join(f"#{first + i}" for i in range(2, len(values) + 2))
    kind = "IFCELEMENTQUANTITY" if "QUANTITY" in values[0] else "IFCPROPERTYSET"
    method = "$," if kind == "IFCELEMENTQUANTITY" else ""
    return [
        *lines,
        f"#{first}={kind}('0set{first:018d}',$,{set_name},$,{method}({members}));",
        f"#{first + 1}=IFCRELDEFINESBYPROPERTIES('0rel{first:018d}',$,$,$,(#{owner}),#{first});",
    ]


def single(name: str, value: str) -> str:
    return f"IFCPROPERTYSINGLEVALUE('{name}',$,{value},$)"
