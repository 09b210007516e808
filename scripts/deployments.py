"""What `make deploy` does around SAM's own: look first, remember what was there, tell what is now.

check    is everything there that a deployment needs: stage, Python, credentials?
remember keep the template that is deployed now, for `make take-back`
outputs  the addresses that the command line and a web app need, into .local/outputs-<stage>.json
"""

import argparse
import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from scripts.local_cloud.places import ROOT
from scripts.stages import Stage, Unready, stage_named

PYTHON = "python3.13"


def check(stage: Stage) -> str:
    """Where it would be deployed. Raises Unready with one sentence for what is missing."""
    if shutil.which(PYTHON) is None:
        raise Unready(
            "Python 3.13, which AWS runs the functions with, is not on the PATH: install it (with"
            " uv: uv python install 3.13), or deploy from CI"
        )
    try:
        account = stage.client("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise Unready(
            "AWS does not know who you are: run 'aws sso login' or set AWS_PROFILE, and try again"
            f" ({_said(error)})"
        ) from error
    return f"Deploying the stack {stage.stack} to the account {account} in {stage.region}."


def remember(stage: Stage, folder: Path = ROOT / ".local") -> str:
    """Keep the deployed template, whose code is still in SAM's bucket."""
    file = folder / f"before-{stage.name}.yaml"
    file.unlink(missing_ok=True)
    try:
        before: Any = stage.client("cloudformation").get_template(
            StackName=stage.stack, TemplateStage="Original"
        )["TemplateBody"]
    except ClientError as error:
        if "does not exist" in str(error):
            return f"{stage.stack} is new: there is nothing to take back to."
        raise
    folder.mkdir(exist_ok=True)
    file.write_text(before if isinstance(before, str) else json.dumps(before))
    return f"To put back what is deployed now: make take-back ENV={stage.name}"


def parameters(stage: Stage) -> str:
    """For --parameter-overrides, which takes the place of all that samconfig.toml has."""
    return " ".join([*stage.parameters, f"Release={datetime.now(UTC):%Y%m%dT%H%M%S}"])


def outputs(stage: Stage, folder: Path = ROOT / ".local") -> str:
    """Write them down. Nothing of them is secret."""
    file = folder / f"outputs-{stage.name}.json"
    file.write_text(json.dumps({"region": stage.region, **stage.outputs()}, indent=2) + "\n")
    return f"Its addresses stand in {file.relative_to(folder.parent)}."


STEPS = {"check": check, "remember": remember, "parameters": parameters, "outputs": outputs}


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Around a deployment.", prog="deployments")
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("stage", help="as in samconfig.toml: staging, production")
    given = parser.parse_args(arguments)
    try:
        print(STEPS[given.step](stage_named(given.stage)))
    except Unready as missing:
        print(f"make deploy: {missing}.", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"make deploy: AWS refused: {_said(error)}.", file=sys.stderr)
        return 1
    return 0


def _said(error: BotoCoreError | ClientError) -> str:
    return str(error).rstrip(".")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
