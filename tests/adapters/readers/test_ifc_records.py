"""IFC as building, floors and rooms, rule by rule of import-mapping.md."""

from pathlib import Path

import pytest

from arxos.adapters.readers.ifc_finishing import Footprint
from tests.adapters.readers.small_ifc import (
    HOUSE,
    changed,
    codes,
    desk,
    properties,
    read,
    read_here,
    single,
    small_ifc,
    write,
)


def test_the_small_house(tmp_path: Path) -> None:
    model = read(tmp_path)

    assert model.source == "ifc"
    assert model.building is not None
    assert (model.building.key, model.building.name) == ("0building0000000000000", "House")
    assert (model.building.latitude, model.building.longitude) == (52.516666667, 13.4)
    assert [(f.name, f.floor_number, f.elevation_m) for f in model.floors] == [
        ("Ground Floor", 0, 0.0),
        ("Level 1", 1, 3.0),
    ]
    assert [(r.room_number, r.name, r.floor_key) for r in model.rooms] == [
        ("0.01", "Office", "0storey000000000000000"),
        ("1.01", "Store", "0storey000000000000001"),
    ]
    assert desk(model).room_keys == ("0space0000000000000000",)
    assert desk(model).position == (1.0, 1.0, 0.0)
    assert desk(model).metadata == {"ifc_tag": "T-1"}
    assert desk(model).line == 40
    assert codes(model) == []


class TestUnits:
    def test_feet_are_converted_each_kind_by_its_own_unit(self, tmp_path: Path) -> None:
        house = changed(
            (
                "#3=IFCSIUNIT(*,.LENGTHUNIT.,$,.METRE.)",
                "#3=IFCCONVERSIONBASEDUNIT(#201,.LENGTHUNIT.,'FOOT',#202)",
            ),
        )
        extra = [
            "#201=IFCDIMENSIONALEXPONENTS(1,0,0,0,0,0,0);",
            "#202=IFCMEASUREWITHUNIT(IFCRATIOMEASURE(0.3048),#203);",
            "#203=IFCSIUNIT(*,.LENGTHUNIT.,$,.METRE.);",
            *properties(30, "'BaseQuantities'", "IFCQUANTITYAREA('NetFloorArea',$,$,12.)"),
        ]

        model = read(tmp_path, *extra, house=house)

        assert model.floors[1].elevation_m == 0.9144
        assert desk(model).position == (0.305, 0.305, 0.0)
        assert model.rooms[0].area_m2 == 12.0

    def test_prefixes_are_raised_to_the_power_of_area_and_volume(self, tmp_path: Path) -> None:
        house = changed(
            (".AREAUNIT.,$,", ".AREAUNIT.,.CENTI.,"), (".VOLUMEUNIT.,$,", ".VOLUMEUNIT.,.DECI.,")
        )
        extra = properties(
            30, "'BaseQuantities'",
            "IFCQUANTITYAREA('NetFloorArea',$,$,120000.)",
            "IFCQUANTITYVOLUME('NetVolume',$,$,30000.)",
        )  # fmt: skip

        room = read(tmp_path, *extra, house=house).rooms[0]

        assert (room.area_m2, room.volume_m3) == (12.0, 30.0)

    def test_a_file_without_units_is_taken_to_be_in_metres(self, tmp_path: Path) -> None:
        model = read(tmp_path, house=changed((",(#9),#2)", ",(#9),$)"), ("(#3,#4,#5)", "(#4,#5)")))

        assert codes(model) == ["UNIT_MISSING"]
        assert model.floors[1].elevation_m == 3.0


