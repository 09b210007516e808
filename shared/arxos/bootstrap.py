"""The composition root: which adapter stands behind each port, made once per container."""

import time
from datetime import UTC, datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from ulid import ULID

from arxos import settings
from arxos.domain.identifiers import PREFIXES
from arxos.domain.user import Actor
from arxos.entrypoints.observation import consumption
from arxos.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from pynamodb.connection import Connection

    from arxos.adapters.cognito_sign_ins import CognitoSignIns
    from arxos.adapters.cognito_tokens import CognitoTokens
    from arxos.adapters.dynamodb.check_desk import DynamoCheckDesk
    from arxos.adapters.dynamodb.deletion_desk import DynamoDeletionDesk
    from arxos.adapters.dynamodb.export_desk import DynamoExportDesk
    from arxos.adapters.dynamodb.idempotency import DynamoAnswers
    from arxos.adapters.dynamodb.import_desk import DynamoImportDesk
    from arxos.adapters.dynamodb.migrator import DynamoMigrator
    from arxos.adapters.dynamodb.repositories.history import DynamoHistory
    from arxos.adapters.dynamodb.search_index import DynamoSearchIndex, DynamoSearchWords
    from arxos.adapters.dynamodb.sign_in_directory import DynamoSignInDirectory
    from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork
    from arxos.adapters.exports.files import ExportFiles
    from arxos.adapters.exports.report_files import ReportFiles
    from arxos.adapters.kms_vault import KmsVault
    from arxos.adapters.readers.file_checker import ChildFileChecker
    from arxos.adapters.s3_checks import S3Checks
    from arxos.adapters.s3_exports import S3Exports
    from arxos.adapters.s3_reports import S3Reports
    from arxos.adapters.s3_uploads import S3Uploads
    from arxos.adapters.sqs_orders import SqsOrders
    from arxos.domain.search_words import RecordChange
    from arxos.ports.deletions import DeletionOrder
    from arxos.ports.exports import ExportOrder
    from arxos.ports.health import Dependency
    from arxos.ports.import_lanes import LaneOrder
    from arxos.ports.imports import ImportOrder
    from arxos.ports.migrations import MigrationOrder
    from arxos.ports.readers import BuildingFileReader
    from arxos.use_cases.read_building_file import Check

# Adapters are imported where they are made: what a function does not use, its cold start does not
# pay for (PyJWT brings cryptography, the uploads boto3's S3 client).


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


def pause(seconds: float) -> None:
    """Let others finish."""
    time.sleep(seconds)


def new_id(kind: str) -> str:
    """A fresh id: a ULID, behind shard 0 where the kind is spread over shards."""
    ulid = str(ULID())
    return f"{PREFIXES[kind]}_{'0' if kind in ('room', 'device') else ''}{ulid}"


@cache
def _settings() -> Settings:
    return settings.load()


@cache
def _connection() -> "Connection":
    from arxos.adapters.dynamodb.metering import meter
    from arxos.adapters.dynamodb.table import connect

    config = _settings()
    connection = connect(
        table_name=config.table_name, region=config.region, endpoint_url=config.endpoint_url
    )
    meter(connection.client, consumption)
    return connection


def _client_options(*, read_timeout: int, attempts: int = 3, **config: Any) -> dict[str, Any]:
    """For a boto3 client: seconds to wait for an answer, and how often in all a call is tried."""
    from botocore.config import Config

    return {
        "region_name": _settings().region,
        "endpoint_url": _settings().endpoint_url,
        "config": Config(
            connect_timeout=2,
            read_timeout=read_timeout,
            retries={"mode": "standard", "total_max_attempts": attempts},
            **config,
        ),
    }


@cache
def _s3() -> "S3Client":
    import boto3

    style = "path" if _settings().endpoint_url else "virtual"
    options = _client_options(
        read_timeout=20, attempts=4, signature_version="s3v4", s3={"addressing_style": style}
    )
    return boto3.client("s3", **options)


