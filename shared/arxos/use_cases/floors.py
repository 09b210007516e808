"""Adding floors to a building, finding, changing and removing them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from arxos.domain.floor import Floor
from arxos.domain.identifiers import NewId
from arxos.domain.permissions import Permission
from arxos.domain.rights import Place
from arxos.domain.user import Actor
from arxos.ports.lists import FloorFilter, Page, Slice
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.buildings import get_building, get_building_for
from arxos.use_cases.changing import Versions, change_record, create_record


def create_floor(
    building_id: str,
    values: Mapping[str, Any],
    *,
    uow: UnitOfWork,
    actor: Actor,
    new_id: NewId,
    now: datetime,
) -> Floor:
    """Add a planned floor. Raises NotFound for the building, Duplicate for a taken number."""
    building = get_building(building_id, uow=uow, actor=actor)
    actor.rights.must(Permission.CREATE_FLOOR, Place(building.id), kind="building")
    floor = Floor.create(
        at=now, created_by=actor.user_id, id=new_id("floor"), building_id=building.id, **values
    )
    return create_record(
        floor.id,
        lambda: uow.floors.add(floor),
        lambda made: uow.floors.get(building.id, made),
        floor,
        uow=uow,
    )


def get_floor(building_id: str, floor_id: str, *, uow: UnitOfWork, actor: Actor) -> Floor:
    """One floor. Raises NotFound."""
    return _get_for(Permission.READ_FLOOR, building_id, floor_id, uow, actor)


def list_floors(
    building_id: str, where: FloorFilter, page: Page, *, uow: UnitOfWork, actor: Actor
) -> Slice[Floor]:
    """A building's floors from the lowest up. Raises NotFound for an unknown building."""
    building = get_building_for(Permission.READ_FLOOR, building_id, uow=uow, actor=actor)
    seen = actor.rights.floors(Permission.READ_FLOOR, building.id)
    return uow.floors.list(building.id, replace(where, floor_ids=seen), page)


def update_floor(
    building_id: str,
    floor_id: str,
    changes: Mapping[str, Any],
    *,
    versions: Versions,
    uow: UnitOfWork,
    actor: Actor,
    now: datetime,
) -> Floor:
    """The floor with these fields changed; raises Duplicate, and as `change_record`."""
    return change_record(
        lambda: _get_for(Permission.UPDATE_FLOOR, building_id, floor_id, uow, actor),
        lambda floor: floor.edited(at=now, by=actor.user_id, **changes),
        lambda floor: uow.floors.update(floor),
        uow=uow,
        versions=versions,
    )


def _get_for(
    permission: Permission, building_id: str, floor_id: str, uow: UnitOfWork, actor: Actor
) -> Floor:
    actor.rights.must(permission, Place(building_id, floor_id), kind="floor")
    return uow.floors.get(building_id, floor_id)
