"""Many operations on rooms or devices in one call: each with its own result, or all or none.

Each row is judged by the same code as the single use case, on records that are read together. Good
rows are written some at a time; where such a transaction is refused, because somebody else came
first, its rows are judged and written again one by one, so that only the guilty one fails.

With an Idempotency-Key each transaction notes its rows. The same request again finds them done, and
does the rest.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from arxos.domain.errors import (
    ArxosError,
    ChangedMeanwhile,
    Conflict,
    DoneBefore,
    InvalidInput,
    NotFound,
    ServiceUnavailable,
)
from arxos.domain.identifiers import NewId
from arxos.domain.record import Record
from arxos.domain.user import Actor
from arxos.ports.registry import UnitOfWork
from arxos.use_cases.buildings import get_building
from arxos.use_cases.changing import ATTEMPTS, Versions

MAX_OPERATIONS, MAX_ATOMIC = 500, 50
# DynamoDB's limit; and how many rows a transaction takes at most, so that few have to be written
# again when it is refused.
MAX_WRITES, MAX_GROUP = 100, 20

R = TypeVar("R", bound=Record)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One row: `op` says what is done with the record `id`, or that a new one is made."""

    op: str
    id: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    versions: Versions = None


Row = Operation | InvalidInput
"""A row as the caller sent it, or why it cannot be read."""


@dataclass(frozen=True, slots=True)
class Planned(Generic[R]):
    """What a row comes to. `write` queues it; None: there is nothing to write."""

    record: R
    write: Callable[[], None] | None
    is_gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Generic[R]):
    """What became of one row: `error`, or the record as it is now (`is_gone`: as it was)."""

    index: int
    op: str | None
    id: str | None = None
    record: R | None = None
    is_gone: bool = False
    error: ArxosError | None = None


class Planner(Protocol[R]):
    """Reads what the operations are about, and judges each."""

    @abstractmethod
    def find(self, record_ids: Iterable[str]) -> Mapping[str, R]:
        """Those of these records that there are now."""

    @abstractmethod
    def __call__(
        self, operations: Sequence[Operation], *, together: bool
    ) -> Sequence[Planned[R] | ArxosError]:
        """`together`: all are to be written in one transaction, so their order is of no matter."""


@dataclass(frozen=True, slots=True)
class BuildingPlanner(Planner[R]):
    """A planner of one kind of records in one building, for one actor."""

    building_id: str
    uow: UnitOfWork
    actor: Actor
    new_id: NewId
    now: datetime


def run_batch(
    rows: Sequence[Row], plan: BuildingPlanner[R], *, atomic: bool
) -> tuple[Outcome[R], ...]:
    """What became of each row; with `atomic`, of those that stopped all, if any did.

    Raises NotFound for the building.
    """
    get_building(plan.building_id, uow=plan.uow, actor=plan.actor)
    if atomic:
        return all_or_none(rows, plan, uow=plan.uow)
    return each(rows, plan, uow=plan.uow, resumes=plan.actor.once is not None)


def judged(
    operations: Iterable[Operation], judge: Callable[[Operation], T]
) -> list[T | ArxosError]:
    """What each operation comes to, or why it cannot be done: a bad one stops only itself."""
    verdicts: list[T | ArxosError] = []
    for operation in operations:
        try:
            verdicts.append(judge(operation))
        except ArxosError as error:
            verdicts.append(error)
    return verdicts


def each(
    rows: Sequence[Row], plan: Planner[R], *, uow: UnitOfWork, resumes: bool
) -> tuple[Outcome[R], ...]:
    """Do all that can be done. A bad row stops only itself.

    Raises ServiceUnavailable when not even the first could be written; and, of a request that
    `resumes` when it comes again (with an Idempotency-Key), whenever not all could be tried.
    """
    return _Batch(rows, plan, uow).each(resumes=resumes)


def all_or_none(
    rows: Sequence[Row], plan: Planner[R], *, uow: UnitOfWork
) -> tuple[Outcome[R], ...]:
    """Do all in one transaction. If any row is bad, nothing is done, and only those are told.

    Raises InvalidInput for more than fits.
    """
    if len(rows) > MAX_ATOMIC:
        fault = f"With atomic=true this cannot hold more than {MAX_ATOMIC}"
        raise InvalidInput(fault, {"operations": fault})
    return _Batch(rows, plan, uow).all_or_none()


class _TooManyWrites(Exception):
    """Leaves the unit of work before anything is sent. `fit`: so many of the first rows would."""

    def __init__(self, writes: int, fit: int) -> None:
        self.writes = writes
        self.fit = fit


