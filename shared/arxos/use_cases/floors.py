"""Finding the floors of a building."""

from arxos.domain.floor import Floor
from arxos.ports.registry import Page, Slice, UnitOfWork


def get_floor(building_id: str, floor_id: str, *, uow: UnitOfWork) -> Floor:
    """One floor. Raises NotFound."""
    return uow.floors.get(building_id, floor_id)


def list_floors(building_id: str, page: Page, *, uow: UnitOfWork) -> Slice[Floor]:
    """A building's floors from the lowest up. Raises NotFound for an unknown building."""
    building = uow.buildings.get(building_id)
    return uow.floors.list(building.id, page)
