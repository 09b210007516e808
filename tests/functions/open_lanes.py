"""Lanes as an import opens them, for their writers."""

from collections.abc import Sequence

from arxos import bootstrap
from arxos.domain.device import Device
from arxos.domain.import_lane import ImportLane, floors_of
from arxos.domain.user import Actor
from arxos.ports.imports import uploaded_file

FIRST_CHUNK = 2


def open_lane(
    actor: Actor, building_id: str, import_id: str, *chunks: Sequence[Device]
) -> ImportLane:
    """A lane of these chunks, in the table and in the bucket of the deployment."""
    uow = bootstrap.unit_of_work(actor)
    file = uploaded_file(actor.organization_id, uow.imports.get(building_id, import_id))
    devices = [device for chunk in chunks for device in chunk]
    lane = ImportLane(
        building_id=building_id,
        import_id=import_id,
        first_chunk=FIRST_CHUNK,
        location=bootstrap.uploads().save_lane(file, "000002-one", chunks),
        chunks=len(chunks),
        floor_ids=floors_of(devices),
    )
    with uow:
        uow.lanes.open(lane, devices)
    return lane
