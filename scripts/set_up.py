"""Install what Arxos needs in this directory, and only what changed since the last time.

Runs before anything is installed, so it imports nothing but the standard library.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OLDEST_PYTHON = (3, 11)
UV = "uv==0.13.9"
ROOT = Path(__file__).resolve().parents[1]
PROJECT = ROOT / ".venv"
TOOLS = ROOT / ".local" / "tools"
STAMP = ".installed"


def fail(sentence: str) -> None:
    sys.exit(f"make setup: {sentence}")


def run(doing: str, *command: str | Path, directory: Path = ROOT) -> None:
    """Run one step: a sentence and its seconds, and what it printed only if it fails."""
    print(f"{doing} ...", end=" ", flush=True)
    started = time.monotonic()
    unwanted = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE")
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment |= {"UV_PYTHON_DOWNLOADS": "never", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        print("failed.", flush=True)
        print("\n".join(done.stdout.strip().splitlines()[-15:]), file=sys.stderr)
        fail(
            "that did not work; what it printed stands above. If it was a download, check the "
            "network and run 'make setup' again: what is done already is kept."
        )
    print(f"{time.monotonic() - started:.0f} s", flush=True)


def key(*sources: Path | str) -> str:
    """What an installation depends on: this Python and the contents of its lock files."""
    digest = hashlib.sha256(f"{sys.version}\n{sys.base_prefix}\n{ROOT}\n".encode())
    for source in sources:
        digest.update(source.encode() if isinstance(source, str) else source.read_bytes())
    return digest.hexdigest()


def is_installed(place: Path, wanted: str) -> bool:
    stamp = place / STAMP
    return stamp.is_file() and stamp.read_text() == wanted


def install_uv() -> Path:
    place, wanted = TOOLS / "uv", key(UV)
    if not is_installed(place, wanted):
        run("Making an environment for uv", sys.executable, "-m", "venv", "--clear", place)
        pip = (place / "bin" / "python", "-m", "pip")
        run("Installing uv, the package installer", *pip, "install", "--quiet", UV)
        (place / STAMP).write_text(wanted)
    # Alone in a directory, because that goes on the PATH and its Python must not.
    link = TOOLS / "bin" / "uv"
    link.parent.mkdir(exist_ok=True)
    if not link.exists():
        link.unlink(missing_ok=True)
        link.symlink_to(Path("..") / "uv" / "bin" / "uv")
    return link


def install_project(uv: Path) -> None:
    wanted = key(ROOT / "uv.lock", ROOT / "pyproject.toml")
    if not is_installed(PROJECT, wanted):
        python = ("--python", sys.executable)
        run("Installing the project's packages", uv, "sync", "--quiet", "--frozen", *python)
        (PROJECT / STAMP).write_text(wanted)


def install_tool(uv: Path, name: str, what: str) -> None:
    """Install a tool into an environment of its own, because it pins what others need newer."""
    requirements = ROOT / "scripts" / "local_cloud" / f"{name}.requirements.txt"
    place, wanted = TOOLS / name, key(requirements)
    if not is_installed(place, wanted):
        python = ("--python", sys.executable)
        run(f"Making an environment for {name}", uv, "venv", "--quiet", "--clear", *python, place)
        install = (uv, "pip", "install", "--quiet", "--require-hashes", "--python", place)
        # Elsewhere, because here uv leaves out what pyproject.toml excludes, and SAM needs flask.
        elsewhere = Path(tempfile.gettempdir())
        run(f"Installing {name}, {what}", *install, "-r", requirements, directory=elsewhere)
        (place / STAMP).write_text(wanted)


def main() -> None:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        fail(
            f"Python 3.11 or newer is needed, and this is {version}. Try 'make PYTHON=python3.12'."
        )
    try:
        import ensurepip  # noqa: F401 - Debian leaves it out of python3
        import venv  # noqa: F401
    except ImportError:
        fail(
            f"Python {version} cannot make virtual environments: its venv module is missing. "
            "On Debian and Ubuntu, install the package python3-venv."
        )
    uv = install_uv()
    install_project(uv)
    install_tool(uv, "ministack", "the cloud on this machine")
    install_tool(uv, "sam", "which builds and deploys")
    if "audit" in sys.argv[1:]:
        install_tool(uv, "audit", "which looks for what is unsafe")
        install_tool(uv, "secrets", "which looks for secrets")


if __name__ == "__main__":
    main()
