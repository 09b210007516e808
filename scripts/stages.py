"""The stages that samconfig.toml can deploy to AWS."""

import os
import tomllib
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from scripts.local_cloud.places import ROOT


class Unready(Exception):
    """Something is missing; the message says what, and what to do."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a stage is: its stack, and the region of that."""

    name: str
    stack: str
    region: str
    parameters: tuple[str, ...] = ()

    def client(self, service: Any) -> Any:
        make: Any = boto3.client
        patience = Config(connect_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
        return make(service, region_name=self.region, config=patience)

    def outputs(self) -> dict[str, str]:
        found = self.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"][0]
        return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}


def stage_named(name: str, config: dict[str, Any] | None = None) -> Stage:
    """Raises Unready."""
    stages = config or tomllib.loads((ROOT / "samconfig.toml").read_text())
    on_aws = [one for one in stages if one not in ("version", "default", "local")]
    if name not in on_aws:
        raise Unready(
            f"samconfig.toml has no stage '{name}' on AWS; it has {' and '.join(on_aws)}:"
            f" ENV={on_aws[0]}"
        )
    deploy = stages[name]["deploy"]["parameters"]
    region = deploy.get("region") or os.environ.get("AWS_REGION")
    if not region:
        raise Unready(
            f'no region is said for {name}: write region = "eu-central-1" into'
            f" [{name}.deploy.parameters] of samconfig.toml, or set AWS_REGION"
        )
    overrides = tuple(deploy.get("parameter_overrides", ()))
    return Stage(name, deploy["stack_name"], region, overrides)