class TestRooms:
    @pytest.mark.parametrize(
        ("set_name", "values", "area", "source"),
        [
            (
                "'BaseQuantities'",
                [
                    "IFCQUANTITYAREA('GrossFloorArea',$,$,13.)",
                    "IFCQUANTITYAREA('NetFloorArea',$,$,12.)",
                ],
                12.0,
                "Qto/BaseQuantities NetFloorArea",
            ),
            (
                "'GSA Space Areas'",
                ["IFCQUANTITYAREA('GSA BIM Area',$,$,11.)"],
                11.0,
                "GSA BIM Area",
            ),
            ("$", ["IFCQUANTITYAREA('Area',$,$,10.)"], 10.0, "Area"),
            ("'Dimensions'", [single("Area", "IFCAREAMEASURE(9.)")], 9.0, "Area"),
            ("'x'", [single("Horizontal Area", "IFCREAL(8.)")], 8.0, "horizontal area"),
            (
                "'BaseQuantities'",
                ["IFCQUANTITYAREA('GrossFloorArea',$,$,13.)"],
                13.0,
                "Qto/BaseQuantities GrossFloorArea",
            ),
            ("'x'", [single("Area", "IFCLABEL('Area')")], None, None),
            ("'x'", [single("Area", "IFCLENGTHMEASURE(9.)")], None, None),
            ("'BaseQuantities'", ["IFCQUANTITYAREA('NetFloorArea',$,$,0.)"], None, None),
        ],
    )
    def test_the_area_and_where_it_is_from(
        self, tmp_path: Path, set_name: str, values: list[str], area: float, source: str
    ) -> None:
        room = read(tmp_path, *properties(30, set_name, *values)).rooms[0]

        assert (room.area_m2, room.area_source) == (area, source)

    def test_without_a_figure_the_footprint_gives_the_area(self, tmp_path: Path) -> None:
        ring = ((0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (0.0, 3.0))
        path = write(tmp_path, small_ifc())

        room = read_here(path, footprints={30: Footprint(ring, 12.0, 2.5)}).rooms[0]

        assert (room.area_m2, room.area_source, room.footprint) == (12.0, "footprint", ring)

    def test_an_area_in_the_wrong_unit_is_kept_and_doubted(self, tmp_path: Path) -> None:
        path = write(
            tmp_path,
            small_ifc(*properties(30, "'Q'", "IFCQUANTITYAREA('NetFloorArea',$,$,12000000.)")),
        )

        model = read_here(path, footprints={30: Footprint(((0.0, 0.0),), 12.0, 2.5)})

        assert model.rooms[0].area_m2 == 12_000_000
        assert codes(model) == ["AREA_IN_DOUBT"]

    @pytest.mark.parametrize(
        ("volume", "height", "found", "warned"),
        [
            (30.0, None, 30.0, False),
            (3.0, 2.5, 30.0, True),
            (3000.0, None, None, True),
            (12.0, 1.0, 12.0, True),
        ],
    )
    def test_a_volume_must_make_a_room_of_sane_height(
        self, tmp_path: Path, volume: float, height: float | None, found: float, warned: bool
    ) -> None:
        values = [
            "IFCQUANTITYAREA('NetFloorArea',$,$,12.)",
            f"IFCQUANTITYVOLUME('NetVolume',$,$,{volume})",
        ]
        if height is not None:
            values.append(f"IFCQUANTITYLENGTH('Height',$,$,{height})")

        model = read(tmp_path, *properties(30, "'BaseQuantities'", *values))

        assert model.rooms[0].volume_m3 == found
        assert codes(model) == (["VOLUME_NOT_SANE"] if warned else [])

    def test_room_types_come_from_a_classification_first(self, tmp_path: Path) -> None:
        extra = [
            "#90=IFCCLASSIFICATIONREFERENCE($,'13-11','Offices',$);",
            "#91=IFCRELASSOCIATESCLASSIFICATION('0rel000000000000000090',$,$,$,(#30),#90);",
            *properties(30, "'x'", single("OmniClass Table 13 Category", "IFCLABEL('13-99: X')")),
            *properties(
                31, "'x'", single("Category Code", "IFCLABEL('13-15')"),
                single("Category Description", "IFCLABEL('Stores')"), first=120,
            ),
        ]  # fmt: skip

        assert [r.room_type for r in read(tmp_path, *extra).rooms] == [
            "13-11: Offices",
            "13-15: Stores",
        ]

    def test_then_from_properties_and_then_from_the_space_itself(self, tmp_path: Path) -> None:
        house = changed(("'1.01',$,$,", "'1.01',$,'Archive',"))
        extra = properties(30, "'x'", single("OmniClass Table 13 Category", "IFCLABEL('13-99: X')"))

        model = read(tmp_path, *extra, house=house)

        assert [room.room_type for room in model.rooms] == ["13-99: X", "Archive"]

    def test_a_room_without_a_number_is_called_by_its_name(self, tmp_path: Path) -> None:
        house = changed(("'0.01'", "$"), ("'1.01'", "'n/a'"), ("'Store'", "$"))

        model = read(tmp_path, house=house)

        assert [room.room_number for room in model.rooms] == ["Office", "Room 000001"]
        assert codes(model) == ["ROOM_NUMBER_MISSING", "ROOM_NUMBER_MISSING"]

    def test_a_space_under_no_storey_goes_to_the_floor_at_its_height(self, tmp_path: Path) -> None:
        model = read(tmp_path, house=changed(("#22,(#31)", "#12,(#31)")))

        assert model.rooms[1].floor_key == "0storey000000000000001"
        assert codes(model) == ["NOT_ON_A_STOREY"]
        assert "3.00 m ('Level 1')" in model.problems[0].message

    def test_a_space_within_a_space_is_on_its_storey(self, tmp_path: Path) -> None:
        model = read(tmp_path, house=changed(("#22,(#31)", "#30,(#31)")))

        assert model.rooms[1].floor_key == "0storey000000000000000"


class TestFloors:
    def test_a_storey_without_elevation_has_its_placements_height(self, tmp_path: Path) -> None:
        assert (
            read(tmp_path, house=changed((",3.);\n#23", ",$);\n#23"))).floors[1].elevation_m == 3.0
        )

    def test_a_file_without_storeys_gets_one(self, tmp_path: Path) -> None:
        house = "\n".join(
            line
            for line in HOUSE.splitlines()
            if not line.startswith(("#20=", "#22=", "#26=", "#32=", "#33="))
        )

        model = read(tmp_path, house=house + "\n")

        assert [(f.key, f.floor_number) for f in model.floors] == [
            ("0building0000000000000~floor", 0)
        ]
        assert {room.floor_key for room in model.rooms} == {"0building0000000000000~floor"}
        assert codes(model) == ["NO_STOREYS"]

    def test_several_buildings_give_all_their_storeys(self, tmp_path: Path) -> None:
        extra = (
            "#70=IFCBUILDING('0building0000000000001',$,'Annex',$,$,$,$,$,.ELEMENT.,$,$,$);",
            "#71=IFCBUILDINGSTOREY('0storey000000000000002',$,'Level 2',$,$,$,$,$,.ELEMENT.,6.);",
            "#72=IFCRELAGGREGATES('0rel000000000000000070',$,$,$,#70,(#71));",
        )

        model = read(tmp_path, *extra)

        assert [floor.floor_number for floor in model.floors] == [0, 1, 2]
        assert codes(model) == ["SEVERAL_BUILDINGS"]


def test_positions_are_relative_to_the_building_and_turn_with_it(tmp_path: Path) -> None:
    house = changed(("#13=IFCLOCALPLACEMENT(#11,#7)", "#13=IFCLOCALPLACEMENT(#11,#200)"))
    extra = (
        "#200=IFCAXIS2PLACEMENT3D(#201,#8,#202);",
        "#201=IFCCARTESIANPOINT((500000.,5800000.,30.));",
        "#202=IFCDIRECTION((0.,1.,0.));",
    )

    assert desk(read(tmp_path, *extra, house=house)).position == (1.0, 1.0, 0.0)


def test_addresses_and_names_fall_back(tmp_path: Path) -> None:
    house = changed(("'House'", "''"), ("(52,31,0),(13,24,0),$,$,$", "(52,31,0),(13,24,0),$,$,#95"))
    extra = (
        "#95=IFCPOSTALADDRESS($,$,$,$,('Enter address here','5 Low Road'),$,'Leeds','','LS1','UK');"
    )

    building = read(tmp_path, extra, house=house).building

    assert building is not None
    assert building.name == "North School"
    assert building.address == {
        "street": "5 Low Road",
        "city": "Leeds",
        "postal_code": "LS1",
        "country": "UK",
    }
