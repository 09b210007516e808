"""`arxos migrate`: which level the stored items have, and the way to another."""

import argparse
import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from arxos import migrations as package
from arxos.adapters.dynamodb.migrator import DynamoMigrator
from arxos.adapters.sqs_orders import SqsOrders
from arxos.domain.timestamps import to_iso
from arxos.migrations.revisions import (
    BASELINE,
    Migration,
    Step,
    all_migrations,
    steps,
)
from arxos.ports.migrations import HeldByAnother, MigrationOrder, MigrationState, Rehearsal
from cli.deployment import CannotDo, Deployment, add_deployment

SEGMENTS, RATE, LEAST_RATE = 8, 500.0, 25.0
_TOLD_EVERY = 2.0
_NEW = '''"""{title}."""

from arxos.migrations.revisions import Values

# The kinds of items that change, and the attributes that `up` and `down` look at.
KINDS: tuple[str, ...] = ()
READS: tuple[str, ...] = ()


def up(values: Values) -> Values:
    return {{}}


def down(values: Values) -> Values:
    return {{}}
'''


def add_commands(parser: argparse.ArgumentParser) -> None:
    """`current`, `history`, `upgrade`, `downgrade`, `new`."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    current = commands.add_parser("current", help="say which revision the stored items are at")
    current.set_defaults(does=show_current)
    history = commands.add_parser("history", help="list all revisions, the newest first")
    history.set_defaults(does=show_history)
    up = commands.add_parser("upgrade", help="bring the stored items to a later revision")
    up.add_argument("revision", nargs="?", default="head", help="0002, or head (the default)")
    up.add_argument(
        "--again", action="store_true", help="run the current revision for what older code wrote"
    )
    up.set_defaults(does=upgrade)
    down = commands.add_parser("downgrade", help="bring the stored items to an earlier revision")
    down.add_argument("revision", nargs="?", default="-1", help="0001; one back (the default)")
    down.set_defaults(does=downgrade, again=False)
    for command in (current, history, up, down):
        add_deployment(command)
    for command in (up, down):
        command.add_argument("--dry-run", action="store_true", help="count, and write nothing")
        command.add_argument(
            "--remote", action="store_true", help="let the deployment's function do it"
        )
        command.add_argument(
            "--rate", type=_rate, default=RATE, help=f"capacity units a second ({RATE:.0f})"
        )
        command.add_argument(
            "--segments", type=_segments, default=SEGMENTS, help=f"side by side ({SEGMENTS})"
        )
        command.add_argument(
            "--take-over", action="store_true", help="do not wait for a run that was killed"
        )
    new = commands.add_parser("new", help="begin a revision: a file with up and down")
    new.add_argument("title")
    new.set_defaults(does=begin)


def _rate(text: str) -> float:
    if (rate := float(text)) < LEAST_RATE:
        raise argparse.ArgumentTypeError(f"at least {LEAST_RATE:.0f}")
    return rate


def _segments(text: str) -> int:
    if not 1 <= (segments := int(text)) <= 200:
        raise argparse.ArgumentTypeError("1 to 200")
    return segments


# ---- Where it is ----------------------------------------------------------------------------


def lowest(states: dict[int, MigrationState]) -> int:
    """The revision that all items have reached."""
    reached = BASELINE
    while (state := states.get(reached + 1)) and (state.direction, state.status) == ("up", "done"):
        reached += 1
    return reached


def highest(states: dict[int, MigrationState]) -> int:
    """The revision that some items may have: what a downgrade begins from."""
    gone = {n for n, state in states.items() if (state.direction, state.status) == ("down", "done")}
    return max(states.keys() - gone, default=BASELINE)


def show_current(given: argparse.Namespace) -> int:
    states = _migrator(Deployment.named(given)).log.all()
    known = {one.number: one for one in all_migrations()}
    at = lowest(states)
    where = " (head)" if at == max(known) else f"; the code's head is {max(known):04d}"
    print(f"{at:04d} {known[at].title if at in known else 'unknown to this code'}{where}")
    for state in states.values():
        if (state.direction, state.status) not in (("up", "done"), ("down", "done")):
            print(told(state))
    return 0


def show_history(given: argparse.Namespace) -> int:
    states = _migrator(Deployment.named(given)).log.all()
    for one in reversed(all_migrations()):
        state = states.get(one.number)
        when = "in every table" if one.number == BASELINE else "not run"
        kinds = f" ({', '.join(sorted(one.kinds))})" if one.kinds else ""
        print(f"{one.number:04d} {one.title}{kinds}")
        print(f"     {told(state) if state else when}")
    return 0


def told(state: MigrationState) -> str:
    """One line about a run."""
    what = {"up": "upgrade", "down": "downgrade"}[state.direction]
    segments = state.segments - state.open_segments
    line = (
        f"{state.number:04d} {what} {state.status}: {state.seen:,} looked at,"
        f" {state.changed:,} changed, {segments} of {state.segments} segments, {state.updated_at}"
    )
    return line + "".join(f"\n     not changed: {fault}" for fault in state.faults)


# ---- The way to another ---------------------------------------------------------------------


def upgrade(given: argparse.Namespace) -> int:
    deployment = Deployment.named(given)
    known, states = all_migrations(), _migrator(deployment).log.all()
    target, at = _number(given.revision, known, head=known[-1].number), lowest(states)
    if given.again:
        if target not in (at, known[-1].number) or at == BASELINE:
            raise CannotDo("--again is for the current revision, and there must be one.")
        at, target = at - 1, at
    if target < at:
        raise CannotDo(
            f"The items are at {at:04d} already. The way back is: arxos migrate downgrade"
        )
    return _go(given, deployment, steps(known, at, target), states)


def downgrade(given: argparse.Namespace) -> int:
    deployment = Deployment.named(given)
    known, states = all_migrations(), _migrator(deployment).log.all()
    at = highest(states)
    target = max(at - 1, BASELINE)
    if given.revision != "-1":
        target = _number(given.revision, known, head=known[-1].number)
    if target > at:
        raise CannotDo(f"The items are at {at:04d}. The way forward is: arxos migrate upgrade")
    if at > known[-1].number:
        raise CannotDo(
            f"This code does not know {at:04d}: take the way back with the code that does."
        )
    return _go(given, deployment, steps(known, at, target), states)


def _number(text: str, known: tuple[Migration, ...], *, head: int) -> int:
    if text == "head":
        return head
    if not re.fullmatch(r"\d{1,4}", text) or int(text) not in {one.number for one in known}:
        raise CannotDo(f"There is no revision {text}. See: arxos migrate history")
    return int(text)


def _go(
    given: argparse.Namespace,
    deployment: Deployment,
    way: list[Step],
    states: dict[int, MigrationState],
) -> int:
    if not way:
        print(f"Nothing to do on {deployment.name}: the items are there.")
        return 0
    for step in way:
        order = _order(step, states.get(step.migration.number), given)
        print(f"{step.migration.number:04d} {step.migration.title}: {step.direction}")
        if given.dry_run:
            _tell(_migrator(deployment).rehearse(order))
            continue
        state = (_remotely if given.remote else _here)(deployment, order, given.take_over)
        print(told(state))
        if state.status != "done":
            print("It is not complete. Mend what is named, and run the command again.")
            return 1
    return 0


def _order(step: Step, state: MigrationState | None, given: argparse.Namespace) -> MigrationOrder:
    goes_on = state is not None and not state.is_over and state.direction == step.direction.value
    return MigrationOrder(
        number=step.migration.number,
        direction=step.direction.value,
        segments=state.segments if state and goes_on else given.segments,
        rate=given.rate,
        run=state.run if state and goes_on else to_iso(datetime.now(UTC)),
    )


def _here(deployment: Deployment, order: MigrationOrder, take_over: bool) -> MigrationState:
    tell = _Teller(_items(deployment))
    migrator = _migrator(deployment, tell)
    endless = datetime.now(UTC) + timedelta(days=365)
    try:
        return migrator.work(
            order, attempt=f"cli-{uuid4().hex}", until=endless, take_over=take_over
        )
    except HeldByAnother as held:
        raise CannotDo(f"{held} If it was killed, wait, or use --take-over.") from None


def _remotely(deployment: Deployment, order: MigrationOrder, _: bool) -> MigrationState:
    if not deployment.migration_queue_url:
        raise CannotDo(f"{deployment.name} does not say where its migration queue is.")
    queue: SqsOrders[MigrationOrder] = SqsOrders(
        lambda: deployment.client("sqs"), deployment.migration_queue_url
    )
    queue.send(order)
    print("The function has its order; Ctrl-C stops only this report (arxos migrate current).")
    tell, log = _Teller(_items(deployment)), _migrator(deployment).log
    while True:
        state = log.all().get(order.number)
        if state and state.run >= order.run:
            tell(state)
            if state.is_over:
                return state
        time.sleep(_TOLD_EVERY)


class _Teller:
    """Says how far it is, now and then; called by many threads."""

    def __init__(self, items: int) -> None:
        self._items, self._told_at, self._lock = items, time.monotonic(), threading.Lock()

    def __call__(self, state: MigrationState) -> None:
        with self._lock:
            if time.monotonic() - self._told_at < _TOLD_EVERY:
                return
            self._told_at = time.monotonic()
        # The table's own count is some hours old.
        share = f", about {min(99, 100 * state.seen // self._items)} %" if self._items else ""
        print(f"  {state.seen:,} looked at, {state.changed:,} changed{share}", flush=True)


def _tell(rehearsal: Rehearsal) -> None:
    print(
        f"  {rehearsal.seen:,} items looked at; {rehearsal.concerned:,} would get the new level,"
        f" {rehearsal.changed:,} of them other values. Nothing was written."
    )
    for key, changes in rehearsal.examples:
        print(f"  {key}")
        for name, (before, after) in changes.items():
            print(f"    {name}: {_short(before)} -> {_short(after)}")
    for fault in rehearsal.faults:
        print(f"  could not be changed: {fault}")


def _short(value: object) -> str:
    text = "(none)" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _items(deployment: Deployment) -> int:
    found = deployment.client("dynamodb").describe_table(TableName=deployment.table_name)
    return int(found["Table"].get("ItemCount", 0))


def _migrator(
    deployment: Deployment, tell: Callable[[MigrationState], None] = lambda _: None
) -> DynamoMigrator:
    return DynamoMigrator(deployment.table, clock=lambda: datetime.now(UTC), told=tell)


# ---- A new one ------------------------------------------------------------------------------


def begin(given: argparse.Namespace) -> int:
    name = re.sub(r"[^a-z0-9]+", "_", given.title.lower()).strip("_")
    if not name:
        raise CannotDo("A revision needs a title with letters or digits in it.")
    number = all_migrations()[-1].number + 1
    file = Path(package.__path__[0]) / f"{number:04d}_{name}.py"
    file.write_text(_NEW.format(title=given.title.strip().rstrip(".").replace('"', "'")))
    print(f"{file}: write up and down, then give its kinds the level {number} in table.py.")
    return 0
