"""Models as other tools write them: units named only, storeys in other languages, damaged parts."""

from pathlib import Path

import pytest

from arxos.adapters.readers.floor_labels import read_label
from arxos.domain.errors import UnreadableFile
from tests.adapters.readers.small_ifc import changed, codes, properties, read, read_here, small_ifc
from tests.adapters.readers.small_ifc import write as write_ifc


def test_a_unit_without_a_factor_is_known_by_its_name(tmp_path: Path) -> None:
    house = changed(
        (
            "#3=IFCSIUNIT(*,.LENGTHUNIT.,$,.METRE.);",
            "#3=IFCCONVERSIONBASEDUNIT(#90,.LENGTHUNIT.,'FOOT',$);",
        ),
        (
            "#4=IFCSIUNIT(*,.AREAUNIT.,$,.SQUARE_METRE.);",
            "#4=IFCCONVERSIONBASEDUNIT(#90,.AREAUNIT.,'SQUARE FOOT',$);",
        ),
        ("'Level 1',$,$,#23,$,$,.ELEMENT.,3.)", "'Level 1',$,$,#23,$,$,.ELEMENT.,10.)"),
    )
    areas = properties(30, "'BaseQuantities'", "IFCQUANTITYAREA('NetFloorArea',$,$,100.)")
    exponents = "#90=IFCDIMENSIONALEXPONENTS(1,0,0,0,0,0,0);"
    model = read(tmp_path, exponents, *areas, house=house)

    assert [f.elevation_m for f in model.floors] == [0.0, 3.048]
    assert model.rooms[0].area_m2 == 9.2903
    assert codes(model) == []


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("B1階", -1),
        ("地下1階", -1),
        ("地下二階", -2),
        ("3楼", 3),
        ("负一层", -1),
        ("1층", 1),
        ("지하1층", -1),
        ("E.G.", 0),
        ("1. OG", 1),
        ("U.G.", -1),
        ("G", 0),
        ("Kjeller", -1),
        ("2. etasje", 2),
        ("Подвал", -1),
        ("1. Dachgeschoss", None),
        ("DG", None),
        ("Außenanlagen", None),
    ],
)
def test_storeys_say_their_number_in_many_languages(name: str, number: int | None) -> None:
    assert read_label(name).number == number


def test_the_site_without_a_height_is_below_and_the_roof_without_one_above(tmp_path: Path) -> None:
    house = changed(
        (
            "(#20,#22));",
            "(#20,#22,#60,#61));\n"
            "#60=IFCBUILDINGSTOREY('0storey000000000000003',$,'Dach',$,$,$,$,$,.ELEMENT.,$);\n"
            "#61=IFCBUILDINGSTOREY('0storey000000000000004',$,'Site',$,$,$,$,$,.ELEMENT.,$);",
        )
    )
    model = read(tmp_path, house=house)

    assert [(f.name, f.floor_number) for f in model.floors] == [
        ("Site", -1),
        ("Ground Floor", 0),
        ("Level 1", 1),
        ("Dach", 2),
    ]


def test_a_site_at_the_height_of_the_ground_is_below_it(tmp_path: Path) -> None:
    site = "#60=IFCBUILDINGSTOREY('0storey000000000000003',$,'Site',$,$,#21,$,$,.ELEMENT.,0.);"
    house = changed(("(#20,#22));", f"(#20,#22,#60));\n{site}"))

    lowest = read(tmp_path, house=house).floors[0]
    assert (lowest.name, lowest.floor_number) == ("Site", -1)


def test_what_a_damaged_file_lost_is_not_gone_from_the_building(tmp_path: Path) -> None:
    whole = read(tmp_path)
    damaged = read(
        tmp_path, "#55=IFCRELASSIGNSTOGROUP('0rel000000000000000099',$,$,$,(#50),$,#77);"
    )

    assert whole.incomplete == frozenset()
    assert "DANGLING_REFERENCE" in codes(damaged)
    assert damaged.incomplete == {"floor", "room", "device", "group"}


@pytest.mark.parametrize(
    ("stated", "read_as"),
    [("IFC 4", "IFC4"), ("IFC-2X3", "IFC2X3"), ("IFC4.3", "IFC4X3_ADD2"), ("IFC4.0", "IFC4")],
)
def test_a_schema_written_apart_is_read_as_the_nearest(
    stated: str, read_as: str, tmp_path: Path
) -> None:
    assert read_here(write_ifc(tmp_path, small_ifc(schema=stated))).schema == read_as


def test_bytes_that_no_text_has_are_told_with_their_line(tmp_path: Path) -> None:
    content = small_ifc().replace("'Office'", "'Off\0ice'")
    with pytest.raises(UnreadableFile, match=r"Line 30 holds bytes of zero, which no text has\."):
        read_here(write_ifc(tmp_path, content))
