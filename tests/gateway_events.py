"""Events as AWS sends them, of the shapes its documentation shows."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from arxos.domain.user import Actor
from scripts.sample_event import proxy_event
from tests.make import make_actor

METHOD_ARN = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/GET/api/v1/buildings"


@dataclass
class LambdaContext:
    """What Lambda passes beside the event."""

    aws_request_id: str = "6bc28136-xmpl-4365-b021-0ce6b2e64ab0"
    function_name: str = "arxos-test"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:arxos-test"
    remaining_ms: int = 900_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


def api_event(
    method: str = "GET",
    resource: str = "/api/v1/buildings",
    *,
    path: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    body: Any = None,
    headers: dict[str, str] | None = None,
    actor: Actor | None = None,
    signed_in: bool = True,
) -> dict[str, Any]:
    """A REST API proxy event; `body` is sent as JSON unless it is text already."""
    who = actor or make_actor()
    authorizer = {
        "principalId": who.user_id,
        "organization_id": who.organization_id,
        "user_id": who.user_id,
        "name": who.name,
        "role": who.role.value,
        "grants": json.dumps([[g.role.value, g.building_id, g.floor_id] for g in who.grants]),
    }
    return proxy_event(
        method,
        resource,
        path=path,
        query=query,
        body=body if body is None or isinstance(body, str) else json.dumps(body),
        headers=headers,
        authorizer=authorizer if signed_in else None,
    )


def s3_event(*locations: str, bucket: str = "arxos-uploads") -> dict[str, Any]:
    """ObjectCreated:Post notifications; S3 encodes the keys."""
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": "eu-central-1",
                "eventTime": "2026-11-22T12:00:00.000Z",
                "eventName": "ObjectCreated:Post",
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
                    "object": {
                        "key": quote_plus(location, safe="/"),
                        "size": 1024,
                        "eTag": "d41d8cd98f00b204e9800998ecf8427e",
                        "sequencer": "0A1B2C3D4E5F678901",
                    },
                },
            }
            for location in locations
        ]
    }


def sqs_event(body: str, *, receive_count: int = 1) -> dict[str, Any]:
    """A batch of one message."""
    return {
        "Records": [
            {
                "messageId": "message-1",
                "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
                "body": body,
                "attributes": {
                    "ApproximateReceiveCount": str(receive_count),
                    "SentTimestamp": "1545082649183",
                    "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                    "ApproximateFirstReceiveTimestamp": "1545082649185",
                },
                "messageAttributes": {},
                "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:deletions",
                "awsRegion": "eu-central-1",
            }
        ]
    }


def stream_event(*changes: tuple[dict[str, Any] | None, dict[str, Any] | None]) -> dict[str, Any]:
    """A DynamoDB stream's changes: each the item's images before and after it."""
    records = []
    for number, (old, new) in enumerate(changes, 1):
        known: dict[str, Any] = new or old or {}
        images = {"OldImage": old, "NewImage": new}
        records.append(
            {
                "eventID": f"c4ca4238a0b923820dcc509a6f75849{number}",
                "eventName": "MODIFY" if old and new else "INSERT" if new else "REMOVE",
                "eventVersion": "1.1",
                "eventSource": "aws:dynamodb",
                "awsRegion": "eu-central-1",
                "dynamodb": {
                    "ApproximateCreationDateTime": 1795348800,
                    "Keys": {name: known[name] for name in ("PK", "SK") if name in known},
                    "SequenceNumber": f"{4421584500000000017450439091 + number}",
                    "SizeBytes": 26,
                    "StreamViewType": "NEW_AND_OLD_IMAGES",
                    **{name: image for name, image in images.items() if image is not None},
                },
                "eventSourceARN": "arn:aws:dynamodb:eu-central-1:123456789012:table/arxos/stream/x",
            }
        )
    return {"Records": records}


def token_event(token: str | None) -> dict[str, Any]:
    """A TOKEN authorizer event."""
    return {"type": "TOKEN", "authorizationToken": token, "methodArn": METHOD_ARN}