class _Batch(Generic[R]):
    def __init__(self, rows: Sequence[Row], plan: Planner[R], uow: UnitOfWork) -> None:
        self._rows = rows
        self._plan = plan
        self._uow = uow
        self._operations: dict[int, Operation] = {}
        self._before = uow.done_before()
        self._done: dict[int, Planned[R]] = {}
        self._failed: dict[int, ArxosError] = {}
        first: dict[str, int] = {}
        for index, row in enumerate(rows):
            if isinstance(row, InvalidInput):
                self._failed[index] = row
            elif row.id is not None and row.id in first:
                fault = f"Operation {first[row.id]} is about this record already"
                self._failed[index] = InvalidInput(fault, {"id": fault})
            else:
                self._operations[index] = row
                if row.id is not None:
                    first[row.id] = index

    def each(self, *, resumes: bool) -> tuple[Outcome[R], ...]:
        left = {i: o for i, o in self._operations.items() if i not in self._before}
        planned = self._planned(left, together=False)
        waiting = [index for index, plan in planned.items() if plan.write is not None]
        self._done.update({i: plan for i, plan in planned.items() if plan.write is None})
        for start in range(0, len(waiting), MAX_GROUP):
            group = {index: planned[index] for index in waiting[start : start + MAX_GROUP]}
            try:
                self._write_group(group)
            except ServiceUnavailable as unavailable:
                if resumes or not any(self._done[index].write for index in self._done):
                    raise
                untried = [i for i in waiting if i not in self._done and i not in self._failed]
                self._failed.update(dict.fromkeys(untried, unavailable))
                break
        return self._outcomes()

    def all_or_none(self) -> tuple[Outcome[R], ...]:
        if self._before:
            return self._outcomes()
        for remaining in reversed(range(ATTEMPTS)):
            planned = self._planned(self._operations, together=True)
            if self._failed:
                return tuple(o for o in self._outcomes() if o.error is not None)
            try:
                self._write(planned)
            except _TooManyWrites as full:
                fault = (
                    f"These operations write {full.writes} items, counts and history among them,"
                    f" and all or none takes {MAX_WRITES}: send the first {full.fit} by themselves,"
                    " or all without atomic"
                )
                raise InvalidInput(fault, {"operations": fault}) from None
            except DoneBefore:
                raise
            except (Conflict, NotFound):
                if remaining == 0:
                    raise
                continue
            self._done.update(planned)
            return self._outcomes()
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _planned(
        self, operations: Mapping[int, Operation], *, together: bool
    ) -> dict[int, Planned[R]]:
        """The plans of the good rows; the bad ones have failed."""
        plans = self._plan(list(operations.values()), together=together)
        planned: dict[int, Planned[R]] = {}
        for index, plan in zip(operations, plans, strict=True):
            if isinstance(plan, ArxosError):
                self._failed[index] = plan
            else:
                planned[index] = plan
        return planned

    def _write_group(self, group: Mapping[int, Planned[R]]) -> None:
        try:
            self._write(group)
        except _TooManyWrites:
            indexes = list(group)
            half = len(indexes) // 2
            for part in (indexes[:half], indexes[half:]):
                self._write_group({index: group[index] for index in part})
        except DoneBefore:
            raise
        except (Conflict, NotFound):
            for index in group:
                self._write_alone(index)
        else:
            self._done.update(group)

    def _write_alone(self, index: int) -> None:
        for remaining in reversed(range(ATTEMPTS)):
            planned = self._planned({index: self._operations[index]}, together=False)
            if not planned:
                return
            try:
                self._write(planned)
            except DoneBefore:
                raise
            except ChangedMeanwhile as changed:
                if remaining == 0:
                    self._failed[index] = changed
            except (Conflict, NotFound) as error:
                self._failed[index] = error
                return
            else:
                self._done.update(planned)
                return

    def _write(self, plans: Mapping[int, Planned[R]]) -> None:
        """One transaction. Raises _TooManyWrites for several rows that are too much for one, and
        DoneBefore when a slow one of the same request has done them: asked again, all is known.
        """
        writes = {index: plan.write for index, plan in plans.items() if plan.write is not None}
        with self._uow:
            if writes:
                self._uow.rows_only_once({index: plan.record.id for index, plan in plans.items()})
            fit = 0
            for count, write in enumerate(writes.values(), 1):
                write()
                fit = count if self._uow.writes <= MAX_WRITES else fit
            if len(writes) > 1 and fit < len(writes):
                raise _TooManyWrites(self._uow.writes, fit)

    def _outcomes(self) -> tuple[Outcome[R], ...]:
        now = self._plan.find(set(self._before.values())) if self._before else {}
        return tuple(self._outcome(i, now) for i in range(len(self._rows)))

    def _outcome(self, index: int, now: Mapping[str, R]) -> Outcome[R]:
        operation = self._operations.get(index)
        row = self._rows[index]
        op, record_id = (None, None) if isinstance(row, InvalidInput) else (row.op, row.id)
        if (error := self._failed.get(index)) is not None:
            return Outcome(index=index, op=op, id=record_id, error=error)
        if (before := self._before.get(index)) is not None:
            is_gone = op == "delete"
            record = None if is_gone else now.get(before)
            return Outcome(index=index, op=op, id=before, record=record, is_gone=is_gone)
        if operation is None or index not in self._done:
            return Outcome(index=index, op=op, id=record_id)
        done = self._done[index]
        return Outcome(
            index=index, op=op, id=done.record.id, record=done.record, is_gone=done.is_gone
        )


class Read(Generic[R]):
    """Records of one kind that were read together."""

    def __init__(self, kind: str, records: Mapping[str, R]) -> None:
        self._kind = kind
        self._records = records

    def get(self, _building_id: str, record_id: str, /) -> R:
        """Raises NotFound."""
        try:
            return self._records[record_id]
        except KeyError:
            raise NotFound(self._kind) from None


def changed(before: R, after: R, queue: Callable[[R], None]) -> Planned[R]:
    """The plan of a change, which may be none."""
    if before == after:
        return Planned(before, None)
    return Planned(after.stored(), lambda: queue(after))
