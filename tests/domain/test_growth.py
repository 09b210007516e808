"""Buildings and devices, created and removed, by organisation."""

from arxos.domain.growth import growth
from arxos.domain.search_words import RecordChange, searchable
from tests.make import ORG, OTHER_ORG, make_building, make_device, make_floor, make_room

BUILDING = make_building()
FLOOR = make_floor(BUILDING)
ROOM = make_room(FLOOR)
building, floor, device = map(searchable, (BUILDING, FLOOR, make_device(FLOOR, ROOM)))


def test_what_came_and_went_is_counted_for_each_organization() -> None:
    changes = [
        RecordChange(organization_id=ORG, before=None, after=building),
        RecordChange(organization_id=ORG, before=None, after=device),
        RecordChange(organization_id=ORG, before=None, after=device),
        RecordChange(organization_id=OTHER_ORG, before=device, after=None),
    ]
    assert growth(changes) == {
        ORG: {"buildings_created": 1, "devices_created": 2},
        OTHER_ORG: {"devices_removed": 1},
    }


def test_a_change_and_what_is_not_counted_count_nothing() -> None:
    changes = [
        RecordChange(organization_id=ORG, before=device, after=device),
        RecordChange(organization_id=ORG, before=None, after=floor),
        RecordChange(organization_id=ORG, before=None, after=None),
    ]
    assert growth(changes) == {}
