"""How far each migration is: one item for each, with a checkpoint for each segment."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from arxos.adapters.dynamodb import keys
from arxos.adapters.dynamodb.whole_table import Item, WholeTable, is_refused, plain, stored
from arxos.domain.timestamps import to_iso
from arxos.ports.migrations import HeldByAnother, MigrationOrder, MigrationState

LEASE = timedelta(seconds=120)
MOST_FAULTS = 20
_END: Item = {}


class MigrationLog:
    """Access patterns V2, V3 and V5. A run holds its migration by a lease that each page renews."""

    def __init__(self, table: WholeTable, clock: Callable[[], datetime]) -> None:
        self._table, self._clock = table, clock

    def all(self) -> dict[int, MigrationState]:
        """What the table says of the migrations that were ever run."""
        answer = self._table.patiently(
            self._table.client.query,
            KeyConditionExpression="PK = :pk",
            ExpressionAttributeValues=stored({":pk": keys.MIGRATIONS}),
            ConsistentRead=True,
        )
        states = (state_of(plain(item)) for item in answer["Items"])
        return {state.number: state for state in states}

    def claim(self, order: MigrationOrder, attempt: str, *, take_over: bool = False) -> Item:
        """Hold the migration, begun anew if the run is a later one; answers its item.

        Raises HeldByAnother: a run that is alive, or one that is later.
        """
        key, now = _key(order.number), self._clock()
        found = self._table.get(key) or {}
        if found.get("run", "") > order.run:
            raise HeldByAnother(f"the later run {found['run']} is over")
        is_free = take_over or found.get("lease_until", "") <= to_iso(now)
        if not is_free and found["holder"] != attempt:
            raise HeldByAnother(found["lease_until"])
        fresh = found.get("run") != order.run
        held = key | {"holder": attempt, "lease_until": to_iso(now + LEASE)}
        item = (_begun(order, now) if fresh else found) | held
        # As it was read, or else somebody else was quicker.
        condition, values = "attribute_not_exists(PK)", {}
        if found:
            condition = "#run = :run AND holder = :holder"
            values = stored({":run": found["run"], ":holder": found["holder"]})
        try:
            self._table.patiently(
                self._table.client.put_item,
                Item=stored(item),
                ConditionExpression=condition,
                **({"ExpressionAttributeNames": {"#run": "run"}} if found else {}),
                **({"ExpressionAttributeValues": values} if found else {}),
            )
        except ClientError as error:
            raise _lost(error) from error
        return item

    def save(
        self, order: MigrationOrder, attempt: str, segment: int, page: Mapping[str, Any]
    ) -> MigrationState:
        """Keep that a page is done: `after`, `seen`, `changed`, `faults`."""
        sets = ["#at = :after", "updated_at = :now", "lease_until = :until"]
        values = {
            ":after": _END if page["after"] is None else page["after"],
            ":now": to_iso(self._clock()),
            ":until": to_iso(self._clock() + LEASE),
            ":holder": attempt,
            ":seen": page["seen"],
            ":changed": page["changed"],
        }
        if page["faults"]:
            sets.append("faults = list_append(faults, :faults)")
            values[":faults"] = page["faults"]
        return self._write(
            order,
            f"SET {', '.join(sets)} ADD seen :seen, changed :changed",
            values,
            names={"#at": _checkpoint(segment)},
        )

    def leave(self, order: MigrationOrder, attempt: str, status: str) -> MigrationState:
        """Let go of the migration, which has this status now."""
        now = to_iso(self._clock())
        values = {":status": status, ":now": now, ":holder": attempt}
        update = "SET #status = :status, updated_at = :now, lease_until = :now"
        return self._write(order, update, values, names={"#status": "status"})

    def _write(
        self, order: MigrationOrder, update: str, values: Item, *, names: dict[str, str]
    ) -> MigrationState:
        try:
            answer = self._table.patiently(
                self._table.client.update_item,
                Key=stored(_key(order.number)),
                UpdateExpression=update,
                ConditionExpression="holder = :holder",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=stored(values),
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            raise _lost(error) from error
        return state_of(plain(answer["Attributes"]))


def state_of(item: Item) -> MigrationState:
    """The item of a migration, as it is told."""
    segments = int(item["segments"])
    return MigrationState(
        number=int(item["number"]),
        direction=item["direction"],
        status=item["status"],
        run=item["run"],
        segments=segments,
        open_segments=sum(not is_finished(item, segment) for segment in range(segments)),
        seen=int(item["seen"]),
        changed=int(item["changed"]),
        faults=tuple(item["faults"]),
        updated_at=item["updated_at"],
    )


def is_finished(item: Item, segment: int) -> bool:
    """Whether nothing is left of a segment."""
    return item.get(_checkpoint(segment)) == _END


def checkpoint(item: Item, segment: int) -> Item | None:
    """The key after which a segment goes on; None: at its beginning."""
    return item.get(_checkpoint(segment))


def _begun(order: MigrationOrder, now: datetime) -> Item:
    return {
        "kind": "migration",
        "schema": 1,
        "number": order.number,
        "direction": order.direction,
        "status": "running",
        "run": order.run,
        "segments": order.segments,
        "seen": 0,
        "changed": 0,
        "faults": [],
        "started_at": to_iso(now),
        "updated_at": to_iso(now),
    }


def _key(number: int) -> dict[str, str]:
    key = keys.migration(number)
    return {"PK": key.pk, "SK": key.sk}


def _checkpoint(segment: int) -> str:
    return f"segment_{segment:03d}"


def _lost(error: ClientError) -> Exception:
    return HeldByAnother("it is over") if is_refused(error) else error
