"""A few requests that tell whether a deployment works at all: make smoke, make smoke ENV=staging.

Locally it takes the address and a token from .local/outputs.json. For a deployment on AWS it reads
the stack's outputs and signs in with ARXOS_EMAIL and ARXOS_PASSWORD, an administrator's of an
organisation that is there for this; PasswordSignIn must be allowed. It leaves nothing behind.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx

OUTPUTS = Path(".local/outputs.json")
ADDRESS = {"street": "1 Smoke St", "city": "Testing", "state": "None", "postal_code": "00000"}


class Failed(Exception):
    """A request was not answered as it should be."""


def local() -> tuple[str, str]:
    """Address and token of the local cloud."""
    if not OUTPUTS.exists():
        raise Failed("nothing runs here: 'make run DETACH=1' first, or name a stage: ENV=staging")
    outputs = json.loads(OUTPUTS.read_text())
    token = next(user["access_token"] for user in outputs["users"] if user["role"] == "admin")
    return outputs["api_url"], token


def deployed(stage: str) -> tuple[str, str]:
    """Address and token of a stage on AWS."""
    missing = [name for name in ("ARXOS_EMAIL", "ARXOS_PASSWORD") if not os.environ.get(name)]
    if missing:
        raise Failed(f"set {' and '.join(missing)}: an administrator's, for this test")
    stack = boto3.client("cloudformation").describe_stacks(StackName=f"arxos-{stage}")["Stacks"][0]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    signed_in = boto3.client("cognito-idp").initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=outputs["UserPoolClientId"],
        AuthParameters={
            "USERNAME": os.environ["ARXOS_EMAIL"],
            "PASSWORD": os.environ["ARXOS_PASSWORD"],
        },
    )
    return outputs["ApiUrl"], signed_in["AuthenticationResult"]["AccessToken"]


class Smoke:
    """The requests, each with what it must be answered with."""

    def __init__(self, api_url: str, token: str) -> None:
        self._anyone = httpx.Client(base_url=api_url, timeout=30)
        headers = {"Authorization": f"Bearer {token}"}
        self._admin = httpx.Client(base_url=f"{api_url}/api/v1", headers=headers, timeout=30)

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
    stage = parser.parse_args(arguments).stage
    try:
        smoke = Smoke(*(local() if stage == "local" else deployed(stage)))
        for sentence, do in smoke.steps():
            do()
            print(f"Arxos ({stage}) {sentence}.")
    except httpx.TransportError as failed:
        print(f"Arxos ({stage}) does not answer: {failed}. Does it run?", file=sys.stderr)
        return 1
    except Failed as failed:
        print(f"Arxos ({stage}) does not work: {failed}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