@cache
def _dynamodb() -> "DynamoDBClient":
    import boto3

    from arxos.adapters.dynamodb.metering import meter

    config = _settings()
    client = boto3.client("dynamodb", region_name=config.region, endpoint_url=config.endpoint_url)
    meter(client, consumption)
    return client


def answers(context: Any) -> "DynamoAnswers":
    """The answers kept by idempotency key; `context` is the invocation's."""
    from arxos.adapters.dynamodb.idempotency import DynamoAnswers

    return DynamoAnswers(_dynamodb(), _settings().table_name, context)


def unit_of_work(actor: Actor) -> "DynamoUnitOfWork":
    """The registry of the actor's organisation."""
    from arxos.adapters.dynamodb.unit_of_work import DynamoUnitOfWork

    return DynamoUnitOfWork(_connection(), actor, new_id)


def batch_unit_of_work(actor: Actor, *, atomic: bool) -> "DynamoUnitOfWork":
    """As `unit_of_work`. With `atomic` the history of all is one entry and a change file: an entry
    for each would take half of what DynamoDB allows in one transaction.
    """
    from arxos.adapters.dynamodb.journal import Operation
    from arxos.adapters.dynamodb.unit_of_work import ChunkUnitOfWork

    if not atomic:
        return unit_of_work(actor)
    batch = Operation("batch", new_id("change"), actor.request_id)
    return ChunkUnitOfWork(_connection(), actor, new_id, uploads(), operation=batch, chunk=0)


@cache
def _cognito() -> "CognitoIdentityProviderClient":
    import boto3

    return boto3.client("cognito-idp", **_client_options(read_timeout=5))


def sign_ins() -> "CognitoSignIns":
    """The sign-ins of this deployment's user pool."""
    from arxos.adapters.cognito_sign_ins import CognitoSignIns

    return CognitoSignIns(_cognito(), _settings().user_pool_id)


@cache
def _kms() -> "KMSClient":
    import boto3

    return boto3.client("kms", **_client_options(read_timeout=3))


def vault(actor: Actor) -> "KmsVault":
    """Seals and opens the sensitive fields of the actor's organisation."""
    from arxos.adapters.kms_vault import KmsVault

    return KmsVault(_kms, _settings().sensitive_key, actor.organization_id)


def history(actor: Actor) -> "DynamoHistory":
    """What happened in the actor's organisation."""
    from arxos.adapters.dynamodb.repositories.history import DynamoHistory

    _connection()
    return DynamoHistory(actor.organization_id, uploads)


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


def max_upload_bytes() -> int:
    """How large a building file may be."""
    return _settings().max_upload_bytes


def import_reports() -> "S3Reports":
    """Where the reports of imports lie."""
    from arxos.adapters.s3_reports import S3Reports

    return S3Reports(_s3(), _settings().uploads_bucket)


def report_writer() -> "ReportFiles":
    """Writes the reports of imports as files."""
    from arxos.adapters.exports.report_files import ReportFiles

    return ReportFiles()


def import_desk() -> "DynamoImportDesk":
    """Hands imports to one invocation at a time."""
    from arxos.adapters.dynamodb.import_desk import DynamoImportDesk

    return DynamoImportDesk(_connection(), uploads(), new_id)


def search_index(actor: Actor) -> "DynamoSearchIndex":
    """The search words of the actor's organisation."""
    from arxos.adapters.dynamodb.search_index import DynamoSearchIndex

    _connection()
    return DynamoSearchIndex(actor.organization_id)


def search_words() -> "DynamoSearchWords":
    """The search words of all organisations, to be kept."""
    from arxos.adapters.dynamodb.search_index import DynamoSearchWords

    return DynamoSearchWords(_connection())


def record_change(old: dict[str, Any] | None, new: dict[str, Any] | None) -> "RecordChange":
    """What the table's stream says of a record, by its images before and after."""
    from arxos.adapters.dynamodb.search_index import record_change

    return record_change(old, new)


