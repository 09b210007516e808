"""Plans an import: a file's floors, rooms and devices matched with the registry's records.

A record is known again by its source's id (`external_ids`), by its id in another source that the
file names too (record_matching.py), or by what tells a floor, room or device in the building
(plan_floors.py, plan_rooms.py, plan_devices.py). What then becomes of it, plan_comparison.py says.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from arxos.domain.device import Device
from arxos.domain.floor import Floor
from arxos.domain.group import Group
from arxos.domain.identifiers import shards_for
from arxos.domain.import_plan import ImportPlan
from arxos.domain.plan_comparison import Comparison
from arxos.domain.plan_devices import plan_devices
from arxos.domain.plan_floors import plan_floors
from arxos.domain.plan_gaps import gaps
from arxos.domain.plan_groups import plan_groups
from arxos.domain.plan_removals import removable
from arxos.domain.plan_rooms import plan_rooms
from arxos.domain.room import Room
from arxos.domain.source import SourceModel
from arxos.domain.source_cleaning import storable


def plan_import(
    model: SourceModel,
    *,
    building_id: str,
    shards: int,
    floors: Iterable[Floor],
    rooms: Iterable[Room],
    devices: Iterable[Device],
    groups: Iterable[Group] = (),
    members_of: Callable[[Group], Iterable[str]] = lambda _: (),
    at: datetime,
    by: str | None,
) -> ImportPlan:
    """Compare `model` with the building's present records; decides all, writes nothing.

    `members_of` is asked only for groups whose members the file newly says.
    """
    model, cleaned = storable(model)
    present_floors, present_rooms, present_devices = list(floors), list(rooms), list(devices)
    records = max(len(present_rooms) + len(present_devices), len(model.rooms) + len(model.devices))
    plan = ImportPlan(shards=max(shards, shards_for(records)), problems=cleaned)
    comparison = Comparison(
        source=model.source,
        document=model.document or model.source,
        building_id=building_id,
        at=at,
        by=by,
        plan=plan,
        incomplete=model.incomplete,
    )
    floor_ids = plan_floors(comparison, model.floors, present_floors)
    of_file = plan_rooms(comparison, model.rooms, present_rooms, floor_ids)
    plan_devices(comparison, model.devices, present_devices, present_rooms, floor_ids, of_file)
    members: list[Room | Device] = [*present_rooms, *present_devices]
    grouped = {member.id: len(member.group_ids) for member in members if member.group_ids}
    present_groups = list(groups)
    plan_groups(comparison, model.groups, present_groups, members_of, grouped)
    plan.problems += comparison.silences.problems()
    plan.removable = removable(
        comparison, present_floors, present_rooms, present_devices, present_groups
    )
    present = (*present_floors, *present_rooms, *present_devices, *present_groups)
    plan.is_first = not any(comparison.document in record.said for record in present)
    if not plan.is_first:
        plan.gaps = gaps(model)
    places: list[Floor | Room] = [*present_floors, *present_rooms, *plan.floors, *plan.rooms]
    plan.places = {place.id: place.label for place in places}
    return plan
