"""`arxos restore-drill`, on a stub: no local cloud has point-in-time recovery."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from arxos.adapters.dynamodb.whole_table import Pace
from cli.__main__ import main
from cli.deployment import CannotDo
from cli.restore_drill import RestoreDrill
from tests.cli.stored_items import outputs_file

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
LIVE = {"building": 2, "device": 500, "change": 700}
KEYS = [{"AttributeName": "PK", "KeyType": "HASH"}]
INDEXES = [{"IndexName": "GSI1", "KeySchema": KEYS}]


class FakeBackup:
    """DynamoDB with recovery: a restored table takes three looks to be there."""

    def __init__(self, restored: dict[str, int] = LIVE, *, status: str = "ENABLED") -> None:
        self.tables = {"registry": LIVE}
        self.restored, self.status, self.looks = restored, status, 3
        self.indexes = INDEXES
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def describe_continuous_backups(self, **_: Any) -> Any:
        recovery = {
            "PointInTimeRecoveryStatus": self.status,
            "EarliestRestorableDateTime": NOW - timedelta(days=35),
            "LatestRestorableDateTime": NOW - timedelta(minutes=5),
        }
        return {"ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": recovery}}

    def restore_table_to_point_in_time(self, **given: Any) -> None:
        self.calls.append(("restore", given))
        self.tables[given["TargetTableName"]] = self.restored

    def describe_table(self, TableName: str) -> Any:  # noqa: N803
        is_live = TableName == "registry"
        self.looks -= not is_live
        return {
            "Table": {
                "TableStatus": "ACTIVE" if is_live or self.looks < 1 else "CREATING",
                "KeySchema": KEYS,
                "GlobalSecondaryIndexes": INDEXES if is_live else self.indexes,
                "SSEDescription": {"Status": "ENABLED"},
                "LatestStreamArn": f"arn:of:{TableName}",
            }
        }

    def scan(self, TableName: str, **_: Any) -> Any:  # noqa: N803
        kinds = list(Counter(self.tables[TableName]).elements())
        found = [{"kind": {"S": kind}} for kind in kinds]
        return {"Items": found, "ScannedCount": len(found)}

    def __getattr__(self, name: str) -> Any:
        return lambda **given: self.calls.append((name, given))


def make_drill(backup: FakeBackup) -> tuple[RestoreDrill, list[str]]:
    told: list[str] = []
    drill = RestoreDrill(
        backup, "registry", tell=told.append, pace=Pace(1e9), sleep=lambda _: None, now=lambda: NOW
    )
    return drill, told


def test_a_drill_restores_compares_and_clears() -> None:
    backup = FakeBackup(LIVE | {"device": 499})
    drill, told = make_drill(backup)

    report = drill.run()
    drill.clear(report.table)

    assert report.faults == []
    assert report.table == "registry-drill-20261123T060000"
    (_, asked), *_ = backup.calls
    assert asked["UseLatestRestorableTime"] is True
    assert "  device: 500 live, 499 restored" in told
    assert backup.calls[-1] == ("delete_table", {"TableName": report.table})


@pytest.mark.parametrize(
    ("restored", "fault"),
    [
        ({}, "the restored table is empty"),
        ({"building": 2, "change": 700}, "of 500 items of kind device none was restored"),
        (LIVE | {"device": 300}, "of 500 items of kind device only 300 were restored"),
    ],
)
def test_a_backup_that_lacks_something_fails_the_drill(
    restored: dict[str, int], fault: str
) -> None:
    drill, _ = make_drill(FakeBackup(restored))
    assert fault in drill.run().faults


def test_a_restored_table_with_other_indexes_fails_the_drill() -> None:
    backup = FakeBackup()
    backup.indexes = []
    drill, _ = make_drill(backup)
    assert drill.run().faults == ["the indexes of the restored table are others"]


def test_an_earlier_moment_is_asked_for_and_may_have_less() -> None:
    backup = FakeBackup(LIVE | {"device": 100})
    drill, _ = make_drill(backup)
    moment = NOW - timedelta(days=1)
    assert drill.run(moment).faults == []
    assert backup.calls[0][1]["RestoreDateTime"] == moment
    with pytest.raises(CannotDo, match="at the earliest"):
        drill.run(NOW - timedelta(days=36))


def test_without_recovery_nothing_is_tried() -> None:
    backup = FakeBackup(status="DISABLED")
    drill, _ = make_drill(backup)
    with pytest.raises(CannotDo, match="no point-in-time recovery"):
        drill.run()
    assert backup.calls == []


def test_a_table_that_is_kept_gets_what_a_restored_one_lacks() -> None:
    backup = FakeBackup()
    drill, told = make_drill(backup)
    drill.prepare_for_use("registry-drill-1")
    assert [name for name, _ in backup.calls] == [
        "update_continuous_backups",
        "update_time_to_live",
        "update_table",
        "update_table",
    ]
    changes = [given.keys() - {"TableName"} for name, given in backup.calls if name[-5:] == "table"]
    assert changes == [{"StreamSpecification"}, {"DeletionProtectionEnabled"}], "one at a time"
    assert backup.looks < 1, "the table was waited for in between"
    assert told == ["Its stream: arn:of:registry-drill-1"]


def test_only_a_drills_table_is_removed() -> None:
    drill, _ = make_drill(FakeBackup())
    with pytest.raises(CannotDo):
        drill.clear("registry")


def test_the_local_cloud_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = outputs_file(tmp_path, "registry", "http://127.0.0.1:1")
    assert main(["restore-drill", "--outputs", str(file)]) == 1
    assert "no point-in-time recovery" in capsys.readouterr().err