@cache
def _sqs() -> "SQSClient":
    import boto3

    return boto3.client("sqs", **_client_options(read_timeout=5))


def deletion_queue() -> "SqsOrders[DeletionOrder]":
    """Takes the orders to remove trees."""
    from arxos.adapters.sqs_orders import SqsOrders

    return SqsOrders(_sqs, _settings().deletion_queue_url)


def deletion_desk(attempt: str) -> "DynamoDeletionDesk":
    """Opens the registry for one invocation of the worker that removes trees."""
    from arxos.adapters.dynamodb.deletion_desk import DynamoDeletionDesk

    return DynamoDeletionDesk(_connection(), uploads(), new_id, attempt)


def lane_queue() -> "SqsOrders[LaneOrder]":
    """Takes the orders to write the lanes of imports, in any order and beside each other."""
    from arxos.adapters.sqs_orders import SqsOrders

    return SqsOrders(_sqs, _settings().lane_queue_url)


def import_queue() -> "SqsOrders[ImportOrder]":
    """Takes the orders to apply and to undo imports: those of a building one after the other."""
    from arxos.adapters.sqs_orders import SqsOrdersInTurn

    return SqsOrdersInTurn(
        _sqs,
        _settings().import_queue_url,
        group_of=lambda order: order.building_id,
        new_id=new_id,
    )


def export_queue() -> "SqsOrders[ExportOrder]":
    """Takes the orders to build exports."""
    from arxos.adapters.sqs_orders import SqsOrders

    return SqsOrders(_sqs, _settings().export_queue_url)


def export_desk() -> "DynamoExportDesk":
    """Hands exports to one invocation at a time."""
    from arxos.adapters.dynamodb.export_desk import DynamoExportDesk

    return DynamoExportDesk(_connection(), new_id)


def migration_queue() -> "SqsOrders[MigrationOrder]":
    """Takes the orders to go on with migrations."""
    from arxos.adapters.sqs_orders import SqsOrders

    return SqsOrders(_sqs, _settings().migration_queue_url)


def migrator() -> "DynamoMigrator":
    """Brings stored items to another shape."""
    from arxos.adapters.dynamodb.migrator import DynamoMigrator
    from arxos.adapters.dynamodb.whole_table import WholeTable

    return DynamoMigrator(WholeTable(_dynamodb(), _settings().table_name), clock=now)


def export_writer() -> "ExportFiles":
    """Writes exports as files."""
    from arxos.adapters.exports.files import ExportFiles

    return ExportFiles()


def exports() -> "S3Exports":
    """Where finished exports lie."""
    from arxos.adapters.s3_exports import S3Exports

    return S3Exports(_s3(), _settings().uploads_bucket)


def checks() -> "S3Checks":
    """Where the files of checks lie, and what they found."""
    from arxos.adapters.s3_checks import S3Checks

    config = _settings()
    return S3Checks(_s3(), config.uploads_bucket, max_bytes=config.max_upload_bytes)


def check_desk() -> "DynamoCheckDesk":
    """Hands checks to one invocation at a time."""
    from arxos.adapters.dynamodb.check_desk import DynamoCheckDesk

    return DynamoCheckDesk(_connection(), new_id)


def file_checker() -> "ChildFileChecker":
    """Holds files against rules."""
    from arxos.adapters.readers.file_checker import ChildFileChecker

    return ChildFileChecker()


def import_check() -> "Check":
    """Holds the file of an import against the rules, and keeps what it finds."""
    from arxos.use_cases.check_import import check_import

    found = checks()
    return partial(
        check_import,
        checker=file_checker(),
        store=found,
        marked=found,
        desk=import_desk(),
        clock=now,
    )


def reader() -> "BuildingFileReader":
    """Reads building files."""
    from arxos.adapters.readers.by_suffix import ReaderBySuffix

    return ReaderBySuffix()


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
