"""`arxos restore-drill`: the backup is restored to a new table, and compared with the live one.

Only point-in-time recovery on AWS can do it; no local cloud has that (docs/backups.md).
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from arxos.adapters.dynamodb.whole_table import Pace, WholeTable
from cli.deployment import CannotDo, Deployment, add_deployment
from cli.migrate import LEAST_RATE, RATE

_ASKED_EVERY = 30.0
_LONGEST = 6 * 3600.0
_LIMIT = 10_000


def add_command(parser: argparse.ArgumentParser) -> None:
    add_deployment(parser)
    parser.add_argument("--at", type=_moment, help="2026-11-23T06:00:00Z; otherwise the latest")
    parser.add_argument("--keep", action="store_true", help="keep the new table, to swap to it")
    parser.add_argument("--rate", type=float, default=RATE, help="read units a second for counting")
    parser.set_defaults(does=drill)


def drill(given: argparse.Namespace) -> int:
    deployment = Deployment.named(given)
    if deployment.endpoint_url:
        raise CannotDo("The local cloud has no point-in-time recovery: name a stack on AWS.")
    exercise = RestoreDrill(
        deployment.client("dynamodb"),
        deployment.table_name,
        tell=print,
        pace=Pace(max(given.rate, LEAST_RATE)),
    )
    report = exercise.run(given.at)
    if given.keep or report.faults:
        exercise.prepare_for_use(report.table)
        print(f"{report.table} is kept. To swap to it, or remove it: docs/backups.md")
    else:
        exercise.clear(report.table)
    for fault in report.faults:
        print(f"NOT AS IT SHOULD BE: {fault}")
    print("The drill failed." if report.faults else "The drill succeeded.")
    return 1 if report.faults else 0


@dataclass(slots=True)
class Report:
    """What a drill found: `faults` are what makes it fail."""

    table: str
    seconds: float
    live: Counter[str] = field(default_factory=Counter)
    restored: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class RestoreDrill:
    """Restores one table beside itself. `client` is DynamoDB's."""

    def __init__(
        self,
        client: Any,
        table: str,
        *,
        tell: Callable[[str], None],
        pace: Pace,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client, self._table, self._tell, self._pace = client, table, tell, pace
        self._clock, self._sleep, self._now = clock, sleep, now

    def run(self, at: datetime | None = None) -> Report:
        """Restore, wait, compare. Raises CannotDo when there is nothing to restore from."""
        self._check_backup(at)
        name = f"{self._table[:230]}-drill-{self._now():%Y%m%dT%H%M%S}"
        moment: dict[str, Any] = {"UseLatestRestorableTime": True}
        if at is not None:
            moment = {"RestoreDateTime": at}
        started = self._clock()
        self._client.restore_table_to_point_in_time(
            SourceTableName=self._table, TargetTableName=name, **moment
        )
        self._tell(f"Restoring {self._table} to {name}.")
        self._wait(name, started)
        report = Report(name, self._clock() - started)
        self._tell(f"Restored after {report.seconds:,.0f} s. Counting both.")
        report.faults += self._differences_of_shape(name)
        report.live, report.restored = self._counts(self._table), self._counts(name)
        report.faults += self._compared(report, at)
        return report

    def prepare_for_use(self, name: str) -> None:
        """What a restored table has lost, and the one in use must have (infra/data.yaml)."""
        self._client.update_continuous_backups(
            TableName=name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )
        self._client.update_time_to_live(
            TableName=name,
            TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"},
        )
        # One change at a time, and the table must be at rest before the next.
        self._client.update_table(
            TableName=name,
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        self._wait(name, self._clock())
        self._client.update_table(TableName=name, DeletionProtectionEnabled=True)
        self._wait(name, self._clock())
        stream = self._client.describe_table(TableName=name)["Table"]["LatestStreamArn"]
        self._tell(f"Its stream: {stream}")

    def clear(self, name: str) -> None:
        """Remove the drill's table, and no other."""
        if not name.startswith(f"{self._table[:230]}-drill-"):
            raise CannotDo(f"{name} is not a drill's table.")
        self._client.delete_table(TableName=name)
        self._tell(f"Removed {name}.")

    def _check_backup(self, at: datetime | None) -> None:
        found = self._client.describe_continuous_backups(TableName=self._table)
        recovery = found["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        if recovery["PointInTimeRecoveryStatus"] != "ENABLED":
            raise CannotDo(f"{self._table} has no point-in-time recovery: nothing can be restored.")
        first, last = recovery["EarliestRestorableDateTime"], recovery["LatestRestorableDateTime"]
        if at is not None and not first <= at <= last:
            raise CannotDo(f"It can be restored to {first:%FT%TZ} at the earliest, {last:%FT%TZ} at"
                           " the latest.")  # fmt: skip
        self._tell(f"Restorable from {first:%FT%TZ} to {last:%FT%TZ}.")

    def _wait(self, name: str, started: float) -> None:
        while True:
            status = self._client.describe_table(TableName=name)["Table"]["TableStatus"]
            if status == "ACTIVE":
                return
            if self._clock() - started > _LONGEST:
                raise CannotDo(f"{name} is {status} after {_LONGEST / 3600:.0f} hours: look at it.")
            self._sleep(_ASKED_EVERY)

    def _differences_of_shape(self, name: str) -> list[str]:
        live, restored = (
            self._client.describe_table(TableName=one)["Table"] for one in (self._table, name)
        )
        faults = []
        if live["KeySchema"] != restored["KeySchema"]:
            faults.append("the keys of the restored table are others")
        indexes = [
            {
                index["IndexName"]: index["KeySchema"]
                for index in one.get("GlobalSecondaryIndexes", [])
            }
            for one in (live, restored)
        ]
        if indexes[0] != indexes[1]:
            faults.append("the indexes of the restored table are others")
        if restored.get("SSEDescription", {}).get("Status") != live.get("SSEDescription", {}).get(
            "Status"
        ):
            faults.append("the restored table is not encrypted as the live one")
        return faults

    def _counts(self, name: str) -> Counter[str]:
        """Items by kind. Counted, because DynamoDB's own number is up to six hours old."""
        counts: Counter[str] = Counter()
        pages = WholeTable(self._client, name, sleep=self._sleep).pages(
            limit=_LIMIT, ProjectionExpression="kind"
        )
        for page in pages:
            counts.update(item.get("kind", "unknown") for item in page.items)
            self._pace.spend(page.units)
        return counts

    def _compared(self, report: Report, at: datetime | None) -> list[str]:
        faults = []
        if not report.restored:
            faults.append("the restored table is empty")
        for kind in sorted(report.live | report.restored):
            live, restored = report.live[kind], report.restored[kind]
            self._tell(f"  {kind}: {live:,} live, {restored:,} restored")
            # The live table goes on: of what people and imports write, some may be newer. That a
            # kind is gone, or that a twentieth is missing from a backup of just now, is no such.
            if live and not restored:
                faults.append(f"of {live:,} items of kind {kind} none was restored")
            elif at is None and restored < 0.95 * live - 10:
                faults.append(f"of {live:,} items of kind {kind} only {restored:,} were restored")
        return faults


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"no time: {text}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
