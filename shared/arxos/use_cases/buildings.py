"""Putting buildings into the registry and finding them again."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from arxos.domain.address import Address, Coordinates
from arxos.domain.building import Building
from arxos.domain.identifiers import NewId
from arxos.domain.user import Actor
from arxos.ports.registry import BuildingFilter, Page, Slice, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBuilding:
    """What a new building needs."""

    name: str
    address: Address
    coordinates: Coordinates | None = None
    description: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    external_ids: dict[str, str] = field(default_factory=dict)


def create_building(
    command: CreateBuilding, *, uow: UnitOfWork, actor: Actor, new_id: NewId, now: datetime
) -> Building:
    """Put a planned building into the registry."""
    building = Building.create(
        at=now,
        created_by=actor.user_id,
        id=new_id("building"),
        name=command.name,
        address=command.address,
        coordinates=command.coordinates,
        description=command.description,
        metadata=command.metadata,
        tags=command.tags,
        external_ids=command.external_ids,
    )
    with uow:
        uow.buildings.add(building)
    return building


def get_building(building_id: str, *, uow: UnitOfWork) -> Building:
    """One building. Raises NotFound."""
    return uow.buildings.get(building_id)


def list_buildings(where: BuildingFilter, page: Page, *, uow: UnitOfWork) -> Slice[Building]:
    """The organisation's buildings."""
    return uow.buildings.list(where, page)
