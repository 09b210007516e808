"""Run a tool quietly: a sentence and its seconds on the screen, everything else in a log."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from scripts.local_cloud.places import ROOT, LocalCloudError

FOREIGN = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
FOREIGN_PREFIXES = ("AWS_", "LAMBDA_", "POWERTOOLS_", "SAM_CLI_")


@contextmanager
def step(doing: str) -> Iterator[None]:
    """Say what is being done, then how long it took."""
    print(f"{doing} ...", end=" ", flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed.", flush=True)
        raise
    print(f"{time.monotonic() - started:.1f} s", flush=True)


def clean_this_environment() -> None:
    """Take out of it what belongs to another Python, a real AWS account or a test run.

    PYTHONDONTWRITEBYTECODE would have every Lambda worker compile all its modules again.
    """
    for name in list(os.environ):
        if name.startswith(FOREIGN_PREFIXES) or name in FOREIGN:
            del os.environ[name]
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "localhost,127.0.0.1"


def run_tool(command: Sequence[str | Path], log: Path, **environment: str) -> None:
    """Run to the end, or end it with all its children when this program is told to stop."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait()
        except BaseException:
            for how in (signal.SIGTERM, signal.SIGKILL):
                with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                    os.killpg(process.pid, how)
                    process.wait(timeout=5)
            raise
    if code != 0:
        raise LocalCloudError(
            f"'{Path(command[0]).name} {command[1]}' failed. The end of {log}:\n{last_lines(log)}"
        )


def last_lines(log: Path, count: int = 20) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join(f"    {line}" for line in [line for line in lines if line.strip()][-count:])
