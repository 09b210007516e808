"""Many rooms of a building created, changed and removed in one call."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from arxos.domain.errors import ArxosError, BeingDeleted
from arxos.domain.floor import Floor
from arxos.domain.identifiers import NewId
from arxos.domain.permissions import Permission
from arxos.domain.room import Room
from arxos.domain.room_numbers import Place, number_taken, place_of
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
from arxos.use_cases.rooms import new_room, room_for, room_to_delete, updated_room


def batch_rooms(
    building_id: str,
    rows: Sequence[Row],
    *,
    atomic: bool,
    uow: UnitOfWork,
    actor: Actor,
    new_id: NewId,
    now: datetime,
) -> tuple[Outcome[Room], ...]:
    """What became of each row; with `atomic`, of those that stopped all, if any did.

    Operations: `create`, `update`, `status`, `delete`. Rights are those of the single use cases,
    row by row. A row may take a number that one before it gives up; with `atomic`, any other.
    Raises NotFound for the building.
    """
    return run_batch(rows, _RoomPlanner(building_id, uow, actor, new_id, now), atomic=atomic)


@dataclass(frozen=True, slots=True)
class _Known:
    floors: Read[Floor]
    rooms: Read[Room]


@dataclass(frozen=True, slots=True)
class _Judged:
    """A planned row, and the number its room gives up and takes."""

    planned: Planned[Room]
    gives: Place | None
    takes: Place | None


@dataclass(frozen=True, slots=True)
class _RoomPlanner(BuildingPlanner[Room]):
    def find(self, record_ids: Iterable[str]) -> Mapping[str, Room]:
        return self.uow.rooms.get_some(self.building_id, record_ids)

    def __call__(
        self, operations: Sequence[Operation], *, together: bool
    ) -> list[Planned[Room] | ArxosError]:
        ids = {o.id for o in operations if o.id is not None}
        floor_ids = {o.values["floor_id"] for o in operations if o.values.get("floor_id")}
        known = _Known(
            Read("floor", self.uow.floors.get_some(self.building_id, floor_ids)),
            Read("room", self.uow.rooms.get_some(self.building_id, ids)),
        )
        verdicts = judged(operations, lambda operation: self._judged(operation, known))
        return self._with_numbers(verdicts, together=together)

    def _judged(self, operation: Operation, known: _Known) -> _Judged:
        uow, actor, now = self.uow, self.actor, self.now
        if operation.op == "create":
            new = new_room(
                self.building_id,
                operation.values,
                known=known,
                actor=actor,
                new_id=self.new_id,
                now=now,
            )
            return _Judged(Planned(new, lambda: uow.rooms.add(new)), None, _held(new))
        room_id = operation.id or ""
        if operation.op == "delete":
            room = room_to_delete(self.building_id, room_id, known.rooms, actor)
            check_version(room, operation.versions)
            _check_stays(room)
            removed = room.removed(at=now, by=actor.user_id)
            planned = Planned(room, lambda: uow.rooms.remove(removed), is_gone=True)
            return _Judged(planned, _held(room), None)
        room = room_for(Permission.UPDATE_ROOM, self.building_id, room_id, known.rooms, actor)
        check_version(room, operation.versions)
        _check_stays(room)
        if operation.op == "status":
            after = room.change_status(operation.values["status"], at=now, by=actor.user_id)
        else:
            after = updated_room(room, operation.values, known=known, actor=actor, now=now)
        planned = changed(room, after, lambda after: uow.rooms.update(after))
        moved = _held(room) != _held(after)
        return _Judged(planned, _held(room) if moved else None, _held(after) if moved else None)

    def _with_numbers(
        self, verdicts: Sequence[_Judged | ArxosError], *, together: bool
    ) -> list[Planned[Room] | ArxosError]:
        """Refuses rooms whose number another holds, which only the transaction would tell."""
        rows = [row for row in verdicts if isinstance(row, _Judged)]
        held = dict(self.uow.rooms.holders({row.takes for row in rows if row.takes is not None}))
        if together:
            for row in rows:
                _give_up(row, held)
        answer: list[Planned[Room] | ArxosError] = []
        for one in verdicts:
            if isinstance(one, ArxosError):
                answer.append(one)
                continue
            room = one.planned.record
            if one.takes is not None:
                if held.get(one.takes, room.id) != room.id:
                    answer.append(number_taken(room))
                    continue
                held[one.takes] = room.id
            _give_up(one, held)
            answer.append(one.planned)
        return answer


def _check_stays(room: Room) -> None:
    if room.deletion_id is not None:
        raise BeingDeleted(room.kind)


def _held(room: Room) -> Place | None:
    return None if room.number_shared else place_of(room)


def _give_up(row: _Judged, held: dict[Place, str]) -> None:
    if row.gives is not None and held.get(row.gives) == row.planned.record.id:
        del held[row.gives]
