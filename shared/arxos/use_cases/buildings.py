"""Putting buildings into the registry, finding, changing and removing them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from arxos.domain.address import Address, Coordinates
from arxos.domain.building import Building
from arxos.domain.floor import Floor
from arxos.domain.identifiers import NewId
from arxos.domain.permissions import Permission
from arxos.domain.rights import ORGANIZATION, Place, Rights
from arxos.domain.sensitive import Secret
from arxos.domain.user import Actor
from arxos.ports.lists import BuildingFilter, Page, Slice
from arxos.ports.registry import UnitOfWork
from arxos.ports.vault import Vault
from arxos.use_cases.changing import Versions, change_record, create_record
from arxos.use_cases.sealing import with_sealed


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
    sensitive: Mapping[str, Secret | None] = field(default_factory=dict)


def create_building(
    command: CreateBuilding,
    *,
    uow: UnitOfWork,
    actor: Actor,
    new_id: NewId,
    now: datetime,
    vault: Vault | None = None,
) -> Building:
    """Put a planned building into the registry. Needs the right on the whole organisation."""
    actor.rights.must(Permission.CREATE_BUILDING, ORGANIZATION, kind="organization")
    building_id = new_id("building")
    sensitive = {"sensitive": command.sensitive} if command.sensitive else {}
    building = Building.create(
        at=now,
        created_by=actor.user_id,
        id=building_id,
        name=command.name,
        address=command.address,
        coordinates=command.coordinates,
        description=command.description,
        metadata=command.metadata,
        tags=command.tags,
        external_ids=command.external_ids,
        **with_sealed(sensitive, building_id, {}, vault),
    )
    return create_record(
        building.id,
        lambda: uow.buildings.add(building),
        uow.buildings.get,
        building,
        uow=uow,
    )


def get_building(building_id: str, *, uow: UnitOfWork, actor: Actor) -> Building:
    """One building. Raises NotFound."""
    actor.rights.must(Permission.READ_BUILDING, Place(building_id), kind="building")
    return uow.buildings.get(building_id)


def get_building_for(
    permission: Permission, building_id: str, *, uow: UnitOfWork, actor: Actor
) -> Building:
    """For who may do this in the building or on one of its floors. Raises NotFound, Forbidden."""
    actor.rights.must_within(permission, building_id)
    return get_building(building_id, uow=uow, actor=actor)


def see_building(building_id: str, *, uow: UnitOfWork, actor: Actor) -> Building:
    """One building, with the numbers of what the caller may see in it. Raises NotFound."""
    return with_seen_counts(
        get_building(building_id, uow=uow, actor=actor), uow=uow, rights=actor.rights
    )


def list_buildings(
    where: BuildingFilter, page: Page, *, uow: UnitOfWork, actor: Actor
) -> Slice[Building]:
    """The organisation's buildings, those that the caller may see, with the numbers of that."""
    seen = actor.rights.buildings(Permission.READ_BUILDING)
    found = uow.buildings.list(replace(where, building_ids=seen, q=where.q or None), page)
    shown = (with_seen_counts(b, uow=uow, rights=actor.rights) for b in found.items)
    return Slice(tuple(shown), found.position)


def with_seen_counts(building: Building, *, uow: UnitOfWork, rights: Rights) -> Building:
    """The building as it is shown: who sees some of its floors is told the sums of these.

    Floors carry their counts, so it takes the floors that the grants name, and no more.
    """
    seen = rights.floors(Permission.READ_FLOOR, building.id)
    if seen is None:
        return building
    return with_counts_of(building, uow.floors.get_some(building.id, seen).values())


def with_counts_of(building: Building, floors: Collection[Floor]) -> Building:
    """The building as if it had these floors only; its groups are nobody's who sees no more."""
    return replace(
        building,
        floors_count=len(floors),
        rooms_count=sum(floor.rooms_count for floor in floors),
        devices_count=sum(floor.devices_count for floor in floors),
        groups_count=0,
    )


def update_building(
    building_id: str,
    changes: Mapping[str, Any],
    *,
    versions: Versions,
    uow: UnitOfWork,
    actor: Actor,
    now: datetime,
    vault: Vault | None = None,
) -> Building:
    """The building with these fields changed; raises as `change_record`.

    Who may not import decides nothing about imports.
    """
    if "drop_mode" in changes:
        actor.rights.must(Permission.IMPORT_DATA, Place(building_id), kind="building")

    def change(building: Building) -> Building:
        values = with_sealed(changes, building.id, building.sensitive, vault)
        return building.edited(at=now, by=actor.user_id, **values)

    return change_record(
        lambda: _get_for(Permission.UPDATE_BUILDING, building_id, uow, actor),
        change,
        lambda building: uow.buildings.update(building),
        uow=uow,
        versions=versions,
    )


def _get_for(permission: Permission, building_id: str, uow: UnitOfWork, actor: Actor) -> Building:
    actor.rights.must(permission, Place(building_id), kind="building")
    return uow.buildings.get(building_id)
