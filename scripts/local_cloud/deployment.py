"""Build the stack and deploy it to ministack, each only when what it depends on has changed."""

import fcntl
import hashlib
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from scripts.deployed_template import resources
from scripts.local_cloud.places import BUILD, ROOT, TOOLS, LocalCloudError, Places
from scripts.local_cloud.server import ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY, Server
from scripts.local_cloud.tools import run_tool, step

STACK = "arxos-local"
STAGE = "local"
ARTIFACTS = "arxos-local-artifacts"
API_DOMAIN = "127.0.0.1"
TOKEN_HOURS = 24

# What a build depends on, and what only a deployment does.
BUILT_FROM = ("functions", "layers", "shared", "infra", "template.yaml")
DEPLOYED_WITH = (
    "samconfig.toml",
    "scripts/local_cloud/deployment.py",
    "scripts/local_cloud/emulator.py",
    "scripts/local_cloud/ministack.requirements.txt",
    "scripts/local_cloud/sam.requirements.txt",
)


@dataclass(frozen=True)
class Cloud:
    """A running server with the stack on it."""

    server: Server
    outputs: dict[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """What a program of ours needs to work on this cloud's table, bucket and users."""
        return {
            "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.server.endpoint_url,
            "STAGE": STAGE,
            "TABLE_NAME": self.outputs["TableName"],
            "UPLOADS_BUCKET": self.outputs["UploadsBucket"],
            "USER_POOL_ID": self.outputs["UserPoolId"],
            "USER_POOL_CLIENT_ID": self.outputs["UserPoolClientId"],
        }


def python_version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def architecture() -> str:
    return "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"


def parameters(server: Server) -> list[str]:
    return [
        f"Stage={STAGE}",
        f"PythonRuntime=python{python_version()}",
        f"Architecture={architecture()}",
        "DeletionProtection=false",
        "PasswordSignIn=true",
        f"TokenHours={TOKEN_HOURS}",
        f"JwksEndpoint={server.endpoint_url}",
    ]


def fingerprint(sources: tuple[str, ...], *more: str) -> str:
    digest = hashlib.sha256("\n".join((python_version(), architecture(), *more)).encode())
    for source in sources:
        top = ROOT / source
        for file in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"\n{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def deploy(places: Places, server: Server) -> Cloud:
    wanted = fingerprint(BUILT_FROM + DEPLOYED_WITH, *parameters(server))
    if _deployed_fingerprint(server) == wanted:
        print("Nothing to build or deploy: nothing has changed.")
        return find(server)
    places.deployment_log.write_bytes(b"")
    _build(places, server)
    with step("Deploying the stack"):
        _deploy(places, server)
        cloud = find(server)
        _mend_the_table(cloud)
        _allow_uploads_without_tls(cloud)
        _answer_preflights(cloud)
        _give_the_api_its_address(cloud, wanted)
    return cloud


def find(server: Server) -> Cloud:
    client = server.session.client("cloudformation", endpoint_url=server.endpoint_url)
    try:
        stack = client.describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError as error:
        raise LocalCloudError(
            "The local cloud has no stack. Start anew with: make clean run"
        ) from error
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
    return Cloud(server, outputs)


@contextmanager
def _one_build_at_a_time() -> Iterator[None]:
    """Instances share the build's directory."""
    BUILD.mkdir(parents=True, exist_ok=True)
    handle = os.open(BUILD / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _sam(places: Places, *words: str | Path) -> None:
    ours = (ROOT / ".venv" / "bin", TOOLS / "bin")
    run_tool(
        [TOOLS / "sam" / "bin" / "sam", *words],
        places.deployment_log,
        PATH=os.pathsep.join([*map(str, ours), os.environ.get("PATH", os.defpath)]),
        AWS_DEFAULT_REGION=REGION,
        AWS_ACCESS_KEY_ID=ACCESS_KEY_ID,
        AWS_SECRET_ACCESS_KEY=SECRET_ACCESS_KEY,
        LAMBDA_PYTHON_VERSION=python_version(),
        LAMBDA_ARCHITECTURE=architecture(),
        SAM_CLI_TELEMETRY="0",
        SAM_CLI_POLL_DELAY="1",
    )


def _build(places: Places, server: Server) -> None:
    wanted, stamp = fingerprint(BUILT_FROM), BUILD / "fingerprint"
    with _one_build_at_a_time():
        if stamp.exists() and stamp.read_text() == wanted:
            return
        stamp.unlink(missing_ok=True)
        with step("Building the functions and their layers"):
            _sam(
                places,
                "build",
                *("--cached", "--cache-dir", BUILD / "cache", "--parallel"),
                *("--build-dir", BUILD / "out"),
                *("--parameter-overrides", *parameters(server)),
            )
        stamp.write_text(wanted)


def _deploy(places: Places, server: Server) -> None:
    s3 = server.session.client("s3", endpoint_url=server.endpoint_url)
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=ARTIFACTS, CreateBucketConfiguration={"LocationConstraint": REGION})
    with _one_build_at_a_time():
        os.environ["AWS_ENDPOINT_URL"] = server.endpoint_url
        try:
            _sam(
                places,
                "deploy",
                *("--template-file", BUILD / "out" / "template.yaml"),
                *("--config-file", ROOT / "samconfig.toml", "--config-env", "local"),
                *("--stack-name", STACK, "--region", REGION, "--s3-bucket", ARTIFACTS),
                *("--parameter-overrides", *parameters(server)),
            )
        finally:
            del os.environ["AWS_ENDPOINT_URL"]


def _mend_the_table(cloud: Cloud) -> None:
    """ministack's CloudFormation forgets both of these."""
    table = cloud.outputs["TableName"]
    client = cloud.server.session.client("dynamodb", endpoint_url=cloud.server.endpoint_url)
    with suppress(client.exceptions.ClientError):  # it refuses what is enabled already
        client.update_time_to_live(
            TableName=table,
            TimeToLiveSpecification={"AttributeName": "expires_at", "Enabled": True},
        )
    client.update_continuous_backups(
        TableName=table,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )


def _allow_uploads_without_tls(cloud: Cloud) -> None:
    """Rights are enforced here too, and the bucket's policy refuses whatever is not HTTPS."""
    client = cloud.server.session.client("s3", endpoint_url=cloud.server.endpoint_url)
    client.delete_bucket_policy(Bucket=cloud.outputs["UploadsBucket"])


def _answer_preflights(cloud: Cloud) -> None:
    """ministack imports the OPTIONS methods that SAM makes of `Cors`, without what they answer."""
    client = cloud.server.session.client("apigateway", endpoint_url=cloud.server.endpoint_url)
    cors = resources()["Api"]["Properties"]["Cors"]
    headers = {
        "Access-Control-Allow-Origin": cors["AllowOrigin"],
        "Access-Control-Allow-Methods": cors["AllowMethods"],
        "Access-Control-Allow-Headers": cors["AllowHeaders"],
        "Access-Control-Max-Age": cors["MaxAge"],
    }
    api = cloud.outputs["ApiId"]
    pages = client.get_paginator("get_resources").paginate(restApiId=api, embed=["methods"])
    for resource in (one for page in pages for one in page["items"]):
        if "OPTIONS" in resource.get("resourceMethods", {}):
            client.put_integration_response(
                restApiId=api,
                resourceId=resource["id"],
                httpMethod="OPTIONS",
                statusCode="200",
                responseParameters={
                    f"method.response.header.{name}": value for name, value in headers.items()
                },
            )


def _give_the_api_its_address(cloud: Cloud, deployed: str) -> None:
    """Make http://127.0.0.1:PORT the API, by ministack's custom domains; localhost stays AWS.

    A deployment may have replaced the API, so the domain is always made anew. It is the last thing
    a deployment does, so its tag says what was deployed.
    """
    client = cloud.server.session.client("apigateway", endpoint_url=cloud.server.endpoint_url)
    with suppress(client.exceptions.NotFoundException):
        client.delete_domain_name(domainName=API_DOMAIN)
    client.create_domain_name(domainName=API_DOMAIN, tags={"deployed": deployed})
    client.create_base_path_mapping(
        domainName=API_DOMAIN, restApiId=cloud.outputs["ApiId"], stage=STAGE
    )


def _deployed_fingerprint(server: Server) -> str | None:
    client = server.session.client("apigateway", endpoint_url=server.endpoint_url)
    try:
        return client.get_domain_name(domainName=API_DOMAIN).get("tags", {}).get("deployed")
    except client.exceptions.NotFoundException:
        return None
