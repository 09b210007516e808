"""A migration of 50,000 devices on DynamoDB Local, killed in the middle: seconds, and what is left.

Run: .venv/bin/python -m benchmarks.migration [DEVICES]
"""

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3

from arxos.adapters.dynamodb.migration_log import MigrationLog
from arxos.adapters.dynamodb.whole_table import WholeTable
from arxos.ports.migrations import MigrationState
from scripts.dynamodb_local import running
from tests.cli.stored_items import COMPACT, devices, outputs_file, put_old_devices
from tests.dynamodb_table import REGION, create_table


def main(number: int) -> None:
    """One report."""
    with running() as endpoint_url, TemporaryDirectory() as folder:
        client = boto3.client(
            "dynamodb", region_name=REGION, endpoint_url=endpoint_url,
            aws_access_key_id="test", aws_secret_access_key="test",  # noqa: S106
        )  # fmt: skip
        create_table(client, "registry")
        put_old_devices(client, "registry", number)
        outputs = outputs_file(Path(folder), "registry", endpoint_url)
        log = MigrationLog(WholeTable(client, "registry"), lambda: datetime.now(UTC))

        def changed() -> MigrationState | None:
            return log.all().get(2)

        words = [sys.executable, "-m", "cli", "migrate", "upgrade", "--rate", "1000000"]
        command = [*words, "--outputs", str(outputs), "--take-over"]
        started = time.monotonic()
        first = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while (state := changed()) is None or state.changed < number // 2:
            assert first.poll() is None, "it ended before it could be killed"
            time.sleep(0.2)
        first.kill()
        first.wait()
        killed = time.monotonic()
        print(
            f"killed after {killed - started:.0f} s, with {state.changed:,} of {number:,} changed"
        )
        subprocess.run(command, check=True)
        again = time.monotonic()
        found = devices(client, "registry")
        right = sum(one["schema"]["N"] == "2" and one["metadata"]["S"] == COMPACT for one in found)
        total = again - started
        print(f"done after {again - killed:.0f} s more: {number / total:,.0f} items a second")
        print(f"{right:,} of {len(found):,} are as they should be; {changed()}")
        assert right == len(found) == number


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
