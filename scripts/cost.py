"""What Arxos costs a month on AWS: requests, imports and storage -> dollars.

Capacity units are those measured (benchmarks/README.md, and the local cloud's log lines); prices
are AWS's list prices of us-east-1, on demand, as of November 2026's documentation: other regions
cost up to a third more. Free tiers and discounts are left out, and so are what is too small to see:
the alarms' mails, the invitations, and transfer out of AWS for answers of some kilobytes.
Run: .venv/bin/python -m scripts.cost --reads 1000000 --records 100000 ...
"""

import argparse
import sys
from dataclasses import dataclass, fields

MILLION = 1_000_000
GB = 1_000_000_000

# Dollars.
PRICES = {
    "read unit": 0.125 / MILLION,
    "write unit": 0.625 / MILLION,
    "table GB-month": 0.25,
    "backup GB-month": 0.20,
    "API request": 3.50 / MILLION,
    "function request": 0.20 / MILLION,
    "function GB-second": 0.0000133334,
    "log GB": 0.50,
    "bucket GB-month": 0.023,
    "bucket write": 0.005 / 1_000,
    "metric": 0.30,
    "alarm": 0.10,
    "dashboard": 3.00,
    "key": 1.00,
    "key request": 0.03 / 10_000,
    "queue request": 0.40 / MILLION,
    "trace": 5.00 / MILLION,
    "user": 0.015,
    "warm GB-second": 0.0000033334,
}

# Measured: units, and seconds of a warm function of 512 MB.
READ_UNITS, LIST_UNITS, WRITE_UNITS = 1, 10, 24
AUTHORIZER_SHARE, AUTHORIZER_UNITS = 0.1, 2  # of requests that no cached answer serves
SECONDS, FUNCTION_GB = 0.05, 0.5
LOG_BYTES = 700
# Per record of an import: 4.6 write units where it is created, 2.5 where it changes; an unchanged
# record is only read. A reading function of 3 GB takes some milliseconds for each.
CREATED_UNITS, CHANGED_UNITS, UNCHANGED_UNITS = 4.6, 2.5, 0.2
IMPORT_SECONDS, IMPORT_GB = 0.004, 3.0
RECORDS_A_CHUNK = 71  # each chunk leaves a change file
# An item, twice indexed, and its search words, each an item of a few hundred bytes.
RECORD_BYTES = 3 * 1_000 + 6 * 250
USE_CASES, METRICS_EACH = 40, 6
ALARMS, DASHBOARDS, KEYS = 20, 1, 1  # tests/scripts/test_cost.py counts the templates' alarms
HOURS = 730
# Lambda polls each queue with five connections that wait twenty seconds each, work or no work.
POLLED_QUEUES, POLLS_A_MINUTE = 5, 15
ORDER_REQUESTS = 4  # sent, received, deleted, and one more for a pause
TRACES_A_SECOND, TRACES_SHARE = 1, 0.05  # X-Ray's own sampling
SECONDS_A_MONTH = HOURS * 3_600


@dataclass(frozen=True, kw_only=True)
class Usage:
    """A month's use; records and gigabytes are what is kept in it."""

    reads: int = 300_000
    lists: int = 100_000
    writes: int = 20_000
    records: int = 100_000
    imported_new: int = 10_000
    imported_changed: int = 5_000
    imported_unchanged: int = 200_000
    files_gb: int = 5
    # Sensitive fields set, and shown: each is one request to the key.
    sensitive: int = 2_000
    # Imports, undos, exports, deletions of trees.
    orders: int = 300
    # People who sign in during the month, all charged as Cognito's Essentials has it.
    people: int = 50
    # Authorizers that are kept warm (AuthorizerProvisionedConcurrency).
    warm: int = 0
    # CloudWatch charges a metric by the hour in which it hears of it.
    busy_hours: int = 250


def bill(usage: Usage) -> dict[str, float]:
    """Dollars a month, by what they are for."""
    requests = usage.reads + usage.lists + usage.writes
    imported = usage.imported_new + usage.imported_changed + usage.imported_unchanged
    read_units = (
        usage.reads * READ_UNITS
        + usage.lists * LIST_UNITS
        + usage.writes
        + requests * AUTHORIZER_SHARE * AUTHORIZER_UNITS
        + usage.imported_unchanged * UNCHANGED_UNITS
    )
    write_units = (
        usage.writes * WRITE_UNITS
        + usage.imported_new * CREATED_UNITS
        + usage.imported_changed * CHANGED_UNITS
    )
    # One trace each second in which somebody asks, and a twentieth of the rest.
    first = min(requests, usage.busy_hours * 3_600 * TRACES_A_SECOND)
    traces = first + (requests - first) * TRACES_SHARE
    table_gb = usage.records * RECORD_BYTES / GB
    return {
        "API Gateway": requests * PRICES["API request"],
        "functions": requests * (1 + AUTHORIZER_SHARE) * PRICES["function request"]
        + requests * SECONDS * FUNCTION_GB * PRICES["function GB-second"]
        + imported * IMPORT_SECONDS * IMPORT_GB * PRICES["function GB-second"],
        "table, reading": read_units * PRICES["read unit"],
        "table, writing": write_units * PRICES["write unit"],
        "table, storage and backup": table_gb
        * (PRICES["table GB-month"] + PRICES["backup GB-month"]),
        "files": usage.files_gb * PRICES["bucket GB-month"]
        + imported / RECORDS_A_CHUNK * PRICES["bucket write"],
        "logs": requests * LOG_BYTES / GB * PRICES["log GB"],
        "metrics": USE_CASES * METRICS_EACH * PRICES["metric"] * usage.busy_hours / HOURS,
        "alarms, dashboard": ALARMS * PRICES["alarm"] + DASHBOARDS * PRICES["dashboard"],
        "traces": traces * PRICES["trace"],
        "queues": POLLED_QUEUES * POLLS_A_MINUTE * 60 * HOURS * PRICES["queue request"]
        + usage.orders * ORDER_REQUESTS * PRICES["queue request"],
        "people who sign in": usage.people * PRICES["user"],
        "encryption key": KEYS * PRICES["key"] + usage.sensitive * PRICES["key request"],
        "authorizers kept warm": usage.warm
        * SECONDS_A_MONTH
        * FUNCTION_GB
        * PRICES["warm GB-second"],
    }


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, prog="cost")
    for one in fields(Usage):
        parser.add_argument(
            f"--{one.name.replace('_', '-')}", type=int, default=one.default, metavar="N"
        )
    usage = Usage(**vars(parser.parse_args(arguments)))
    if any(getattr(usage, one.name) < 0 for one in fields(Usage)):
        print("Nothing can be used less than not at all: numbers cannot be negative.")
        return 2
    lines = bill(usage)
    for what, dollars in lines.items():
        print(f"{what:<28} {dollars:>10.2f}")
    print(f"{'a month, in dollars':<28} {sum(lines.values()):>10.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
