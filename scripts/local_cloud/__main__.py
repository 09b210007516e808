"""Run, stop and use the local cloud: what `make run`, `make stop` and `make token` call."""

import argparse
import os
import shutil
import signal
import sys
import time
from types import FrameType
from typing import Any

from scripts.local_cloud import deployment, sample, seed, server
from scripts.local_cloud.places import LocalCloudError, Places
from scripts.local_cloud.server import REGION, Server
from scripts.local_cloud.tools import clean_this_environment, last_lines, step

PORT = 4577


class Stopped(BaseException):
    """Told to stop, by Ctrl-C or by a signal."""


def main() -> int:
    arguments = _parser().parse_args()
    clean_this_environment()
    for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(kind, _raise_stopped)
    places = Places.from_environment()
    try:
        if arguments.command == "run":
            return run(places, arguments.port, arguments.detach, arguments.sample)
        if arguments.command == "stop":
            return stop(places)
        return token(places, arguments.role, arguments.organization)
    except LocalCloudError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except Stopped:
        print("\nStopped.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.local_cloud", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    runs = commands.add_parser("run", help="start, deploy what has changed, and stay")
    runs.add_argument("--port", type=int, default=PORT)
    runs.add_argument("--detach", action="store_true", help="leave it running and come back")
    runs.add_argument("--no-sample", dest="sample", action="store_false", help="no sample building")
    commands.add_parser("stop", help="stop it; its data is kept")
    tokens = commands.add_parser("token", help="print a fresh access token and nothing else")
    tokens.add_argument("--role", default="admin")
    tokens.add_argument("--organization", default="acme")
    return parser


def _raise_stopped(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


def run(places: Places, port: int, detach: bool, with_sample: bool) -> int:
    started_at = time.monotonic()
    ours = server.running(places)
    was_running = ours is not None
    if ours is None:
        fresh = _forget_unwritten_data(places)
        with step("Starting the local cloud"):
            ours = server.start(places, port)
    elif ours.port != port:
        raise LocalCloudError(f"The local cloud runs at port {ours.port} already. First: make stop")
    try:
        try:
            cloud = deployment.deploy(places, ours)
        except BaseException:
            if not was_running and fresh:
                server.stop(places, ours)
                _forget_data(places)
            raise
        outputs = _seed(places, cloud, with_sample)
        try:
            print(f"Ready after {time.monotonic() - started_at:.0f} s.")
            _describe(outputs)
            sys.stdout.flush()
        except BrokenPipeError:  # whoever read this has read enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except BaseException:
        if not was_running:
            server.stop(places, ours)
        raise
    if was_running or detach:
        print("\nIt runs in the background. To stop it: make stop")
        return 0
    return _stay(places, ours)


def _stay(places: Places, ours: Server) -> int:
    assert ours.process is not None  # noqa: S101 - only what was just started is stayed with
    print("\nIt runs until Ctrl-C, or 'make stop' elsewhere; its data is kept.", flush=True)
    try:
        code = ours.process.wait()
    except Stopped:
        print()
        with step("Stopping, and writing the data"):
            server.stop(places, ours)
        return 0
    if code == 0:
        print("The local cloud was stopped.")
        return 0
    raise LocalCloudError(
        f"ministack ended by itself. The end of its log:\n{last_lines(places.log)}"
    )


def stop(places: Places) -> int:
    ours = server.running(places)
    if ours is None:
        print("The local cloud is not running.")
        return 0
    with step("Stopping, and writing the data"):
        server.stop(places, ours)
    return 0


def token(places: Places, role: str, organization: str) -> int:
    ours = server.running(places)
    if ours is None or not places.outputs.exists():
        raise LocalCloudError("The local cloud is not running. Start it with: make run")
    for person in seed.PEOPLE:
        if (person.role, person.organization) == (role, organization):
            passwords = seed.passwords(places)
            cloud = deployment.find(ours)
            print(seed.must_sign_in(cloud, person.email, passwords[person.email]).access_token)
            return 0
    roles = ", ".join(one.role for one in seed.PEOPLE if one.organization == organization)
    raise LocalCloudError(
        f"Nobody in '{organization}' is '{role}'. The roles there: {roles or 'none'}."
    )


def _forget_unwritten_data(places: Places) -> bool:
    """ministack writes when it stops; whether there is nothing written to start from."""
    if (places.state / "cloudformation.json").exists():
        return False
    if places.state.exists():
        print("The local cloud was killed before it could write its data: it starts empty.")
    _forget_data(places)
    return True


def _forget_data(places: Places) -> None:
    for directory in (places.state, places.objects):
        shutil.rmtree(directory, ignore_errors=True)


def _seed(places: Places, cloud: deployment.Cloud, with_sample: bool) -> dict[str, Any]:
    with step("Seeing to the users"):
        people = seed.seed_people(places, cloud)
    outputs: dict[str, Any] = {
        "api_url": cloud.server.api_url,
        "web_url": None,
        "region": REGION,
        "endpoint_url": cloud.server.endpoint_url,
        "user_pool_id": cloud.outputs["UserPoolId"],
        "client_id": cloud.outputs["UserPoolClientId"],
        "table_name": cloud.outputs["TableName"],
        "uploads_bucket": cloud.outputs["UploadsBucket"],
        "migration_queue_url": cloud.outputs["MigrationQueueUrl"],
        "users": [
            {
                "email": person.email,
                "password": password,
                "role": person.role,
                "organization": person.organization,
                "organization_name": person.organization_name,
                "id_token": tokens.id_token,
                "access_token": tokens.access_token,
            }
            for person, password, tokens in people
        ],
    }
    seed.write_privately(places.outputs, outputs)
    if with_sample:
        admin = outputs["users"][0]["access_token"]
        building = sample.import_sample_building(places, cloud.server.api_url, admin)
        _describe_building(building)
    return outputs


def _describe_building(building: dict[str, Any]) -> None:
    counts = ", ".join(
        f"{building[f'{kind}_count']} {kind}" for kind in ("floors", "rooms", "devices")
    )
    print(f"The sample building: {building['name']} ({building['id']}): {counts}.")


def _describe(outputs: dict[str, Any]) -> None:
    print(f"\nThe API: {outputs['api_url']}\n\nWho may sign in:")
    rows = [
        (one["email"], one["password"], one["role"], one["organization_name"])
        for one in outputs["users"]
    ]
    heads = ("email", "password", "role", "organisation")
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(4)]
    for row in [heads, *rows]:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  " + "  ".join(cells).rstrip())
    where = "ARXOS_LOCAL_DIR"
    prefix = f"{where}={os.environ[where]} " if where in os.environ else ""
    print(
        "\nTry it:\n"
        f'  curl -s -H "Authorization: Bearer $({prefix}make -s token ROLE=admin)" '
        f"{outputs['api_url']}/api/v1/buildings"
    )


if __name__ == "__main__":
    sys.exit(main())
