"""The ministack process of one instance: started, found, and stopped so that its data is written.

The process holds a lock on a file for as long as it lives, so an old process number is never
mistaken for it.
"""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import boto3

from scripts.local_cloud.places import ROOT, TOOLS, LocalCloudError, Places
from scripts.local_cloud.tools import last_lines

REGION: Literal["eu-central-1"] = "eu-central-1"
# ministack's own root: it may do everything in account 000000000000.
ACCESS_KEY_ID = "test"
SECRET_ACCESS_KEY = "test"  # noqa: S105  # pragma: allowlist secret
SECONDS_TO_START = 60
SECONDS_TO_SAVE = 60


@dataclass(frozen=True)
class Server:
    pid: int
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint_url(self) -> str:
        """AWS. The same port at 127.0.0.1 is the API: see `deployment.give_the_api_its_address`."""
        return f"http://localhost:{self.port}"

    @cached_property
    def session(self) -> boto3.Session:
        return boto3.Session(
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY_ID,
            aws_secret_access_key=SECRET_ACCESS_KEY,
        )

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def _lock(places: Places) -> Iterator[int | None]:
    """The instance's lock, or None when its process holds it."""
    places.cloud.mkdir(parents=True, exist_ok=True)
    handle = os.open(places.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        free = True
    except BlockingIOError:
        free = False
    try:
        yield handle if free else None
    finally:
        os.close(handle)


def running(places: Places) -> Server | None:
    if not places.lock.exists():
        return None
    with _lock(places) as free:
        if free is not None:
            return None
    with suppress(OSError, ValueError):
        found = json.loads(places.server.read_text())
        return Server(found["pid"], found["port"])
    raise LocalCloudError(f"A local cloud is just starting in {places.directory}.")


def start(places: Places, port: int) -> Server:
    _refuse_a_taken_port(port)
    shutil.rmtree(places.temporary, ignore_errors=True)
    for directory in (places.state, places.objects, places.layers, places.temporary):
        directory.mkdir(parents=True, exist_ok=True)
    places.server.unlink(missing_ok=True)
    environment = dict(
        os.environ,
        AUTH="true",  # functions may do here what template.yaml lets them do on AWS, and no more
        AWS_ENDPOINT_URL=f"http://localhost:{port}",
        BIND_HOST="127.0.0.1",
        GATEWAY_PORT=str(port),
        IOT_MTLS_ENABLED="0",
        MINISTACK_REGION=REGION,
        PERSIST_STATE="1",
        S3_DATA_DIR=str(places.objects),
        S3_PERSIST="1",
        SFTP_ENABLED="0",
        STATE_DIR=str(places.state),
        TMPDIR=str(places.temporary),
    )
    python = TOOLS / "ministack" / "bin" / "python"
    emulator = ROOT / "scripts" / "local_cloud" / "emulator.py"
    with _lock(places) as lock, places.log.open("wb") as log:
        if lock is None:
            raise LocalCloudError(f"A local cloud runs in {places.directory} already.")
        process = subprocess.Popen(
            [python, "-P", emulator, places.layers],
            cwd=places.cloud,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=[lock],
            start_new_session=True,
        )
    server = Server(process.pid, port, process)
    try:
        places.server.write_text(json.dumps({"pid": server.pid, "port": port}))
        _wait_until_healthy(places, server)
    except BaseException:
        stop(places, server)
        raise
    return server


def stop(places: Places, server: Server) -> None:
    """Ask it to end, wait while it writes its data, and only then, if it hangs, kill it."""
    for how, seconds in ((signal.SIGTERM, SECONDS_TO_SAVE), (signal.SIGKILL, 10)):
        with suppress(ProcessLookupError):
            # The group, when killed, takes the Lambda workers along.
            (os.kill if how == signal.SIGTERM else os.killpg)(server.pid, how)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if server.process is not None:
                server.process.poll()
            with _lock(places) as free:
                if free is not None:
                    places.server.unlink(missing_ok=True)
                    shutil.rmtree(places.temporary, ignore_errors=True)
                    return
            time.sleep(0.05)
    raise LocalCloudError(f"The local cloud (process {server.pid}) does not stop.")


def _refuse_a_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise LocalCloudError(
                f"Port {port} is taken by another program. Choose a free one, "
                f"for example: make run PORT={port + 1}"
            ) from None


def _wait_until_healthy(places: Places, server: Server) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        with suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"{server.endpoint_url}/_ministack/health", timeout=5).close()  # noqa: S310
            return
        if server.process is not None and server.process.poll() is not None:
            break
        time.sleep(0.05)
    raise LocalCloudError(f"ministack did not start. The end of its log:\n{last_lines(places.log)}")
