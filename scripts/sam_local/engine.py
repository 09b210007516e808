"""Docker's engine: found, or installed and started by hand where there is no service manager."""

import ipaddress
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.local_cloud.places import LocalCloudError
from scripts.local_cloud.tools import last_lines, run_tool, step

SECONDS_TO_START = 30
OF_SAM = "samcli/lambda-python"
IMAGE_NAME = "{{.Repository}}:{{.Tag}}"
# One after the other, until the engine stays up: an inner file system may refuse overlays, and a
# machine its packet filter.
WAYS: tuple[tuple[str, ...], ...] = (
    (),
    ("--storage-driver=vfs",),
    ("--storage-driver=vfs", "--iptables=false", "--ip-masq=false"),
)


class NotPossible(LocalCloudError):
    """This machine lacks what containers need."""


def answers() -> bool:
    return shutil.which("docker") is not None and _docker("info").returncode == 0


@contextmanager
def running(places: Path, *, may_start: bool) -> Iterator[None]:
    """See that the engine answers; what was started here is stopped again. Raises NotPossible."""
    if answers():
        yield
        return
    if not may_start:
        raise NotPossible("Docker's engine does not answer. Start it first.")
    engine = _start(places)
    try:
        yield
    finally:
        engine.terminate()
        engine.wait(timeout=60)


def bridge_address() -> str:
    """This machine's address on the network that containers are on. Raises NotPossible."""
    found = _docker("network", "inspect", "bridge")
    if found.returncode != 0:
        raise NotPossible("Docker has no network named bridge.")
    (network,) = json.loads(found.stdout)
    config = network["IPAM"]["Config"][0]
    return str(config.get("Gateway") or next(ipaddress.ip_network(config["Subnet"]).hosts()))


@contextmanager
def without_new_images() -> Iterator[None]:
    """Remove the images that SAM makes inside `with`: each holds layers that the next build differs
    from, and nothing else would remove them.
    """
    before = _images()
    try:
        yield
    finally:
        if made := _images() - before:
            _docker("image", "rm", "--force", *sorted(made))


def _images() -> set[str]:
    return set(_docker("image", "ls", "--format", IMAGE_NAME, OF_SAM).stdout.split())


def _docker(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *words], capture_output=True, text=True, check=False)


def _start(places: Path) -> subprocess.Popen[bytes]:
    if os.geteuid() != 0:
        raise NotPossible("Docker's engine does not answer, and only root may start it.")
    places.mkdir(parents=True, exist_ok=True)
    log = places / "engine.log"
    log.write_bytes(b"")
    if shutil.which("dockerd") is None:
        _install(log)
    with step("Starting Docker's engine"):
        for way in WAYS:
            engine = _started(way, log)
            if engine is not None:
                return engine
        raise NotPossible(
            f"Docker's engine does not start here. The end of its log:\n{last_lines(log)}"
        )


def _install(log: Path) -> None:
    if shutil.which("apt-get") is None:
        raise NotPossible("Docker's engine is not installed.")
    apt = {"DEBIAN_FRONTEND": "noninteractive"}
    with step("Installing Docker's engine"):
        try:
            run_tool(["apt-get", "update"], log, **apt)
            packages = ("docker.io", "debootstrap")
            run_tool(
                ["apt-get", "install", "--yes", "--no-install-recommends", *packages], log, **apt
            )
        except LocalCloudError as refused:
            raise NotPossible(f"Docker's engine cannot be installed: {refused}") from None


def _started(way: tuple[str, ...], log: Path) -> subprocess.Popen[bytes] | None:
    with log.open("ab") as output:
        output.write(f"\n== dockerd {' '.join(way)}\n".encode())
        output.flush()
        engine = subprocess.Popen(
            ["dockerd", *way],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and engine.poll() is None:
        if answers():
            return engine
        time.sleep(0.5)
    engine.terminate()
    engine.wait(timeout=60)
    return None
