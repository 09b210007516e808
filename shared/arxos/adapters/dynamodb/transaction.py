"""All writes of one unit of work, merged per item and sent as one TransactWriteItems."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pynamodb.connection import Connection
from pynamodb.constants import ALL_OLD
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path, Value
from pynamodb.expressions.update import Action, AddAction
from pynamodb.transactions import TransactWrite
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from arxos.adapters.dynamodb.availability import BUSY, code_of, unavailability
from arxos.adapters.dynamodb.keys import Key
from arxos.adapters.dynamodb.table import BuildingItem, FloorItem, TableItem, TallyItem
from arxos.domain.errors import (
    ArxosError,
    BeingDeleted,
    ChangedMeanwhile,
    NotFound,
    ServiceUnavailable,
)

MakeError = Callable[[], ArxosError]
# On a building, floor or room that is being deleted with all that is in it.
_MARK_NAME = "deletion_id"
_MARK = Path(_MARK_NAME)
# After these nobody knows.
_MAY_BE_WRITTEN = {"InternalServerError", "ServiceUnavailable"}
_THROTTLED = {"ThrottlingError", "ProvisionedThroughputExceeded"}
# In six tries at most 3 and 13 seconds.
_WAIT_FOR_OTHERS = wait_random_exponential(multiplier=0.05, max=1)
_WAIT_FOR_CAPACITY = wait_random_exponential(multiplier=0.4, max=10)


@dataclass(slots=True)
class _Check:
    type_: type[TableItem]
    condition: Condition
    error: MakeError


@dataclass(slots=True)
class _Put:
    item: TableItem
    condition: Condition | None
    error: MakeError


@dataclass(slots=True)
class _Delete:
    item: TableItem
    condition: Condition | None
    error: MakeError


@dataclass(slots=True)
class _Update:
    item: TableItem
    error: MakeError
    actions: list[Action] = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, Any] = field(default_factory=dict)
    condition: Condition | None = None
    unless_marked: bool = False


def changed_meanwhile() -> ArxosError:
    """Another writer came first."""
    return ChangedMeanwhile()


class Transaction:
    """Collects writes by key: DynamoDB refuses two actions on one item in a transaction.

    A `patient` one, of work in the background, also waits while the table is too busy.
    """

    def __init__(self, connection: Connection, *, patient: bool = False) -> None:
        self._connection = connection
        self._patient = patient
        self._checks: dict[Key, _Check] = {}
        self._puts: dict[Key, _Put] = {}
        self._updates: dict[Key, _Update] = {}
        self._deletes: dict[Key, _Delete] = {}
        self._ready: tuple[TransactWrite, list[MakeError]] | None = None

    def __len__(self) -> int:
        return len(self._checks) + len(self._puts) + len(self._updates) + len(self._deletes)

    def require_unmarked(self, type_: type[TableItem], key: Key, *, kind: str) -> None:
        """Commit only if this item, which the transaction does not write, is there and is not
        being deleted: BeingDeleted otherwise, for whoever asks has read it.
        """
        condition = TableItem.pk.exists() & _MARK.does_not_exist()
        self._checks[key] = _Check(type_, condition, lambda: BeingDeleted(kind))

    def put_new(self, item: TableItem, *, error: MakeError = changed_meanwhile) -> None:
        """Write an item that must not exist yet, unless this transaction deletes it."""
        key = Key(item.pk, item.sk)
        condition: Condition = TableItem.pk.does_not_exist()
        if (deletion := self._deletes.pop(key, None)) is not None:
            condition = _or_exists(deletion.condition)
        self._puts[key] = _Put(item, condition, error)

    def put(self, item: TableItem) -> None:
        """Write an item whether or not it exists."""
        self._puts[Key(item.pk, item.sk)] = _Put(item, None, changed_meanwhile)

    def delete(
        self,
        item: TableItem,
        *,
        condition: Condition | None = None,
        error: MakeError = changed_meanwhile,
    ) -> None:
        """Remove an item, unless this transaction puts another in its place."""
        key = Key(item.pk, item.sk)
        if (put := self._puts.get(key)) is not None:
            put.condition = _or_exists(condition)
        else:
            self._deletes[key] = _Delete(item, condition, error)

    def set(
        self,
        item: TableItem,
        *,
        except_for: frozenset[str],
        condition: Condition,
        error: MakeError = changed_meanwhile,
        members: Mapping[str, set[str]] | None = None,
        unless_marked: bool = False,
    ) -> None:
        """Write every attribute of an existing item but its keys and `except_for` (counters).

        `members` are added to attributes that are sets. `unless_marked`: BeingDeleted on commit
        for what is being deleted.
        """
        update = self._update(Key(item.pk, item.sk), item, error)
        update.condition, update.error = condition, error
        update.unless_marked = unless_marked
        for name, attribute in type(item).get_attributes().items():
            if name in except_for or name in ("pk", "sk", "kind"):
                continue
            value = getattr(item, name)
            path: Any = attribute
            update.actions.append(path.remove() if value is None else path.set(value))
        for name, added in (members or {}).items():
            path = type(item).get_attributes()[name]
            update.actions.append(path.add(added))

    def change(
        self, item: TableItem, actions: list[Action], *, condition: Condition, error: MakeError
    ) -> None:
        """Change single attributes of an existing item, under a condition."""
        update = self._update(Key(item.pk, item.sk), item, error)
        update.condition, update.error = condition, error
        update.actions.extend(actions)

    def count(self, type_: type[TableItem], key: Key, counter: str, by: int, *, kind: str) -> None:
        """Add to a counter; NotFound(kind) on commit when its item does not exist.

        Nothing is added below an item that is being deleted: BeingDeleted. What leaves may leave.
        """
        if by == 0:
            return
        if (put := self._puts.get(key)) is not None:
            setattr(put.item, counter, getattr(put.item, counter) + by)
            return
        # Hundreds of records of a chunk count in the same few items: one is made of each.
        update = self._updates.get(key)
        if update is None:
            update = self._update(key, type_(key.pk, key.sk), lambda: NotFound(kind))
        update.counters[counter] = update.counters.get(counter, 0) + by

    def tally(self, key: Key, number: str, by: Any) -> None:
        """Add to one of a building's kept numbers; NotFound on commit when there is no building."""
        if (put := self._puts.get(key)) is not None:
            item: Any = put.item
            item.numbers[number] = item.numbers.get(number, 0) + by
            return
        update = self._updates.get(key)
        if update is None:
            update = self._update(key, TallyItem(key.pk, key.sk), lambda: NotFound("building"))
        update.numbers[number] = update.numbers.get(number, 0) + by

    def prepare(self) -> None:
        """Do beforehand what needs no network: nothing may be queued from here on."""
        self._ready = self._built()

    def commit(self) -> None:
        """Send all; retried while another transaction holds one of the items.

        Raises the first failed condition's own error, or ServiceUnavailable when throttled.
        """
        if not len(self):
            return
        for attempt in Retrying(
            retry=retry_if_exception(self._is_to_be_tried_again),
            wait=_wait,
            stop=stop_after_attempt(6),
            reraise=True,
        ):
            with attempt:
                self._send()

    def _is_to_be_tried_again(self, error: BaseException) -> bool:
        return isinstance(error, _Race) or (self._patient and isinstance(error, _Throttled))

    def _send(self) -> None:
        transaction, errors = self._ready or self._built()
        self._ready = None  # another try makes its own: it is another request
        try:
            with transaction:
                pass  # its end sends it
        except TransactWriteError as refused:
            raise _domain_error(refused, errors) from refused

    def _built(self) -> tuple[TransactWrite, list[MakeError]]:
        # PynamoDB sends checks, deletes, puts, updates in this order, whatever the order they were
        # queued in, and cancellation reasons follow it.
        transaction, errors = TransactWrite(connection=self._connection), list[MakeError]()
        for key, check in self._checks.items():
            if key in self._puts or key in self._updates or key in self._deletes:
                continue  # has a condition of its own; two actions on one are refused
            transaction.condition_check(check.type_, key.pk, key.sk, condition=check.condition)
            errors.append(check.error)
        for deletion in self._deletes.values():
            transaction.delete(deletion.item, condition=deletion.condition)
            errors.append(deletion.error)
        for put in self._puts.values():
            transaction.save(put.item, condition=put.condition)
            errors.append(put.error)
        for update in self._updates.values():
            if not (actions := _actions(update)):
                continue  # numbers that cancelled each other out
            transaction.update(
                update.item,
                actions=actions,
                condition=_condition(update),
                # Tells what is marked from what has moved or is not there.
                return_values=ALL_OLD if _is_guarded(update) else None,
            )
            errors.append(update.error)
        return transaction, errors

    def _update(self, key: Key, item: TableItem, error: MakeError) -> _Update:
        if key not in self._updates:
            self._updates[key] = _Update(item, error)
        return self._updates[key]


