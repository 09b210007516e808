"""IFC elements as devices: which, of what kind, by whom, in which room."""

from pathlib import Path

import pytest

from arxos.adapters.readers.ifc_finishing import Footprint
from tests.adapters.readers.small_ifc import (
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


class TestDevices:
    def test_makers_and_numbers_of_the_occurrence_come_before_its_types(
        self, tmp_path: Path
    ) -> None:
        extra = [
            *properties(
                50, "'Pset_ManufacturerOccurrence'", single("SerialNumber", "IFCIDENTIFIER('S-1')"),
                single("BarCode", "IFCIDENTIFIER('BarCode')"),
            ),
            *properties(
                50, "'Other'", single("barcode", "IFCLABEL('4711')"),
                single("TagNumber", "IFCLABEL('// to do //')"),
                single("AssetIdentifier", "IFCLABEL('A-7')"),
                single("InstallationDate", "IFCLABEL('2020-02-30')"),
                single("WarrantyEndDate", "IFCLABEL('2030-01-31T00:00:00')"), first=120,
            ),
            "#150=IFCFURNITURETYPE('0type00000000000000000',$,'D 1600',$,$,(#151),$,$,$,.DESK.);",
            "#151=IFCPROPERTYSET('0set000000000000000151',$,'Pset_ManufacturerTypeInformation',$,(#152,#153));",
            "#152=IFCPROPERTYSINGLEVALUE('Manufacturer',$,IFCLABEL('Formholz'),$);",
            "#153=IFCPROPERTYSINGLEVALUE('ModelReference',$,IFCLABEL('Undefined'),$);",
            "#154=IFCRELDEFINESBYTYPE('0rel000000000000000154',$,$,$,(#50),#150);",
            *properties(50, "'x'", single("ModelLabel", "IFCLABEL('N/A')"),
                        single("ModelReference", "IFCLABEL('DX')"), first=160),
        ]  # fmt: skip

        found = desk(read(tmp_path, *extra))

        assert (found.manufacturer, found.model) == ("Formholz", "DX")
        assert (found.serial_number, found.barcode, found.tag_number) == ("S-1", "4711", "A-7")
        assert (found.installed_on, found.warranty_until) == (None, "2030-01-31")
        assert found.device_type == "Furniture"
        assert found.metadata["ifc_type_name"] == "D 1600"

    @pytest.mark.parametrize(
        ("occurrence", "type_class", "arguments", "kind"),
        [
            ("IFCFLOWTERMINAL", "IFCLIGHTFIXTURETYPE", ",$,$,$,.NOTDEFINED.", "LightFixture"),
            ("IFCFLOWTERMINAL", None, "", "FlowTerminal"),
            ("IFCFURNISHINGELEMENT", None, "", "Furnishing"),
            ("IFCFURNISHINGELEMENT", "IFCTYPEPRODUCT", ",$,$", "Furnishing"),
            ("IFCFURNISHINGELEMENT", "IFCSYSTEMFURNITUREELEMENTTYPE", ",$,$,$", "SystemFurniture"),
            ("IFCBUILDINGELEMENTPROXY", None, "", "Unclassified"),
            (
                "IFCBUILDINGELEMENTPROXY",
                "IFCBUILDINGELEMENTPROXYTYPE",
                ",$,$,$,.NOTDEFINED.",
                "Unclassified",
            ),
            ("IFCBUILDINGELEMENTPROXY", "IFCPUMPTYPE", ",$,$,$,.NOTDEFINED.", "Pump"),
            ("IFCTRANSPORTELEMENT", None, "", "Transport"),
        ],
    )
    def test_the_most_exact_class_known_names_the_device(
        self, tmp_path: Path, occurrence: str, type_class: str | None, arguments: str, kind: str
    ) -> None:
        house = changed(("IFCFURNISHINGELEMENT", occurrence))
        extra = []
        if type_class is not None:
            extra = [
                f"#150={type_class}('0type00000000000000000',$,'T',$,$,${arguments});",
                "#154=IFCRELDEFINESBYTYPE('0rel000000000000000154',$,$,$,(#50),#150);",
            ]

        assert desk(read(tmp_path, *extra, house=house)).device_type == kind

    @pytest.mark.parametrize(
        ("ifc_class", "profiles"),
        [
            ("IFCFLOWCONTROLLER", {"equipment", "cobie"}),
            ("IFCEQUIPMENTELEMENT", {"equipment", "cobie"}),
            ("IFCELECTRICALELEMENT", {"equipment", "cobie"}),
            ("IFCDOOR", {"cobie"}),
            ("IFCWINDOW", {"cobie"}),
            ("IFCFLOWSEGMENT", set()),
            ("IFCFLOWFITTING", set()),
            ("IFCCOVERING", set()),
            ("IFCWALL", set()),
            ("IFCBEAM", set()),
        ],
    )
    def test_what_counts_as_a_device(
        self, tmp_path: Path, ifc_class: str, profiles: set[str]
    ) -> None:
        house = changed(("IFCFURNISHINGELEMENT", ifc_class))

        assert {
            profile
            for profile in ("equipment", "cobie")
            if read(tmp_path, house=house, profile=profile).devices
        } == profiles

    def test_a_2x3_pipe_is_known_by_its_type(self, tmp_path: Path) -> None:
        house = changed(("IFCFURNISHINGELEMENT", "IFCDISTRIBUTIONFLOWELEMENT"))
        extra = (
            "#150=IFCPIPESEGMENTTYPE('0type00000000000000000',$,'T',$,$,$,$,$,$,.NOTDEFINED.);",
            "#154=IFCRELDEFINESBYTYPE('0rel000000000000000154',$,$,$,(#50),#150);",
        )

        assert read(tmp_path, *extra, house=house).devices == ()

    def test_a_device_is_in_the_rooms_it_is_referenced_in(self, tmp_path: Path) -> None:
        extra = "#90=IFCRELREFERENCEDINSPATIALSTRUCTURE('0rel000000000000000090',$,$,$,(#50),#31);"

        contained_too = read(tmp_path, extra)
        only_referenced = read(tmp_path, extra, house=changed(("(#50),#30", "(#50),#20")))

        assert desk(contained_too).room_keys == ("0space0000000000000000", "0space0000000000000001")
        assert desk(only_referenced).room_keys == ("0space0000000000000001",)
        assert desk(only_referenced).floor_key == "0storey000000000000001"

    def test_a_part_is_where_its_assembly_is(self, tmp_path: Path) -> None:
        extra = (
            "#90=IFCELEMENTASSEMBLY('0asm000000000000000000',$,'Kitchen',$,$,$,$,$,$,$);",
            "#91=IFCRELAGGREGATES('0rel000000000000000091',$,$,$,#90,(#50));",
        )

        model = read(tmp_path, *extra, house=changed(("(#50),#30", "(#90),#31")))

        assert desk(model).room_keys == ("0space0000000000000001",)

    def test_a_device_on_a_storey_is_in_the_room_whose_footprint_is_near(
        self, tmp_path: Path
    ) -> None:
        house = changed(("(#50),#30", "(#50),#20"))
        path = write(tmp_path, small_ifc(house=house))
        near = Footprint(((1.25, 0.0), (4.0, 0.0), (4.0, 3.0), (1.25, 3.0)), 8.25, 2.5)
        far = Footprint(((1.35, 0.0), (4.0, 0.0), (4.0, 3.0), (1.35, 3.0)), 8.0, 2.5)

        assert desk(read_here(path, footprints={30: near})).room_keys == ("0space0000000000000000",)
        assert desk(read_here(path, footprints={30: far})).room_keys == ()
        # A room of another storey is not meant, however near.
        assert desk(read_here(path, footprints={31: near})).room_keys == ()

    def test_doors_belong_to_the_rooms_they_bound(self, tmp_path: Path) -> None:
        house = changed(("IFCFURNISHINGELEMENT", "IFCDOOR"), ("(#50),#30", "(#50),#20"))
        extra = (
            "#90=IFCRELSPACEBOUNDARY('0rel000000000000000090',$,$,$,#30,#50,$,.PHYSICAL.,.INTERNAL.);",
            "#91=IFCRELSPACEBOUNDARY('0rel000000000000000091',$,$,$,#31,#50,$,.PHYSICAL.,.INTERNAL.);",
        )

        door = desk(read(tmp_path, *extra, house=house, profile="cobie"))

        assert door.room_keys == ("0space0000000000000000", "0space0000000000000001")

    def test_a_door_in_a_wall_is_on_the_walls_floor(self, tmp_path: Path) -> None:
        house = changed(
            ("IFCFURNISHINGELEMENT", "IFCDOOR"), ("'T-1'", "'T-1',$,$"), ("(#50),#30", "(#90),#22")
        )
        extra = (
            "#90=IFCWALL('0wall00000000000000000',$,'W',$,$,#23,$,$);",
            "#91=IFCOPENINGELEMENT('0open00000000000000000',$,'O',$,$,#23,$,$);",
            "#92=IFCRELVOIDSELEMENT('0rel000000000000000092',$,$,$,#90,#91);",
            "#93=IFCRELFILLSELEMENT('0rel000000000000000093',$,$,$,#91,#50);",
        )

        model = read(tmp_path, *extra, house=house, profile="cobie")

        assert desk(model).floor_key == "0storey000000000000001"
        assert codes(model) == []

    def test_a_device_outside_all_storeys_goes_to_the_floor_at_its_height(
        self, tmp_path: Path
    ) -> None:
        house = changed(
            ("(#50),#30", "(#50),#10"), ("#51=IFCLOCALPLACEMENT(#21", "#51=IFCLOCALPLACEMENT(#23")
        )

        model = read(tmp_path, house=house)

        assert desk(model).floor_key == "0storey000000000000001"
        assert codes(model) == ["NOT_ON_A_STOREY"]

    def test_a_position_that_is_damage_is_left_out(self, tmp_path: Path) -> None:
        model = read(
            tmp_path,
            house=changed(("#53=IFCCARTESIANPOINT((1.,", "#53=IFCCARTESIANPOINT((1.E300,")),
        )

        assert desk(model).position is None
        assert codes(model) == ["POSITION_OUT_OF_RANGE"]

    def test_a_nameless_device_is_called_by_its_kind(self, tmp_path: Path) -> None:
        model = read(tmp_path, house=changed(("'Desk'", "''")))

        assert desk(model).name == "Furnishing"
        assert codes(model) == ["DEVICE_NAME_MISSING"]

    def test_names_are_cleaned_and_cut(self, tmp_path: Path) -> None:
        house = changed(("'Desk'", r"'De\X2\0007\X0\sk'"), ("'Office'", f"'{'x' * 300}'"))

        model = read(tmp_path, house=house)

        assert desk(model).name == "Desk"
        assert len(model.rooms[0].name or "") == 200
        assert codes(model) == ["VALUE_TOO_LONG", "CONTROL_CHARACTERS"]
        assert model.problems[0].key == "0space0000000000000000"
        assert model.problems[0].row_or_line == 30
