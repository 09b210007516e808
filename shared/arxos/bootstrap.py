"""The composition root: which adapter stands behind each port, made once per container."""

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from ulid import ULID

from arxos import settings
from arxos.domain.identifiers import PREFIXES
from arxos.domain.user import Actor
from arxos.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from pynamodb.connection import Connection

    from arxos.adapters.cognito_tokens import CognitoTokens
    from arxos.adapters.dynamodb.idempotency import DynamoAnswers
    from arxos.adapters.dynamodb.import_desk import DynamoImportDesk
    from arxos.adapters.dynamodb.sign_in_directory import DynamoSignInDirectory
    from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
    from arxos.adapters.s3_uploads import S3Uploads
    from arxos.ports.health import Dependency
    from arxos.ports.readers import BuildingFileReader

# Adapters are imported where they are made: what a function does not use, its cold start does not
# pay for (PyJWT brings cryptography, the uploads boto3's S3 client).


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


def new_id(kind: str) -> str:
    """A fresh id: a ULID, behind shard 0 where the kind is spread over shards."""
    ulid = str(ULID())
    return f"{PREFIXES[kind]}_{'0' if kind in ('room', 'device') else ''}{ulid}"


@cache
def _settings() -> Settings:
    return settings.load()


@cache
def _connection() -> "Connection":
    from arxos.adapters.dynamodb.table import connect

    config = _settings()
    return connect(
        table_name=config.table_name, region=config.region, endpoint_url=config.endpoint_url
    )


@cache
def _s3() -> "S3Client":
    import boto3
    from botocore.config import Config

    config = _settings()
    return boto3.client(
        "s3",
        region_name=config.region,
        endpoint_url=config.endpoint_url,
        config=Config(
            signature_version="s3v4",
            connect_timeout=2,
            read_timeout=20,
            retries={"mode": "standard", "total_max_attempts": 4},
            s3={"addressing_style": "path" if config.endpoint_url else "virtual"},
        ),
    )


@cache
def _dynamodb() -> "DynamoDBClient":
    import boto3

    config = _settings()
    return boto3.client("dynamodb", region_name=config.region, endpoint_url=config.endpoint_url)


def answers(context: Any) -> "DynamoAnswers":
    """The answers kept by idempotency key; `context` is the invocation's."""
    from arxos.adapters.dynamodb.idempotency import DynamoAnswers

    return DynamoAnswers(_dynamodb(), _settings().table_name, context)


def unit_of_work(actor: Actor) -> "DynamoUnitOfWork":
    """The registry of the actor's organisation."""
    from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork

    return DynamoUnitOfWork(_connection(), actor, new_id)


@cache
def token_verifier() -> "CognitoTokens":
    """Verifies access tokens of this deployment's user pool and client."""
    from arxos.adapters.cognito_tokens import CognitoTokens

    config = _settings()
    return CognitoTokens(
        issuer=config.jwt_issuer, client_id=config.client_id, jwks_url=config.jwks_url
    )


def sign_in_directory() -> "DynamoSignInDirectory":
    """Finds the user of a token's subject."""
    from arxos.adapters.dynamodb.sign_in_directory import DynamoSignInDirectory

    _connection()
    return DynamoSignInDirectory()


def uploads() -> "S3Uploads":
    """Where building files are uploaded to."""
    from arxos.adapters.s3_uploads import S3Uploads

    config = _settings()
    return S3Uploads(_s3(), config.uploads_bucket, max_bytes=config.max_upload_bytes)


def import_desk() -> "DynamoImportDesk":
    """Hands imports to one invocation at a time."""
    from arxos.adapters.dynamodb.import_desk import DynamoImportDesk

    return DynamoImportDesk(_connection(), uploads(), new_id)


def reader() -> "BuildingFileReader":
    """Reads building files."""
    from arxos.adapters.readers.ifc import IfcReader

    return IfcReader()


def dependencies() -> "list[Dependency]":
    """What /health asks."""
    from arxos.adapters.dependencies import (
        SignInDependency,
        TableDependency,
        UploadsDependency,
    )

    _connection()
    config = _settings()
    return [
        TableDependency(),
        UploadsDependency(_s3(), config.uploads_bucket),
        SignInDependency(config.jwks_url),
    ]
