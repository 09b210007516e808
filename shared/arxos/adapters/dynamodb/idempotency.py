"""Idempotency keys on the single table, by Powertools (access pattern A1)."""

import base64
import functools
import gzip
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
    IdempotencyPersistenceLayerError,
    IdempotencyValidationError,
)

from arxos.adapters.dynamodb import keys
from arxos.domain.errors import Conflict, IdempotencyKeyReused, ServiceUnavailable
from arxos.ports.answers import Answer

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT_SECONDS = 24 * 3600
# An item holds 400 KB, so larger answers (of batches) are compressed, and where that is not enough
# lie beside the item in pieces.
_LARGE, _PIECE = 50_000, 350_000


class DynamoAnswers:
    """See `arxos.ports.answers.AnswerStore`. `context` is Lambda's, for its remaining time:
    a request that was cut off may be sent again once its function is certainly over.
    """

    def __init__(self, client: "DynamoDBClient", table_name: str, context: Any) -> None:
        self._client = client
        self._table_name = table_name
        self._config = IdempotencyConfig(
            event_key_jmespath="key",
            payload_validation_jmespath="payload",
            expires_after_seconds=KEPT_SECONDS,
            raise_on_no_idempotency_key=True,
            hash_function="sha256",
        )
        self._config.register_lambda_context(context)

    def once(
        self, *, organization_id: str, key: str, payload: str, run: Callable[[], Answer]
    ) -> Answer:
        @functools.wraps(run)
        def answer(*, request: dict[str, str]) -> Answer:  # noqa: ARG001  Powertools reads it
            return self._packed(run(), organization_id, key)

        remembered = idempotent_function(
            answer,
            data_keyword_argument="request",
            persistence_store=self._layer(organization_id),
            config=self._config,
            key_prefix="POST",
        )
        try:
            first: Answer = remembered(request={"key": key, "payload": payload})
        except IdempotencyValidationError:
            raise IdempotencyKeyReused(
                "This Idempotency-Key came with another request before; use a new one."
            ) from None
        except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError):
            raise Conflict(
                "The first request with this Idempotency-Key is still running; try again."
            ) from None
        except IdempotencyPersistenceLayerError as silent:
            raise ServiceUnavailable(
                "The registry does not answer; send the same request again in a moment."
            ) from silent
        return self._unpacked(first, organization_id)

    def _packed(self, answer: Answer, organization_id: str, key: str) -> Answer:
        text = json.dumps(answer)
        if len(text) <= _LARGE:
            return answer
        packed = base64.b85encode(gzip.compress(text.encode(), mtime=0)).decode()
        if len(packed) <= _PIECE:
            return {"gzip": packed}
        name = hashlib.sha256(key.encode()).hexdigest()
        pieces = [packed[start : start + _PIECE] for start in range(0, len(packed), _PIECE)]
        # Kept a little longer than what leads to them.
        expires_at = str(int(time.time()) + KEPT_SECONDS + 3600)
        for number, piece in enumerate(pieces):
            pk, sk = keys.answer_part(organization_id, name, number)
            self._client.put_item(
                TableName=self._table_name,
                Item={
                    "PK": {"S": pk},
                    "SK": {"S": sk},
                    "piece": {"S": piece},
                    "expires_at": {"N": expires_at},
                },
            )
        return {"gzip_pieces": len(pieces), "name": name}

    def _unpacked(self, stored: Answer, organization_id: str) -> Answer:
        packed = stored.get("gzip")
        if "gzip_pieces" in stored:
            packed = "".join(self._pieces(stored, organization_id))
        if packed is None:
            return stored
        answer: Answer = json.loads(gzip.decompress(base64.b85decode(packed)))
        return answer

    def _pieces(self, stored: Answer, organization_id: str) -> Iterator[str]:
        for number in range(int(stored["gzip_pieces"])):
            pk, sk = keys.answer_part(organization_id, stored["name"], number)
            found = self._client.get_item(
                TableName=self._table_name, Key={"PK": {"S": pk}, "SK": {"S": sk}}
            )
            yield found["Item"]["piece"]["S"]

    def _layer(self, organization_id: str) -> DynamoDBPersistenceLayer:
        return DynamoDBPersistenceLayer(
            table_name=self._table_name,
            key_attr="PK",
            static_pk_value=keys.answers(organization_id),
            sort_key_attr="SK",
            expiry_attr="expires_at",
            boto3_client=self._client,
        )
