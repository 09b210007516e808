"""Finding the devices of a building."""

from arxos.domain.device import Device
from arxos.ports.registry import DeviceFilter, Page, Slice, UnitOfWork


def get_device(building_id: str, device_id: str, *, uow: UnitOfWork) -> Device:
    """One device. Raises NotFound."""
    return uow.devices.get(building_id, device_id)


def list_devices(
    building_id: str, where: DeviceFilter, page: Page, *, uow: UnitOfWork
) -> Slice[Device]:
    """A building's, floor's or room's devices. Raises NotFound for an unknown building."""
    return uow.devices.list(uow.buildings.get(building_id), where, page)
