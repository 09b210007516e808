"""COBie 2.4 workbooks to records (import-mapping.md, "COBie 2.4 workbooks").

A part of the workbook each: cobie_facility.py, cobie_spaces.py (floors too), cobie_components.py
with cobie_types.py, cobie_groups.py, cobie_attributes.py.
"""

import difflib
from collections.abc import Iterable, Sequence

from arxos.adapters.readers.cobie_attributes import read_attributes
from arxos.adapters.readers.cobie_components import read_components
from arxos.adapters.readers.cobie_facility import read_facility
from arxos.adapters.readers.cobie_groups import read_groups
from arxos.adapters.readers.cobie_reading import Reading
from arxos.adapters.readers.cobie_sheets import COLUMNS, RECORDS
from arxos.adapters.readers.cobie_spaces import read_floors, read_spaces
from arxos.adapters.readers.cobie_tables import ALIKE, find_tables
from arxos.adapters.readers.header_row import folded_header
from arxos.adapters.readers.problem_list import ProblemList
from arxos.adapters.readers.source_text import TextCleaner
from arxos.adapters.readers.workbook_sheets import Sheet
from arxos.domain.source import SourceModel


def is_cobie(sheets: Iterable[Sheet]) -> bool:
    """Whether a workbook means to be COBie: two of its sheets are called as COBie's, or one is and
    two more nearly are (Floors, Spaces, Components)."""
    names = {folded_header(sheet.name) for sheet in sheets}
    exact = {folded_header(name) for name in COLUMNS} & names
    if len(exact) >= 2:
        return True
    left = [folded_header(name) for name in COLUMNS if folded_header(name) not in exact]
    nearly = [n for n in names - exact if difflib.get_close_matches(n, left, 1, ALIKE)]
    return len(exact) == 1 and len(nearly) >= 2


def read_cobie(sheets: Sequence[Sheet], problems: ProblemList) -> SourceModel:
    """The workbook's building. Raises UnreadableFile for a workbook that is not COBie."""
    tables, kept_sheets = find_tables(sheets, problems)
    reading = Reading(tables, problems, TextCleaner(problems))
    facility = read_facility(reading)
    attributes = read_attributes(reading)
    floors = read_floors(reading, facility)
    rooms = read_spaces(reading, facility, attributes, floors)
    devices = read_components(reading, attributes, floors)
    zones = read_groups(reading, "Zone", "zone", "SpaceNames", reading.spaces)
    systems = read_groups(reading, "System", "system", "ComponentNames", reading.components)
    return SourceModel(
        source="cobie",
        schema="COBie 2.4",
        building=facility.building,
        floors=tuple(floors.numbered({room.floor_key for room in rooms if room.floor_said})),
        rooms=tuple(rooms),
        devices=tuple(devices),
        groups=(*zones, *systems),
        kept_sheets=kept_sheets,
        problems=problems.all(),
        incomplete=frozenset(
            RECORDS.values() if problems.has("TOO_MANY_ROWS") else reading.incomplete
        ),
    )
