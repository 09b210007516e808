"""What a COBie workbook does not say, for want of a sheet, a column or a name, stays unsaid."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from arxos.domain.errors import UnreadableFile
from arxos.domain.source import SourceModel
from tests.adapters.readers.test_cobie import COMPONENTS, SPACES, Rows, read, write

Workbook = Any
GROUPS: dict[str, Rows] = {
    "Zone": [{"Name": "North", "SpaceNames": "101"}],
    "System": [{"Name": "Heating", "ComponentNames": "Boiler-1"}],
}


def renamed(sheet: str, column: str, to: str) -> Callable[[Workbook], None]:
    def change(workbook: Workbook) -> None:
        (cell,) = (c for c in workbook[sheet][1] if c.value == column)
        cell.value = to

    return change


def sheet_called(sheet: str, to: str) -> Callable[[Workbook], None]:
    return lambda workbook: setattr(workbook[sheet], "title", to)


def without(sheet: str) -> Callable[[Workbook], None]:
    return lambda workbook: workbook.remove(workbook[sheet])


def changed(folder: Path, change: Callable[[Workbook], None], **sheets: Rows) -> SourceModel:
    path = write(folder, **{**GROUPS, **sheets})
    workbook = openpyxl.load_workbook(path)
    change(workbook)
    workbook.save(path)
    return read(path)


def messages(model: SourceModel, code: str) -> list[str]:
    return [p.message for p in model.problems if p.code == code]


def test_a_whole_workbook_says_everything(tmp_path: Path) -> None:
    model = changed(tmp_path, lambda _: None)

    assert model.incomplete == frozenset()
    assert all(d.place_said and d.type_said for d in model.devices)
    assert all(r.floor_said for r in model.rooms)
    assert all(g.members_said for g in model.groups)


def test_without_the_column_space_nothing_is_said_of_where_components_are(tmp_path: Path) -> None:
    model = changed(tmp_path, renamed("Component", "Space", "Spcae"))

    (boiler,) = model.devices
    assert (boiler.place_said, boiler.type_said, boiler.room_keys) == (False, True, ())
    (missing,) = messages(model, "COLUMN_MISSING")
    assert "already known stay in their spaces" in missing
    assert "Was 'Spcae' meant to be it?" in missing
    assert "COBie's are Name, CreatedBy, CreatedOn, TypeName, Space" in missing
    assert "Was 'Space' meant?" in messages(model, "COLUMN_UNKNOWN")[0]
    assert not messages(model, "NO_SPACE")


def test_without_the_column_typename_nothing_is_said_of_types(tmp_path: Path) -> None:
    model = changed(tmp_path, renamed("Component", "TypeName", "Tpe"))

    (boiler,) = model.devices
    assert (boiler.place_said, boiler.type_said, boiler.device_type) == (
        True,
        False,
        "Unclassified",
    )
    assert not messages(model, "TYPE_UNKNOWN")


def test_without_the_column_floorname_nothing_is_said_of_floors(tmp_path: Path) -> None:
    model = changed(tmp_path, renamed("Space", "FloorName", "Flor"))

    assert [(r.floor_said, r.floor_key) for r in model.rooms] == [(False, "Level 1")] * 3
    assert model.devices[0].room_keys == ("101", "Store, north")
    assert len(model.problems) == 2


@pytest.mark.parametrize(
    ("change", "incomplete"),
    [
        (without("Component"), {"device"}),
        (sheet_called("Component", "Componant"), {"device"}),
        (renamed("Component", "Name", "Called"), {"device"}),
        (without("Floor"), {"floor", "room", "device"}),
        (without("Space"), {"room"}),
        (without("Zone"), {"group"}),
        (without("Type"), set()),
    ],
)
def test_that_a_sheet_is_missing_is_no_word_about_its_records(
    change: Callable[[Workbook], None], incomplete: set[str], tmp_path: Path
) -> None:
    assert changed(tmp_path, change).incomplete == incomplete


def test_a_misspelt_sheet_is_told_with_the_one_it_may_be_and_those_that_are_needed(
    tmp_path: Path,
) -> None:
    model = changed(tmp_path, sheet_called("Component", "Componant"))

    (unknown,) = messages(model, "SHEET_UNKNOWN")
    assert "Was 'Component' meant?" in unknown
    (missing,) = messages(model, "SHEET_MISSING")
    assert "Was 'Componant' meant to be it?" in missing
    assert "Facility, Floor, Space, Component, Type" in missing
    assert [g.members_said for g in model.groups if g.group_kind == "system"] == [False]
    assert not messages(model, "MEMBER_UNKNOWN")


def test_one_missing_sheet_is_told_once_and_not_for_each_row(tmp_path: Path) -> None:
    model = changed(tmp_path, without("Floor"), Component=COMPONENTS)

    assert [p.code for p in model.problems] == ["SHEET_MISSING"]


def test_a_space_on_a_floor_that_is_not_there_is_kept_and_its_floor_unsaid(tmp_path: Path) -> None:
    model = changed(tmp_path, lambda _: None, Space=[*SPACES, {"Name": "301", "FloorName": "Atic"}])

    assert [(r.room_number, r.floor_said) for r in model.rooms][-1] == ("301", False)
    (told,) = messages(model, "FLOOR_UNKNOWN")
    assert told == (
        "Space '301' names the floor 'Atic', which sheet 'Floor' does not have."
        " A space already known stays on its floor; a new one was put on 'Level 1'."
    )


@pytest.mark.parametrize("space", ["999", "101, 999", None])
def test_a_space_that_is_not_there_or_empty_leaves_the_place_unsaid(
    space: str | None, tmp_path: Path
) -> None:
    model = changed(tmp_path, lambda _: None, Component=[{**COMPONENTS[0], "Space": space}])

    assert model.devices[0].place_said is False


def test_a_row_that_was_refused_is_no_word_about_its_record(tmp_path: Path) -> None:
    model = changed(tmp_path, lambda _: None, Component=[*COMPONENTS, {"TypeName": "Boiler"}])

    assert model.incomplete == {"device"}


def test_a_group_with_an_unknown_member_loses_nobody(tmp_path: Path) -> None:
    model = changed(tmp_path, lambda _: None, Zone=[{"Name": "North", "SpaceNames": "101, 9"}])

    assert [g.members_said for g in model.groups if g.group_kind == "zone"] == [False]


def test_a_heading_nearly_called_extidentifier_still_tells_the_rows(tmp_path: Path) -> None:
    components = [{**COMPONENTS[0], "ExtIdentifier": "2O2Fr$t4X7Zf8NOew3FLOH"}]
    model = changed(
        tmp_path, renamed("Component", "ExtIdentifier", "ExtIdentifer"), Component=components
    )

    assert model.devices[0].key == "2O2Fr$t4X7Zf8NOew3FLOH"
    assert "read as 'ExtIdentifier'" in messages(model, "COLUMNS_UNDERSTOOD")[0]


def test_two_rows_with_one_identifier_are_kept_apart_and_both_named(tmp_path: Path) -> None:
    twice = [
        {**COMPONENTS[0], "ExtIdentifier": "x"},
        {**COMPONENTS[0], "Name": "Boiler-2", "ExtIdentifier": "x"},
    ]
    model = changed(tmp_path, lambda _: None, Component=twice)

    assert [d.key for d in model.devices] == ["x", "Boiler-2"]
    (told,) = messages(model, "ID_DOUBLED")
    assert told.startswith("Rows 2 and 3 of sheet 'Component' have the same ExtIdentifier, 'x'")


def test_a_name_that_stands_twice_is_told_also_if_the_identifiers_differ(tmp_path: Path) -> None:
    spaces = [{**SPACES[0], "ExtIdentifier": "a"}, {**SPACES[0], "ExtIdentifier": "b"}]
    model = changed(tmp_path, lambda _: None, Space=spaces)

    assert [r.key for r in model.rooms] == ["a", "b"]
    assert "row 2 and of row 3" in messages(model, "NAME_DOUBLED")[0]


@pytest.mark.parametrize(
    ("linear", "elevations", "in_metres", "is_doubted"),
    [
        ("millimeters", (0, 3.1, 6.2), [0, 3.1, 6.2], True),
        ("feet", (0, 3.1, 6.2), [0, 3.1, 6.2], True),
        ("meters", (0, 3100, 6200), [0, 3.1, 6.2], True),
        ("meters", (0, 10, 20), [0, 3.048, 6.096], True),
        ("inches", (0, 120, 240), [0, 3.048, 6.096], False),
        (None, (0, 3100, 6200), [0, 3.1, 6.2], True),
        ("meters", (-0.5, 0, 3.1), [-0.5, 0, 3.1], False),
    ],
)
def test_a_unit_that_cannot_be_is_told_and_the_one_that_can_is_taken(
    linear: str | None,
    elevations: tuple[float, ...],
    in_metres: list[float],
    is_doubted: bool,
    tmp_path: Path,
) -> None:
    floors = [{"Name": f"Level {n}", "Elevation": e} for n, e in enumerate(elevations)]
    model = changed(
        tmp_path,
        lambda _: None,
        Facility=[{"Name": "House", "LinearUnits": linear}],
        Floor=floors,
        Space=[{"Name": "101", "FloorName": "Level 0", "NetArea": 12}],
    )

    assert [f.elevation_m for f in model.floors] == in_metres
    assert [p.field for p in model.problems if p.code == "UNIT_IN_DOUBT"] == (
        ["Elevation"] if is_doubted else []
    )


def test_each_column_of_areas_has_its_own_unit(tmp_path: Path) -> None:
    spaces = [
        {"Name": str(n), "FloorName": "Level 1", "NetArea": a, "GrossArea": 1e6 * a}
        for n, a in enumerate((4, 10, 14, 20, 31))
    ]
    facility = [{"Name": "H", "LinearUnits": "feet", "AreaUnits": "square feet"}]
    model = changed(tmp_path, lambda _: None, Facility=facility, Space=spaces)

    assert [r.area_m2 for r in model.rooms] == [4, 10, 14, 20, 31]
    net, gross = messages(model, "UNIT_IN_DOUBT")
    assert "rooms would have 1.3 m2; square metres were taken instead" in net
    assert "square millimetres were taken instead" in gross


def test_a_site_without_elevation_is_below_and_a_roof_without_one_above(tmp_path: Path) -> None:
    floors: Rows = [
        {"Name": "Plot", "Category": "Site"},
        {"Name": "Cover", "Category": "roof"},
        {"Name": "Ground", "Category": "Floor", "Elevation": 0},
        {"Name": "First", "Category": "Floor", "Elevation": 10},
    ]
    model = changed(
        tmp_path,
        lambda _: None,
        Floor=floors,
        Space=[{"Name": "101", "FloorName": "Ground"}],
        Component=[{"Name": "x", "TypeName": "Boiler"}],
    )

    assert [(f.name, f.floor_number) for f in model.floors] == [
        ("Plot", -1),
        ("Ground", 0),
        ("First", 1),
        ("Cover", 2),
    ]
    assert model.devices[0].floor_key == "Ground"


def test_the_decimal_comma_is_the_columns_and_not_the_cells(tmp_path: Path) -> None:
    spaces = [
        {"Name": str(n), "FloorName": "Level 1", "NetArea": area}
        for n, area in enumerate(("12,5", "1,234", "1.234,56"))
    ]
    facility = [{"Name": "H", "AreaUnits": "square meters"}]
    model = changed(tmp_path, lambda _: None, Facility=facility, Space=spaces)

    assert [r.area_m2 for r in model.rooms] == [12.5, 1.234, 1234.56]


def test_a_workbook_with_all_its_sheets_misspelt_is_asked_for_them(tmp_path: Path) -> None:
    def plural(workbook: Workbook) -> None:
        for name in ("Floor", "Space", "Component", "Type", "Contact", "Zone", "System"):
            workbook[name].title = f"{name}s"

    with pytest.raises(UnreadableFile, match="Was 'Floors' meant to be 'Floor'"):
        changed(tmp_path, plural)
