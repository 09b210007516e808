"""Try, call and serve the functions in containers: what `make sam-local` calls."""

import argparse
import json
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from scripts.local_cloud import deployment, server
from scripts.local_cloud.places import ROOT, LocalCloudError, Places
from scripts.local_cloud.tools import clean_this_environment, step
from scripts.sam_local import cases, engine
from scripts.sam_local.bridge import bridge
from scripts.sam_local.functions import (
    PLACE,
    build,
    command,
    environment,
    invoke,
    make_base_image,
    write_environment,
)
from scripts.sample_event import Unknown, functions, replacement, sample_event


def main() -> int:
    arguments = _parser().parse_args()
    clean_this_environment()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if arguments.command == "try":
            return try_here(arguments.start_engine)
        if arguments.command == "invoke":
            return invoke_once(arguments.use_case, dict(arguments.replaced))
        if arguments.command == "start-api":
            return start_api(arguments.port)
        return reach()
    except engine.NotPossible as lacking:
        print(f"\n{lacking}", file=sys.stderr)
        if getattr(arguments, "if_possible", False):
            print("sam local was NOT tried on this machine; the reason stands above.", flush=True)
            return 0
        return 1
    except (LocalCloudError, Unknown) as failed:
        print(f"\n{failed}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.sam_local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    tries = commands.add_parser("try", help="a read, a write, the authorizer, an import")
    tries.add_argument(
        "--start-engine", action="store_true", help="install and start Docker's engine (as root)"
    )
    tries.add_argument(
        "--if-possible", action="store_true", help="say so and end well where it is not"
    )
    once = commands.add_parser("invoke", help="one function, on the cloud of make run")
    once.add_argument("use_case", help="the function's file, for example get_building")
    once.add_argument("replaced", nargs="*", metavar="NAME=VALUE", type=replacement)
    serve = commands.add_parser("start-api", help="all routes, on the cloud of make run")
    serve.add_argument("--port", type=int, default=3000)
    commands.add_parser("reach", help="let `sam local` itself reach the cloud of make run")
    return parser


def try_here(may_start_engine: bool) -> int:
    """On a cloud of its own, which is gone afterwards."""
    with engine.running(PLACE, may_start=may_start_engine):
        make_base_image()
        build()
        with engine.without_new_images(), _cloud_of_its_own() as cloud, _reached(cloud):
            print("Calling the functions in containers:")
            cases.try_all(cloud)
    print("All of them did what they should.")
    return 0


def invoke_once(use_case: str, replaced: dict[str, str]) -> int:
    event = sample_event(use_case, **replaced)
    with _cloud_that_runs() as cloud, _reached(cloud):
        outcome = invoke(functions()[use_case], event)
    print(outcome.log, file=sys.stderr)
    print(json.dumps(outcome.answer, indent=2))
    return 0


def start_api(port: int) -> int:
    with _cloud_that_runs() as cloud, _reached(cloud):
        words = command("start-api", "--port", str(port))
        return subprocess.run(words, cwd=ROOT, env=environment(), check=False).returncode


def reach() -> int:
    """Until Ctrl-C."""
    with _cloud_that_runs() as cloud, _reached(cloud):
        print("Containers reach the local cloud until Ctrl-C. In another terminal:")
        print("  sam local invoke GetBuildingFunction --config-env local", end=" ")
        print("--event tests/events/get_building.json", flush=True)
        signal.pause()
    return 0


@contextmanager
def _cloud_of_its_own() -> Iterator[deployment.Cloud]:
    places = Places(PLACE)
    ours = server.running(places)
    if ours is not None:
        server.stop(places, ours)
    shutil.rmtree(places.cloud, ignore_errors=True)
    with step("Starting a local cloud"):
        ours = server.start(places, _free_port())
    try:
        yield deployment.deploy(places, ours)
    finally:
        server.stop(places, ours)
        shutil.rmtree(places.cloud, ignore_errors=True)


@contextmanager
def _cloud_that_runs() -> Iterator[deployment.Cloud]:
    ours = server.running(Places.from_environment())
    if ours is None:
        raise LocalCloudError("The local cloud is not running. Start it with: make run")
    with engine.running(PLACE, may_start=False):
        make_base_image()
        build()
        yield deployment.find(ours)


@contextmanager
def _reached(cloud: deployment.Cloud) -> Iterator[None]:
    """Let containers reach the cloud, which listens on the loopback."""
    write_environment(cloud)
    with bridge(engine.bridge_address(), cloud.server.port):
        yield


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
