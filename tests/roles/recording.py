"""What the functions' code asks of AWS while a handler of theirs is called.

A right is written as its action and what it is used on: `dynamodb:Query index/GSI1`,
`s3:GetObject uploads/*`, `sqs:SendMessage IMPORT_QUEUE_URL`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import botocore.signers
import pytest
from botocore.client import BaseClient

from arxos.entrypoints import observation

Right = str
# IAM knows no transactions, only what is done in them.
_IN_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}
# S3's operations that have no action of their own name.
_OBJECT_ACTIONS = {
    "HeadObject": "GetObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
}
# Which a test does in Lambda's place, even while a handler waits for what another one writes.
_BY_LAMBDA = ("ReceiveMessage", "DeleteMessage")
_LISTING = ("ListObjects", "ListObjectsV2", "HeadBucket")


class Recording:
    """Which rights each use case has used, in this process."""

    def __init__(self) -> None:
        self.used: dict[str, set[Right]] = {}
        self._use_case: str | None = None

    @contextmanager
    def of(self, use_case: str) -> Iterator[None]:
        """What is called inside `with`, by whatever thread, is called by this use case."""
        self.used.setdefault(use_case, set())
        before, self._use_case = self._use_case, use_case
        try:
            yield
        finally:
            self._use_case = before

    def asked(self, service: str, operation: str, parameters: dict[str, Any]) -> None:
        if self._use_case is not None:
            self.used[self._use_case].update(rights(service, operation, parameters))


def rights(service: str, operation: str, parameters: dict[str, Any]) -> set[Right]:
    """What IAM must allow for this call."""
    if service == "dynamodb":
        return _table_rights(operation, parameters)
    if service == "s3":
        return _bucket_rights(operation, parameters)
    if service == "sqs":
        return _queue_rights(operation, parameters["QueueUrl"])
    return {f"{service}:{operation} {'key' if service == 'kms' else 'pool'}"}


def _table_rights(operation: str, parameters: dict[str, Any]) -> set[Right]:
    if operation.startswith("Transact"):
        kinds = {kind for one in parameters["TransactItems"] for kind in one}
        return {f"dynamodb:{_IN_TRANSACTION[kind]} table" for kind in kinds}
    index = parameters.get("IndexName")
    return {f"dynamodb:{operation} {f'index/{index}' if index else 'table'}"}


def _bucket_rights(operation: str, parameters: dict[str, Any]) -> set[Right]:
    if operation in _LISTING:
        prefix = parameters.get("Prefix")
        return {f"s3:ListBucket {_folder(prefix) if prefix else 'bucket'}"}
    action = _OBJECT_ACTIONS.get(operation, operation)
    found = {f"s3:{action} {_folder(parameters['Key'])}"}
    if operation == "CopyObject":
        found.add(f"s3:GetObject {_folder(parameters['CopySource']['Key'])}")
    return found


def _folder(key: str) -> str:
    return f"{key.partition('/')[0]}/*"


def _queue_rights(operation: str, url: str) -> set[Right]:
    """By the variable that names the queue: the template says which queue that is."""
    if operation in _BY_LAMBDA:
        return set()
    if not url:
        return set()  # of a test without queues; nothing is sent
    names = [name for name, value in os.environ.items() if value == url]
    return {f"sqs:{operation} {names[0] if names else url}"}


@contextmanager
def recorded() -> Iterator[Recording]:
    """Record whatever boto3's clients are asked inside `with`, also what they only sign."""
    recording = Recording()
    clients: Any = BaseClient
    call = clients._make_api_call
    url: Any = botocore.signers.generate_presigned_url
    post: Any = botocore.signers.generate_presigned_post
    subsegment = observation._subsegment

    def recorded_call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        recording.asked(client.meta.service_model.service_name, operation, parameters)
        return call(client, operation, parameters)

    def recorded_url(client: Any, ClientMethod: str, Params: Any, **more: Any) -> Any:  # noqa: N803
        operation = client.meta.method_to_api_mapping[ClientMethod]
        recording.asked(client.meta.service_model.service_name, operation, Params)
        return url(client, ClientMethod, Params, **more)

    def recorded_post(client: Any, Bucket: str, Key: str, **more: Any) -> Any:  # noqa: N803
        recording.asked("s3", "PutObject", {"Bucket": Bucket, "Key": Key})
        return post(client, Bucket, Key, **more)

    @contextmanager
    def recorded_subsegment(use_case: str) -> Iterator[Any]:
        with recording.of(use_case), subsegment(use_case) as found:
            yield found

    with pytest.MonkeyPatch.context() as patch:
        # Every handler is observed, and nothing is called outside of that.
        patch.setattr(observation, "_subsegment", recorded_subsegment)
        patch.setattr(clients, "_make_api_call", recorded_call)
        # Read when a client is made: clients made before are not recorded.
        patch.setattr(botocore.signers, "generate_presigned_url", recorded_url)
        patch.setattr(botocore.signers, "generate_presigned_post", recorded_post)
        yield recording
