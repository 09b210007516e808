"""Runs a migration: a scan in segments, and one conditional UpdateItem for each item (row V1)."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from arxos.adapters.dynamodb.migration_log import (
    MOST_FAULTS,
    MigrationLog,
    checkpoint,
    is_finished,
)
from arxos.adapters.dynamodb.whole_table import (
    Item,
    Pace,
    ScannedPage,
    WholeTable,
    is_refused,
    stored,
)
from arxos.migrations.revisions import Direction, Migration, all_migrations, level_of
from arxos.ports.migrations import Example, MigrationOrder, MigrationState, Rehearsal

MOST_THREADS = 8
_TRIES = 5
_EXAMPLES = 3


class DynamoMigrator:
    """See `arxos.ports.migrations.Migrator`."""

    def __init__(
        self,
        table: WholeTable,
        *,
        clock: Callable[[], datetime],
        migrations: Sequence[Migration] | None = None,
        pace: Callable[[float], Pace] = Pace,
        told: Callable[[MigrationState], None] = lambda _: None,
    ) -> None:
        self._table, self._clock, self._pace, self._told = table, clock, pace, told
        self._migrations = all_migrations() if migrations is None else migrations
        self.log = MigrationLog(table, clock)

    def work(
        self, order: MigrationOrder, *, attempt: str, until: datetime, take_over: bool = False
    ) -> MigrationState:
        log = self.log
        item = log.claim(order, attempt, take_over=take_over)
        step = _Step(self._migrations, order)
        pace, stop = self._pace(order.rate), threading.Event()

        def segment(number: int) -> None:
            pages = self._table.pages(
                segment=number,
                segments=int(item["segments"]),
                after=checkpoint(item, number),
                **step.filter,
            )
            for page in pages:
                pace.spend(page.units)
                done = self._done(page, step, pace, until)
                self._told(log.save(order, attempt, number, done))
                if stop.is_set() or self._clock() >= until:
                    return

        try:
            left = [n for n in range(int(item["segments"])) if not is_finished(item, n)]
            _side_by_side(segment, left, stop)
        finally:
            # Also after an error: whoever goes on need not wait for the end of the lease.
            state = log.leave(order, attempt, "running")
        if state.open_segments:
            return state
        return log.leave(order, attempt, "incomplete" if state.faults else "done")

    def rehearse(self, order: MigrationOrder) -> Rehearsal:
        """What `work` would do, without a write."""
        step, pace = _Step(self._migrations, order), self._pace(order.rate)
        stop = threading.Event()

        def segment(number: int) -> Rehearsal:
            seen, concerned, changed = 0, 0, 0
            faults: list[str] = []
            examples: list[Example] = []
            for page in self._table.pages(segment=number, segments=order.segments, **step.filter):
                pace.spend(page.units)
                seen, concerned = seen + page.looked_at, concerned + len(page.items)
                for item in page.items:
                    try:
                        changes = step.changes(item)
                    except Exception as fault:  # whatever a migration raises
                        faults.append(_fault(item, fault))
                        continue
                    changed += bool(changes)
                    if changes and len(examples) < _EXAMPLES:
                        both = {name: (item.get(name), value) for name, value in changes.items()}
                        examples.append((f"{item['PK']} {item['SK']}", both))
                if stop.is_set():
                    break
            return Rehearsal(
                seen=seen,
                concerned=concerned,
                changed=changed,
                faults=tuple(faults[:MOST_FAULTS]),
                examples=tuple(examples),
            )

        parts = _side_by_side(segment, list(range(order.segments)), stop)
        return Rehearsal(
            seen=sum(part.seen for part in parts),
            concerned=sum(part.concerned for part in parts),
            changed=sum(part.changed for part in parts),
            faults=tuple(fault for part in parts for fault in part.faults)[:MOST_FAULTS],
            examples=tuple(one for part in parts for one in part.examples)[:_EXAMPLES],
        )

    def _done(
        self, page: ScannedPage, step: "_Step", pace: Pace, until: datetime
    ) -> dict[str, Any]:
        """The page's items, changed, or those for which there is time; what the log keeps of it."""
        changed, faults = 0, []
        after = page.after
        for item, before in zip(page.items, [None, *page.items], strict=False):
            if self._clock() >= until and before is not None:
                after = {"PK": before["PK"], "SK": before["SK"]}
                break
            try:
                units = self._change(item, step)
            except ClientError:
                raise
            except Exception as fault:  # whatever a migration raises: the others go on
                faults.append(_fault(item, fault))
                continue
            changed += units > 0
            pace.spend(units)
        return {
            "after": after,
            "seen": page.looked_at,
            "changed": changed,
            "faults": faults[:MOST_FAULTS],
        }

    def _change(self, item: Item, step: "_Step") -> float:
        """Write what has to be; 0 if somebody has done it, or the item is gone."""
        current: Item | None = item
        for _ in range(_TRIES):
            if current is None or not step.concerns(current):
                return 0
            try:
                answer = self._table.patiently(
                    self._table.client.update_item,
                    Key=stored({"PK": current["PK"], "SK": current["SK"]}),
                    ReturnConsumedCapacity="TOTAL",
                    **step.update(current),
                )
            except ClientError as error:
                if not is_refused(error):
                    raise
                current = self._table.get({"PK": item["PK"], "SK": item["SK"]})
            else:
                # Some local clouds name no units; it is at least one.
                return float(answer.get("ConsumedCapacity", {}).get("CapacityUnits", 1.0)) or 1.0
        raise RuntimeError("It was changed by others at each try.")


