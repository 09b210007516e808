"""A few requests that tell whether a deployment works at all: make smoke, make smoke ENV=staging.

It signs in by SRP, as people do, and leaves nothing behind. The local cloud's address and people
stand in .local/outputs.json. For a deployment on AWS it reads the stack's outputs and signs in with
ARXOS_EMAIL and ARXOS_PASSWORD, an administrator's of an organisation that is there for this.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import httpx
from botocore.exceptions import BotoCoreError, ClientError

from scripts.local_cloud.server import ACCESS_KEY_ID, SECRET_ACCESS_KEY
from scripts.srp_sign_in import NotSignedIn, sign_in_by_srp
from scripts.stages import Unready, stage_named

ADDRESS = {"street": "1 Smoke St", "city": "Testing", "state": "None", "postal_code": "00000"}


class Failed(Exception):
    """A request was not answered as it should be."""


def local(file: Path) -> tuple[str, str]:
    """Address and token of the local cloud."""
    if not file.exists():
        raise Failed("nothing runs here: 'make run DETACH=1' first, or name a stage: ENV=staging")
    outputs = json.loads(file.read_text())
    admin = next(user for user in outputs["users"] if user["role"] == "admin")
    cognito = boto3.client(
        "cognito-idp",
        region_name=outputs["region"],
        endpoint_url=outputs["endpoint_url"],
        aws_access_key_id=ACCESS_KEY_ID,
        aws_secret_access_key=SECRET_ACCESS_KEY,
    )
    pool = (outputs["user_pool_id"], outputs["client_id"])
    with closing(cognito):
        token = sign_in_by_srp(cognito, *pool, admin["email"], admin["password"])
    return outputs["api_url"], token


def deployed(name: str) -> tuple[str, str]:
    """Address and token of a stage on AWS."""
    missing = [each for each in ("ARXOS_EMAIL", "ARXOS_PASSWORD") if not os.environ.get(each)]
    if missing:
        raise Failed(f"set {' and '.join(missing)}: an administrator's, for this test")
    stage = stage_named(name)
    outputs = stage.outputs()
    token = sign_in_by_srp(
        stage.client("cognito-idp"),
        outputs["UserPoolId"],
        outputs["UserPoolClientId"],
        os.environ["ARXOS_EMAIL"],
        os.environ["ARXOS_PASSWORD"],
    )
    return outputs["ApiUrl"], token


class Smoke:
    """The requests, each with what it must be answered with."""

    def __init__(self, api_url: str, token: str) -> None:
        self._anyone = httpx.Client(base_url=api_url, timeout=30)
        headers = {"Authorization": f"Bearer {token}"}
        self._admin = httpx.Client(base_url=f"{api_url}/api/v1", headers=headers, timeout=30)

    def close(self) -> None:
        self._anyone.close()
        self._admin.close()

    def steps(self) -> Iterator[tuple[str, Callable[[], object]]]:
        """A sentence and what is to be done, in order."""
        yield "is healthy", lambda: self._must(200, self._anyone.get("/health"))
        yield "describes itself", lambda: self._must(200, self._anyone.get("/openapi.json"))
        yield (
            "lets nobody in without a token",
            lambda: self._must(401, self._anyone.get("/api/v1/buildings")),
        )
        yield "knows who signed in", lambda: self._must(200, self._admin.get("/me"))
        yield "makes, finds and removes a building", self._building

    def _building(self) -> None:
        body = {"name": "Smoke test", "address": ADDRESS}
        made = self._must(201, self._admin.post("/buildings", json=body))
        path = f"/buildings/{made['building_id']}"
        try:
            read = self._must(200, self._admin.get(path))
            if read["name"] != body["name"]:
                raise Failed(f"the building is called {read['name']!r}")
        finally:
            self._must(200, self._admin.delete(path))
        self._must(404, self._admin.get(path))

    def _must(self, status: int, answer: httpx.Response) -> dict[str, Any]:
        if answer.status_code != status:
            request = answer.request
            raise Failed(
                f"{request.method} {request.url.path} answered {answer.status_code}, not {status}:"
                f" {answer.text[:300]}"
            )
        data: dict[str, Any] = answer.json().get("data", {})
        return data


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, prog="smoke")
    parser.add_argument("--stage", default="local", help="local, staging, production")
    parser.add_argument("--outputs", type=Path, default=Path(".local/outputs.json"))
    given = parser.parse_args(arguments)
    stage = given.stage
    try:
        place = local(given.outputs) if stage == "local" else deployed(stage)
        with closing(Smoke(*place)) as smoke:
            for sentence, do in smoke.steps():
                do()
                print(f"Arxos ({stage}) {sentence}.")
    except httpx.TransportError as failed:
        return _say(f"Arxos ({stage}) does not answer: {failed}. Does it run?")
    except (BotoCoreError, ClientError) as failed:
        said = getattr(failed, "response", {}).get("Error", {}).get("Message") or str(failed)
        return _say(f"Arxos ({stage}) cannot be found or signed in to: {said.rstrip('.')}.")
    except (Failed, NotSignedIn, Unready) as failed:
        return _say(f"Arxos ({stage}) does not work: {failed}.")
    return 0


def _say(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
