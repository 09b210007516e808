"""The local cloud for end-to-end tests: a running one, or one of their own."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.local_cloud.places import ROOT

OWN = ROOT / ".local" / "test"


@pytest.fixture(scope="session")
def cloud() -> Iterator[dict[str, Any]]:
    """outputs.json: of the cloud that ARXOS_OUTPUTS names, or of a new one that ends with us.

    A new one starts empty, on a free port, and shares with `make run` only what was built.
    """
    if "ARXOS_OUTPUTS" in os.environ:
        yield json.loads(Path(os.environ["ARXOS_OUTPUTS"]).read_text())
        return
    _local_cloud("stop")
    shutil.rmtree(OWN, ignore_errors=True)
    _local_cloud("run", "--detach", "--port", str(_free_port()))
    try:
        yield json.loads((OWN / "outputs.json").read_text())
    finally:
        _local_cloud("stop")


def _local_cloud(*words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.local_cloud", *words],
        cwd=ROOT,
        env={**os.environ, "ARXOS_LOCAL_DIR": str(OWN)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(f"The local cloud did not {words[0]}:\n{done.stdout}", pytrace=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
