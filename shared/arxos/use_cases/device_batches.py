"""Many devices of a building created, changed, moved and removed in one call."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from arxos.domain.device import Device
from arxos.domain.errors import ArxosError
from arxos.domain.floor import Floor
from arxos.domain.identifiers import NewId
from arxos.domain.permissions import Permission
from arxos.domain.room import Room
from arxos.domain.user import Actor
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.batches import (
    BuildingPlanner,
    Operation,
    Outcome,
    Planned,
    Read,
    Row,
    changed,
    judged,
    run_batch,
)
from arxos.use_cases.changing import check_version
from arxos.use_cases.devices import device_for, moved_device, new_device, updated_device


def batch_devices(
    building_id: str,
    rows: Sequence[Row],
    *,
    atomic: bool,
    uow: UnitOfWork,
    actor: Actor,
    new_id: NewId,
    now: datetime,
) -> tuple[Outcome[Device], ...]:
    """What became of each row; with `atomic`, of those that stopped all, if any did.

    Operations: `create`, `update`, `status`, `move`, `delete`. Rights are those of the single use
    cases, row by row. Raises NotFound for the building.
    """
    return run_batch(rows, _DevicePlanner(building_id, uow, actor, new_id, now), atomic=atomic)


_NEEDS = {
    "update": Permission.UPDATE_DEVICE,
    "status": Permission.CONTROL_DEVICE,
    "move": Permission.UPDATE_DEVICE,
    "delete": Permission.DELETE_DEVICE,
}


@dataclass(frozen=True, slots=True)
class _Known:
    floors: Read[Floor]
    rooms: Read[Room]
    devices: Read[Device]


@dataclass(frozen=True, slots=True)
class _DevicePlanner(BuildingPlanner[Device]):
    def find(self, record_ids: Iterable[str]) -> Mapping[str, Device]:
        return self.uow.devices.get_some(self.building_id, record_ids)

    def __call__(
        self,
        operations: Sequence[Operation],
        *,
        together: bool,  # noqa: ARG002  devices take nothing from each other
    ) -> list[Planned[Device] | ArxosError]:
        ids = {o.id for o in operations if o.id is not None}
        places = list(_places(operations))
        known = _Known(
            Read(
                "floor", self.uow.floors.get_some(self.building_id, {p for k, p in places if not k})
            ),
            Read("room", self.uow.rooms.get_some(self.building_id, {p for k, p in places if k})),
            Read("device", self.uow.devices.get_some(self.building_id, ids)),
        )
        return judged(operations, lambda operation: self._planned(operation, known))

    def _planned(self, operation: Operation, known: _Known) -> Planned[Device]:
        uow, actor, now = self.uow, self.actor, self.now
        values = operation.values
        if operation.op == "create":
            new = new_device(
                self.building_id, values, known=known, actor=actor, new_id=self.new_id, now=now
            )
            return Planned(new, lambda: uow.devices.add(new))
        deletes = operation.op == "delete"
        permission = _NEEDS[operation.op]
        device = device_for(permission, self.building_id, operation.id or "", known.devices, actor)
        check_version(device, operation.versions)
        if deletes:
            removed = device.removed(at=now, by=actor.user_id)
            return Planned(device, lambda: uow.devices.remove(removed), is_gone=True)
        change: dict[str, Callable[[], Device]] = {
            "update": lambda: updated_device(device, values, actor=actor, now=now),
            "status": lambda: device.change_status(values["status"], at=now, by=actor.user_id),
            "move": lambda: moved_device(device, values, known=known, actor=actor, now=now),
        }
        return changed(device, change[operation.op](), lambda after: uow.devices.update(after))


def _places(operations: Sequence[Operation]) -> Iterator[tuple[bool, str]]:
    """The rooms (True) and floors (False) that operations name."""
    for operation in operations:
        if operation.op in ("create", "move"):
            values = operation.values
            for room_id in (values.get("room_id"), *(values.get("room_ids") or ())):
                if room_id is not None:
                    yield True, room_id
            if values.get("floor_id") is not None:
                yield False, values["floor_id"]