class LaneTransaction(Transaction):
    """Of a chunk in a lane: what all chunks count in is left alone, and noted in the lane."""

    def __init__(self, connection: Connection, lane: Key) -> None:
        super().__init__(connection, patient=True)
        self._lane = lane

    def count(self, type_: type[TableItem], key: Key, counter: str, by: int, *, kind: str) -> None:
        if type_ in (BuildingItem, FloorItem):
            self._owe(key, counter, by)
        else:
            super().count(type_, key, counter, by, kind=kind)

    def tally(self, key: Key, number: str, by: Any) -> None:
        self._owe(key, number, by)

    def _owe(self, key: Key, number: str, by: Any) -> None:
        super().tally(self._lane, f"{key.sk}|{number}", by)


class _Race(ChangedMeanwhile):
    """Two transactions wanted one item at once; neither was wrong."""


class _Throttled(ServiceUnavailable):
    """DynamoDB has written nothing of it, for it gets too much at once."""


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    wait = _WAIT_FOR_CAPACITY if isinstance(error, _Throttled) else _WAIT_FOR_OTHERS
    return wait(state)


def _or_exists(condition: Condition | None) -> Condition:
    return TableItem.pk.exists() if condition is None else condition


def _actions(update: _Update) -> list[Action]:
    attributes = type(update.item).get_attributes()
    counters: list[Action] = []
    for name, by in update.counters.items():
        path: Any = attributes[name]
        counters.append(path.add(by))
    for name, by in update.numbers.items():
        if by:
            counters.append(AddAction(Path([name]), Value(by)))
    return [*update.actions, *counters]


def _is_guarded(update: _Update) -> bool:
    return update.unless_marked or any(by > 0 for by in update.counters.values())


def _condition(update: _Update) -> Condition:
    condition: Condition = TableItem.pk.exists()
    if update.condition is not None:
        condition = condition & update.condition
    return condition & _MARK.does_not_exist() if _is_guarded(update) else condition


def _domain_error(refused: TransactWriteError, errors: list[MakeError]) -> Exception:
    code = code_of(refused)
    reasons = refused.cancellation_reasons
    for reason, make_error in zip(reasons, errors, strict=False):
        if reason is not None and reason.code == "ConditionalCheckFailed":
            old = reason.raw_item or {}
            return BeingDeleted(old["kind"]["S"]) if _MARK_NAME in old else make_error()
    codes = {reason.code for reason in reasons if reason is not None}
    if "TransactionConflict" in codes or code == "TransactionInProgressException":
        return _Race("The record is being changed by someone else; try again.")
    if codes & _THROTTLED or code in BUSY - _MAY_BE_WRITTEN:
        return _Throttled("The registry is busy; try again in a moment.")
    return unavailability(refused) or refused
