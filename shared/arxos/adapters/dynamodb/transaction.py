"""All writes of one unit of work, merged per item and sent as one TransactWriteItems."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path, Value
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from arxos.adapters.dynamodb.availability import unavailability
from arxos.adapters.dynamodb.keys import Key
from arxos.adapters.dynamodb.table import TableItem, TallyItem
from arxos.domain.errors import ArxosError, ChangedMeanwhile, NotFound, ServiceUnavailable

MakeError = Callable[[], ArxosError]
_THROTTLED = {"ThrottlingError", "ProvisionedThroughputExceeded"}


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


def changed_meanwhile() -> ArxosError:
    """Another writer came first."""
    return ChangedMeanwhile()


class Transaction:
    """Collects writes by key: DynamoDB refuses two actions on one item in a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._puts: dict[Key, _Put] = {}
        self._updates: dict[Key, _Update] = {}
        self._deletes: dict[Key, _Delete] = {}

    def __len__(self) -> int:
        return len(self._puts) + len(self._updates) + len(self._deletes)

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
    ) -> None:
        """Write every attribute of an existing item but its keys and `except_for` (counters)."""
        update = self._update(Key(item.pk, item.sk), item, error)
        update.condition, update.error = condition, error
        for name, attribute in type(item).get_attributes().items():
            if name in except_for or name in ("pk", "sk", "kind"):
                continue
            value = getattr(item, name)
            path: Any = attribute
            update.actions.append(path.remove() if value is None else path.set(value))

    def change(
        self, item: TableItem, actions: list[Action], *, condition: Condition, error: MakeError
    ) -> None:
        """Change single attributes of an existing item, under a condition."""
        update = self._update(Key(item.pk, item.sk), item, error)
        update.condition, update.error = condition, error
        update.actions.extend(actions)

    def count(self, type_: type[TableItem], key: Key, counter: str, by: int, *, kind: str) -> None:
        """Add to a counter; NotFound(kind) on commit when its item does not exist."""
        if by == 0:
            return
        if (put := self._puts.get(key)) is not None:
            setattr(put.item, counter, getattr(put.item, counter) + by)
            return
        update = self._update(key, type_(key.pk, key.sk), lambda: NotFound(kind))
        update.counters[counter] = update.counters.get(counter, 0) + by

    def tally(self, key: Key, number: str, by: Any) -> None:
        """Add to one of a building's kept numbers; NotFound on commit when there is no building."""
        if (put := self._puts.get(key)) is not None:
            numbers: Any = put.item
            held = numbers.numbers.attribute_values
            held[number] = held.get(number, 0) + by
            return
        item = TallyItem(key.pk, key.sk)
        update = self._update(key, item, lambda: NotFound("building"))
        update.numbers[number] = update.numbers.get(number, 0) + by

    def commit(self) -> None:
        """Send all; retried while another transaction holds one of the items.

        Raises the first failed condition's own error, or ServiceUnavailable when throttled.
        """
        if not len(self):
            return
        for attempt in Retrying(
            retry=retry_if_exception(_lost_a_race),
            wait=wait_random_exponential(multiplier=0.05, max=1),
            stop=stop_after_attempt(6),
            reraise=True,
        ):
            with attempt:
                self._send()

    def _send(self) -> None:
        # PynamoDB sends checks, deletes, puts, updates in this order, whatever the order they were
        # queued in, and cancellation reasons follow it.
        errors: list[MakeError] = []
        try:
            with TransactWrite(connection=self._connection) as transaction:
                for deletion in self._deletes.values():
                    transaction.delete(deletion.item, condition=deletion.condition)
                    errors.append(deletion.error)
                for put in self._puts.values():
                    transaction.save(put.item, condition=put.condition)
                    errors.append(put.error)
                for update in self._updates.values():
                    if not (actions := _actions(update)):
                        continue  # numbers that cancelled each other out
                    transaction.update(update.item, actions=actions, condition=_condition(update))
                    errors.append(update.error)
        except TransactWriteError as refused:
            raise _domain_error(refused, errors) from refused

    def _update(self, key: Key, item: TableItem, error: MakeError) -> _Update:
        if key not in self._updates:
            self._updates[key] = _Update(item, error)
        return self._updates[key]


class _Race(ChangedMeanwhile):
    """Two transactions wanted one item at once; neither was wrong."""


def _lost_a_race(error: BaseException) -> bool:
    return isinstance(error, _Race)


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
            number = Path(["numbers", name])
            counters.append(number.set((number | Value(0)) + Value(by)))
    return [*update.actions, *counters]


def _condition(update: _Update) -> Condition:
    exists = TableItem.pk.exists()
    return exists if update.condition is None else exists & update.condition


def _domain_error(refused: TransactWriteError, errors: list[MakeError]) -> Exception:
    code = refused.cause_response_code
    reasons = refused.cancellation_reasons
    for reason, make_error in zip(reasons, errors, strict=False):
        if reason is not None and reason.code == "ConditionalCheckFailed":
            return make_error()
    codes = {reason.code for reason in reasons if reason is not None}
    if "TransactionConflict" in codes or code == "TransactionInProgressException":
        return _Race("The record is being changed by someone else; try again.")
    if codes & _THROTTLED:
        return ServiceUnavailable("The registry is busy; try again in a moment.")
    return unavailability(refused) or refused