class _Step:
    """A migration, one way: which items it concerns, and what is written to one."""

    def __init__(self, migrations: Sequence[Migration], order: MigrationOrder) -> None:
        self._migration = next(one for one in migrations if one.number == order.number)
        self._direction = Direction(order.direction)
        at = order.number if self._direction is Direction.UP else order.number - 1
        self._levels = {k: level_of(k, migrations, at) for k in sorted(self._migration.kinds)}

    @property
    def filter(self) -> dict[str, Any]:
        """For the Scan: only items of these kinds that are not there yet are sent."""
        values: Item = {f":k{n}": kind for n, kind in enumerate(self._levels)}
        kinds = f"kind IN ({', '.join(values)})" if values else "attribute_not_exists(PK)"
        other = "(attribute_not_exists(#schema) OR #schema < :n)"
        if self._direction is Direction.DOWN:
            other = "#schema >= :n"
        return {
            "FilterExpression": f"{kinds} AND {other}",
            "ExpressionAttributeNames": {"#schema": "schema"},
            "ExpressionAttributeValues": stored(values | {":n": self._migration.number}),
        }

    def concerns(self, item: Item) -> bool:
        """As the filter says it."""
        is_below = item.get("schema", 1) < self._migration.number
        return item.get("kind") in self._levels and is_below is (self._direction is Direction.UP)

    def changes(self, item: Item) -> Item:
        return self._migration.changes(self._direction, item)

    def update(self, item: Item) -> Item:
        """Changed attributes and the new level, if all that was read is still as it was read."""
        changes = {"schema": self._levels[item["kind"]]} | self.changes(item)
        names: dict[str, str] = {}
        values: Item = {}
        sets: list[str] = []
        removes: list[str] = []
        conditions = ["attribute_exists(PK)"]
        for n, (name, value) in enumerate(changes.items()):
            names[f"#c{n}"] = name
            if value is None:
                removes.append(f"#c{n}")
            else:
                sets.append(f"#c{n} = :c{n}")
                values[f":c{n}"] = value
        for n, name in enumerate(sorted(self._migration.reads | changes.keys())):
            names[f"#r{n}"] = name
            if name in item:
                conditions.append(f"#r{n} = :r{n}")
                values[f":r{n}"] = item[name]
            else:
                conditions.append(f"attribute_not_exists(#r{n})")
        removed = f" REMOVE {', '.join(removes)}" if removes else ""
        return {
            "UpdateExpression": f"SET {', '.join(sets)}{removed}",
            "ConditionExpression": " AND ".join(conditions),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": stored(values),
        }


def _side_by_side(work: Callable[[int], Any], segments: list[int], stop: threading.Event) -> Any:
    """The answers of all segments; the first error, or Ctrl-C, stops the others at their page."""
    with ThreadPoolExecutor(max_workers=MOST_THREADS) as threads:
        running = [threads.submit(work, segment) for segment in segments]
        try:
            return [one.result() for one in running]
        except BaseException:
            stop.set()
            raise


def _fault(item: Item, fault: Exception) -> str:
    """Which item, and what kind of error: its words may quote what somebody stored."""
    return f"{item['PK']} {item['SK']}: {type(fault).__name__}"
