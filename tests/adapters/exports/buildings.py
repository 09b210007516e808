"""Generated buildings: any that the registry accepts, with names that spreadsheets stumble over."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from arxos.domain.building import Building
from arxos.domain.device import Device, Position
from arxos.domain.floor import Floor
from arxos.domain.group import Group, GroupKind
from arxos.domain.room import Room
from arxos.domain.source import KeptSheet
from arxos.domain.status import DeviceStatus, FloorStatus, RoomStatus
from arxos.domain.text_rules import folded, name_fault, optional_text_fault
from tests.make import make_device, make_floor, make_group, make_room

AWKWARD = (
    *("=1+1", "+49 30 1", "-5", "-5 °C", "@home", "'quoted", "'=x", "''", "n/a", "None", "Name"),
    *("007", "89756735.0", "1e5", "true", "2026-01-02", "A, B", "A; B", "Größe", "会議室", " x "),
    *(
        "_x0041_",
        "a\u00a0b",
        "R&D; Annex",
        "O'Hare",
        "x" * 200,
        "Floor 1",
        "1.1",
        "Arxos",
        '"',
        "€",
    ),
)
_letters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
names = (st.sampled_from(AWKWARD) | st.text(_letters, min_size=1, max_size=20)).filter(
    lambda text: name_fault(text, label="") is None
)
texts = names | st.none()
numbers = st.none() | st.floats(0, 1e6, allow_nan=False).map(lambda n: n if n > 1e-9 else 0.0)
lines = (st.none() | st.text(_letters | st.just("\n"), max_size=50)).filter(
    lambda text: optional_text_fault(text, label="", maximum=1000, multiline=True) is None
)
days = st.none() | st.dates(date(1970, 1, 1), date(2100, 1, 1))
_values: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | names | st.floats(-1e9, 1e9),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(names, inside, max_size=3),
    max_leaves=4,
)
metadata: Any = st.dictionaries(
    names | st.sampled_from(("type", "attributes", "columns", "room_tag")), _values, max_size=3
)
_common = {
    "description": lines,
    "metadata": metadata,
    "tags": st.lists(names.filter(lambda t: len(t) <= 100), max_size=2).map(tuple),
    "external_ids": st.dictionaries(
        st.sampled_from(("ifc", "cobie", "table", "cafm")), names, max_size=2
    ),
}
positions = st.none() | st.builds(
    Position, *[st.floats(-1e3, 1e3, allow_nan=False).map(lambda n: round(n, 6))] * 3
)
rings = st.none() | st.lists(
    st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=3, max_size=6
).map(tuple)


def _values_of(**strategies: Any) -> Any:
    return st.fixed_dictionaries({**_common, **strategies})


floors = _values_of(
    name=texts, elevation_m=numbers, status=st.sampled_from(FloorStatus), floor_number=st.just(0)
)
rooms = _values_of(
    room_number=names.filter(lambda n: len(n) <= 100),
    name=texts,
    room_type=texts,
    area_m2=numbers,
    area_source=texts,
    volume_m3=numbers,
    footprint=rings,
    status=st.sampled_from(RoomStatus),
)
devices = _values_of(
    name=names,
    device_type=names,
    **dict.fromkeys(
        ("ifc_class", "manufacturer", "model", "serial_number", "tag_number", "barcode"), texts
    ),
    installed_on=days,
    warranty_until=days,
    position=positions,
    status=st.sampled_from(DeviceStatus),
)
groups = _values_of(name=names, category=texts, group_kind=st.sampled_from(GroupKind))


# Sheets as workbooks of all kinds have them: COBie's own, with rows that no record has, our own
# names, and anybody's.
_titles = st.sampled_from(
    (
        *("Contact", "Job", "Attribute", "Space", "Component", "Type", "Arxos", "Instruction"),
        *("PickLists", "devices", "Notes", "Ünlü: [1]/2", "x" * 40),
    )
) | names.filter(lambda name: len(name) <= 60)
_headings = st.sampled_from(
    ("Name", "Email", "ExtIdentifier", "SheetName", "RowName", "TypeName", "Door code", "", "name")
)
_stored_cells = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | names


@st.composite
def _stored_sheet(draw: Any) -> KeptSheet:
    columns = (*draw(st.lists(_headings, min_size=2, max_size=5)), "last")
    row = st.tuples(*[_stored_cells] * len(columns))
    return KeptSheet(
        name=draw(_titles),
        columns=columns,
        rows=tuple(draw(st.lists(row, min_size=1, max_size=4))),
        document=draw(st.sampled_from(("cobie", "table"))),
    )


_table_columns = st.builds(
    KeptSheet,
    name=st.sampled_from(("floors", "rooms", "devices")),
    columns=st.lists(st.sampled_from(("Door code", "RAL")), min_size=1, unique=True).map(tuple),
    of_table=st.just(True),
)
stored_sheets: Any = st.tuples(
    st.lists(_stored_sheet(), max_size=3), st.lists(_table_columns, max_size=1)
).map(lambda found: (*found[0], *found[1]))


@st.composite
def contents(draw: Any) -> dict[str, Any]:
    """Floors with rooms and devices, and groups with members, by position in their lists."""
    found: dict[str, Any] = {
        "floors": draw(st.lists(floors, min_size=1, max_size=3)),
        "groups": draw(st.lists(groups, max_size=2)),
    }
    count = len(found["floors"])
    found["rooms"] = draw(st.lists(st.tuples(st.integers(0, count - 1), rooms), max_size=4))
    places = st.integers(0, max(len(found["rooms"]) - 1, 0))
    at = st.lists(places, max_size=2, unique=True) if found["rooms"] else st.just([])
    memberships = st.sets(st.integers(0, 1))
    found["devices"] = draw(
        st.lists(st.tuples(st.integers(0, count - 1), at, memberships, devices), max_size=4)
    )
    return found


def put(uow: Any, building: Building, given: dict[str, Any]) -> None:
    """Write the contents into the registry, as people would."""
    made_floors: list[Floor] = []
    made_rooms: list[Room] = []
    made_groups: list[Group] = []
    taken: set[tuple[str, str]] = set()
    for number, values in enumerate(given["floors"]):
        made_floors.append(make_floor(building, **{**values, "floor_number": number}))
    for place, values in given["rooms"]:
        # One number twice on a floor is what only imports bring, with a mark.
        held = (made_floors[place].id, folded(values["room_number"]))
        shared = held in taken
        taken.add(held)
        made_rooms.append(make_room(made_floors[place], **values, number_shared=shared))
    for values in given["groups"]:
        made_groups.append(make_group(building, **values))
    members: dict[str, list[str]] = {group.id: [] for group in made_groups}
    made: list[Device] = []
    for place, at, memberships, values in given["devices"]:
        in_rooms = [made_rooms[i] for i in at]
        floor = next((f for f in made_floors if in_rooms and f.id == in_rooms[0].floor_id), None)
        device = make_device(floor or made_floors[place], *in_rooms, **values)
        made.append(device)
        for index in memberships:
            if index < len(made_groups):
                members[made_groups[index].id].append(device.id)
    with uow as writing:
        for floor in made_floors:
            writing.floors.add(floor)
        for room in made_rooms:
            writing.rooms.add(room)
        for device in made:
            writing.devices.add(device)
        for group in made_groups:
            writing.groups.add(group)
    for group in made_groups:
        if ids := members[group.id]:
            with uow as writing:
                stored = uow.groups.get(building.id, group.id)
                changed = stored.with_members(
                    added=ids, removed=(), at=stored.updated_at, by="usr_ada"
                )
                writing.groups.change_members(changed, added=ids, removed=())
