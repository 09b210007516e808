"""Known faults of the packages that are pinned here: pip-audit's answer, taken for what it is.

pip-audit asks PyPI for faults. An index that only hands out packages does not know them, and
pip-audit then says "none known" of packages it learned nothing of. Here that is said, and fails
where it must not happen: in CI, with ARXOS_AUDIT_MUST_ASK=1.

There is no npm audit: Arxos has no npm packages. scripts/dynamodb_local.py fetches one, for the jar
that it carries, checks its digest and runs none of its JavaScript.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

# What is known and harms nothing here: the fault's id -> why.
LET_PASS: dict[str, str] = {}


def faults(report: dict[str, Any]) -> list[str]:
    """A sentence for each known fault that is not let pass."""
    return [
        f"{package['name']} {package['version']}: {fault['id']}, mended in"
        f" {', '.join(fault['fix_versions']) or 'no version yet'}"
        for package in report["dependencies"]
        for fault in package.get("vulns", [])
        if not {fault["id"], *fault.get("aliases", [])} & LET_PASS.keys()
    ]


def unknown(report: dict[str, Any]) -> list[str]:
    """Packages of which nothing could be learned."""
    return [package["name"] for package in report["dependencies"] if "skip_reason" in package]


def ask(pip_audit: Path, requirements: Path) -> dict[str, Any]:
    done = subprocess.run(
        [pip_audit, "--disable-pip", "--require-hashes", "--format=json", "-r", requirements],
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.stdout.startswith("{"):  # it exits with 1 for faults, and then says which
        raise RuntimeError((done.stderr.strip().splitlines() or ["it said nothing"])[-1])
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, prog="audit_packages")
    parser.add_argument("pip_audit", type=Path)
    parser.add_argument("requirements", type=Path, nargs="+", help="files with pinned packages")
    given = parser.parse_args(arguments)
    must_ask = os.environ.get("ARXOS_AUDIT_MUST_ASK") == "1"
    is_safe = True
    # The smallest first: if the index tells nothing of it, it tells nothing of the others.
    for file in sorted(given.requirements, key=lambda one: one.stat().st_size):
        try:
            report = ask(given.pip_audit, file)
        except RuntimeError as failed:
            print(f"  {file.name}: NOT ASKED, pip-audit failed: {failed}")
            is_safe = is_safe and not must_ask
            continue
        found, unasked = faults(report), unknown(report)
        asked = len(report["dependencies"]) - len(unasked)
        if not asked:
            print(
                f"  NOTHING IS KNOWN of any package, such as {unasked[0]}: the package index does"
                " not say. CI asks PyPI itself."
            )
            return int(must_ask)
        print(f"  {file.name}: {asked} packages looked up, {len(found)} known faults.")
        if unasked:
            print(f"  {file.name}: NOTHING IS KNOWN of {', '.join(unasked)}.")
        for fault in found:
            print(f"    {fault}")
        is_safe = is_safe and not found and not (unasked and must_ask)
    return 0 if is_safe else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
