"""Systems and zones of IFC files, and what becomes of them when the file comes again."""

from pathlib import Path

import pytest

from arxos.domain.source import SourceGroup, SourceModel
from tests.adapters.readers.small_ifc import codes, read
from tests.domain.test_import_plan import plan, stored

LAMPS = (
    "#60=IFCFLOWTERMINAL('0lamp00000000000000000',$,'Lamp',$,$,#51,$,$);",
    "#61=IFCFLOWTERMINAL('0lamp00000000000000001',$,'Spot',$,$,#51,$,$);",
    "#62=IFCFLOWSEGMENT('0pipe00000000000000000',$,'Pipe',$,$,#51,$,$);",
    "#63=IFCRELCONTAINEDINSPATIALSTRUCTURE('0rel000000000000000063',$,$,$,(#60,#61,#62),#30);",
)


def group(step_id: int, ifc_class: str, name: str, *more: str) -> str:
    arguments = ",".join(("$", name, "$", *(more or ("$",))))
    return f"#{step_id}={ifc_class}('0group{step_id:016d}',{arguments});"


def assigned(step_id: int, to: int, *members: int) -> str:
    listed = ",".join(f"#{member}" for member in members)
    return f"#{step_id}=IFCRELASSIGNSTOGROUP('0asgn{step_id:017d}',$,$,$,({listed}),$,#{to});"


def groups_of(model: SourceModel) -> dict[str, SourceGroup]:
    return {g.name: g for g in model.groups}


@pytest.mark.parametrize("schema", ["IFC2X3", "IFC4", "IFC4X3_ADD2"])
def test_systems_hold_devices_and_zones_rooms_and_none_counts_twice(
    schema: str, tmp_path: Path
) -> None:
    # IFC4 gave the zone a long name.
    zone = ("$",) if schema == "IFC2X3" else ("$", "'North wing'")

    model = read(
        tmp_path,
        *LAMPS,
        group(70, "IFCSYSTEM", "'Lighting'", "'Electrical'"),
        assigned(71, 70, 60, 61, 62),
        group(72, "IFCZONE", "'Flat 1'", *zone),
        assigned(73, 72, 30, 31),
        schema=schema,
    )

    found = groups_of(model)
    assert {name: g.group_kind for name, g in found.items()} == {
        "Lighting": "system",
        "Flat 1": "zone",
    }
    lighting, flat = found["Lighting"], found["Flat 1"]
    # The pipe is no device, and so no member.
    assert lighting.device_keys == ("0lamp00000000000000000", "0lamp00000000000000001")
    assert (lighting.category, lighting.room_keys) == ("Electrical", ())
    assert flat.room_keys == ("0space0000000000000000", "0space0000000000000001")
    assert flat.description == (None if schema == "IFC2X3" else "North wing")
    assert lighting.line is not None
    assert codes(model) == []


def test_groups_in_groups_are_resolved_and_circles_are_cut(tmp_path: Path) -> None:
    model = read(
        tmp_path,
        *LAMPS,
        group(70, "IFCSYSTEM", "'Electrical'"),
        group(71, "IFCELECTRICALCIRCUIT", "'Circuit 1'"),
        group(72, "IFCGROUP", "'Spots'"),
        group(73, "IFCSTRUCTURALANALYSISMODEL", "'Frame'", "$", ".NOTDEFINED.", "$", "$", "$"),
        assigned(80, 70, 71, 50),
        assigned(81, 71, 60, 72),
        assigned(82, 72, 61, 70, 999),
    )

    found = groups_of(model)
    assert set(found) == {"Electrical", "Circuit 1"}
    everything = {"0desk00000000000000000", "0lamp00000000000000000", "0lamp00000000000000001"}
    assert set(found["Electrical"].device_keys) == everything
    assert set(found["Circuit 1"].device_keys) == everything
    assert codes(model) == ["DANGLING_REFERENCE"]


def test_a_port_stands_for_its_device_and_the_kind_of_system_for_a_category(
    tmp_path: Path,
) -> None:
    model = read(
        tmp_path,
        *LAMPS,
        "#64=IFCDISTRIBUTIONPORT('0port00000000000000000',$,'P',$,$,#51,$,$,$,$);",
        "#65=IFCRELNESTS('0rel000000000000000065',$,$,$,#60,(#64));",
        "#70=IFCDISTRIBUTIONSYSTEM('0group0000000000000070',$,$,$,$,$,.LIGHTING.);",
        assigned(71, 70, 64),
        schema="IFC4",
    )

    (system,) = model.groups
    assert (system.name, system.category) == ("System 000070", "LIGHTING")
    assert system.device_keys == ("0lamp00000000000000000",)
    assert codes(model) == ["GROUP_NAME_MISSING"]


def test_the_same_file_again_changes_nothing_and_a_new_member_enters(tmp_path: Path) -> None:
    system = group(70, "IFCSYSTEM", "'Lighting'")
    zones = (group(72, "IFCZONE", "'Flat'"), group(74, "IFCZONE", "'Flat'"))
    model = read(tmp_path, *LAMPS, system, assigned(71, 70, 60), *zones, assigned(73, 72, 30))
    made = plan(model)
    records = stored(made)
    assert [len(change.added) for change in made.groups] == [1, 1, 0]

    again = plan(model, *records)

    assert (again.size, again.created, again.updated) == (0, 0, 0)
    more = read(tmp_path, *LAMPS, system, assigned(71, 70, 60, 61), *zones, assigned(73, 72, 30))
    (change,) = plan(more, *records).groups
    spot = next(r.id for r in records if r.label == "Spot")
    assert set(change.added) >= {spot}
    assert change.removed == ()
