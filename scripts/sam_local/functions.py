"""The built functions, what SAM runs them with, and one call of one of them."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from scripts.local_cloud.deployment import STACK, Cloud, architecture
from scripts.local_cloud.places import ROOT, TOOLS, LocalCloudError
from scripts.local_cloud.server import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY
from scripts.local_cloud.tools import run_tool, step
from scripts.sam_local.engine import NotPossible

PYTHON = "3.13"
HOST = "host.docker.internal"
SAM = TOOLS / "sam" / "bin" / "sam"
PLACE = ROOT / ".local" / "sam-local"
BUILT = PLACE / "build" / "template.yaml"
RUN = PLACE / "build" / "with-endpoint.yaml"
ENVIRONMENT = PLACE / "env.json"
SECONDS_TO_PULL = 300
IMAGE = f"public.ecr.aws/lambda/python:{PYTHON}-{architecture()}"


class Failed(LocalCloudError):
    """A function did not do what its event asks for."""


@dataclass(frozen=True)
class Outcome:
    """What a function answered, and all that it and SAM wrote."""

    answer: Any
    log: str


def make_base_image() -> None:
    """See that there is the image SAM asks for: AWS's own where its registry is reached, else a
    stand-in. Raises NotPossible.
    """
    if _docker_does("image", "inspect", IMAGE):
        return
    with step("Asking for AWS's own base image"):
        is_pulled = _docker_does("pull", IMAGE)
    if is_pulled:
        return
    if architecture() != "x86_64":
        raise NotPossible(f"On this processor the real image is needed: docker pull {IMAGE}")
    with step("Making the base image of Debian's packages"):
        made = subprocess.run(
            ["sh", ROOT / "scripts/sam_local/base_image.sh", PLACE / "image", TOOLS / "bin" / "uv"],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            raise NotPossible(
                f"{made.stderr.strip()}\nWhere a registry is reached: docker pull {IMAGE}"
            )


def _docker_does(*words: str) -> bool:
    try:
        done = subprocess.run(
            ["docker", *words], capture_output=True, check=False, timeout=SECONDS_TO_PULL
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def build() -> None:
    """Build all functions and layers for Python 3.13 on this processor. Raises NotPossible."""
    with step(f"Building the functions for Python {PYTHON}"):
        log = PLACE / "build.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(b"")
        run_tool(
            [
                *(SAM, "build", "--cached", "--parallel", "--cache-dir", PLACE / "cache"),
                *("--build-dir", BUILT.parent),
                *("--parameter-overrides", *_parameters()),
            ],
            log,
            **_sam_environment(),
            **_with_python(),
        )
        template = yaml.safe_load(BUILT.read_text())
        # SAM sets only the variables that a template names, and AWS has no use for this one.
        variables = template["Globals"]["Function"]["Environment"]["Variables"]
        variables["AWS_ENDPOINT_URL"] = ""
        for name, value in (one.split("=") for one in _parameters()):
            template["Parameters"][name]["Default"] = value
        RUN.write_text(yaml.safe_dump(template, sort_keys=False))


def write_environment(cloud: Cloud) -> None:
    """env.json: each function's variables as the local cloud has them, seen from a container."""
    server = cloud.server
    stacks = server.session.client("cloudformation", endpoint_url=server.endpoint_url)
    lambdas = server.session.client("lambda", endpoint_url=server.endpoint_url)
    outside = server.endpoint_url.replace("localhost", HOST)
    found: dict[str, dict[str, str]] = {}
    for page in stacks.get_paginator("list_stack_resources").paginate(StackName=STACK):
        for one in page["StackResourceSummaries"]:
            if one["ResourceType"] == "AWS::Lambda::Function":
                name = one["PhysicalResourceId"]
                variables = lambdas.get_function_configuration(FunctionName=name)["Environment"]
                found[one["LogicalResourceId"]] = {
                    "AWS_ENDPOINT_URL": outside,
                    **{
                        key: value.replace(server.endpoint_url, outside)
                        for key, value in variables["Variables"].items()
                    },
                }
    ENVIRONMENT.write_text(json.dumps(found, indent=2) + "\n")


def invoke(function: str, event: dict[str, Any]) -> Outcome:
    """`sam local invoke`, which exits with 0 even when a handler raises. Raises Failed."""
    file = PLACE / "event.json"
    file.write_text(json.dumps(event))
    done = subprocess.run(
        command("invoke", function, "--event", str(file)),
        cwd=ROOT,
        env={**os.environ, **_sam_environment()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    try:
        answer = json.loads(lines[-1])
    except (IndexError, ValueError):
        answer = {"errorType": "there was no answer at all"}
    if done.returncode != 0 or (isinstance(answer, dict) and "errorType" in answer):
        raise Failed(f"{function} failed: {json.dumps(answer)}\n{done.stderr[-4000:]}")
    return Outcome(answer, done.stderr)


def command(kind: str, *words: str) -> list[str]:
    """The command line of `sam local`; samconfig.toml has the rest of it."""
    return [str(SAM), "local", kind, *words, "--config-env", "local"]


def environment() -> dict[str, str]:
    """What `sam local` itself is run with."""
    return {**os.environ, **_sam_environment()}


def _parameters() -> list[str]:
    return ["Stage=local", f"PythonRuntime=python{PYTHON}", f"Architecture={architecture()}"]


def _sam_environment() -> dict[str, str]:
    return {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "LAMBDA_PYTHON_VERSION": PYTHON,
        "LAMBDA_ARCHITECTURE": architecture(),
        "SAM_CLI_TELEMETRY": "0",
        "PATH": os.pathsep.join([str(TOOLS / "bin"), os.environ.get("PATH", os.defpath)]),
    }


@cache
def _with_python() -> dict[str, str]:
    """What puts Python 3.13, which `sam build` asks for, on the PATH. Raises NotPossible."""
    python = f"python{PYTHON}"
    for chosen in ({}, {"PYENV_VERSION": PYTHON}):
        if shutil.which(python) is None:
            break
        tried = subprocess.run(
            [python, "-c", ""], env={**os.environ, **chosen}, capture_output=True, check=False
        )
        if tried.returncode == 0:
            return chosen
    raise NotPossible(f"Python {PYTHON}, for which the functions are built, is not on the PATH.")
