"""Which deployment a command works on: a stack on AWS, or the local cloud."""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from arxos.adapters.dynamodb.whole_table import WholeTable

LOCAL_OUTPUTS = Path(".local/outputs.json")
# What the local cloud takes from anybody.
_LOCAL_CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


class CannotDo(Exception):
    """The command cannot be done; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where the parts of a deployment are. `endpoint_url` is the local cloud's."""

    name: str
    region: str | None
    endpoint_url: str | None
    table_name: str
    uploads_bucket: str
    user_pool_id: str
    migration_queue_url: str

    @classmethod
    def named(cls, given: argparse.Namespace) -> Self:
        """The one that the arguments name. Raises CannotDo."""
        if given.stack:
            return cls._on_aws(given.stack, given.region)
        return cls._here(given.outputs)

    @classmethod
    def _here(cls, file: Path) -> Self:
        try:
            outputs = json.loads(file.read_text())
            return cls(
                name="the local cloud",
                region=outputs["region"],
                endpoint_url=outputs["endpoint_url"],
                table_name=outputs["table_name"],
                uploads_bucket=outputs["uploads_bucket"],
                user_pool_id=outputs["user_pool_id"],
                migration_queue_url=outputs.get("migration_queue_url", ""),
            )
        except FileNotFoundError:
            raise CannotDo(
                f"There is no {file}. Name a deployment on AWS (--stack arxos-staging), or start"
                " the local cloud (make run)."
            ) from None
        except (ValueError, KeyError) as lack:
            raise CannotDo(
                f"{file} does not say where the local cloud is ({lack}). Start it anew: make run"
            ) from None

    @classmethod
    def _on_aws(cls, stack: str, region: str | None) -> Self:
        try:
            client = boto3.client("cloudformation", region_name=region)
            (found,) = client.describe_stacks(StackName=stack)["Stacks"]
            outputs = {one["OutputKey"]: one["OutputValue"] for one in found["Outputs"]}
            return cls(
                name=stack,
                region=region,
                endpoint_url=None,
                table_name=outputs["TableName"],
                uploads_bucket=outputs["UploadsBucket"],
                user_pool_id=outputs["UserPoolId"],
                migration_queue_url=outputs.get("MigrationQueueUrl", ""),
            )
        except ClientError as error:
            said = error.response["Error"].get("Message", "no reason given")
            raise CannotDo(f"AWS does not show the stack {stack}: {said}") from None
        except BotoCoreError as error:
            raise CannotDo(f"AWS cannot be asked about the stack {stack}: {error}") from None
        except KeyError as lack:
            raise CannotDo(f"The stack {stack} has no output {lack}: is it Arxos?") from None

    def client(self, service: str) -> Any:
        """A client of this deployment's cloud, one for all threads."""
        local = _LOCAL_CREDENTIALS if self.endpoint_url else {}
        style: Any = {"addressing_style": "path"} if self.endpoint_url else {}
        make: Any = boto3.client
        return make(
            service,
            region_name=self.region,
            endpoint_url=self.endpoint_url,
            config=Config(
                connect_timeout=3,
                retries={"mode": "standard", "total_max_attempts": 4},
                max_pool_connections=20,
                s3=style,
            ),
            **local,
        )

    @property
    def table(self) -> WholeTable:
        return WholeTable(self.client("dynamodb"), self.table_name)


def add_deployment(parser: argparse.ArgumentParser) -> None:
    """The arguments by which a command's deployment is named."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--stack", help="a deployment on AWS, by its stack: arxos-staging")
    where.add_argument(
        "--outputs",
        type=Path,
        default=LOCAL_OUTPUTS,
        help="otherwise the local cloud, by what it wrote down (.local/outputs.json)",
    )
    parser.add_argument("--region", help="the stack's region, if it is not the profile's")
